"""Payroll periods: each day of a year in exactly one of them."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from loket_import.sandbox.model import PeriodType
from loket_import.sandbox.periods import paid_periods, periods_of_year


@pytest.mark.parametrize("period_type", PeriodType)
def test_periods_follow_each_other_without_a_gap(period_type):
    periods = [p for year in range(2018, 2036) for p in periods_of_year(year, period_type)]

    for before, after in pairwise(periods):
        assert after.start - before.end == timedelta(days=1)


@pytest.mark.parametrize(
    ("period_type", "year", "count"),
    [
        (PeriodType.MONTH, 2026, 12),
        (PeriodType.FOUR_WEEKS, 2025, 13),
        (PeriodType.FOUR_WEEKS, 2026, 13),
        (PeriodType.WEEK, 2025, 52),
        (PeriodType.WEEK, 2026, 53),
    ],
)
def test_a_year_has_its_number_of_periods(period_type, year, count):
    periods = periods_of_year(year, period_type)

    assert [period.number for period in periods] == list(range(1, count + 1))


def test_the_last_four_weeks_are_five_in_a_year_of_53():
    last = periods_of_year(2026, PeriodType.FOUR_WEEKS)[-1]

    assert (last.start, last.end) == (date(2026, 11, 30), date(2027, 1, 3))


def test_a_period_that_has_not_ended_is_not_paid_yet():
    periods = paid_periods(date(2026, 3, 31), PeriodType.MONTH)

    assert (periods[-1].year, periods[-1].number) == (2026, 2)


def test_in_early_january_the_first_period_is_there():
    periods = paid_periods(date(2026, 1, 2), PeriodType.MONTH)

    assert (periods[-1].year, periods[-1].number) == (2026, 1)
