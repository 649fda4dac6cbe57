"""What a change of a mapping would have meant for what is booked.

Which runs are booked, and by which rules, is known to the app that books them; the project's
addresses hand that in, so that the mapping table need not know of it.
"""

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


class WhatIf(Protocol):
    """Tells what a change would have meant for what is booked, the newest entry first.

    None instead of an answer: the mapping is taken away.
    """

    def __call__(
        self, dimension: Dimension, loket_code: str, answer: Answer | None
    ) -> list[Consequence]: ...
