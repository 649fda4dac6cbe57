"""Bookkeeping periods in words."""

from datetime import timedelta

from django.utils import formats
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ledger.models import Period

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def period_name(period: Period) -> str:
    """'Januari 2026 (periode 1)'; a period that isn't a calendar month with its two dates."""
    if is_calendar_month(period):
        return unbroken(
            _("%(month)s %(year)s (period %(number)s)")
            % {
                "month": capfirst(formats.date_format(period.starts_on, "F")),
                "year": period.starts_on.year,
                "number": period.number,
            }
        )
    return _("Period %(number)s (%(first)s to %(last)s)") % {
        "number": period.number,
        "first": f"{period.starts_on:%d-%m-%Y}",
        "last": f"{period.ends_on:%d-%m-%Y}",
    }


def unbroken(name: str) -> str:
    """The name with its last two words kept on one line: '(periode 1)', '(4 weken)'."""
    *words, last = name.rsplit(" ", 1)
    return NO_BREAK_SPACE.join([*words, last])


def is_calendar_month(period: Period) -> bool:
    """Whether it runs from the first to the last day of one month."""
    first, following = period.starts_on, period.ends_on + timedelta(days=1)
    return first.day == following.day == 1 and (following.month - first.month) % 12 == 1
