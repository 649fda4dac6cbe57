"""What the booking rules mean for the pay periods that a payroll really has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from connections.models import Connection
from loket_import.models import BookingRules, JournalRun
from loket_import.periods import PeriodType, name_of
from loket_import.proposal import PeriodChoice
from loket_import.rules.dates import Month, PayPeriod, booked_on
from loket_import.rules.effective import date_rules, description_by_rules
from loket_import.wizard import runs_of

MOST_PERIODS = 13
SOME_PAYROLL = Connection(payroll_period_key=PeriodType.MONTH)


@dataclass(frozen=True, slots=True)
class DateExample:
    """A pay period and the date on which it is booked.

    `ledger_period` is the bookkeeping period of that date, and `trouble` says why it can't be
    booked in.
    """

    name: str
    period: PayPeriod
    booking_date: date
    ledger_period: str
    trouble: str


@dataclass(frozen=True, slots=True)
class Examples:
    """What the rules mean; `are_own` tells that the periods are those of fetched runs."""

    description: str
    dates: tuple[DateExample, ...]
    are_own: bool


def examples(
    rules: BookingRules, connection: Connection | None, periods: Sequence[PeriodChoice]
) -> Examples:
    """What rules, saved or not, mean for the linked payroll; `periods` are those of the books."""
    # Before a payroll is linked nothing is known of its periods: most are monthly.
    linked = connection if connection and connection.payroll_period_key else SOME_PAYROLL
    newest = runs_of(linked).order_by("-period_end", "-sequence_number").first()
    own = own_periods(linked)
    shown = own or sample_periods(linked.payroll_period_key, localdate().year)
    return Examples(
        description=description_by_rules(newest or sample_run(shown[0]), linked, rules),
        dates=tuple(date_example(one, rules, linked.payroll_period_key, periods) for one in shown),
        are_own=bool(own),
    )


def date_example(
    period: PayPeriod,
    rules: BookingRules,
    period_key: int | None,
    ledger_periods: Sequence[PeriodChoice],
) -> DateExample:
    """The date of a pay period, and the bookkeeping period in which it lies."""
    day = booked_on(period, date_rules(rules))
    found = next((one for one in ledger_periods if one.starts_on <= day <= one.ends_on), None)
    if found is None:
        trouble = _("No fiscal year")
    else:
        trouble = "" if found.is_open and found.is_year_open else _("Closed")
    return DateExample(
        name=name_of(period, period_key),
        period=period,
        booking_date=day,
        ledger_period=found.label if found else "",
        trouble=trouble,
    )


def own_periods(connection: Connection) -> list[PayPeriod]:
    """The pay periods of the fetched runs, the newest first: so many as tell something."""
    rows = (
        runs_of(connection)
        .filter(test_year=False)
        .order_by("-period_end", "-period_start", "-year", "-period_number")
        .values_list("year", "period_number", "period_start", "period_end")
        .distinct()[: 4 * MOST_PERIODS]
    )
    return telling([PayPeriod(*row) for row in rows])


def telling(periods: Sequence[PayPeriod]) -> list[PayPeriod]:
    """At most thirteen periods: of more, those that lie in two months go first."""
    if len(periods) <= MOST_PERIODS:
        return list(periods)
    crossing = [one for one in periods if Month.of(one.starts_on) != Month.of(one.ends_on)]
    kept = set((crossing + [one for one in periods if one not in crossing])[:MOST_PERIODS])
    return [one for one in periods if one in kept]


def sample_periods(period_key: int | None, year: int) -> list[PayPeriod]:
    """Pay periods to explain the rules with before any run is known, the last one first.

    Weeks are ISO weeks, as in most payrolls; a payroll may count them otherwise.
    """
    if period_key not in (PeriodType.FOUR_WEEKS, PeriodType.WEEK):
        months = (Month(year, number) for number in (12, 2, 1))
        return [PayPeriod(year, one.number, one.day(1), one.last_day) for one in months]
    weeks = 4 if period_key == PeriodType.FOUR_WEEKS else 1
    first, following = date.fromisocalendar(year, 1, 1), date.fromisocalendar(year + 1, 1, 1)
    count = (following - first).days // 7 // weeks
    starts = [first + timedelta(weeks=weeks * index) for index in range(count)]
    ends = [start - timedelta(days=1) for start in [*starts[1:], following]]
    found = [
        PayPeriod(year, number, start, end)
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
    ]
    return telling(found[::-1])


def sample_run(period: PayPeriod) -> JournalRun:
    """A run to explain a description with, never saved."""
    return JournalRun(
        year=period.year,
        period_number=period.number,
        period_start=period.starts_on,
        period_end=period.ends_on,
        sequence_number=1,
    )
