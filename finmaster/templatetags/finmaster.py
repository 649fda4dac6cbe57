"""How amounts, dates and icons look on every page, whatever the language of the interface.

Load with `{% load finmaster %}`. Formats never follow the active language: a bookkeeper who
reads the English screens still expects 1.234,56 and 31-01-2026.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CENT = Decimal("0.01")
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"

# Drawn on a grid of 20 by 20, lines of 1.75; colour and size come from the style sheet.
ICONS = {
    "arrow-left": '<path d="M16 10H4M9 5l-5 5 5 5"/>',
    "arrow-right": '<path d="M4 10h12M11 5l5 5-5 5"/>',
    "building": '<path d="M4 17V3h8v14M12 8h4v9M2 17h16M7 6.5h2M7 10h2M7 13.5h2"/>',
    "check": '<path d="M4 10.5l4 4 8-9"/>',
    "chevron-down": '<path d="M5 7.5l5 5 5-5"/>',
    "circle-check": '<circle cx="10" cy="10" r="7.5"/><path d="M6.5 10.3l2.4 2.4 4.6-5.2"/>',
    "circle-cross": (
        '<circle cx="10" cy="10" r="7.5"/><path d="M7.3 7.3l5.4 5.4M12.7 7.3l-5.4 5.4"/>'
    ),
    "clock": '<circle cx="10" cy="10" r="7.5"/><path d="M10 5.5V10l3 2"/>',
    "document": '<path d="M5 2.5h7l3.5 3.5v11.5H5zM12 2.5V6h3.5M8 10h5M8 13.5h5"/>',
    "download": '<path d="M10 3v9M6 8.5l4 4 4-4M3.5 16.5h13"/>',
    "external": '<path d="M11 3.5h5.5V9M16.5 3.5l-7 7M13.5 11.5v5h-10v-10h5"/>',
    "info": '<circle cx="10" cy="10" r="7.5"/><path d="M10 9v4.5M10 6.2v.3"/>',
    "link": (
        '<path d="M8.5 11.5l3-3M9 6.5l2-2a3.2 3.2 0 014.5 4.5l-2 2'
        'M11 13.5l-2 2A3.2 3.2 0 014.5 11l2-2"/>'
    ),
    "lock": '<path d="M4.5 9h11v8h-11zM7 9V6a3 3 0 016 0v3"/>',
    "plus": '<path d="M10 4v12M4 10h12"/>',
    "refresh": '<path d="M16 10a6 6 0 11-1.8-4.3M16.5 3v3.7h-3.7"/>',
    "search": '<circle cx="9" cy="9" r="5.5"/><path d="M13 13l4 4"/>',
    "undo": '<path d="M4 8h8a4.2 4.2 0 010 8.5H8M7.5 4.5L4 8l3.5 3.5"/>',
    "unlink": (
        '<path d="M9 6.5l2-2a3.2 3.2 0 014.5 4.5l-1 1M11 13.5l-2 2A3.2 3.2 0 014.5 11l1-1'
        'M3.5 3.5l13 13"/>'
    ),
    "user": (
        '<circle cx="10" cy="6.5" r="3.5"/>'
        '<path d="M3.5 17c.6-3.6 3.2-5.5 6.5-5.5s5.9 1.9 6.5 5.5"/>'
    ),
    "warning": '<path d="M10 3l8 14H2zM10 8v4M10 14.3v.3"/>',
}


@register.filter
def amount(value: Decimal | str | None) -> str:
    """Write an amount of money as `1.234,56`: two decimals, ASCII minus, '' for nothing.

    The only text it takes is the empty one, which a template puts in place of an absent
    variable. TypeError for any other type, a float above all; ValueError for an amount that is
    not finite or has parts of a cent, since rounding an amount is never a matter of display.
    """
    if value is None or value == "":
        return ""
    if not isinstance(value, Decimal):
        raise TypeError(f"An amount must be a Decimal, not {type(value).__name__}.")
    if not value.is_finite() or value != value.quantize(CENT):
        raise ValueError(f"Not an amount in whole cents: {value}.")
    sign = "-" if value < 0 else ""
    return sign + f"{abs(value):,.2f}".translate(str.maketrans(",.", ".,"))


@register.filter
def amount_or_blank(value: Decimal | str | None) -> str:
    """Write an amount as `amount` does, but zero as '': the empty side of a journal line."""
    return amount(value) if value else ""


@register.filter
def euro(value: Decimal | str | None) -> str:
    """Write an amount as `€ 1.234,56`, with a no-break space; '' for nothing."""
    text = amount(value)
    return f"€{NO_BREAK_SPACE}{text}" if text else ""


@register.filter
def nl_date(value: date | str | None) -> str:
    """Write a date as `31-01-2026`; a moment as its date in Amsterdam; '' for nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        value = _in_amsterdam(value)
    if not isinstance(value, date):
        raise TypeError(f"A date is expected, not {type(value).__name__}.")
    return f"{value:%d-%m-%Y}"


@register.filter
def nl_datetime(value: datetime | str | None) -> str:
    """Write a moment as `31-01-2026 14:05`, the time in Amsterdam; '' for nothing."""
    if value is None or value == "":
        return ""
    if not isinstance(value, datetime):
        raise TypeError(f"A moment is expected, not {type(value).__name__}.")
    return f"{_in_amsterdam(value):%d-%m-%Y %H:%M}"


def _in_amsterdam(moment: datetime) -> datetime:
    """Move a moment to Dutch time; ValueError when it doesn't say in which zone it is."""
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone can't be shown.")
    return moment.astimezone(AMSTERDAM)


@register.filter
def lookup(values: Mapping[object, object] | str | None, key: object) -> object:
    """Take the value of `key` from a dictionary, '' when it or the dictionary is absent."""
    return values.get(key, "") if isinstance(values, Mapping) else ""


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw one of `ICONS` inside the text; hidden from screen readers, so never the only label.

    KeyError for a name that isn't in the set.
    """
    return format_html(
        '<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">{}</svg>',
        mark_safe(ICONS[name]),  # noqa: S308 - our own drawings
    )
