"""The last thirteen pay periods: in order, each once, and a gap where one is missing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket_import.insight.run_history import AccountAmount, PayPeriod
from loket_import.insight.wage_trend import MOST_POINTS, trend
from loket_import.periods import PeriodType
from loket_import.sandbox.model import PeriodType as SandboxType
from loket_import.sandbox.periods import periods_of_year

MONTH, FOUR_WEEKS, WEEK = PeriodType


def pay_periods(period_type: PeriodType, *years: int) -> list[PayPeriod]:
    """All pay periods of these years, each with wages of its own."""
    found = [period for year in years for period in periods_of_year(year, SandboxType(period_type))]
    return [
        PayPeriod(
            period.year,
            period.number,
            period.start,
            period.end,
            (),
            (AccountAmount("4000", "Bruto lonen", Decimal(place), kind="expense"),),
        )
        for place, period in enumerate(found, start=1)
    ]


def numbers(periods: list[PayPeriod], period_type: int | None) -> list[tuple[int, int | None]]:
    return [(point.year, point.number) for point in trend(periods, period_type)]


@pytest.mark.parametrize("period_type", list(PeriodType))
@given(data=st.data())
def test_known_periods_are_points_and_the_others_gaps(
    period_type: PeriodType, data: st.DataObject
) -> None:
    every = pay_periods(period_type, 2025, 2026)
    known = data.draw(st.lists(st.sampled_from(every), unique_by=id, min_size=1))

    points = trend(data.draw(st.permutations(known)), period_type)

    last = max(every.index(one) for one in known)
    window = every[max(0, last + 1 - MOST_POINTS) : last + 1]
    first = next(place for place, one in enumerate(window) if one in known)
    assert [(one.year, one.number) for one in points] == [
        (one.year, one.number) for one in window[first:]
    ]
    for point, period in zip(points, window[first:], strict=True):
        if period in known:
            assert point.figures is not None
            assert point.figures.wage_cost == period.amounts[0].net
        else:
            assert point.figures is None


@pytest.mark.parametrize(
    ("period_type", "year", "first"),
    [(MONTH, 2026, 12), (FOUR_WEEKS, 2026, 13), (WEEK, 2026, 52), (WEEK, 2027, 53)],
)
def test_before_the_first_period_of_a_year_comes_the_last_of_the_one_before(
    period_type: PeriodType, year: int, first: int
) -> None:
    every = pay_periods(period_type, year - 1, year)
    first_of_year = next(one for one in every if one.year == year)
    before = every[every.index(first_of_year) - 2]

    assert numbers([before, first_of_year], period_type) == [
        (year - 1, first - 1),
        (year - 1, first),
        (year, 1),
    ]


def test_loket_may_count_a_week_that_the_calendar_does_not() -> None:
    last = PayPeriod(2025, 53, date(2025, 12, 29), date(2026, 1, 4), (), ())
    week_2 = PayPeriod(2026, 2, date(2026, 1, 12), date(2026, 1, 18), (), ())

    assert numbers([last, week_2], WEEK) == [(2025, 53), (2026, 1), (2026, 2)]


@pytest.mark.parametrize("period_type", [None, 2, 7])
def test_of_an_unknown_kind_of_period_no_gap_is_known(period_type: int | None) -> None:
    every = pay_periods(MONTH, 2026)

    assert numbers([every[0], every[4]], period_type) == [(2026, 1), (2026, 5)]


def test_without_numbers_the_dates_tell_the_order() -> None:
    day = date(2026, 1, 5)
    periods = [
        PayPeriod(
            2026, None, day + timedelta(days=7 * week), day + timedelta(days=7 * week + 6), (), ()
        )
        for week in range(20)
    ]

    points = trend(reversed(periods), WEEK)

    assert [point.starts_on for point in points] == [one.starts_on for one in periods[-13:]]


@pytest.mark.parametrize("number", [0, 13, 4711])
def test_a_number_that_no_month_has_is_no_reason_to_count_back(number: int) -> None:
    odd = PayPeriod(2026, number, date(2026, 6, 1), date(2026, 6, 30), (), ())

    assert numbers([odd, pay_periods(MONTH, 2026)[0]], MONTH) == [(2026, 1), (2026, number)]


def test_of_nothing_there_is_no_trend() -> None:
    assert trend([], MONTH) == ()
