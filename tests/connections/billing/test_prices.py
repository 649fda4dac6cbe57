"""Prices, agreements and VAT: pure rules."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.billing.months import after
from connections.billing.prices import (
    Stretch,
    agreed_price,
    bill_of,
    holding,
    stretches,
    vat_over,
)

JANUARY = date(2026, 1, 1)
GENERAL = Decimal("1.50")
month_numbers = st.integers(0, 40)


@dataclass(frozen=True, slots=True)
class Terms:
    """An agreement."""

    holds_from: date = JANUARY
    holds_until: date | None = None
    price: Decimal | None = None
    discount: Decimal | None = None
    free_until: date | None = None


@pytest.mark.parametrize(
    ("count", "vat"),
    [(1, "0.32"), (2, "0.63"), (3, "0.95"), (133, "41.90"), (100_000, "31500.00")],
)
def test_vat_is_rounded_once_over_the_total(count: int, vat: str) -> None:
    assert bill_of([GENERAL] * count, Decimal(21)).vat == Decimal(vat)


@given(st.integers(-(10**9), 10**9), st.sampled_from(["0", "9", "21", "19.5"]))
def test_vat_is_rounded_arithmetically(cents: int, percentage: str) -> None:
    subtotal, rate = Decimal(cents) / 100, Decimal(percentage)
    exact = subtotal * rate / 100

    found = vat_over(subtotal, rate)

    assert abs(found - exact) <= Decimal("0.005")
    assert found == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    # What is taken back is what was billed.
    assert vat_over(-subtotal, rate) == -found


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (None, "1.50"),
        (Terms(), "1.50"),
        (Terms(price=Decimal("1.20")), "1.20"),
        (Terms(price=Decimal(0)), "0"),
        (Terms(discount=Decimal(10)), "1.35"),
        (Terms(discount=Decimal("33.33")), "1.00"),
        (Terms(discount=Decimal(100)), "0.00"),
        (Terms(free_until=date(2026, 6, 1), price=Decimal("1.20")), "0.00"),
        (Terms(free_until=date(2026, 5, 1), price=Decimal("1.20")), "1.20"),
        (Terms(holds_until=date(2026, 5, 1), price=Decimal("1.20")), "1.50"),
        (Terms(holds_until=date(2026, 6, 1), price=Decimal("1.20")), "1.20"),
    ],
)
def test_the_price_of_june(terms: Terms | None, expected: str) -> None:
    assert agreed_price(GENERAL, terms, date(2026, 6, 1)) == Decimal(expected)


@given(st.lists(month_numbers, max_size=8), month_numbers)
def test_what_holds_is_the_latest_that_began(begins: list[int], number: int) -> None:
    rows = [Terms(holds_from=after(JANUARY, begin)) for begin in begins]
    month = after(JANUARY, number)

    found = holding(rows, month)

    begun = [row for row in rows if row.holds_from <= month]
    if found is None:
        assert begun == []
    else:
        assert found.holds_from == max(row.holds_from for row in begun)


def test_the_last_entered_of_equals_holds() -> None:
    first, second = Terms(price=Decimal(1)), Terms(price=Decimal(2))

    assert holding([first, second], JANUARY) is second


@given(st.lists(st.sampled_from(["1.50", "1.35", "0.00"]), max_size=30))
def test_stretches_say_the_same_as_the_months(prices: list[str]) -> None:
    months = [(after(JANUARY, number), Decimal(price)) for number, price in enumerate(prices)]

    found = stretches(months)

    assert [
        [one.price for one in found if one.first <= month <= one.last] for month, _ in months
    ] == [[price] for _, price in months]
    assert all(left.price != right.price for left, right in pairwise(found))


def test_a_stretch_ends_where_months_are_missing() -> None:
    prices = [(JANUARY, GENERAL), (date(2026, 3, 1), GENERAL)]

    assert stretches(prices) == [
        Stretch(JANUARY, JANUARY, GENERAL),
        Stretch(date(2026, 3, 1), date(2026, 3, 1), GENERAL),
    ]
