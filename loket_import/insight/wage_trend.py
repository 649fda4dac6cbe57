"""Wage cost, employer's charges and net pay over the last pay periods; a gap where one is missing.

Pure. Source: Loket's payrollPeriodType; a year has 12 months, 13 periods of four weeks, or 52 or
53 weeks, and the first of them may begin in December.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date

from loket_import.insight.run_history import PayPeriod
from loket_import.insight.wage_figures import WageFigures, figures_of
from loket_import.periods import PeriodType

MOST_POINTS = 13
MOST_NUMBERS: dict[int, int] = {
    PeriodType.MONTH: 12,
    PeriodType.FOUR_WEEKS: 13,
    PeriodType.WEEK: 53,
}


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A pay period; of one that is a gap only `year` and `number` are known."""

    year: int
    number: int | None
    starts_on: date | None = None
    ends_on: date | None = None
    figures: WageFigures | None = None


def trend(periods: Iterable[PayPeriod], period_type: int | None) -> tuple[TrendPoint, ...]:
    """The last pay periods, in order of time, whatever the order in which they are given.

    It ends with the last one given and begins with a period of which something is known, at most
    `MOST_POINTS` in all. `period_type` is Loket's key; without it, or without a proper number
    on each period, no gap can be known and there is none.
    """
    known = sorted(periods, key=lambda period: (period.starts_on, period.ends_on))
    by_number = {(period.year, period.number or 0): period for period in known}
    most_numbers = MOST_NUMBERS.get(period_type or 0, 0)
    is_numbered = all(1 <= number <= most_numbers for _, number in by_number)
    if not is_numbered or len(by_number) != len(known):
        return tuple(map(_point, known[-MOST_POINTS:]))
    points: list[TrendPoint] = []
    place = max(by_number, default=None)
    while place is not None and len(points) < MOST_POINTS:
        found = by_number.get(place)
        points.append(_point(found) if found else TrendPoint(*place))
        place = _before(place, period_type, by_number)
    while points and points[-1].figures is None:
        points.pop()
    return tuple(reversed(points))


def _point(period: PayPeriod) -> TrendPoint:
    return TrendPoint(
        period.year,
        period.number,
        period.starts_on,
        period.ends_on,
        figures_of(period.amounts),
    )


def _before(
    place: tuple[int, int], period_type: int | None, known: Container[tuple[int, int]]
) -> tuple[int, int]:
    """The pay period before, as (year, number)."""
    year, number = place
    if number > 1:
        return year, number - 1
    return year - 1, _periods_of_year(year - 1, period_type, known)


def _periods_of_year(year: int, period_type: int | None, known: Container[tuple[int, int]]) -> int:
    if period_type != PeriodType.WEEK:
        return MOST_NUMBERS[period_type or 0]
    # Loket may count a week 53 where ISO 8601 doesn't.
    last_week = date(year, 12, 28).isocalendar().week
    return max(last_week, 53 if (year, 53) in known else 0)
