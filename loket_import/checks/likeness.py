"""Whether a run may hold wages that are booked already: by its totals, or by what it costs.

Pure.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from loket_import.amounts import EXACT, ZERO, in_cents, one_sided, total
from loket_import.comparing.differences import net_amounts
from loket_import.proposal import OtherBooking, ProposedLine, RunLine

# Of `ledger.models.AccountKind`, which can't be had without loading Django's models.
EXPENSE = "expense"


def totals_of(lines: Iterable[RunLine]) -> frozenset[Decimal]:
    """The debit sides that an entry of these lines may have, in euros; none if one is not in cents.

    Line by line as Loket has them, or by account, as people type them from a printed journal: an
    account with both debit and credit then has one of them.
    """
    rows: list[tuple[str, Decimal, Decimal]] = []
    for line in lines:
        debit, credit = in_cents(line.debit), in_cents(line.credit)
        if debit is None or credit is None:
            return frozenset()
        rows.append((line.account_code.strip(), *one_sided(debit, credit)))
    by_line = total([debit for _account, debit, _credit in rows])
    by_account = total([max(net, ZERO) for net in net_amounts(rows).values()])
    return frozenset({by_line, by_account} - {ZERO})


def cost_of(lines: Iterable[ProposedLine]) -> Decimal:
    """What lines book on accounts of expense, debit minus credit: wages and charges."""
    amounts = net_amounts(
        (EXPENSE, line.debit, line.credit)
        for line in lines
        if line.account is not None and line.account.kind == EXPENSE
    )
    return amounts.get(EXPENSE, ZERO)


def holds_wages_again(
    totals: frozenset[Decimal], cost: Decimal, booked: Sequence[OtherBooking]
) -> bool:
    """Whether a run holds all wages again of which these bookings are in the books.

    Loket: a recalculation holds differences with all earlier runs of its payroll run, and those
    are small beside the wages. So a total that is booked already, or more than half of the cost
    that is booked, is no difference; unless it costs the opposite, for then it takes back.
    """
    if any(other.total in totals and not _is_opposite(cost, other.cost) for other in booked):
        return True
    so_far = total([other.cost for other in booked])
    is_same_way = (cost > 0) == (so_far > 0)
    return is_same_way and EXACT.multiply(2, abs(cost)) > abs(so_far) > 0


def _is_opposite(cost: Decimal, other: Decimal) -> bool:
    return min(cost, other) < 0 < max(cost, other)
