"""An administration with an authorised connection, and what its database and Loket have seen."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from django.db import connections
from django.db.models import Value
from django.db.models.functions import Now

from connections import lifecycle
from connections.models import ChartMode, Connection, ConnectionEvent, ConnectionState, TokenSet
from connections.oauth import Grant
from connections.tokens import ConnectionTokens, store
from finmaster.tenancy import administration_scope
from loket_import.sandbox import SandboxServer
from tests.books import Books

T = TypeVar("T")
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Connected:
    """Books with their one connection."""

    books: Books
    connection_id: int

    @property
    def tokens(self) -> ConnectionTokens:
        """As a worker holds them."""
        return ConnectionTokens(administration_id=self.books.id, connection_id=self.connection_id)

    @property
    def connection(self) -> Connection:
        """As it is in the database now."""
        with administration_scope(self.books.id):
            return Connection.objects.get(pk=self.connection_id)

    @property
    def row(self) -> TokenSet:
        """The encrypted tokens as they are in the database now."""
        with administration_scope(self.books.id):
            return TokenSet.objects.get(connection_id=self.connection_id)

    @property
    def history(self) -> list[tuple[str, str]]:
        """Kind and detail of all events, in order."""
        with administration_scope(self.books.id):
            events = ConnectionEvent.objects.filter(connection_id=self.connection_id)
            return [(event.kind, event.detail) for event in events.order_by("pk")]

    def change(self, **values: object) -> None:
        """Overwrite columns of the token row."""
        with administration_scope(self.books.id):
            TokenSet.objects.filter(connection_id=self.connection_id).update(**values)

    def make_due(self) -> None:
        """Let the access token be one that has to be refreshed."""
        self.change(refresh_at=Now() - Value(timedelta(seconds=1)))

    def store(self, grant: Grant) -> None:
        """Store the tokens of another authorisation."""
        with administration_scope(self.books.id):
            store(Connection.objects.select_for_update().get(pk=self.connection_id), grant)


def make_connection(books: Books, username: str) -> Connected:
    """A connection that nobody authorised yet."""
    with administration_scope(books.id):
        made = lifecycle.create(username=username, chart_mode=ChartMode.ADOPT, user=books.manager)
    return Connected(books, made.pk)


def connect(
    books: Books, loket: SandboxServer, username: str, *, loket_user: str = ""
) -> Connected:
    """A connection with tokens of `loket_user`, of which the call log shows nothing."""
    made = make_connection(books, username)
    made.store(grant_of(loket, loket_user or username))
    with administration_scope(books.id):
        Connection.objects.filter(pk=made.connection_id).update(state=ConnectionState.ACTIVE)
    return made


def grant_of(loket: SandboxServer, loket_user: str) -> Grant:
    """What the sandbox gives to a user who went through the whole flow."""
    answer = loket.issue_tokens(loket_user)
    return Grant(str(answer["access_token"]), str(answer["refresh_token"]), 3599)


def token_calls(loket: SandboxServer) -> int:
    """How often the token endpoint was asked."""
    return len(loket.calls.matching("POST", "/token"))


def is_accepted(loket: SandboxServer, access: str) -> bool:
    """Whether Loket's API takes this access token."""
    return loket.grants.username_of(access) is not None


def at_once(act: Callable[[S], T], subjects: Iterable[S], *, threads: int = 20) -> list[T]:
    """What `act` gave for each subject, in as many threads, each with a connection of its own."""

    def begin(subject: S) -> T:
        try:
            return act(subject)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(begin, subjects, timeout=90))
