"""The date on which a pay period is booked, by the rules of the administration. Pure.

Loket: a period's number is not a month. One of four weeks, or a week, may lie in two months and in
two years: period 1 may begin in December, the last one end in January, and the payroll year is not
that of either date.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from loket_import.proposal import PeriodChoice


class DateRule(StrEnum):
    """Which day of a pay period its entry is booked on.

    The values are those of `loket_import.models.DateRule`, which can't be had without loading
    Django's models; a date needs none.
    """

    PERIOD_END = "period_end"
    MONTH_END = "month_end"
    PAYMENT_DAY = "payment_day"


class MonthRule(StrEnum):
    """To which month a pay period belongs that lies in two; as `loket_import.models.MonthRule`."""

    ENDS_IN = "ends_in"
    MOST_DAYS = "most_days"
    BEGINS_IN = "begins_in"


@dataclass(frozen=True, slots=True)
class PayPeriod:
    """A pay period of a payroll year; both dates belong to it, and the first is not after the last.

    `number` is None where Loket gives none.
    """

    year: int
    number: int | None
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class DateRules:
    """How a pay period becomes a booking date.

    `payment_day` is a day of the month, 1 to 31, and there with the rule PAYMENT_DAY only; with
    `is_paid_next_month` it is one of the month after that of the period. `keeps_payroll_year`
    holds the date within the payroll year, whatever the other rules say.
    """

    date_rule: str = DateRule.PERIOD_END
    month_rule: str = MonthRule.ENDS_IN
    payment_day: int | None = None
    is_paid_next_month: bool = False
    keeps_payroll_year: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the calendar."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month of a day."""
        return cls(day.year, day.month)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return self.day(31)

    @property
    def following(self) -> "Month":
        """The month after it."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    def day(self, number: int) -> date:
        """The day with a number, or the last one of a month that has not so many."""
        return date(self.year, self.number, min(number, monthrange(self.year, self.number)[1]))


def booked_on(period: PayPeriod, rules: DateRules) -> date:
    """The date on which a pay period is booked. ValueError for a rule that does not exist."""
    found = _day(period, month_of(period, rules.month_rule), rules)
    if not rules.keeps_payroll_year:
        return found
    return min(max(found, date(period.year, 1, 1)), date(period.year, 12, 31))


def month_of(period: PayPeriod, rule: str) -> Month:
    """The month to which a pay period belongs.

    With as many days in two months it belongs to the one in which it ends. A monthly payroll has
    no choice: its periods lie in one month.
    """
    match MonthRule(rule):
        case MonthRule.BEGINS_IN:
            return Month.of(period.starts_on)
        case MonthRule.ENDS_IN:
            return Month.of(period.ends_on)
        case MonthRule.MOST_DAYS:
            return max(_days_by_month(period), key=lambda found: (found[1], found[0]))[0]


def _day(period: PayPeriod, month: Month, rules: DateRules) -> date:
    match DateRule(rules.date_rule):
        case DateRule.PERIOD_END:
            # Of a period that goes on in the next month, the last day of its own.
            return min(period.ends_on, month.last_day)
        case DateRule.MONTH_END:
            return month.last_day
        case DateRule.PAYMENT_DAY:
            paid_in = month.following if rules.is_paid_next_month else month
            return paid_in.day(rules.payment_day or 31)


def _days_by_month(period: PayPeriod) -> Iterator[tuple[Month, int]]:
    """Each month in which the period lies, with how many of its days."""
    first = period.starts_on
    while first <= period.ends_on:
        last = min(Month.of(first).last_day, period.ends_on)
        yield Month.of(first), (last - first).days + 1
        first = last + timedelta(days=1)


def next_open_period(day: date, periods: Iterable[PeriodChoice]) -> PeriodChoice | None:
    """The first period of the books after a day in which can be booked, None if there is none.

    None as well for a day that lies in such a period itself.
    """
    open_ones = [one for one in periods if one.is_open and one.is_year_open]
    if any(one.starts_on <= day <= one.ends_on for one in open_ones):
        return None
    return min(
        (one for one in open_ones if one.starts_on > day),
        key=lambda one: one.starts_on,
        default=None,
    )
