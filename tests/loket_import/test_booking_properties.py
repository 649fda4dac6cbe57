"""Whatever lines are found bookable are posted as proposed, to the cent."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from connections.models import Connection
from finmaster.tenancy import administration_scope
from ledger.models import JournalEntry
from loket_import.booking import BookingOrder, book
from loket_import.invariants import INVARIANTS
from loket_import.models import JournalRun
from loket_import.preview import preview
from loket_import.schemas import ResultLine, RunResults
from loket_import.storing import add_content
from tests.books import Books, make_books

ZERO = Decimal(0)
CODES = ("1700", "1710", "1740", "4000", "4100 ", " 4000")
CENTERS = (None, "", "K100", "K200 ")
PAYROLL = uuid4()


class Undone(Exception):
    """Ends a scope without committing what was done in it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to book."""

    books: Books
    connection_id: int


@pytest.fixture(scope="module")
def place(committed_for_module: None) -> Place:
    """Books with a connection; what the tests book is undone."""
    books = make_books()
    with administration_scope(books.id):
        connection = Connection.objects.create(
            environment="sandbox",
            username="x",
            chart_mode="adopt",
            state="active",
            employer_id=uuid4(),
            payroll_administration_id=PAYROLL,
        )
    return Place(books, connection.pk)


def result_line(code: str, center: str | None, debit: Decimal, credit: Decimal) -> ResultLine:
    """A line as the client yields it."""
    return ResultLine(code, "Lonen", center, None, None, None, debit, credit, None, None)


cents = st.integers(-(10**11), 10**11).map(lambda value: Decimal(value).scaleb(-2))
small = st.integers(-300, 300).map(lambda value: Decimal(value).scaleb(-2))
odd = st.sampled_from([Decimal("12.5"), Decimal("12.500"), Decimal("1E+2"), Decimal("0.005"), ZERO])
amounts = st.one_of(cents, small, st.just(ZERO), odd)
lines = st.lists(
    st.builds(result_line, st.sampled_from(CODES), st.sampled_from(CENTERS), amounts, amounts),
    min_size=1,
    max_size=25,
)


def balanced(found: list[ResultLine]) -> list[ResultLine]:
    """The lines and one more, after which debit equals credit."""
    difference = sum((line.debit - line.credit for line in found), ZERO)
    return [*found, result_line("1700", None, ZERO, difference)]


def stored_run(found: list[ResultLine]) -> JournalRun:
    """A run with these lines, in the scope that is open."""
    run = JournalRun.objects.create(
        environment="sandbox",
        loket_id=uuid4(),
        employer_id=uuid4(),
        payroll_administration_id=PAYROLL,
        payroll_run_id=uuid4(),
        sequence_number=1,
        status_key=4,
        status_text="Journaal gereed",
        method_key=2,
        method_text="Individueel",
        year=2026,
        period_number=10,
        period_start=date(2026, 10, 1),
        period_end=date(2026, 10, 31),
        test_year=False,
        requested_at=timezone.now(),
        seen_at=timezone.now(),
    )
    add_content(run, RunResults(pages=(b"{}",), lines=tuple(found)))
    return run


def check(place: Place, found: list[ResultLine], *, condenses: bool = False) -> bool:
    """Book the lines if they are found bookable; whether they were."""
    run = stored_run(found)
    JournalRun.objects.filter(pk=run.pk).update(condenses=condenses)
    run.refresh_from_db()
    seen = preview(run, Connection.objects.get(pk=place.connection_id))
    assert seen is not None
    if not seen.proposal.is_bookable:
        return False
    entry = book(run.pk, BookingOrder.of(seen), user_id=place.books.bookkeeper.pk).entry
    booked = list(
        JournalEntry.objects.get(pk=entry.pk)
        .lines.order_by("number")
        .values_list("account_id", "cost_center_id", "debit", "credit", "source_line")
    )
    assert booked == [
        (
            line.account and line.account.id,
            line.cost_center and line.cost_center.id,
            line.debit,
            line.credit,
            line.source_lines[0] if len(line.source_lines) == 1 else None,
        )
        for line in seen.proposal.lines
    ]
    to_one_side = sum((max(line.debit, ZERO) + max(-line.credit, ZERO) for line in found), ZERO)
    assert entry.total == seen.proposal.total_debit == to_one_side
    if condenses:
        # Each account, cost centre and side once, and all that is wrong with the books is nothing.
        assert len({(row[0], row[1], row[2] > 0) for row in booked}) == len(booked)
        assert broken() == []
        return True
    net = {number: line.debit - line.credit for number, line in enumerate(found, start=1)}
    for number, difference in net.items():
        halves = [row[2] - row[3] for row in booked if row[4] == number]
        assert sum(halves, ZERO) == difference
    return True


def broken() -> list[tuple[str, ...]]:
    """What breaks an invariant between runs and books, in the scope that is open."""
    rows: list[tuple[str, ...]] = []
    with connection.cursor() as cursor:
        for invariant in INVARIANTS:
            cursor.execute(invariant.query)
            rows += cursor.fetchall()
    return rows


@settings(max_examples=120, deadline=None)
@given(found=lines.map(balanced), condenses=st.booleans())
def test_what_is_found_bookable_is_posted_to_the_cent(
    place: Place, found: list[ResultLine], condenses: bool
) -> None:
    with suppress(Undone), administration_scope(place.books.id):
        event("bookable" if check(place, found, condenses=condenses) else "not bookable")
        raise Undone


@settings(max_examples=60, deadline=None)
@given(found=lines)
def test_what_does_not_balance_is_not_found_bookable(place: Place, found: list[ResultLine]) -> None:
    assume(sum((line.debit - line.credit for line in found), ZERO) != 0)
    with suppress(Undone), administration_scope(place.books.id):
        assert not check(place, found)
        raise Undone
