"""Old, new and difference of amounts by key: what two contents, or a run and the books, differ in.

Pure. An amount is debit minus credit in euros, exact; a key is whatever amounts are grouped by.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar

from loket_import.amounts import EXACT, ZERO


class Sortable(Protocol):
    """What has an order of its own, as text and tuples of text do."""

    def __lt__(self, other: Any, /) -> bool: ...

    def __hash__(self) -> int: ...


Key = TypeVar("Key", bound=Sortable)


@dataclass(frozen=True, slots=True)
class Difference(Generic[Key]):
    """What stood under a key, what is added to it, and what comes of that."""

    key: Key
    old: Decimal
    difference: Decimal

    @property
    def new(self) -> Decimal:
        """Old and difference together."""
        return EXACT.add(self.old, self.difference)


def net_amounts(rows: Iterable[tuple[Key, Decimal, Decimal]]) -> dict[Key, Decimal]:
    """Debit minus credit by key, from rows of key, debit and credit in any order."""
    amounts: dict[Key, Decimal] = {}
    for key, debit, credit in rows:
        so_far = amounts.get(key, ZERO)
        amounts[key] = EXACT.add(so_far, EXACT.subtract(debit, credit))
    return amounts


def differences(
    old: Mapping[Key, Decimal], new: Mapping[Key, Decimal]
) -> tuple[Difference[Key], ...]:
    """Each key of either once, in order, with what stands under it in both."""
    return tuple(
        Difference(key, old.get(key, ZERO), EXACT.subtract(new.get(key, ZERO), old.get(key, ZERO)))
        for key in sorted({*old, *new})
    )


def additions(
    old: Mapping[Key, Decimal], added: Mapping[Key, Decimal]
) -> tuple[Difference[Key], ...]:
    """Each key of either once, in order, with what is added to what stands under it."""
    return tuple(
        Difference(key, old.get(key, ZERO), added.get(key, ZERO)) for key in sorted({*old, *added})
    )


def changed(found: Iterable[Difference[Key]]) -> tuple[Difference[Key], ...]:
    """Those in which there is a difference."""
    return tuple(one for one in found if one.difference)


def sum_of(found: Iterable[Difference[Any]]) -> Difference[str]:
    """All of them together, under an empty key."""
    old = difference = ZERO
    for one in found:
        old = EXACT.add(old, one.old)
        difference = EXACT.add(difference, one.difference)
    return Difference("", old, difference)
