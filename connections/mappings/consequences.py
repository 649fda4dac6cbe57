"""What a change of a mapping would have meant for what is booked.

Which runs are booked, and by which rules, is known to the app that books them; the project's
addresses hand that in, so that the mapping table need not know of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from connections.mapping import Answer, Dimension


@dataclass(frozen=True, slots=True)
class Consequence:
    """Lines of a booked run that would have been booked otherwise, and stay as they are.

    `old` and `new` are where they are and where they would have been, in words; `debit` and
    `credit` are the sums of the two sides, in euros, neither of them negative.
    """

    entry_id: int
    entry: str
    period: str
    old: str
    new: str
    debit: Decimal
    credit: Decimal


# A code of Loket in a part of the table, and what it would stand for; None: for nothing.
Change = tuple[Dimension, str, Answer | None]


class WhatIf(Protocol):
    """Tells what changes would have meant for what is booked, the newest entry first."""

    def __call__(self, changes: Sequence[Change]) -> list[Consequence]: ...


@dataclass(frozen=True, slots=True)
class Totals:
    """How many entries there are among the consequences, and the sums of both sides, in euros."""

    entries: int
    debit: Decimal
    credit: Decimal


def totals_of(found: Iterable[Consequence]) -> Totals:
    """Of all of them together."""
    found = list(found)
    zero = Decimal("0.00")
    return Totals(
        entries=len({one.entry_id for one in found}),
        debit=sum((one.debit for one in found), zero),
        credit=sum((one.credit for one in found), zero),
    )
