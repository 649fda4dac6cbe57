"""Dates are taken as a bookkeeper types them."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from finmaster.forms import AmountField, DateField


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    "typed",
    [
        "31-01-2026",
        "31-1-2026",
        "31-1-26",
        "31/01/2026",
        "31/1/26",
        "31.01.2026",
        "31.1.26",
        "31012026",
        "2026-01-31",
        " 31-01-2026 ",
    ],
)
def test_a_date_is_taken_as_it_is_typed(typed: str, language: str, settings) -> None:
    settings.LANGUAGE_CODE = language

    assert DateField().clean(typed) == date(2026, 1, 31)


@pytest.mark.parametrize(
    "typed", ["morgen", "31-02-2026", "1-31-2026", "3112026", "310126", "2026"]
)
def test_what_is_no_date_is_explained(typed: str) -> None:
    with pytest.raises(ValidationError) as refused:
        DateField().clean(typed)

    assert refused.value.messages == ["Dit is geen datum. Schrijf de datum als 31-01-2026."]


@pytest.mark.parametrize("typed", ["31-12-1999", "01-01-2101", "31-01-0026", "31-01-69"])
def test_a_year_that_lies_far_off_is_a_slip(typed: str) -> None:
    with pytest.raises(ValidationError, match="te ver weg"):
        DateField().clean(typed)


def test_the_first_and_the_last_year_are_taken() -> None:
    assert DateField().clean("01-01-2000") == date(2000, 1, 1)
    assert DateField().clean("31-12-2100") == date(2100, 12, 31)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1.234,56", "1234.56"),
        ("1234,56", "1234.56"),
        ("1234.56", "1234.56"),
        ("€ 1.234,56", "1234.56"),
        ("1.234", "1234"),
        ("1.234.567", "1234567"),
        ("12,5", "12.5"),
        ("100", "100"),
        (" 0 ", "0"),
        ("-3,10", "-3.10"),
    ],
)
def test_an_amount_is_taken_as_it_is_typed(typed: str, amount: str) -> None:
    assert AmountField().clean(typed) == Decimal(amount)


@pytest.mark.parametrize(
    "typed", ["veel", "1,234", "1,005", "1.23.45", "1.2345", "12,", ",5", "1e3", "NaN", "--1"]
)
def test_what_is_no_amount_in_whole_cents_is_explained(typed: str) -> None:
    with pytest.raises(ValidationError) as refused:
        AmountField().clean(typed)

    assert refused.value.messages == ["Dit is geen bedrag. Schrijf het bedrag als 1.234,56."]


def test_an_amount_is_shown_as_everywhere_and_what_was_typed_as_it_was() -> None:
    field = AmountField()

    assert field.prepare_value(Decimal("1234.5")) == "1.234,50"
    assert field.prepare_value(100) == "100,00"
    assert field.prepare_value("12,") == "12,"
