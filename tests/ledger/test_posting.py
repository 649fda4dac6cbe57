"""Posting: balanced, numbered, all or nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connections

from finmaster.tenancy import administration_scope
from ledger.errors import NoPeriod, PostingRefused
from ledger.models import Account, Journal, JournalEntry, JournalLine
from ledger.posting import Draft, DraftLine, post
from tests.books import Books


def draft(
    amount: str = "100.00", *, credit: str | None = None, booked_on: date | None = None
) -> Draft:
    """Gross wages against net wages, in the scope that is open."""
    accounts = {account.code: account.pk for account in Account.objects.all()}
    return Draft(
        journal_id=Journal.objects.get(code="MEM").pk,
        booked_on=booked_on or date(2026, 11, 30),
        description="Loonjournaal",
        lines=(
            DraftLine(accounts["4000"], Decimal(amount), Decimal(0), source_line=1),
            DraftLine(accounts["1700"], Decimal(0), Decimal(credit or amount), source_line=2),
        ),
        posted_by_id=None,
    )


def test_an_entry_gets_the_next_number_of_its_journal_and_year(committed_books: Books) -> None:
    with administration_scope(committed_books.id):
        numbers = [post(draft()).number for _ in range(3)]

    assert numbers == [1, 2, 3]


def test_a_refused_entry_leaves_no_trace_and_gives_its_number_back(committed_books: Books) -> None:
    with administration_scope(committed_books.id):
        with pytest.raises(PostingRefused) as refused:
            post(draft("100.00", credit="99.99"))
        assert refused.value.constraint == "entry_balances"
        assert JournalEntry.objects.count() == JournalLine.objects.count() == 0
        assert post(draft()).number == 1


def test_the_largest_amount_is_held_as_it_is(committed_books: Books) -> None:
    with administration_scope(committed_books.id):
        entry = post(draft("999999999999.99"))
        entry.refresh_from_db()
        amounts = list(entry.lines.order_by("number").values_list("debit", "credit"))

    largest = Decimal("999999999999.99")
    assert entry.total == largest
    assert amounts == [(largest, 0), (0, largest)]


def test_a_date_without_a_period_is_refused(books: Books) -> None:
    with administration_scope(books.id), pytest.raises(NoPeriod):
        post(draft(booked_on=date(2031, 1, 1)))


def test_fifty_at_once_get_fifty_consecutive_numbers(committed_books: Books) -> None:
    start = Barrier(50)

    def one(_: int) -> int:
        try:
            start.wait()
            with administration_scope(committed_books.id):
                number = post(draft()).number
            assert number
            return number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(50) as pool:
        numbers = sorted(pool.map(one, range(50)))

    assert numbers == list(range(1, 51))
