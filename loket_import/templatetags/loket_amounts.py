"""How amounts of Loket's are shown before they are checked: exact, whatever they are.

Load with `{% load loket_amounts %}`. An amount that is to be booked is shown by `amount` instead,
which refuses parts of a cent.
"""

from decimal import Decimal

from django import template

from loket_import.amounts import exact_text

register = template.Library()


@register.filter
def exact_amount(value: Decimal) -> str:
    """Write an amount as `1.234,56`, with as many decimals more as it has."""
    return exact_text(value)
