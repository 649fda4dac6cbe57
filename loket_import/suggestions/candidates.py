"""What suggestions are made from: the code that is asked about, and what may answer it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol


class Asked(Protocol):
    """A code of Loket's that stands for nothing yet, with the totals of its lines in euros."""

    @property
    def code(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def debit(self) -> Decimal: ...
    @property
    def credit(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Target:
    """An account, cost centre or cost unit that can be booked on.

    `kind` is of `ledger.models.AccountKind`; it and the RGS code are empty but for accounts.
    """

    id: int
    code: str
    name: str
    kind: str = ""
    rgs_code: str = ""

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


@dataclass(frozen=True, slots=True)
class Precedent:
    """What `count` other administrations of the office book a code on; empty codes: on nothing."""

    loket_code: str
    loket_description: str
    target_code: str
    target_name: str
    rgs_code: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class MappedCode:
    """A code that was mapped in this administration before."""

    loket_code: str
    loket_description: str
    target_id: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that suggestions of one dimension are made from."""

    targets: tuple[Target, ...] = ()
    precedents: tuple[Precedent, ...] = ()
    mapped: tuple[MappedCode, ...] = ()
