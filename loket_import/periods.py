"""Pay periods in words. A period's number is not a month and not a bookkeeping period."""

from enum import IntEnum

from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from connections.models import Connection
from ledger.period_names import unbroken
from loket_import.models import JournalRun


class PeriodType(IntEnum):
    """Keys of Loket's payrollPeriodType."""

    MONTH = 1
    FOUR_WEEKS = 3
    WEEK = 4


def period_label(run: JournalRun, connection: Connection) -> str:
    """'Januari 2026 (periode 1)', 'Periode 13 2026 (4 weken)', 'Week 53 2026' or the two dates."""
    if run.period_number is None:
        return f"{run.period_start:%d-%m-%Y} - {run.period_end:%d-%m-%Y}"
    match connection.payroll_period_key:
        case PeriodType.MONTH:
            month = capfirst(formats.date_format(run.period_end, "F"))
            return unbroken(
                _("%(month)s %(year)s (period %(number)s)")
                % {"month": month, "year": run.year, "number": run.period_number}
            )
        case PeriodType.FOUR_WEEKS:
            return unbroken(
                _("Period %(number)s %(year)s (4 weeks)")
                % {"number": run.period_number, "year": run.year}
            )
        case PeriodType.WEEK:
            return _("Week %(number)s %(year)s") % {"number": run.period_number, "year": run.year}
        case _other:
            return f"{run.year}-{run.period_number}"


def default_description(run: JournalRun, connection: Connection) -> str:
    """The description of an entry until the user writes another; the same in every language."""
    number = run.period_number or "-"
    match connection.payroll_period_key:
        case PeriodType.FOUR_WEEKS:
            period = f"periode {number} (4 weken)"
        case PeriodType.WEEK:
            period = f"week {number}"
        case _other:
            period = f"periode {number}"
    return f"Loonjournaal {run.year} {period} run {run.sequence_number}"
