"""Months and percentages on the pages of the connection fee. Load with `{% load fee %}`."""

from datetime import date
from decimal import Decimal

from django import template

from connections.billing.months import label

register = template.Library()


@register.filter
def month_name(month: date | str | None) -> str:
    """A month by its first day, as 'november 2026'; '' for nothing."""
    return label(month) if isinstance(month, date) else ""


@register.filter
def percent(value: Decimal | None) -> str:
    """A percentage without the zeros behind it: '21' or '19,5'; '' for nothing."""
    if value is None:
        return ""
    written = f"{value:f}"
    return (written.rstrip("0").rstrip(".") if "." in written else written).replace(".", ",")
