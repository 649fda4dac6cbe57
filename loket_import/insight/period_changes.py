"""What a pay period has on each account of Loket's, beside what the one before it had.

Pure: amounts in, changes out. An amount is net, debit minus credit, so that a credit is negative.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from loket_import.amounts import EXACT, ZERO
from loket_import.insight.run_history import AccountAmount, added_up

TENTH = Decimal("0.1")


class Novelty(StrEnum):
    """In which of the two an account occurs."""

    NEW = "new"
    VANISHED = "vanished"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """A change is large when it is above both: euros, and a percentage of what it was before."""

    amount: Decimal
    percentage: int


@dataclass(frozen=True, slots=True)
class Change:
    """An account of Loket's before and now; an amount is `None` where it doesn't occur.

    `account` is how people call ours, empty while the code stands for nothing.
    """

    code: str
    description: str
    account: str
    previous: Decimal | None
    current: Decimal | None
    is_large: bool

    @property
    def change(self) -> Decimal:
        """What it is now minus what it was, in euros; what doesn't occur counts as nothing."""
        return EXACT.subtract(self.current or ZERO, self.previous or ZERO)

    @property
    def growth(self) -> Decimal:
        """The change seen from the side on which it stood: above zero where it became more."""
        return self.change if (self.previous or self.current or ZERO) > 0 else -self.change

    @property
    def percentage(self) -> Decimal | None:
        """The growth in per cent of what it was, to a tenth; `None` where that was nothing."""
        if not self.previous:
            return None
        share = 100 * self.growth / abs(self.previous)
        return share.quantize(TENTH, rounding=ROUND_HALF_UP)

    @property
    def novelty(self) -> Novelty:
        """In which of the two it occurs."""
        if self.previous is None:
            return Novelty.NEW
        return Novelty.VANISHED if self.current is None else Novelty.BOTH

    @property
    def is_notable(self) -> bool:
        """Whether it is to stand out."""
        return self.is_large or self.novelty != Novelty.BOTH


def compare(
    previous: Iterable[AccountAmount], current: Iterable[AccountAmount], thresholds: Thresholds
) -> tuple[Change, ...]:
    """Each account that occurs in either, once: what stands out first, the largest change ahead.

    In whatever order the amounts come; those of one code are added up.
    """
    before = {amount.code: amount for amount in added_up(previous)}
    now = {amount.code: amount for amount in added_up(current)}
    changes = [
        _change(code, before.get(code), now.get(code), thresholds) for code in before.keys() | now
    ]
    return tuple(sorted(changes, key=_rank))


def _change(
    code: str, before: AccountAmount | None, now: AccountAmount | None, thresholds: Thresholds
) -> Change:
    known = now or before
    assert known is not None  # noqa: S101 - the code is of one of the two
    return Change(
        code=code,
        description=known.description,
        account=known.account,
        previous=before.net if before else None,
        current=now.net if now else None,
        is_large=_is_large(before.net if before else ZERO, now.net if now else ZERO, thresholds),
    )


def _is_large(previous: Decimal, current: Decimal, thresholds: Thresholds) -> bool:
    change = abs(EXACT.subtract(current, previous))
    share = EXACT.multiply(abs(previous), Decimal(thresholds.percentage))
    return change > thresholds.amount and EXACT.multiply(change, Decimal(100)) > share


def _rank(change: Change) -> tuple[bool, Decimal, str]:
    size = abs(change.change) if change.is_notable else ZERO
    return not change.is_notable, -size, change.code
