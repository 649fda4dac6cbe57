"""A reversal is the mirror of its original, happens once, and brings every account back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from finmaster.tenancy import administration_scope
from ledger.errors import AlreadyReversed, NoPeriod, PostingRefused
from ledger.models import (
    Account,
    CostCenter,
    CostUnit,
    FiscalYear,
    Journal,
    JournalEntry,
    Period,
)
from ledger.opening import open_year
from ledger.posting import Draft, DraftLine, post
from ledger.reversal import reverse
from tests.books import Books

ZERO = Decimal("0.00")


def post_wages() -> JournalEntry:
    """EUR 100 of wages on 30 November, in the scope that is open."""
    accounts = {account.code: account.pk for account in Account.objects.all()}
    lines = (
        DraftLine(
            accounts["4000"],
            Decimal("100.00"),
            ZERO,
            cost_center_id=CostCenter.objects.get(code="K100").pk,
            cost_unit_id=CostUnit.objects.get(code="P01").pk,
            description="Bruto lonen november",
            source_line=1,
        ),
        DraftLine(accounts["1700"], ZERO, Decimal("100.00"), source_line=2),
    )
    journal = Journal.objects.get(code="MEM").pk
    return post(Draft(journal, date(2026, 11, 30), "Loonjournaal", lines, None))


def undo(
    entry: JournalEntry, booked_on: date = date(2026, 12, 1), reason: str = "Fout"
) -> JournalEntry:
    """The reversal of an entry by nobody in particular."""
    return reverse(entry, booked_on=booked_on, reason=reason, reversed_by_id=None)


def test_a_reversal_has_each_line_on_its_other_side(committed_books: Books) -> None:
    columns = ("number", "account", "cost_center", "cost_unit", "description", "source_line")
    with administration_scope(committed_books.id):
        entry = post_wages()
        reversal = reverse(
            entry,
            booked_on=date(2026, 12, 1),
            reason="Verkeerde maand",
            reversed_by_id=committed_books.bookkeeper.pk,
        )
        original = list(entry.lines.order_by("number").values_list(*columns, "debit", "credit"))
        mirrored = list(reversal.lines.order_by("number").values_list(*columns, "credit", "debit"))

    assert original == mirrored
    assert (entry.number, reversal.number) == (1, 2)
    assert reversal.description == "Tegenboeking Loonjournaal"
    assert reversal.reversal_reason == "Verkeerde maand"
    assert reversal.posted_by_id == committed_books.bookkeeper.pk


def test_a_reversal_in_another_year_is_numbered_there(committed_books: Books) -> None:
    with administration_scope(committed_books.id):
        open_year(2027)
        reversal = undo(post_wages(), date(2027, 1, 1))
        assert (reversal.fiscal_year_id, reversal.number) == (
            FiscalYear.objects.get(label="2027").pk,
            1,
        )


def test_an_entry_is_reversed_once(committed_books: Books) -> None:
    with administration_scope(committed_books.id):
        entry = post_wages()
        undo(entry)
        with pytest.raises(AlreadyReversed):
            undo(entry)
        assert JournalEntry.objects.count() == 2


def test_a_reversal_is_not_reversed(committed_books: Books) -> None:
    with administration_scope(committed_books.id):
        reversal = undo(post_wages())
        with pytest.raises(PostingRefused) as refused:
            undo(reversal)

    assert refused.value.constraint == "entry_reverses_an_original"


def test_a_reversal_is_not_dated_before_its_original(committed_books: Books) -> None:
    with administration_scope(committed_books.id):
        entry = post_wages()

        with pytest.raises(PostingRefused) as refusal:
            undo(entry, date(2026, 11, 29))
        assert refusal.value.constraint == "entry_reversed_not_before"
        assert undo(entry, date(2026, 11, 30)).booked_on == entry.booked_on


def test_a_reversal_needs_a_reason(committed_books: Books) -> None:
    with administration_scope(committed_books.id):
        entry = post_wages()
        with pytest.raises(PostingRefused) as refused:
            undo(entry, reason="")

    assert refused.value.constraint == "entry_reversal_has_reason"


def test_a_reversal_needs_an_open_period(committed_books: Books) -> None:
    with administration_scope(committed_books.id):
        entry = post_wages()
        with pytest.raises(NoPeriod):
            undo(entry, date(2031, 1, 1))
        Period.objects.filter(number=12).update(closed_at=timezone.now())
        with pytest.raises(PostingRefused) as refused:
            undo(entry)

    assert refused.value.constraint == "entry_period_is_open"


def test_of_ten_reversals_at_once_one_is_posted(committed_books: Books) -> None:
    start = Barrier(10)
    with administration_scope(committed_books.id):
        entry = post_wages()

    def one(_: int) -> bool:
        try:
            start.wait()
            with administration_scope(committed_books.id):
                undo(entry)
            return True
        except AlreadyReversed:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(one, range(10))) == 1
