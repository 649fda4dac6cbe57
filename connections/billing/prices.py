"""What the fee is in a month: general price, an office's agreement, VAT. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol, TypeVar

from connections.billing.months import after

CENT = Decimal("0.01")
HUNDRED = Decimal(100)
NOTHING = Decimal("0.00")


class Dated(Protocol):
    """Something that holds from a month on, until the next one of its kind does."""

    @property
    def holds_from(self) -> date: ...


class Agreed(Dated, Protocol):
    """An office's agreement: at most one of a price and a discount; free up to a month's end."""

    @property
    def holds_until(self) -> date | None: ...
    @property
    def price(self) -> Decimal | None: ...
    @property
    def discount(self) -> Decimal | None: ...
    @property
    def free_until(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of months with one price: first and last month, both included."""

    first: date
    last: date
    price: Decimal


@dataclass(frozen=True, slots=True)
class Bill:
    """An office's total: excl. VAT, VAT, incl. VAT."""

    subtotal: Decimal
    vat: Decimal

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.vat


class NoPrice(LookupError):
    """No price or VAT rate holds in a month."""


D = TypeVar("D", bound=Dated)


def holding(rows: Iterable[D], month: date) -> D | None:
    """The row that holds in a month: the latest that began, the last entered of equals.

    `rows` are in the order in which they were entered.
    """
    found: D | None = None
    for row in rows:
        if row.holds_from <= month and (found is None or row.holds_from >= found.holds_from):
            found = row
    return found


def rounded(amount: Decimal) -> Decimal:
    """In whole cents, half a cent upwards (away from zero): how Dutch VAT is rounded."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def agreed_price(general: Decimal, agreement: Agreed | None, month: date) -> Decimal:
    """What an office pays in a month for one administration, excl. VAT."""
    if agreement is None or (agreement.holds_until and agreement.holds_until < month):
        return general
    if agreement.free_until is not None and month <= agreement.free_until:
        return NOTHING
    return price_when_charged(general, agreement)


def price_when_charged(general: Decimal, agreement: Agreed) -> Decimal:
    """The price under an agreement in a month that isn't free."""
    if agreement.price is not None:
        return agreement.price
    if agreement.discount is not None:
        return rounded(general * (HUNDRED - agreement.discount) / HUNDRED)
    return general


def vat_over(subtotal: Decimal, percentage: Decimal) -> Decimal:
    """VAT over an office's total at one rate, not over each line: the sum is rounded once.

    133 administrations are 199.50, and 21% of that is 41.895: 41.90. Rounding each line would
    make it 42.56. Wet OB / Uitvoeringsbesluit: arithmetical rounding, over the total.
    """
    return rounded(subtotal * percentage / HUNDRED)


def stretches(prices: Iterable[tuple[date, Decimal]]) -> list[Stretch]:
    """Neighbouring months with the same price joined; takes months in order."""
    found: list[Stretch] = []
    for month, price in prices:
        if found and found[-1].price == price and after(found[-1].last) == month:
            found[-1] = Stretch(found[-1].first, month, price)
        else:
            found.append(Stretch(month, month, price))
    return found


def months_between(first: date, last: date) -> list[date]:
    """The months from `first` up to and including `last`."""
    found = []
    while first <= last:
        found.append(first)
        first = after(first)
    return found


def bill_of(amounts: Sequence[Decimal], percentage: Decimal) -> Bill:
    """The bill of amounts at one rate."""
    subtotal = sum(amounts, NOTHING)
    return Bill(subtotal, vat_over(subtotal, percentage))
