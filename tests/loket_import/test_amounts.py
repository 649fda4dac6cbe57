"""Amounts of a journal run: what is in whole cents, which side it lands on, how it is written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket_import.amounts import EXACT, exact_text, in_cents, one_sided, total

cents = st.decimals(min_value=-(10**11), max_value=10**11, places=2)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("0", "0.00"),
        ("-0", "0.00"),
        ("12", "12.00"),
        ("12.5", "12.50"),
        ("12.500", "12.50"),
        ("-12.34", "-12.34"),
        ("1E+2", "100.00"),
        ("0E+999999", "0.00"),
        ("1.00000000000000000000000000000000000", "1.00"),
        ("12345678901234567890.12", "12345678901234567890.12"),
    ],
)
def test_an_amount_in_whole_cents_gets_two_decimals(sent, expected):
    result = in_cents(Decimal(sent))

    assert result == Decimal(expected)
    assert result.as_tuple().exponent == -2


@pytest.mark.parametrize(
    "sent", ["12.345", "0.001", "1E-9", "1E+999999", "1E-999999", "NaN", "sNaN", "Infinity"]
)
def test_an_amount_that_is_not_in_whole_cents_is_refused_and_not_rounded(sent):
    assert in_cents(Decimal(sent)) is None


@pytest.mark.parametrize(
    ("debit", "credit", "to_debit", "to_credit"),
    [
        ("10", "0", "10", "0"),
        ("0", "10", "0", "10"),
        ("-10", "0", "0", "10"),
        ("0", "-10", "10", "0"),
        ("10", "4", "10", "4"),
        ("-10", "4", "0", "14"),
        ("10", "-4", "14", "0"),
        ("-10", "-4", "4", "10"),
        ("0", "0", "0", "0"),
    ],
)
def test_a_negative_amount_goes_to_the_other_side(debit, credit, to_debit, to_credit):
    assert one_sided(Decimal(debit), Decimal(credit)) == (Decimal(to_debit), Decimal(to_credit))


@given(debit=cents, credit=cents)
def test_changing_sides_keeps_debit_minus_credit(debit, credit):
    to_debit, to_credit = one_sided(debit, credit)

    assert to_debit - to_credit == debit - credit
    assert min(to_debit, to_credit) >= 0
    assert not to_debit.is_signed()
    assert not to_credit.is_signed()


def test_a_negative_zero_is_no_amount_and_has_no_sign():
    assert [str(side) for side in one_sided(Decimal("-0.00"), Decimal("-0.00"))] == ["0.00"] * 2


def test_a_total_keeps_every_cent_of_amounts_of_any_size():
    large = Decimal("12345678901234567890123456789012345.67")

    assert total([large, Decimal("0.01")]) == Decimal("12345678901234567890123456789012345.68")
    assert total([]) == 0


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0", "0,00"),
        ("-0", "0,00"),
        ("1234.56", "1.234,56"),
        ("-1234567.8", "-1.234.567,80"),
        ("12.345", "12,345"),
        ("12.500000", "12,50"),
        ("1E+3", "1.000,00"),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("1E+999999", "1.0000000000E+999999"),
    ],
)
def test_an_amount_is_written_the_dutch_way_with_all_its_decimals(amount, expected):
    assert exact_text(Decimal(amount)) == expected


@given(amount=st.decimals(allow_nan=False, allow_infinity=False, places=4, max_value=10**20))
def test_a_written_amount_reads_back_as_the_same_amount(amount):
    text = exact_text(amount).replace(".", "").replace(",", ".")

    assert EXACT.subtract(Decimal(text), amount) == 0 or "E" in text
