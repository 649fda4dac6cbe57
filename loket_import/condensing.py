"""One line for each account, cost centre, cost unit and side, out of many. Pure.

The sides are not set off against each other: what is booked in debit and in credit stays what the
run holds, so that an entry can be held against Loket's lines to the cent (invariant I5), and a
correction within the period stays visible.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from loket_import.amounts import total
from loket_import.proposal import ProposedLine

# Account, cost centre and cost unit by id, and whether it is a debit.
Key = tuple[int, int | None, int | None, bool]


def condensed(lines: Iterable[ProposedLine]) -> tuple[ProposedLine, ...]:
    """The lines with those of one key put together, in the order in which the keys turn up.

    A line of which the account, the cost centre or the cost unit is still to be found stays by
    itself: it can't be known yet what it belongs with. Linear in the lines.
    """
    groups: dict[Key | tuple[int], list[ProposedLine]] = {}
    for place, line in enumerate(lines):
        groups.setdefault(_key(line) or (place,), []).append(line)
    return tuple(_one(group) for group in groups.values())


def _key(line: ProposedLine) -> Key | None:
    if line.account is None or line.is_cost_center_open or line.is_cost_unit_open:
        return None
    return (
        line.account.id,
        line.cost_center.id if line.cost_center else None,
        line.cost_unit.id if line.cost_unit else None,
        line.debit > 0,
    )


def _one(group: Sequence[ProposedLine]) -> ProposedLine:
    first = group[0]
    if len(group) == 1 or first.account is None:
        return first
    return replace(
        first,
        source_lines=tuple(sorted({number for line in group for number in line.source_lines})),
        debit=total([line.debit for line in group]),
        credit=total([line.credit for line in group]),
        loket_account_code=_same([line.loket_account_code for line in group]),
        loket_account_description=_same([line.loket_account_description for line in group]),
        loket_cost_center_code=_same([line.loket_cost_center_code for line in group]),
        loket_cost_unit_code=_same([line.loket_cost_unit_code for line in group]),
        description=_same([line.description for line in group]) or first.account.name,
    )


def _same(texts: Sequence[str]) -> str:
    """The text that all of them are, or nothing."""
    return texts[0] if len(set(texts)) == 1 else ""
