"""Amounts of a journal run: whole cents or refused, one side per line, and never rounded."""

from decimal import Context, Decimal, Inexact, InvalidOperation

CENT = Decimal("0.01")
ZERO = Decimal("0.00")

# What the ledger's columns hold, numeric(14,2).
MAX_AMOUNT = Decimal("999999999999.99")

# Arithmetic that raises where a digit would get lost. An amount in whole cents has at most 80
# digits in it, and the sum of a run's amounts some more.
CENTS = Context(prec=80, traps=[Inexact, InvalidOperation])
EXACT = Context(prec=100, traps=[Inexact, InvalidOperation])

# Beyond this an amount is shown as it was sent: written out it could fill the page.
MAX_SHOWN_DIGITS = 40


def in_cents(amount: Decimal) -> Decimal | None:
    """Give the amount with two decimals, or None where that would change its value.

    Loket's schema says `number` and no more, so 12.5, 12.500 and 1E+2 are amounts in whole cents
    and 12.345 is none. Neither is an infinity or NaN.
    """
    if not amount.is_finite():
        return None
    try:
        return amount.quantize(CENT, context=CENTS)
    except (Inexact, InvalidOperation):
        return None


def one_sided(debit: Decimal, credit: Decimal) -> tuple[Decimal, Decimal]:
    """Give debit and credit without negative amounts: what is negative goes to the other side.

    Both in whole cents. Loket: a recalculation sends only differences, so negatives are normal.
    Both sides may be filled before and after; debit minus credit never changes.
    """
    to_debit, to_credit = max(ZERO, debit), max(ZERO, credit)
    if credit < 0:
        to_debit = EXACT.add(to_debit, credit.copy_abs())
    if debit < 0:
        to_credit = EXACT.add(to_credit, debit.copy_abs())
    return to_debit, to_credit


def total(amounts: list[Decimal]) -> Decimal:
    """Add up amounts in whole cents."""
    result = ZERO
    for amount in amounts:
        result = EXACT.add(result, amount)
    return result


def exact_text(amount: Decimal) -> str:
    """Write an amount as `1.234,56`: exact, with two decimals or as many more as it takes.

    The form is the same in every language. An amount of absurd size is abbreviated, NaN and
    infinity are shown as sent.
    """
    _, digits, exponent = amount.as_tuple()
    if not isinstance(exponent, int):
        return str(amount)
    if len(digits) + abs(exponent) > MAX_SHOWN_DIGITS:
        return f"{amount:.10E}"
    whole, _, decimals = f"{amount.copy_abs():,f}".partition(".")
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole.replace(',', '.')},{decimals.rstrip('0').ljust(2, '0')}"
