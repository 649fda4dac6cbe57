"""What the cost centre and cost unit of a line of Loket's stand for here, and how that came to be.

Pure. A mapping goes before the same code, and the rule of Loket's account before both.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from loket_import.proposal import (
    Books,
    CostCenterRule,
    CostCenterTreatment,
    DimensionChoice,
    Way,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a code stands for, None for nothing; `way` says why."""

    choice: DimensionChoice | None
    way: Way


def found_cost_unit(code: str, books: Books) -> Found:
    """What Loket's trimmed cost unit code stands for; an empty code is none."""
    return _found(code, books.cost_unit_mappings, books.cost_units_by_id, books.cost_units)


def found_cost_center(code: str, books: Books) -> Found:
    """What Loket's trimmed cost centre code stands for, whatever account it is on."""
    return _found(code, books.cost_center_mappings, books.cost_centers_by_id, books.cost_centers)


def ruled_cost_center(sent: Found, treatment: CostCenterTreatment | None, books: Books) -> Found:
    """The cost centre after the rule of Loket's account, if it has one.

    A default fills in where Loket gives no code; one that the mapping leaves out was given. A rule
    that names a cost centre that isn't there gives none, with the way RULED: an error, no blank.
    """
    if treatment is None:
        return sent
    match CostCenterRule(treatment.rule):
        case CostCenterRule.DROP:
            return Found(None, Way.DROPPED)
        case CostCenterRule.FIXED:
            return _named(treatment, books)
        case CostCenterRule.DEFAULT if sent.way == Way.NOT_GIVEN:
            return _named(treatment, books)
        case _as_sent:
            return sent


def _named(treatment: CostCenterTreatment, books: Books) -> Found:
    named = treatment.cost_center_id
    return Found(books.cost_centers_by_id.get(named) if named is not None else None, Way.RULED)


def _found(
    code: str,
    mappings: Mapping[str, int | None],
    by_id: Mapping[int, DimensionChoice],
    by_code: Mapping[str, DimensionChoice],
) -> Found:
    if not code:
        return Found(None, Way.NOT_GIVEN)
    if code in mappings:
        # Once there is a mapping it decides, also where it leads nowhere.
        target = mappings[code]
        if target is None:
            return Found(None, Way.LEFT_OUT)
        choice = by_id.get(target)
    else:
        choice = by_code.get(code)
    return Found(choice, Way.CODE if choice else Way.UNKNOWN)
