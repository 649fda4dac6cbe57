"""A valid access token for a connection, with one refresh at a time however many workers ask.

Refreshing is: claim the row (short transaction), ask Loket outside any transaction, store with
compare-and-set on the generation (short transaction). Whoever loses the race uses what the winner
stored. A worker that dies in between leaves a claim that expires by the database's clock.

Whoever locks both a connection and its tokens locks the connection first.
"""

import logging
import random
import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Now

from connections import oauth
from connections.encryption import CannotDecrypt, decrypt, encrypt
from connections.errors import (
    ClientRefused,
    ConnectionTrouble,
    KeyMissing,
    LoketLoginUnavailable,
    NotAuthorised,
    WrongEnvironment,
)
from connections.history import record
from connections.models import Connection, ConnectionState, EventKind, TokenSet
from finmaster.tenancy import administration_in_scope, administration_scope

# Longer than the longest two conversations with the token endpoint, for there may be a second try.
CLAIM = timedelta(seconds=75)
WAIT_SECONDS = 20.0
# Refresh this long before the end of a token's life, and never later than at nine tenths of it.
MARGIN_SECONDS = 300

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to refresh: the tokens to spend, and what the row must still look like after."""

    id: UUID
    generation: int
    refresh: str = field(repr=False)
    previous: str | None = field(repr=False)


def store(connection: Connection, grant: oauth.Grant) -> None:
    """Keep the tokens of a new authorisation, in the scope that is open; ends any claim."""
    assert grant.refresh is not None  # noqa: S101 - a code's answer without one was refused
    values = {
        "access": seal(connection, "access", grant.access),
        "refresh": seal(connection, "refresh", grant.refresh),
        "previous_refresh": None,
        "claim": None,
        "claimed_until": None,
        **times(grant),
    }
    updated = TokenSet.objects.filter(connection_id=connection.pk).update(
        generation=F("generation") + 1, **values
    )
    if not updated:
        TokenSet.objects.create(connection_id=connection.pk, **values)


def times(grant: oauth.Grant) -> dict[str, object]:
    """When the tokens expire and when to refresh them, by the database's clock."""
    early = min(MARGIN_SECONDS, grant.life_seconds // 10)
    # Spread, so that connections that were authorised together don't refresh together.
    early += random.randint(0, early // 5)  # noqa: S311
    return {
        "expires_at": Now() + Value(timedelta(seconds=grant.life_seconds)),
        "refresh_at": Now() + Value(timedelta(seconds=grant.life_seconds - early)),
    }


def context(connection: Connection, name: str) -> str:
    """What the ciphertext of a token is bound to."""
    return f"token|{administration_in_scope()}|{connection.pk}|{connection.environment}|{name}"


def seal(connection: Connection, name: str, token: str) -> bytes:
    """A token's ciphertext for one field of one row."""
    # The previous refresh token was written as `refresh` and moves without being opened.
    return encrypt(token, context=context(connection, name))


def unseal(connection: Connection, name: str, ciphertext: bytes | memoryview) -> str:
    """A token in the clear; KeyMissing when this row and field is not where it was encrypted."""
    try:
        return decrypt(bytes(ciphertext), context=context(connection, name))
    except CannotDecrypt as error:
        logger.error(
            "The %s token of connection %s can't be opened: %s", name, connection.pk, error
        )
        raise KeyMissing from error


def reseal(connection: Connection, name: str, ciphertext: bytes | memoryview) -> bytes:
    """The same token for the same field, encrypted with the newest key."""
    return seal(connection, name, unseal(connection, name, ciphertext))


class ConnectionTokens:
    """The tokens of one connection, for a client of Loket's API. Used outside any scope."""

    def __init__(self, *, administration_id: int, connection_id: int) -> None:
        self.administration_id = administration_id
        self.connection_id = connection_id

    def current(self) -> str:
        """An access token that should be valid; raises a ConnectionTrouble when there is none."""
        return self._obtain(refused=None)

    def renew(self, refused: str) -> str:
        """Another access token than the one that Loket has just refused."""
        return self._obtain(refused=refused)

    def _obtain(self, refused: str | None) -> str:
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            with administration_scope(self.administration_id):
                found = self._token_or_claim(refused)
            if isinstance(found, str):
                return found
            if isinstance(found, Claim):
                return self._refresh(found)
            if time.monotonic() > deadline:
                raise LoketLoginUnavailable
            time.sleep(random.uniform(0.05, 0.15))  # noqa: S311

    def _token_or_claim(self, refused: str | None) -> str | Claim | None:
        """A fresh token, the right to refresh, or None while another worker holds that right."""
        tokens = (
            TokenSet.objects.select_for_update()
            .annotate(now=Now())
            .filter(connection_id=self.connection_id)
            .first()
        )
        # Read once the tokens are held, so that who ended or gave up a moment ago is seen.
        connection = Connection.objects.get(pk=self.connection_id)
        if connection.environment != settings.LOKET_ENVIRONMENT:
            raise WrongEnvironment
        if tokens is None or connection.state != ConnectionState.ACTIVE:
            raise NotAuthorised
        access = unseal(connection, "access", tokens.access)
        if access != refused and tokens.refresh_at > tokens.now:
            return access
        if tokens.claimed_until and tokens.claimed_until > tokens.now:
            return None
        claim = uuid4()
        TokenSet.objects.filter(pk=tokens.pk).update(
            claim=claim, claimed_until=Now() + Value(CLAIM)
        )
        previous = tokens.previous_refresh
        return Claim(
            id=claim,
            generation=tokens.generation,
            refresh=unseal(connection, "refresh", tokens.refresh),
            previous=None if previous is None else unseal(connection, "refresh", previous),
        )

    def _refresh(self, claim: Claim) -> str:
        try:
            grant = self._spend(claim)
        except NotAuthorised:
            return self._give_up(claim)
        except (LoketLoginUnavailable, ClientRefused) as trouble:
            self._release(claim, trouble)
            raise
        with administration_scope(self.administration_id):
            if self._store_refreshed(claim, grant):
                return grant.access
        # Another authorisation was stored meanwhile; what it gave is the one that counts.
        return self._obtain(refused=None)

    def _spend(self, claim: Claim) -> oauth.Grant:
        """Ask with the refresh token, and once with the one before it when that is refused."""
        try:
            return oauth.exchange_refresh(claim.refresh)
        except NotAuthorised:
            if claim.previous is None:
                raise
            grant = oauth.exchange_refresh(claim.previous)
            return replace(grant, refresh=grant.refresh or claim.previous)

    def _store_refreshed(self, claim: Claim, grant: oauth.Grant) -> bool:
        connection = self._hold_connection()
        values: dict[str, object] = {
            "access": seal(connection, "access", grant.access),
            "generation": claim.generation + 1,
            "claim": None,
            "claimed_until": None,
            **times(grant),
        }
        if grant.refresh is not None:
            values |= {
                "refresh": seal(connection, "refresh", grant.refresh),
                "previous_refresh": F("refresh"),
            }
        stored = self._held(claim).update(**values)
        if stored and connection.trouble:
            connection.trouble = ""
            connection.save(update_fields=["trouble"])
        return bool(stored)

    def _release(self, claim: Claim, trouble: ConnectionTrouble) -> None:
        """Let others try, and note on the connection what went wrong."""
        with administration_scope(self.administration_id):
            connection = self._hold_connection()
            if self._held(claim).update(claim=None, claimed_until=None):
                connection.trouble = trouble.code
                connection.save(update_fields=["trouble"])

    def _give_up(self, claim: Claim) -> str:
        """The grant is dead, unless another worker renewed it in the meantime."""
        with administration_scope(self.administration_id):
            connection = self._hold_connection()
            if self._held(claim).update(claim=None, claimed_until=None):
                connection.state = ConnectionState.REAUTHORISE
                connection.trouble = NotAuthorised.code
                connection.save(update_fields=["state", "trouble"])
                record(connection, EventKind.REAUTHORISE)
        return self._obtain(refused=None)

    def _hold_connection(self) -> Connection:
        return Connection.objects.select_for_update().get(pk=self.connection_id)

    def _held(self, claim: Claim) -> QuerySet[TokenSet]:
        return TokenSet.objects.filter(
            connection_id=self.connection_id, generation=claim.generation, claim=claim.id
        )
