"""What a payroll journalised before a run, as far as judging the run needs to know it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from loket_import.amounts import EXACT, ZERO


@dataclass(frozen=True, slots=True)
class AccountAmount:
    """What stands on one account of Loket's: `net` is debit minus credit, in euros.

    `code` is trimmed. `account` is how people call ours, with its `kind` (of
    `ledger.models.AccountKind`) and RGS code; all three are empty where the code stands for
    nothing here, and the RGS code where nobody gave one. `lacks_cost_center` tells that a line on
    it came without a cost centre.
    """

    code: str
    description: str
    net: Decimal
    account: str = ""
    kind: str = ""
    rgs_code: str = ""
    lacks_cost_center: bool = False


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run before: its sequence number, and its entry where it is booked."""

    number: int
    entry_id: int | None = None
    entry: str = ""


@dataclass(frozen=True, slots=True)
class PayPeriod:
    """A pay period with what its runs hold together, an account once.

    `year` is the payroll year; `number` counts months, four weeks or weeks in it, and is `None`
    where Loket gives none.
    """

    year: int
    number: int | None
    starts_on: date
    ends_on: date
    runs: tuple[PastRun, ...]
    amounts: tuple[AccountAmount, ...]


@dataclass(frozen=True, slots=True)
class RunHistory:
    """What a payroll journalised up to and in the pay period of a run, without the run itself.

    `earlier` are booked pay periods, the oldest first, of somewhat more than a year; `same` is
    what is booked of the run's own period. `unbooked` is there only when nothing earlier is
    booked: the newest period before of which the lines are known. `components` are the keys of
    Loket's payroll components in what is booked.
    """

    earlier: tuple[PayPeriod, ...] = ()
    same: PayPeriod | None = None
    unbooked: PayPeriod | None = None
    components: frozenset[int] = frozenset()

    @property
    def previous(self) -> PayPeriod | None:
        """What the run is compared with."""
        return self.earlier[-1] if self.earlier else self.unbooked

    @property
    def booked(self) -> tuple[PayPeriod, ...]:
        """All booked pay periods, the oldest first."""
        return (*self.earlier, self.same) if self.same else self.earlier


NOTHING_BEFORE = RunHistory()


def added_up(amounts: Iterable[AccountAmount]) -> tuple[AccountAmount, ...]:
    """The amounts with each code once, in order of code; linear but for that order.

    Of several descriptions the last in order of the alphabet stays, so that the order of the
    amounts doesn't matter.
    """
    by_code: dict[str, list[AccountAmount]] = {}
    for amount in amounts:
        by_code.setdefault(amount.code, []).append(amount)
    return tuple(_together(by_code[code]) for code in sorted(by_code))


def _together(amounts: list[AccountAmount]) -> AccountAmount:
    net = ZERO
    for amount in amounts:
        net = EXACT.add(net, amount.net)
    return replace(
        max(amounts, key=lambda each: (each.description, each.account)),
        net=net,
        lacks_cost_center=any(each.lacks_cost_center for each in amounts),
    )
