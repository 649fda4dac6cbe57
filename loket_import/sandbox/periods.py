"""Payroll periods: monthly, four-weekly and weekly, as Dutch payroll counts them.

Weeks are ISO weeks, so period 1 may begin in December and the last one may end in January. A year
has 13 four-week periods; in a year of 53 weeks the thirteenth has five.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from .model import PayrollPeriod, PeriodType


def periods_of_year(year: int, period_type: PeriodType) -> list[PayrollPeriod]:
    """All periods of a payroll year, in order."""
    if period_type is PeriodType.MONTH:
        return [_month(year, month) for month in range(1, 13)]
    weeks_each = 4 if period_type is PeriodType.FOUR_WEEKS else 1
    return _weeks(year, weeks_each)


def paid_periods(today: date, period_type: PeriodType) -> list[PayrollPeriod]:
    """Periods of last year and this one that ended before today.

    The first period of this year is always among them: in early January its wages have been
    calculated in advance, so that the current year never stands empty.
    """
    this_year = periods_of_year(today.year, period_type)
    last_year = periods_of_year(today.year - 1, period_type)
    ended = [period for period in this_year if period.end < today]
    return last_year + (ended or this_year[:1])


def _month(year: int, month: int) -> PayrollPeriod:
    last_day = monthrange(year, month)[1]
    return PayrollPeriod(year, month, date(year, month, 1), date(year, month, last_day))


def _weeks(year: int, weeks_each: int) -> list[PayrollPeriod]:
    first, next_first = date.fromisocalendar(year, 1, 1), date.fromisocalendar(year + 1, 1, 1)
    count = (next_first - first).days // 7 // weeks_each
    length = timedelta(weeks=weeks_each)
    starts = [first + index * length for index in range(count)]
    ends = [start - timedelta(days=1) for start in [*starts[1:], next_first]]
    return [
        PayrollPeriod(year, number, start, end)
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
    ]
