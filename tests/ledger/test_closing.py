"""Closing and posting at once: an entry is in before the period closes, or not at all."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from finmaster.tenancy import administration_scope
from ledger.errors import PostingRefused
from ledger.models import FiscalYear, JournalEntry, Period
from ledger.posting import hold_period
from tests.books import Books
from tests.database import transaction_as
from tests.ledger.conftest import post_wages
from tests.ledger.drafts import BOOKED_ON, RawDraft, chart_of, write

# Long enough to see that the other one waits, short enough not to keep the tests waiting.
MOMENT_SECONDS = 0.5


def close_november(administration_id: int) -> None:
    """In a transaction and a thread of its own, by the clock of the caller."""
    try:
        with administration_scope(administration_id):
            Period.objects.filter(number=11).update(closed_at=timezone.now())
    finally:
        connections.close_all()


def test_closing_waits_for_an_entry_that_is_under_way(committed_books: Books) -> None:
    chart = chart_of(committed_books)
    with ThreadPoolExecutor(1) as pool:
        with administration_scope(chart.administration):
            hold_period(BOOKED_ON)
            closing = pool.submit(close_november, chart.administration)
            assert not wait([closing], MOMENT_SECONDS).done
            post_wages(chart)
        closing.result()

    with administration_scope(chart.administration):
        entry, period = JournalEntry.objects.get(), Period.objects.get(number=11)
    assert entry.posted_at
    assert period.closed_at
    assert entry.posted_at < period.closed_at


def test_closing_waits_for_raw_sql_as_well(committed_books: Books) -> None:
    chart = chart_of(committed_books)
    with ThreadPoolExecutor(1) as pool:
        with transaction_as("app", chart.administration) as connection:
            write(connection, chart, RawDraft())
            closing = pool.submit(close_november, chart.administration)
            assert not wait([closing], MOMENT_SECONDS).done
        closing.result()


@pytest.mark.parametrize("model", [Period, FiscalYear])
def test_the_time_of_closing_is_the_database_s(
    committed_books: Books, model: type[Period | FiscalYear]
) -> None:
    before = timezone.now()
    with administration_scope(committed_books.id):
        model.objects.update(closed_at=datetime(2020, 1, 1, tzinfo=UTC))
        times = list(model.objects.values_list("closed_at", flat=True))
        assert min(filter(None, times)) > before - timedelta(minutes=1)
        model.objects.update(closed_at=None)
        assert not model.objects.exclude(closed_at=None).exists()


def test_an_entry_waits_for_the_closing_and_is_refused(committed_books: Books) -> None:
    chart = chart_of(committed_books)

    def post_one() -> None:
        try:
            with administration_scope(chart.administration):
                post_wages(chart)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction_as("app", chart.administration) as connection:
            connection.execute("UPDATE ledger_period SET closed_at = now() WHERE number = 11")
            posting = pool.submit(post_one)
            assert not wait([posting], MOMENT_SECONDS).done
        with pytest.raises(PostingRefused) as refused:
            posting.result()

    assert refused.value.constraint == "entry_period_is_open"
