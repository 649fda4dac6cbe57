"""Closing a month: statements, corrections, totals, and what never changes again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from pytest_django.fixtures import Settings

from connections.billing.closing import (
    NotToBeClosed,
    close_due_months,
    close_month,
    months_due,
)
from connections.billing.scope import NoBillingScopeError, office_scope, operator_scope
from connections.models.billing import (
    Agreement,
    Closing,
    FeePrice,
    Statement,
    StatementLine,
    StatementVat,
    VatRate,
)
from connections.tasks import close_billing_months
from finmaster.errors import violated_constraint
from finmaster.models import Administration, Office, User
from tests.books import make_user
from tests.connections.billing.histories import (
    add_connection,
    add_steps,
    at,
    make_administration,
    make_office,
)
from tests.connections.connected import at_once
from tests.database import Connection, Writer, empty_database, past_the_guards, transaction_as
from tests.invariants import broken_invariants

OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)
JANUARY = date(2027, 1, 1)


@pytest.fixture(autouse=True)
def in_february() -> Iterator[None]:
    """Months up to January 2027 are over."""
    with time_machine.travel(at(2027, 2, 3), tick=True):
        yield


@pytest.fixture
def operator(db: None) -> User:
    """Staff of the operator."""
    user = make_user("operator@example.nl")
    user.is_staff = True
    user.save()
    return user


def connected(office: Office, count: int = 1, since: Any = None) -> list[Administration]:
    """Administrations that are connected from a moment on."""
    made = [make_administration(office, f"Administratie {number}") for number in range(count)]
    for one in made:
        add_connection(one, [("authorised", since or at(2026, 11, 3))])
    return made


def statement_of(office: Office, month: date) -> Statement:
    with operator_scope():
        return Statement.objects.get(office=office, month=month)


def lines_of(office: Office, month: date) -> list[tuple[str, date, int, Decimal]]:
    """Kind, month, quantity and amount of the lines of a statement."""
    with operator_scope():
        found = StatementLine.objects.filter(statement__office=office, statement__month=month)
        return [
            (one.kind, one.month, one.quantity, one.amount) for one in found.order_by("month", "pk")
        ]


def agree(office: Office, operator: User, holds_from: date, **values: Any) -> None:
    with operator_scope():
        Agreement.objects.create(
            office=office, made_by=operator, holds_from=holds_from, reason="Afgesproken", **values
        )


def test_a_statement_for_each_office(db: None) -> None:
    east, west, idle = make_office("Oost"), make_office("West"), make_office("Stil")
    connected(east, 3)
    connected(west)
    make_administration(idle)

    closed = close_month(NOVEMBER)

    assert closed.is_new
    assert closed.closing.administrations == 4
    assert closed.closing.statement_count == 2
    assert (statement_of(east, NOVEMBER).subtotal, statement_of(east, NOVEMBER).vat) == (
        Decimal("4.50"),
        # 0.945, half a cent upwards.
        Decimal("0.95"),
    )
    assert statement_of(west, NOVEMBER).total == Decimal("1.82")
    assert (closed.closing.subtotal, closed.closing.vat, closed.closing.total) == (
        Decimal("6.00"),
        Decimal("1.27"),
        Decimal("7.27"),
    )


def test_133_administrations(db: None) -> None:
    office = make_office()
    connected(office, 133)

    close_month(NOVEMBER)
    statement = statement_of(office, NOVEMBER)

    assert (statement.subtotal, statement.vat, statement.total) == (
        Decimal("199.50"),
        Decimal("41.90"),
        Decimal("241.40"),
    )


def test_a_line_says_when_and_by_whom(db: None) -> None:
    office, user = make_office(), make_user("wie@example.nl")
    administration = make_administration(office, "Bakkerij")
    add_connection(
        administration, [("authorised", at(2026, 11, 3)), ("ended", at(2026, 11, 20))], by=user
    )

    close_month(NOVEMBER)
    with office_scope(office.pk):
        line = StatementLine.objects.get()

    assert (line.first_day, line.last_day) == (date(2026, 11, 3), date(2026, 11, 20))
    assert (line.connected_at, line.connected_by) == (at(2026, 11, 3), user)
    assert (line.administration_name, line.price, line.amount) == (
        "Bakkerij",
        Decimal("1.50"),
        Decimal("1.50"),
    )


def test_closing_again_changes_nothing(db: None) -> None:
    office = make_office()
    connected(office)
    first = close_month(NOVEMBER)
    connected(office)

    again = close_month(NOVEMBER)

    assert not again.is_new
    assert again.closing == first.closing
    assert len(lines_of(office, NOVEMBER)) == 1


@pytest.mark.parametrize("month", [date(2027, 2, 1), date(2027, 3, 1)])
def test_a_month_that_is_not_over_is_not_closed(db: None, month: date) -> None:
    with pytest.raises(NotToBeClosed):
        close_month(month)


@pytest.mark.parametrize(
    ("now", "is_over"), [(at(2026, 11, 30, 23, 59), False), (at(2026, 12, 1, 0, 0), True)]
)
def test_a_month_is_over_at_midnight(db: None, now: Any, is_over: bool) -> None:
    with time_machine.travel(now, tick=False):
        if is_over:
            assert close_month(NOVEMBER).is_new
        else:
            with pytest.raises(NotToBeClosed):
                close_month(NOVEMBER)


def test_months_are_closed_in_order(db: None) -> None:
    close_month(NOVEMBER)

    for month in (OCTOBER, JANUARY):
        with pytest.raises(NotToBeClosed, match="2026-12"):
            close_month(month)


def test_the_round_closes_all_that_is_due(db: None) -> None:
    office = make_office()
    connected(office, since=at(2026, 11, 20))
    with operator_scope():
        assert not Closing.objects.exists()

    close_billing_months()

    assert months_due() == []
    with operator_scope():
        months = [one.month for one in Closing.objects.order_by("month")]
    assert months == [NOVEMBER, DECEMBER, JANUARY]
    assert close_due_months() == []


def test_nothing_is_due_as_long_as_nobody_was_connected(db: None) -> None:
    assert months_due() == []


def test_the_first_month_to_bill_may_be_set(db: None, settings: Settings) -> None:
    settings.BILLING_FIRST_MONTH = DECEMBER
    connected(make_office(), since=at(2026, 10, 20))

    assert months_due() == [DECEMBER, JANUARY]
    with pytest.raises(NotToBeClosed, match="BILLING_FIRST_MONTH"):
        close_month(NOVEMBER)


def test_waiting_for_authorisation_counts_unless_the_operator_says_otherwise(
    db: None, settings: Settings
) -> None:
    office = make_office()
    add_connection(
        make_administration(office),
        [("authorised", at(2026, 3, 1)), ("reauthorise", at(2026, 10, 5))],
    )
    assert close_month(NOVEMBER).closing.administrations == 1

    settings.BILLING_REAUTHORISATION_COUNTS = False
    assert close_month(DECEMBER).closing.administrations == 0


def test_what_is_discovered_later_becomes_a_correction(db: None) -> None:
    office = make_office()
    (early,) = connected(office)
    close_month(NOVEMBER)
    late = make_administration(office, "Laat")
    add_connection(late, [("authorised", at(2026, 11, 30)), ("ended", at(2026, 12, 2))])

    closed = close_month(DECEMBER)

    assert lines_of(office, NOVEMBER) == [("fee", NOVEMBER, 1, Decimal("1.50"))]
    assert lines_of(office, DECEMBER) == [
        ("added", NOVEMBER, 1, Decimal("1.50")),
        ("fee", DECEMBER, 1, Decimal("1.50")),
        ("fee", DECEMBER, 1, Decimal("1.50")),
    ]
    assert (closed.closing.corrections, closed.closing.administrations) == (1, 2)
    assert close_month(JANUARY).closing.corrections == 0
    assert early.pk


def test_what_turned_out_not_to_count_is_withdrawn_once(db: None) -> None:
    office = make_office()
    administration = make_administration(office)
    made = add_connection(administration, [("authorised", at(2026, 10, 3))])
    close_month(OCTOBER)
    close_month(NOVEMBER)
    add_steps(made, [("ended", at(2026, 10, 20))])

    close_month(DECEMBER)
    close_month(JANUARY)

    assert lines_of(office, DECEMBER) == [("withdrawn", NOVEMBER, -1, Decimal("-1.50"))]
    statement = statement_of(office, DECEMBER)
    # -0.315: half a cent away from zero, as on the statement that it takes back.
    assert (statement.subtotal, statement.vat, statement.total) == (
        Decimal("-1.50"),
        Decimal("-0.32"),
        Decimal("-1.82"),
    )
    assert lines_of(office, JANUARY) == []


def test_an_agreement_of_earlier_months_is_settled_in_the_next(db: None, operator: User) -> None:
    office = make_office()
    connected(office)
    close_month(NOVEMBER)
    agree(office, operator, NOVEMBER, discount=Decimal(50))

    close_month(DECEMBER)
    close_month(JANUARY)

    assert lines_of(office, DECEMBER) == [
        ("repriced", NOVEMBER, 0, Decimal("-0.75")),
        ("fee", DECEMBER, 1, Decimal("0.75")),
    ]
    assert lines_of(office, JANUARY) == [("fee", JANUARY, 1, Decimal("0.75"))]


def test_an_agreement_is_of_one_office_and_ends(db: None, operator: User) -> None:
    east, west = make_office("Oost"), make_office("West")
    connected(east)
    connected(west)
    agree(east, operator, OCTOBER, free_until=NOVEMBER, price=Decimal("1.20"))
    agree(east, operator, JANUARY)

    for month in (NOVEMBER, DECEMBER, JANUARY):
        close_month(month)

    assert [lines_of(east, month)[0][3] for month in (NOVEMBER, DECEMBER, JANUARY)] == [
        Decimal("0.00"),
        Decimal("1.20"),
        Decimal("1.50"),
    ]
    assert {lines_of(west, month)[0][3] for month in (NOVEMBER, DECEMBER, JANUARY)} == {
        Decimal("1.50")
    }


def test_price_and_rate_hold_from_their_month_on(db: None) -> None:
    office = make_office()
    connected(office)
    FeePrice.objects.create(holds_from=DECEMBER, amount=Decimal("1.75"))
    VatRate.objects.create(holds_from=DECEMBER, percentage=Decimal(22))
    close_month(NOVEMBER)
    late = make_administration(office, "Laat")
    add_connection(late, [("authorised", at(2026, 11, 30))])

    close_month(DECEMBER)
    with operator_scope():
        rates = list(
            StatementVat.objects.filter(statement__month=DECEMBER)
            .order_by("percentage")
            .values_list("percentage", "base", "amount")
        )

    # The correction of November has November's price and rate.
    assert rates == [
        (Decimal(21), Decimal("1.50"), Decimal("0.32")),
        (Decimal(22), Decimal("3.50"), Decimal("0.77")),
    ]


def test_the_price_of_a_closed_month_stays(db: None) -> None:
    connected(make_office())
    close_month(NOVEMBER)

    for model, values in (
        (FeePrice, {"amount": Decimal(2)}),
        (VatRate, {"percentage": Decimal(9)}),
    ):
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            model.objects.create(holds_from=NOVEMBER, **values)
        assert violated_constraint(refused.value) == "closed_month_keeps_its_price"


def test_movement_is_told_beside_the_count(db: None) -> None:
    office = make_office()
    connected(office, 2, since=at(2026, 10, 5))
    add_connection(
        make_administration(office),
        [("authorised", at(2026, 10, 5)), ("ended", at(2026, 10, 25))],
    )
    connected(office, 4, since=at(2026, 11, 5))

    october, november = close_month(OCTOBER).closing, close_month(NOVEMBER).closing

    assert (october.administrations, october.begun, october.ended) == (3, 3, 0)
    assert (november.administrations, november.begun, november.ended) == (6, 4, 1)


def test_an_administration_that_moved_is_corrected_where_it_was_billed(db: None) -> None:
    east, west = make_office("Oost"), make_office("West")
    administration = make_administration(east)
    made = add_connection(administration, [("authorised", at(2026, 11, 3))])
    close_month(NOVEMBER)
    Administration.objects.filter(pk=administration.pk).update(office=west)
    add_steps(made, [("ended", at(2026, 11, 3))])
    add_connection(administration, [("authorised", at(2026, 12, 3))])

    close_month(DECEMBER)

    assert lines_of(east, DECEMBER) == []
    assert lines_of(west, DECEMBER) == [("fee", DECEMBER, 1, Decimal("1.50"))]


def test_two_closings_at_once_give_one(committed: None) -> None:
    office = make_office()
    connected(office, 3)

    with time_machine.travel(at(2027, 2, 3), tick=True):
        results = at_once(lambda _number: close_month(NOVEMBER), range(6), threads=6)

    assert sorted(one.is_new for one in results) == [False] * 5 + [True]
    with operator_scope():
        assert Statement.objects.count() == 1
        assert StatementLine.objects.count() == 3


@contextmanager
def billing_as(writer: Writer, office: Office | None = None) -> Iterator[Connection]:
    """A transaction of raw SQL in the scope of an office, or of all; what fails in it, ends it."""
    offices = f"{{{office.pk}}}" if office else "all"
    with transaction_as(writer) as raw:
        raw.execute("SELECT set_config('app.billing_offices', %s, true)", [offices])
        yield raw


FROZEN = {
    "connections_closing": "total = total",
    "connections_statement": "total = total",
    "connections_statementvat": "amount = amount",
    "connections_statementline": "amount = amount",
    "connections_feeprice": "amount = amount",
    "connections_vatrate": "percentage = percentage",
}


@pytest.fixture
def closed_office(committed: None) -> Office:
    """A closed November of one office with one administration, committed."""
    office = make_office()
    connected(office)
    close_month(NOVEMBER)
    return office


@pytest.mark.parametrize("writer", ["owner", "superuser"])
def test_what_is_closed_never_changes(closed_office: Office, writer: Any) -> None:
    for table, change in FROZEN.items():
        for command in (f"UPDATE {table} SET {change}", f"DELETE FROM {table}"):  # noqa: S608
            with billing_as(writer) as raw, pytest.raises(Exception, match="is refused"):
                raw.execute(command)


@pytest.mark.parametrize(
    ("table", "changed", "guard"),
    [
        ("connections_statementline", {"administration_id": "%(other)s"}, "its_lines"),
        ("connections_statementvat", {"percentage": "9"}, "its_lines"),
        ("connections_statement", {"office_id": "%(office)s", "number": "2"}, "its_statements"),
    ],
)
def test_nothing_is_added_to_what_is_closed(
    closed_office: Office, table: str, changed: dict[str, str], guard: str
) -> None:
    other = make_administration(closed_office)
    second = make_office("Ander")
    if table == "connections_statement":
        guard = "its_lines"
    with transaction_as("superuser") as raw:
        columns = [
            one.name
            for one in raw.execute(f"SELECT * FROM {table}").description  # noqa: S608
            if one.name != "id"
        ]
    values = ", ".join(changed.get(one, one) for one in columns)
    command = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table}"  # noqa: S608

    with (
        billing_as("app") as raw,
        pytest.raises(Exception, match="does not add up") as refused,
    ):
        raw.execute(command, {"other": other.pk, "office": second.pk})

    assert refused.value.diag.constraint_name.endswith(guard)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE connections_statement SET subtotal = 3, total = 3.32", "statement"),
        ("UPDATE connections_statement SET vat = 0.31, total = 1.81", "statement"),
        ("UPDATE connections_statementline SET amount = 1, price = 1", "statement"),
        ("DELETE FROM connections_statementline", "statement"),
        ("UPDATE connections_closing SET subtotal = 2, total = 2.32", "closing"),
        ("DELETE FROM connections_statement", "closing"),
    ],
)
def test_what_was_done_past_the_guards_is_found(
    closed_office: Office, change: str, named: str
) -> None:
    assert broken_invariants() == []
    try:
        with past_the_guards() as raw:
            raw.execute(change)
        found = broken_invariants()
    finally:
        empty_database()

    assert any(line.startswith("I16") and named in line for line in found), found


def test_a_closing_without_its_statements_is_refused(committed: None) -> None:
    with (
        pytest.raises(Exception, match="does not add up"),
        operator_scope(),
    ):
        Closing.objects.create(
            month=NOVEMBER,
            closed_at=at(2027, 1, 1),
            environment="sandbox",
            reauthorisation_counts=True,
            administrations=1,
            begun=1,
            ended=0,
            corrections=0,
            statement_count=1,
            subtotal=Decimal("1.50"),
            vat=Decimal("0.32"),
            total=Decimal("1.82"),
        )


def test_the_database_closes_no_month_that_is_not_over(committed: None) -> None:
    with pytest.raises(DatabaseError) as refused, operator_scope():
        Closing.objects.create(
            month=NOVEMBER,
            closed_at=at(2026, 11, 30, 23, 59),
            environment="sandbox",
            reauthorisation_counts=True,
            **dict.fromkeys(
                ("administrations", "begun", "ended", "corrections", "statement_count"), 0
            ),
            **dict.fromkeys(("subtotal", "vat", "total"), Decimal(0)),
        )

    assert violated_constraint(refused.value) == "closed_after_the_month"


def test_an_office_sees_its_own_rows_only_and_writes_none(closed_office: Office) -> None:
    other = make_office("Vreemd")
    tables = ("statement", "statementvat", "statementline")
    for office, expected in ((closed_office, 1), (other, 0)):
        for table in tables:
            with billing_as("app", office) as raw:
                found = raw.execute(f"SELECT count(*) FROM connections_{table}")  # noqa: S608
                assert found.fetchone() == (expected,), table
    with billing_as("app", other) as raw, pytest.raises(Exception, match="row-level security"):
        raw.execute(
            "INSERT INTO connections_agreement (office_id, holds_from, reason, made_by_id, made_at)"
            " VALUES (%s, '2026-11-01', 'gratis', 1, now())",
            [other.pk],
        )


@pytest.mark.parametrize("table", ["closing", "statement", "statementvat", "statementline"])
def test_without_a_scope_the_database_refuses(closed_office: Office, table: str) -> None:
    with pytest.raises(Exception, match="no office is in scope"), transaction_as("app") as raw:
        raw.execute(f"SELECT FROM connections_{table}")


def test_without_a_scope_the_manager_refuses(db: None) -> None:
    with pytest.raises(NoBillingScopeError):
        Statement.objects.count()


def test_the_command_says_what_it_did(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    connected(make_office(), 2)

    call_command("close_billing_month", "2026-11")
    call_command("close_billing_month", "2026-11")

    assert capsys.readouterr().out.splitlines() == [
        "2026-11 closed: 2 administrations, 0 corrections, 1 statements, EUR 3.00 excl. VAT, "
        "VAT 0.63, EUR 3.63 in all.",
        "2026-11 was closed already: 2 administrations, 0 corrections, 1 statements, "
        "EUR 3.00 excl. VAT, VAT 0.63, EUR 3.63 in all.",
    ]


@pytest.mark.parametrize("text", ["2027-02", "november", "2026-13", "2026-1"])
def test_the_command_refuses_other_months(db: None, text: str) -> None:
    with pytest.raises(CommandError):
        call_command("close_billing_month", text)


def test_a_month_without_price_is_not_closed(db: None) -> None:
    with pytest.raises(NotToBeClosed, match="2019-12"):
        close_month(date(2019, 12, 1))


def test_the_closing_is_on_the_schedule() -> None:
    tasks = [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]

    assert close_billing_months.name in tasks


def test_the_audit_of_what_was_counted_is_kept(db: None) -> None:
    connected(make_office())
    closing = close_month(NOVEMBER).closing

    assert (closing.environment, closing.reauthorisation_counts) == ("sandbox", True)
    with connection.cursor() as cursor, operator_scope():
        cursor.execute("SELECT sum(amount) FROM connections_statementline")
        assert cursor.fetchone() == (closing.subtotal,)
