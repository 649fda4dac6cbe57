"""Calendar months in Europe/Amsterdam, each known by its first day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FIRST_YEAR, LAST_YEAR = 2000, 2100


def month_of(moment: datetime) -> date:
    """First day of the month in which a moment falls in Amsterdam."""
    return moment.astimezone(AMSTERDAM).date().replace(day=1)


def this_month() -> date:
    """First day of the month that it is now."""
    return month_of(timezone.now())


def after(month: date, months: int = 1) -> date:
    """First day of the month so many months later, or earlier when negative."""
    years, index = divmod(month.month - 1 + months, 12)
    return date(month.year + years, index + 1, 1)


def last_day(month: date) -> date:
    """Last day of a month."""
    return after(month) - timedelta(days=1)


def begin(month: date) -> datetime:
    """The moment at which a month begins in Amsterdam."""
    return datetime(month.year, month.month, 1, tzinfo=AMSTERDAM)


def is_over(month: date) -> bool:
    """Whether the month has ended in Amsterdam."""
    return month < this_month()


def parse(text: str) -> date:
    """The month that `2026-11` names; ValueError for anything else."""
    year, dash, month = text.partition("-")
    digits = year + month
    if not (dash and len(year) == 4 and len(month) == 2 and digits.isascii() and digits.isdigit()):
        raise ValueError(f"{text!r} is not a month; write it as 2026-11.")
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        raise ValueError(f"The year of {text!r} lies too far off.")
    return date(int(year), int(month), 1)


def written(month: date) -> str:
    """The month as `2026-11`, in addresses, files and on the command line."""
    return f"{month:%Y-%m}"


def label(month: date) -> str:
    """The month in words, in the language of the screen: 'november 2026'."""
    return date_format(month, "F Y")
