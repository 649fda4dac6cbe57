"""What is kept of a booking so that it can be proved years later: what was decided, and on what.

Made once, purely from the preview that is booked, and never changed; mappings, names and journals
may be changed afterwards. A booking from before this was kept has an empty proof.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from django.utils import translation
from msgspec import Struct

from loket_import.preview import Preview
from loket_import.proposal import (
    ChartMode,
    DimensionChoice,
    GivenWord,
    MatchedLine,
    Note,
    Options,
    Problem,
    Way,
)

VERSION = 1

BY_MAPPING = "mapping"
BY_SAME_CODE = "same_code"
BY_RULE = "rule"


class KeptOptions(Struct, frozen=True):
    """What the bookkeeper chose."""

    chart_mode: str
    booking_date: date
    description: str
    journal_code: str
    journal_name: str
    condenses: bool = False


class KeptMapping(Struct, frozen=True, omit_defaults=True):
    """What a code of Loket stood for, and by which way: BY_MAPPING, BY_SAME_CODE or BY_RULE.

    An empty `code` is a cost centre or unit that was left out. `accounts` are Loket's account codes
    under whose rule a cost centre came to be. `rule` is of `CostCenterRule`, for an account that
    has one other than to take the cost centre as sent, and `rule_cost_center` what it names.
    """

    loket_code: str
    loket_description: str
    way: str
    target_id: int | None = None
    code: str = ""
    name: str = ""
    accounts: tuple[str, ...] = ()
    rule: str = ""
    rule_cost_center: str = ""
    set_by: str = ""
    set_at: datetime | None = None
    origin: str = ""


class KeptWarning(Struct, frozen=True, omit_defaults=True):
    """A warning that stood, in the Dutch words of then; and who overruled it, if that was asked."""

    code: str
    message: str
    lines: tuple[int, ...] = ()
    confirmed_by: str = ""
    confirmed_at: datetime | None = None


class Proof(Struct, frozen=True):
    """The proof of a booking. Amounts are texts with two decimals, in euros.

    `normalised` counts what became of lines on their way, by the code of the note; `checks` names
    those that found nothing. `sources` are, for each line of a condensed entry in order, the
    numbers of Loket's lines in it; empty where each line has one.
    """

    version: int
    options: KeptOptions
    accounts: tuple[KeptMapping, ...]
    cost_centers: tuple[KeptMapping, ...]
    cost_units: tuple[KeptMapping, ...]
    lines_received: int
    lines_dropped: int
    lines_booked: int
    normalised: dict[str, int]
    total_debit: str
    total_credit: str
    checks: tuple[str, ...]
    warnings: tuple[KeptWarning, ...]
    source_hash: str
    answer_sha256: str
    posting_hash: str
    sources: tuple[tuple[int, ...], ...] = ()

    def sources_of(self, number: int) -> tuple[int, ...]:
        """The numbers of Loket's lines that the entry's line with this number, from 1, holds."""
        return self.sources[number - 1] if number <= len(self.sources) else ()


@dataclass(frozen=True, slots=True)
class SetMapping:
    """A mapping as its row says: where it leads, its rule, and who set it, when and how."""

    target_id: int | None
    set_by: str
    set_at: datetime
    origin: str
    rule: str = ""
    rule_cost_center: str = ""


@dataclass(frozen=True, slots=True)
class SetMappings:
    """The mappings of the codes of a run, by Loket's trimmed code."""

    accounts: Mapping[str, SetMapping]
    cost_centers: Mapping[str, SetMapping]
    cost_units: Mapping[str, SetMapping]


def made_proof(
    seen: Preview,
    mappings: SetMappings,
    checks: Sequence[str],
    confirmed: Mapping[str, GivenWord],
) -> dict[str, Any]:
    """The proof of what is about to be booked, as it is stored; `checks` are those that passed."""
    proposal = seen.proposal
    matched = proposal.matched_lines
    proof = Proof(
        version=VERSION,
        options=kept_options(seen.options, seen),
        accounts=kept_accounts(matched, seen.options.chart_mode, mappings),
        cost_centers=kept_cost_centers(matched, mappings),
        cost_units=kept_cost_units(matched, mappings),
        lines_received=len(seen.lines),
        lines_dropped=len(proposal.dropped_lines),
        lines_booked=len(proposal.lines),
        normalised=counted(proposal.notes),
        total_debit=str(proposal.total_debit),
        total_credit=str(proposal.total_credit),
        checks=tuple(checks),
        warnings=tuple(kept_warning(problem, confirmed) for problem in proposal.warnings),
        source_hash=seen.content.source_hash,
        answer_sha256=seen.content.answer_sha256,
        posting_hash=seen.hash,
        sources=(
            tuple(line.source_lines for line in proposal.lines) if seen.options.condenses else ()
        ),
    )
    stored: dict[str, Any] = msgspec.to_builtins(proof)
    return stored


def read_proof(stored: Mapping[str, Any]) -> Proof | None:
    """A stored proof; None for a booking of which none was kept."""
    return msgspec.convert(dict(stored), Proof) if stored else None


def counted(notes: Iterable[Note]) -> dict[str, int]:
    """The lines that were normalised, by the code of the note, in the order of the codes."""
    counts: Counter[str] = Counter()
    for note in notes:
        counts[note.code] += len(note.lines)
    return dict(sorted(counts.items()))


def kept_options(options: Options, seen: Preview) -> KeptOptions:
    """What was chosen."""
    return KeptOptions(
        chart_mode=str(options.chart_mode),
        booking_date=options.booking_date,
        description=options.description,
        journal_code=seen.journal.code,
        journal_name=seen.journal.name,
        condenses=options.condenses,
    )


def kept_accounts(
    matched: Iterable[MatchedLine], mode: ChartMode, mappings: SetMappings
) -> tuple[KeptMapping, ...]:
    """Each account code with the account that it was booked on, by code."""
    kept = {}
    for line in matched:
        if line.account is None or line.account_code in kept:
            continue
        found = mappings.accounts.get(line.account_code)
        way = BY_SAME_CODE if mode == ChartMode.ADOPT else BY_MAPPING
        is_told = found is not None and (
            bool(found.rule) if way == BY_SAME_CODE else found.target_id == line.account.id
        )
        kept[line.account_code] = KeptMapping(
            loket_code=line.account_code,
            loket_description=line.account_description,
            way=way,
            target_id=line.account.id,
            code=line.account.code,
            name=line.account.name,
            rule=found.rule if found else "",
            rule_cost_center=found.rule_cost_center if found else "",
            **(told(found) if found and is_told else {}),
        )
    return in_order(kept.values())


def kept_cost_centers(
    matched: Iterable[MatchedLine], mappings: SetMappings
) -> tuple[KeptMapping, ...]:
    """Each cost centre code with what it was booked on, apart where an account's rule said so."""
    kept: dict[tuple[str, int | None, bool], KeptMapping] = {}
    accounts: dict[tuple[str, int | None, bool], set[str]] = {}
    for line in matched:
        booked = line.cost_center
        if not line.cost_center_code and booked is None:
            continue
        by_rule = line.cost_center_way in (Way.RULED, Way.DROPPED)
        key = (line.cost_center_code, booked.id if booked else None, by_rule)
        accounts.setdefault(key, set()).add(line.account_code)
        if key not in kept:
            kept[key] = kept_dimension(
                line.cost_center_code,
                line.cost_center_description,
                booked,
                None if by_rule else mappings.cost_centers.get(line.cost_center_code),
                by_rule=by_rule,
            )
    return in_order(
        msgspec.structs.replace(one, accounts=tuple(sorted(accounts[key]))) if key[2] else one
        for key, one in kept.items()
    )


def kept_cost_units(
    matched: Iterable[MatchedLine], mappings: SetMappings
) -> tuple[KeptMapping, ...]:
    """Each cost unit code with what it was booked on."""
    kept = {}
    for line in matched:
        if line.cost_unit_code and line.cost_unit_code not in kept:
            kept[line.cost_unit_code] = kept_dimension(
                line.cost_unit_code,
                line.cost_unit_description,
                line.cost_unit,
                mappings.cost_units.get(line.cost_unit_code),
            )
    return in_order(kept.values())


def kept_dimension(
    code: str,
    description: str,
    booked: DimensionChoice | None,
    found: SetMapping | None,
    *,
    by_rule: bool = False,
) -> KeptMapping:
    """What a cost centre or unit was booked on; the way is a mapping where there is one."""
    target_id = booked.id if booked else None
    return KeptMapping(
        loket_code=code,
        loket_description=description,
        way=BY_RULE if by_rule else BY_MAPPING if found else BY_SAME_CODE,
        target_id=target_id,
        code=booked.code if booked else "",
        name=booked.name if booked else "",
        # Changed between the preview and now, a mapping tells nothing of what is booked.
        **(told(found) if found and found.target_id == target_id else {}),
    )


def told(found: SetMapping) -> dict[str, Any]:
    """Who set a mapping, when and how."""
    return {"set_by": found.set_by, "set_at": found.set_at, "origin": found.origin}


def in_order(kept: Iterable[KeptMapping]) -> tuple[KeptMapping, ...]:
    """By Loket's code, then ours."""
    return tuple(sorted(kept, key=lambda one: (one.loket_code, one.code)))


def kept_warning(problem: Problem, confirmed: Mapping[str, GivenWord]) -> KeptWarning:
    """A warning as it read, with the word that somebody gave on it."""
    word = confirmed.get(problem.confirmation) if problem.confirmation else None
    with translation.override("nl"):
        message = str(problem.message)
    return KeptWarning(
        code=problem.code,
        message=message,
        lines=problem.lines,
        confirmed_by=word.name if word else "",
        confirmed_at=word.at if word else None,
    )
