"""Pay periods in words. A period's number is not a month and not a bookkeeping period."""

from collections.abc import Mapping
from datetime import date
from enum import IntEnum

from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from connections.models import Connection
from ledger.period_names import unbroken
from loket_import.models import JournalRun
from loket_import.rules.dates import PayPeriod
from loket_import.rules.descriptions import MONTHS, Described, day_text


class PeriodType(IntEnum):
    """Keys of Loket's payrollPeriodType."""

    MONTH = 1
    FOUR_WEEKS = 3
    WEEK = 4


def pay_period(run: JournalRun) -> PayPeriod:
    """The pay period of a run."""
    return PayPeriod(
        year=run.year,
        number=run.period_number,
        starts_on=run.period_start,
        ends_on=run.period_end,
    )


def period_label(run: JournalRun, connection: Connection) -> str:
    """The pay period of a run, as `name_of` writes it."""
    return name_of(pay_period(run), connection.payroll_period_key)


def name_of(period: PayPeriod, period_key: int | None) -> str:
    """'Januari 2026 (periode 1)', 'Periode 13 2026 (4 weken)', 'Week 53 2026' or the two dates."""
    if period.number is None:
        return f"{day_text(period.starts_on)} - {day_text(period.ends_on)}"
    return numbered_period(period.year, period.number, period.ends_on, period_key)


def numbered_period(year: int, number: int, day: date, period_key: int | None) -> str:
    """A pay period with a number, as `name_of` writes it; a `day` of it tells which month it is."""
    match period_key:
        case PeriodType.MONTH:
            month = capfirst(formats.date_format(day, "F"))
            return unbroken(
                _("%(month)s %(year)s (period %(number)s)")
                % {"month": month, "year": year, "number": number}
            )
        case PeriodType.FOUR_WEEKS:
            return unbroken(
                _("Period %(number)s %(year)s (4 weeks)") % {"number": number, "year": year}
            )
        case PeriodType.WEEK:
            return _("Week %(number)s %(year)s") % {"number": number, "year": year}
        case _other:
            return f"{year}-{number}"


def default_description(run: JournalRun, connection: Connection) -> str:
    """The description of an entry without a template; the same in every language."""
    return f"Loonjournaal {run.year} {numbered(run, connection)} run {run.sequence_number}"


def numbered(run: JournalRun, connection: Connection) -> str:
    """'periode 1', 'periode 13 (4 weken)' or 'week 53'; the same in every language."""
    number = run.period_number or "-"
    match connection.payroll_period_key:
        case PeriodType.FOUR_WEEKS:
            return f"periode {number} (4 weken)"
        case PeriodType.WEEK:
            return f"week {number}"
        case _other:
            return f"periode {number}"


def placeholders_of(run: JournalRun, connection: Connection) -> Mapping[str, str]:
    """What a template for descriptions names of a run, by placeholder; in Dutch."""
    is_month = connection.payroll_period_key == PeriodType.MONTH
    return Described(
        period=pay_period(run),
        period_name=(MONTHS[run.period_end.month - 1] if is_month else numbered(run, connection)),
        run_number=run.sequence_number,
        employer=connection.employer_name,
        payroll=connection.payroll_name,
    ).values()
