"""What taking over a file, or another administration's table, would do to the mapping table."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from connections.mapping import Answer, Dimension
from connections.models import CostCenterRule
from connections.transfer.rows import Fault, PlacedRow, Row, Trouble, Wrong

Key = tuple[Dimension, str]


@dataclass(frozen=True, slots=True)
class Ours:
    """An account, cost centre or cost unit of ours; a heading is not for posting."""

    id: int
    is_blocked: bool
    is_heading: bool = False


OurCodes = Mapping[Dimension, Mapping[str, Ours]]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the mapping table says of a code now."""

    loket_description: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Change:
    """What a code stands for now, None for nothing, and what it would stand for."""

    part: Dimension
    loket_code: str
    loket_description: str
    old: Answer | None
    new: Answer


@dataclass(frozen=True, slots=True)
class Plan:
    """All that would be added and changed, how many rows say what stands, and what can't be."""

    added: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    troubles: list[Trouble] = field(default_factory=list)

    def digest(self) -> str:
        """What one plan has in common with another only if they do the same to the same table."""
        told = [
            [
                change.part,
                change.loket_code,
                change.loket_description,
                *said(change.old, change.new),
            ]
            for change in (*self.added, *self.changed)
        ]
        return sha256(json.dumps([told, self.unchanged]).encode()).hexdigest()


def said(*answers: Answer | None) -> list[list[int | str | None] | None]:
    """Answers as JSON has them."""
    return [
        [answer.target_id, answer.cost_center_rule, answer.cost_center_id] if answer else None
        for answer in answers
    ]


def plan_of(rows: Iterable[PlacedRow], ours: OurCodes, standing: Mapping[Key, Standing]) -> Plan:
    """What these rows would do. Codes that they don't name stay as they are.

    `ours` is all that there is to book on, by code. A row that says what stands already is no
    trouble, also where that can't be booked on any more. A description that is known stays.
    """
    added, changed, troubles, unchanged = [], [], [], 0
    for placed in rows:
        row = placed.row
        now = standing.get((row.part, row.loket_code))
        old = now.answer if now else None
        new, wrong = resolved(row, ours, old)
        if new is None:
            troubles += [Trouble.of(placed.place, row, one) for one in wrong]
        elif new == old:
            unchanged += 1
        elif now is None:
            added.append(Change(row.part, row.loket_code, row.loket_description, None, new))
        else:
            changed.append(Change(row.part, row.loket_code, now.loket_description, old, new))
    return Plan(added, changed, unchanged, troubles)


def resolved(row: Row, ours: OurCodes, old: Answer | None) -> tuple[Answer | None, list[Wrong]]:
    """What a row says in ids of ours; None with what is wrong where nothing can be booked so."""
    target, wrong = found(row.our_code, ours[row.part], old.target_id if old else None)
    cost_center, of_rule = found(
        row.cost_center, ours[Dimension.COST_CENTER], old.cost_center_id if old else None
    )
    wrong += [(IN_RULE[fault], code) for fault, code in of_rule]
    if wrong:
        return None, wrong
    rule = row.rule if row.part == Dimension.ACCOUNT else CostCenterRule.AS_SENT
    return Answer(target, rule, cost_center), []


# The same faults, of the cost centre that a rule names.
IN_RULE = {
    Fault.OUR_CODE_UNKNOWN: Fault.COST_CENTER_UNKNOWN,
    Fault.OUR_CODE_BLOCKED: Fault.COST_CENTER_BLOCKED,
}


def found(
    code: str, ours: Mapping[str, Ours], standing_id: int | None
) -> tuple[int | None, list[Wrong]]:
    """The id of what has this code, None for no code; and why nothing is booked on it.

    What is booked on it already may stay so.
    """
    if not code.strip():
        return None, []
    one = ours.get(code) or ours.get(code.strip())
    if one is None:
        return None, [(Fault.OUR_CODE_UNKNOWN, code.strip())]
    if one.id == standing_id:
        return one.id, []
    if one.is_blocked:
        return None, [(Fault.OUR_CODE_BLOCKED, code.strip())]
    if one.is_heading:
        return None, [(Fault.OUR_CODE_HEADING, code.strip())]
    return one.id, []
