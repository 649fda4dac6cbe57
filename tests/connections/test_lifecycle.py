"""Making, linking, changing and ending a connection, and the history that stays."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from connections import lifecycle
from connections.errors import ConnectionTrouble
from connections.lifecycle import (
    ConnectionEnded,
    ConnectionExists,
    EmployerLink,
    LinkedAlready,
    PayrollLink,
    PayrollTaken,
    UsernameTaken,
)
from connections.mapping import Dimension, add_mapping
from connections.models import (
    AccountMapping,
    ChartMode,
    Connection,
    ConnectionEvent,
    ConnectionState,
    TokenSet,
)
from connections.oauth import Grant
from finmaster.tenancy import administration_scope
from ledger.models import Account
from tests.books import Books, make_books
from tests.connections.connected import Connected, at_once, make_connection
from tests.database import Writer, transaction_as

USER = "api.korenbloem"
BAKERY = EmployerLink(uuid4(), "Bakkerij De Korenbloem B.V.", "34112233")
SMITHY = EmployerLink(uuid4(), "Smederij B.V.", "99999999")
MONTHLY = PayrollLink(uuid4(), "Korenbloem maandloon", "812345678L01", "Maand", 1)
WEEKLY = PayrollLink(uuid4(), "Korenbloem weekloon", "812345678L02", "Week", 4)

Step = Callable[[Connected], None]


def end(one: Connected) -> None:
    with administration_scope(one.books.id):
        lifecycle.end(Connection.objects.get(pk=one.connection_id), user=one.books.manager)


def change(one: Connected, username: str, mode: ChartMode = ChartMode.ADOPT) -> None:
    with administration_scope(one.books.id):
        lifecycle.change(
            Connection.objects.get(pk=one.connection_id),
            username=username,
            chart_mode=mode,
            user=one.books.manager,
        )


def link_employer(one: Connected, employer: EmployerLink = BAKERY) -> None:
    with administration_scope(one.books.id):
        connection = Connection.objects.get(pk=one.connection_id)
        lifecycle.link_employer(connection, employer, user=one.books.bookkeeper)


def link_payroll(one: Connected, payroll: PayrollLink = MONTHLY) -> None:
    with administration_scope(one.books.id):
        connection = Connection.objects.get(pk=one.connection_id)
        lifecycle.link_payroll(connection, payroll, user=one.books.bookkeeper)


def authorised(one: Connected) -> Connected:
    one.store(Grant("access", "refresh", 3599))
    with administration_scope(one.books.id):
        Connection.objects.filter(pk=one.connection_id).update(state=ConnectionState.ACTIVE)
    return one


# One connection for each administration, one Loket user for each connection.


def test_a_connection_begins_without_an_authorisation(books: Books) -> None:
    made = make_connection(books, "  api.korenbloem ").connection

    assert made.state == ConnectionState.NEW
    assert made.username == USER
    assert made.environment == "sandbox"
    assert made.chart_mode == ChartMode.ADOPT
    assert made.administration_id == books.id


def test_an_administration_has_one_live_connection(books: Books) -> None:
    first = make_connection(books, USER)

    for username in ("api.another", USER):
        with pytest.raises(ConnectionExists):
            make_connection(books, username)
    assert first.history == [("created", USER)]


def test_of_two_that_are_made_at_once_one_stays(committed_books: Books) -> None:
    def make(number: int) -> str:
        try:
            make_connection(committed_books, f"api.{number}")
        except ConnectionTrouble as trouble:
            return trouble.code
        return "made"

    assert sorted(at_once(make, range(2), threads=2)) == ["connection_exists", "made"]
    with administration_scope(committed_books.id):
        assert Connection.objects.count() == ConnectionEvent.objects.count() == 1


@pytest.mark.parametrize("spelling", [USER, "API.Korenbloem", " api.KORENBLOEM "])
def test_a_loket_user_serves_one_administration_in_all_offices(books: Books, spelling: str) -> None:
    make_connection(books, USER)
    for office in (books.office, None):
        other = make_books(office=office)
        with pytest.raises(UsernameTaken):
            make_connection(other, spelling)
        with administration_scope(other.id):
            assert not Connection.objects.exists()
            assert not ConnectionEvent.objects.exists()


def test_a_payroll_administration_is_linked_to_one_administration(books: Books) -> None:
    first, second = make_connection(books, USER), make_connection(make_books(), "api.other")
    for one in (first, second):
        link_employer(one)
    link_payroll(first)

    with pytest.raises(PayrollTaken):
        link_payroll(second)
    assert second.connection.payroll_administration_id is None

    end(first)
    link_payroll(second)
    assert second.connection.payroll_administration_id == MONTHLY.id


def test_of_two_administrations_that_take_a_user_at_once_one_has_it(committed: None) -> None:
    def make(books: Books) -> str:
        try:
            make_connection(books, USER)
        except ConnectionTrouble as trouble:
            return trouble.code
        return "made"

    subjects = [make_books(), make_books()]
    assert sorted(at_once(make, subjects, threads=2)) == ["made", "username_taken"]


def test_environments_have_users_of_their_own(books: Books, settings: Settings) -> None:
    make_connection(books, USER)
    settings.LOKET_ENVIRONMENT = "acceptance"

    assert make_connection(make_books(), USER).connection.environment == "acceptance"


def test_ending_frees_both_the_administration_and_the_user(books: Books) -> None:
    end(make_connection(books, USER))
    other = make_connection(make_books(), USER)
    end(other)

    assert make_connection(books, USER).connection.state == ConnectionState.NEW


@pytest.mark.parametrize(
    ("column", "value"), [("state", "lost"), ("chart_mode", "both"), ("environment", "test")]
)
def test_the_database_knows_what_a_connection_can_be(books: Books, column: str, value: str) -> None:
    make_connection(books, USER)

    with administration_scope(books.id), pytest.raises(IntegrityError), transaction.atomic():
        Connection.objects.update(**{column: value})


# Changing.


def test_the_mode_can_be_changed_and_that_is_noted(books: Books) -> None:
    one = authorised(make_connection(books, USER))
    change(one, USER, ChartMode.TRANSPOSE)
    change(one, USER, ChartMode.TRANSPOSE)

    assert one.connection.chart_mode == ChartMode.TRANSPOSE
    assert one.history == [("created", USER), ("mode_changed", "transpose")]


def test_the_user_name_can_be_changed_as_long_as_nothing_was_authorised(books: Books) -> None:
    one = make_connection(books, USER)
    change(one, " api.bakkerij ")
    assert one.connection.username == "api.bakkerij"
    assert one.history == [("created", USER), ("username_changed", "api.bakkerij")]

    change(authorised(one), "api.another")
    assert one.connection.username == "api.bakkerij"
    assert len(one.history) == 2


def test_a_user_name_that_is_taken_is_not_changed_to(books: Books) -> None:
    make_connection(make_books(), "api.another")
    one = make_connection(books, USER)

    with pytest.raises(UsernameTaken):
        change(one, "API.another", ChartMode.TRANSPOSE)
    assert one.connection.username == USER
    assert one.connection.chart_mode == ChartMode.ADOPT
    assert one.history == [("created", USER)]


# Linking.


def test_employer_and_payroll_administration_are_linked_once(books: Books) -> None:
    one = authorised(make_connection(books, USER))
    for _ in range(2):
        link_employer(one, BAKERY)
        link_payroll(one, MONTHLY)
    for act in (lambda: link_employer(one, SMITHY), lambda: link_payroll(one, WEEKLY)):
        with pytest.raises(LinkedAlready):
            act()

    linked = one.connection
    assert (linked.employer_id, linked.employer_name, linked.employer_kvk) == (
        BAKERY.id,
        BAKERY.name,
        BAKERY.kvk,
    )
    assert (linked.payroll_administration_id, linked.payroll_name) == (MONTHLY.id, MONTHLY.name)
    assert (linked.payroll_tax_number, linked.payroll_period_type, linked.payroll_period_key) == (
        MONTHLY.tax_number,
        MONTHLY.period_type,
        MONTHLY.period_key,
    )
    assert one.history[1:] == [
        ("employer_linked", BAKERY.name),
        ("payroll_linked", MONTHLY.name),
    ]


def test_of_two_employers_that_are_linked_at_once_one_stays(committed_books: Books) -> None:
    one = make_connection(committed_books, USER)

    def link(employer: EmployerLink) -> str:
        try:
            link_employer(one, employer)
        except ConnectionTrouble as trouble:
            return trouble.code
        return "linked"

    assert sorted(at_once(link, [BAKERY, SMITHY], threads=2)) == ["linked", "linked_already"]
    assert [kind for kind, _ in one.history] == ["created", "employer_linked"]


def test_a_payroll_administration_needs_an_employer(books: Books) -> None:
    one = authorised(make_connection(books, USER))

    with pytest.raises(LinkedAlready):
        link_payroll(one)
    with administration_scope(books.id), pytest.raises(IntegrityError), transaction.atomic():
        Connection.objects.update(payroll_administration_id=MONTHLY.id)
    assert one.connection.payroll_administration_id is None


def test_a_payroll_administration_may_be_linked_by_nobody(books: Books) -> None:
    one = authorised(make_connection(books, USER))
    link_employer(one)
    with administration_scope(books.id):
        lifecycle.link_payroll(Connection.objects.get(), MONTHLY, user=None)
        assert ConnectionEvent.objects.order_by("-pk")[0].user is None


# Ending.


def test_ending_destroys_the_tokens_and_keeps_the_rest(books: Books) -> None:
    one = authorised(make_connection(books, USER))
    link_employer(one)
    with administration_scope(books.id):
        add_mapping(
            Dimension.ACCOUNT,
            loket_code="4001",
            loket_description="Loon",
            target_id=Account.objects.get(code="4000").pk,
            user=books.manager,
        )
    end(one)

    ended = one.connection
    assert (ended.state, ended.employer_id, ended.trouble) == (ConnectionState.ENDED, BAKERY.id, "")
    assert one.history == [("created", USER), ("employer_linked", BAKERY.name), ("ended", "")]
    with administration_scope(books.id):
        assert not TokenSet.objects.exists()
        assert AccountMapping.objects.count() == 1


def test_ending_twice_is_ending_once(books: Books) -> None:
    one = make_connection(books, USER)
    end(one)
    end(one)

    assert one.history == [("created", USER), ("ended", "")]


@pytest.mark.parametrize(
    "step",
    [
        lambda one: change(one, "api.another"),
        lambda one: change(one, USER, ChartMode.TRANSPOSE),
        link_employer,
        link_payroll,
    ],
)
def test_nothing_is_done_to_a_connection_that_has_ended(books: Books, step: Step) -> None:
    one = make_connection(books, USER)
    end(one)
    before = vars(one.connection) | {"_state": None}

    with pytest.raises(ConnectionEnded):
        step(one)
    assert vars(one.connection) | {"_state": None} == before
    assert one.history == [("created", USER), ("ended", "")]


# The history.


def test_every_step_names_its_user_and_its_time(books: Books) -> None:
    one = make_connection(books, USER)
    change(one, "api.bakkerij", ChartMode.TRANSPOSE)
    link_employer(authorised(one))
    link_payroll(one)
    end(one)

    with administration_scope(books.id):
        events = list(ConnectionEvent.objects.select_related("user").order_by("pk"))
    assert [(event.kind, event.user) for event in events] == [
        ("created", books.manager),
        ("username_changed", books.manager),
        ("mode_changed", books.manager),
        ("employer_linked", books.bookkeeper),
        ("payroll_linked", books.bookkeeper),
        ("ended", books.manager),
    ]
    times = [event.happened_at for event in events]
    assert times == sorted(times)
    assert timedelta(0) <= timezone.now() - times[0] < timedelta(minutes=1)


def test_an_event_of_another_kind_is_refused(books: Books) -> None:
    one = make_connection(books, USER)

    with administration_scope(books.id), pytest.raises(IntegrityError), transaction.atomic():
        ConnectionEvent.objects.create(connection_id=one.connection_id, kind="rewritten")


@pytest.mark.parametrize(
    "act",
    [
        lambda: ConnectionEvent.objects.update(detail="otherwise"),
        lambda: ConnectionEvent.objects.all().delete(),
        lambda: ConnectionEvent.objects.get().save(),
        lambda: ConnectionEvent.objects.get().delete(),
        lambda: Connection.objects.all().delete(),
    ],
)
def test_the_application_can_not_rewrite_history(books: Books, act: Callable[[], object]) -> None:
    one = make_connection(books, USER)
    with administration_scope(books.id), pytest.raises(DatabaseError), transaction.atomic():
        act()

    assert one.history == [("created", USER)]


@pytest.mark.parametrize("writer", ["app", "owner", "superuser"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE connections_connectionevent SET detail = 'otherwise'",
        "UPDATE connections_connectionevent SET happened_at = now()",
        "DELETE FROM connections_connectionevent",
        "TRUNCATE connections_connectionevent",
        "DELETE FROM connections_connection",
    ],
)
def test_nor_can_anyone_by_sql(committed_books: Books, writer: Writer, statement: str) -> None:
    one = make_connection(committed_books, USER)

    with pytest.raises(psycopg.Error), transaction_as(writer, committed_books.id) as raw:
        raw.execute(statement)
    assert one.history == [("created", USER)]


def test_an_event_can_not_speak_of_another_administration_s_connection(books: Books) -> None:
    one = make_connection(books, USER)
    other = make_books()

    with administration_scope(other.id), pytest.raises(IntegrityError), transaction.atomic():
        ConnectionEvent.objects.create(connection_id=one.connection_id, kind="ended")
    with administration_scope(other.id), pytest.raises(IntegrityError), transaction.atomic():
        TokenSet.objects.create(
            connection_id=one.connection_id,
            access=b"",
            refresh=b"",
            expires_at=timezone.now(),
            refresh_at=timezone.now(),
        )
