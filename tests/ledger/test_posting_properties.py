"""Whatever balances is posted as it is, and its reversal brings each account back."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db.models import F, Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from finmaster.tenancy import administration_scope
from ledger.errors import PostingRefused
from ledger.models import Account, JournalEntry, JournalLine
from ledger.posting import Draft, DraftLine, post
from ledger.reversal import reverse
from tests.ledger.conftest import Guarded
from tests.ledger.drafts import BOOKED_ON

ZERO = Decimal("0.00")

# Debited account, credited account, cents; accounts come back, and are hit from both sides.
transfers = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(1, 10**13)),
    min_size=1,
    max_size=30,
)


class Undone(Exception):
    """Ends a scope without committing what was done in it."""


def lines_of(transfers: list[tuple[int, int, int]]) -> list[DraftLine]:
    """A debit and a credit for each transfer."""
    accounts = list(Account.objects.order_by("code").values_list("pk", flat=True))
    lines = []
    for debited, credited, cents in transfers:
        amount = Decimal(cents).scaleb(-2)
        lines.append(DraftLine(accounts[debited], amount, ZERO))
        lines.append(DraftLine(accounts[credited], ZERO, amount))
    return lines


def balances() -> dict[int, Decimal]:
    """Account id -> its balance, for the accounts that aren't at zero."""
    rows = JournalLine.objects.values_list("account").annotate(
        balance=Sum(F("debit") - F("credit"))
    )
    return {account: balance for account, balance in rows if balance}


def check(journal: int, lines: list[DraftLine]) -> None:
    """Post the lines and reverse the entry, in the scope that is open."""
    before, last = balances(), JournalEntry.objects.count()

    entry = post(Draft(journal, BOOKED_ON, "Loonjournaal", lines, None))
    held = list(entry.lines.order_by("number").values_list("account", "debit", "credit"))
    assert held == [(line.account_id, line.debit, line.credit) for line in lines]
    assert sum(debit - credit for _, debit, credit in held) == 0
    assert sum(debit for _, debit, _ in held) == entry.total
    assert entry.number == last + 1

    reversal = reverse(entry, booked_on=date(2026, 12, 1), reason="Fout", reversed_by_id=None)
    assert reversal.total == entry.total
    assert balances() == before


@settings(max_examples=80, deadline=None)
@given(transfers=transfers)
def test_an_entry_adds_up_to_zero_and_its_reversal_undoes_it(
    guarded: Guarded, transfers: list[tuple[int, int, int]]
) -> None:
    with suppress(Undone), administration_scope(guarded.chart.administration):
        check(guarded.chart.journal, lines_of(transfers))
        raise Undone


@settings(max_examples=40, deadline=None)
@given(transfers=transfers, cents=st.integers(1, 10**6))
def test_an_entry_that_is_off_by_any_amount_is_refused(
    guarded: Guarded, transfers: list[tuple[int, int, int]], cents: int
) -> None:
    with administration_scope(guarded.chart.administration):
        lines = lines_of(transfers)
        lines[0] = replace(lines[0], debit=lines[0].debit + Decimal(cents).scaleb(-2))
        with pytest.raises(PostingRefused) as refused:
            post(Draft(guarded.chart.journal, BOOKED_ON, "Loonjournaal", lines, None))

    assert refused.value.constraint == "entry_balances"
