"""Pay periods in words."""

from datetime import date

import pytest
from django.utils import translation

from connections.models import Connection
from loket_import.models import JournalRun
from loket_import.periods import PeriodType, default_description, period_label

MONTH, FOUR_WEEKS, WEEK = PeriodType
UNKNOWN = 7


def run(year: int, number: int | None, starts_on: date, ends_on: date) -> JournalRun:
    """A run of a period, the 17th of its payroll."""
    return JournalRun(
        year=year,
        period_number=number,
        period_start=starts_on,
        period_end=ends_on,
        sequence_number=17,
    )


JANUARY = run(2026, 1, date(2026, 1, 1), date(2026, 1, 31))
FIRST_WEEKS = run(2026, 1, date(2025, 12, 29), date(2026, 1, 25))
LAST_WEEK = run(2026, 53, date(2026, 12, 28), date(2027, 1, 3))
NO_NUMBER = run(2026, None, date(2026, 5, 4), date(2026, 5, 10))


def test_the_keys_are_those_of_loket() -> None:
    assert (MONTH, FOUR_WEEKS, WEEK) == (1, 3, 4)


@pytest.mark.parametrize(
    ("key", "found", "label"),
    [
        (MONTH, JANUARY, "January 2026 (period\N{NO-BREAK SPACE}1)"),
        (FOUR_WEEKS, FIRST_WEEKS, "Period 1 2026 (4\N{NO-BREAK SPACE}weeks)"),
        (WEEK, LAST_WEEK, "Week 53 2026"),
        (UNKNOWN, JANUARY, "2026-1"),
        (None, JANUARY, "2026-1"),
        (MONTH, NO_NUMBER, "04-05-2026 - 10-05-2026"),
        (WEEK, NO_NUMBER, "04-05-2026 - 10-05-2026"),
    ],
)
def test_a_period_is_named_by_its_kind(key: int | None, found: JournalRun, label: str) -> None:
    with translation.override("en"):
        assert period_label(found, Connection(payroll_period_key=key)) == label


def test_a_month_is_named_in_dutch_with_a_capital() -> None:
    with translation.override("nl"):
        assert period_label(JANUARY, Connection(payroll_period_key=MONTH)).startswith(
            "Januari 2026"
        )


@pytest.mark.parametrize(
    ("key", "found", "description"),
    [
        (MONTH, JANUARY, "Loonjournaal 2026 periode 1 run 17"),
        (FOUR_WEEKS, FIRST_WEEKS, "Loonjournaal 2026 periode 1 (4 weken) run 17"),
        (WEEK, LAST_WEEK, "Loonjournaal 2026 week 53 run 17"),
        (UNKNOWN, JANUARY, "Loonjournaal 2026 periode 1 run 17"),
        (None, JANUARY, "Loonjournaal 2026 periode 1 run 17"),
        (MONTH, NO_NUMBER, "Loonjournaal 2026 periode - run 17"),
    ],
)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_description_is_the_same_in_every_language(
    language: str, key: int | None, found: JournalRun, description: str
) -> None:
    with translation.override(language):
        assert default_description(found, Connection(payroll_period_key=key)) == description
