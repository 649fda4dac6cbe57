"""What a journal run has on each account of Loket's."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from loket_import.amounts import EXACT, in_cents
from loket_import.insight.run_history import AccountAmount, added_up
from loket_import.proposal import AccountChoice, MatchedLine, RunLine


def amounts_of(
    lines: Sequence[RunLine], matched_lines: Iterable[MatchedLine]
) -> tuple[AccountAmount, ...]:
    """The amounts of a run, a code once, with what its codes were found to stand for.

    Lines without an amount, or with one that is not in whole cents, are left out: the latter have
    a problem of their own. Linear.
    """
    by_number = {line.number: line for line in lines}
    return added_up(
        account_amount(
            matched.account_code,
            matched.account_description,
            EXACT.subtract(line.debit, line.credit),
            matched.account,
            lacks_cost_center=not matched.cost_center_code,
        )
        for matched in matched_lines
        if (line := by_number[matched.number])
        and in_cents(line.debit) is not None
        and in_cents(line.credit) is not None
    )


def account_amount(
    code: str,
    description: str,
    net: Decimal,
    account: AccountChoice | None,
    *,
    lacks_cost_center: bool,
) -> AccountAmount:
    """An amount with what is known of our account."""
    return AccountAmount(
        code=code,
        description=description,
        net=net,
        account=str(account) if account else "",
        kind=account.kind if account else "",
        rgs_code=account.rgs_code if account else "",
        lacks_cost_center=lacks_cost_center,
    )
