"""What a change of a mapping would have meant for the runs that are booked.

The first half is pure: lines as they are booked, and the books before and after the change, in;
lines that would have been booked otherwise out. The second half loads them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext as _

from connections.mapping import Answer, Dimension, takes_over_chart
from connections.mappings.consequences import Change, Consequence
from connections.mappings.words import Names
from ledger.models import JournalEntry, JournalLine
from ledger.period_names import period_name
from loket_import import models
from loket_import.amounts import EXACT, ZERO, in_cents, one_sided
from loket_import.matching import matched
from loket_import.models import Booking
from loket_import.preview import load_books
from loket_import.proof.keeping import Proof, read_proof
from loket_import.proposal import Books, ChartMode, CostCenterTreatment, RunLine

# How many codes the database is asked for one by one.
MOST_ASKED = 50

# Loket's trimmed codes of a line: account, cost centre, cost unit; '' for none. They decide alone
# where it is booked.
Codes = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line is booked, by ids; None for no cost centre or cost unit, or for no account."""

    account_id: int | None
    cost_center_id: int | None
    cost_unit_id: int | None


@dataclass(frozen=True, slots=True)
class BookedLine:
    """A line of a booked run, where it is, and its amounts in euros, neither of them negative."""

    entry_id: int
    codes: Codes
    place: Place
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True)
class Move:
    """Lines of an entry that go from one place to another, with the sums of both sides."""

    entry_id: int
    old: Place
    new: Place
    debit: Decimal
    credit: Decimal


def moves(lines: Iterable[BookedLine], before: Books, after: Books, mode: ChartMode) -> list[Move]:
    """The lines that would have been booked otherwise, were it not `before` but `after` that held.

    Only what differs between the two counts: a line that is booked by a mapping of long ago does
    not move for a change that has nothing to do with it.
    """
    sums: dict[tuple[int, Place, Place], tuple[Decimal, Decimal]] = {}
    for line in lines:
        new = moved(
            line.place, place_of(line.codes, before, mode), place_of(line.codes, after, mode)
        )
        if new == line.place:
            continue
        key = (line.entry_id, line.place, new)
        debit, credit = sums.get(key, (ZERO, ZERO))
        sums[key] = EXACT.add(debit, line.debit), EXACT.add(credit, line.credit)
    return [Move(*key, *amounts) for key, amounts in sums.items()]


def moved(booked: Place, before: Place, after: Place) -> Place:
    """A place after a change that turns `before` into `after`: what it leaves alone stays."""
    return Place(
        booked.account_id if before.account_id == after.account_id else after.account_id,
        (
            booked.cost_center_id
            if before.cost_center_id == after.cost_center_id
            else after.cost_center_id
        ),
        booked.cost_unit_id if before.cost_unit_id == after.cost_unit_id else after.cost_unit_id,
    )


def place_of(codes: Codes, books: Books, mode: ChartMode) -> Place:
    """Where a line with these codes is booked."""
    account, cost_center, cost_unit = codes
    line = RunLine(1, account, "", cost_center, None, cost_unit, None, ZERO, ZERO)
    found = matched(line, books, mode)
    return Place(
        found.account.id if found.account else None,
        found.cost_center.id if found.cost_center else None,
        found.cost_unit.id if found.cost_unit else None,
    )


def with_answer(books: Books, dimension: Dimension, code: str, answer: Answer | None) -> Books:
    """The books in which a trimmed code of Loket stands for this; None: for nothing."""
    return with_answers(books, [(dimension, code, answer)])


def with_answers(books: Books, changes: Iterable[Change]) -> Books:
    """The books in which trimmed codes of Loket stand for these; of a code the last one counts."""
    targets: dict[Dimension, dict[str, int | None]] = {
        Dimension.ACCOUNT: dict(books.account_mappings),
        Dimension.COST_CENTER: dict(books.cost_center_mappings),
        Dimension.COST_UNIT: dict(books.cost_unit_mappings),
    }
    rules = dict(books.cost_center_rules)
    for dimension, code, answer in changes:
        targets[dimension].pop(code, None)
        if dimension == Dimension.ACCOUNT:
            rules.pop(code, None)
        if answer is None:
            continue
        targets[dimension][code] = answer.target_id
        if dimension == Dimension.ACCOUNT:
            rules[code] = CostCenterTreatment(answer.cost_center_rule, answer.cost_center_id)
    return replace(
        books,
        account_mappings=targets[Dimension.ACCOUNT],
        cost_center_mappings=targets[Dimension.COST_CENTER],
        cost_unit_mappings=targets[Dimension.COST_UNIT],
        cost_center_rules=rules,
    )


def place_in_proof(codes: Codes, proof: Proof) -> Place | None:
    """Where a line with these codes was booked, as is kept with its booking; None if it is not."""
    account, cost_center, cost_unit = codes
    target = next((kept for kept in proof.accounts if kept.loket_code == account), None)
    if target is None:
        return None
    of_center = [kept for kept in proof.cost_centers if kept.loket_code == cost_center]
    # Where the rule of an account said the cost centre, its code is named.
    by_rule = next((kept for kept in of_center if account in kept.accounts), None)
    center = by_rule or next((kept for kept in of_center if not kept.accounts), None)
    unit = next((kept for kept in proof.cost_units if kept.loket_code == cost_unit), None)
    return Place(
        target.target_id,
        center.target_id if center else None,
        unit.target_id if unit else None,
    )


def what_if(changes: Sequence[Change]) -> list[Consequence]:
    """What it would have meant for the runs that are booked if these codes had stood for these.

    In the scope that is open, in a number of queries that grows neither with the runs nor with the
    changes. The newest entry comes first. Runs whose entry was reversed are not booked.
    """
    mode = ChartMode.ADOPT if takes_over_chart() else ChartMode.TRANSPOSE
    before = load_books()
    after = with_answers(before, changes)
    codes: dict[Dimension, set[str]] = {}
    for dimension, code, _answer in changes:
        codes.setdefault(dimension, set()).add(code)
    found = moves(booked_lines(codes), before, after, mode)
    unlinked = next((dimension for dimension, _code, answer in changes if answer is None), None)
    return told(found, unlinked=unlinked)


def booked_lines(codes: Mapping[Dimension, set[str]]) -> list[BookedLine]:
    """The lines with one of these codes in the runs that are booked, and where each of them is."""
    live = Booking.objects.filter(reversal=None)
    entry_of = dict(live.values_list("content_id", "entry_id"))
    lines = models.RunLine.objects.filter(content__in=live.values("content_id"))
    rows = [
        (entry_of[row.content_id], row)
        for row in lines.filter(holding(codes)).order_by("content_id", "number")
        # Loket does not trim its codes.
        if any((getattr(row, f"{part}_code") or "").strip() in codes[part] for part in codes)
    ]
    places = places_of([(entry_id, row.number, codes_of(row)) for entry_id, row in rows])
    found = []
    for entry_id, row in rows:
        place = places.get((entry_id, row.number))
        debit, credit = in_cents(row.debit), in_cents(row.credit)
        # A line without an amount is in no entry.
        if place and debit is not None and credit is not None and (debit or credit):
            found.append(BookedLine(entry_id, codes_of(row), place, *one_sided(debit, credit)))
    return found


def holding(codes: Mapping[Dimension, set[str]]) -> Q:
    """That a line holds one of these codes; all lines once there are many, sooner read than asked.

    Nothing is asked of no codes, so no line holds one.
    """
    if sum(map(len, codes.values())) > MOST_ASKED:
        return Q()
    asked = Q(pk__in=())
    for dimension, of_dimension in codes.items():
        for code in of_dimension:
            asked |= Q(**{f"{dimension}_code__contains": code})
    return asked


def codes_of(row: models.RunLine) -> Codes:
    """The trimmed codes of a line of Loket's."""
    codes = row.account_code, row.cost_center_code, row.cost_unit_code
    account, cost_center, cost_unit = ((code or "").strip() for code in codes)
    return account, cost_center, cost_unit


def places_of(lines: list[tuple[int, int, Codes]]) -> dict[tuple[int, int], Place]:
    """Where lines of entries are booked, given as (entry, number of Loket's line, codes).

    A line of an entry names one line of Loket's that is in it. Of the others, when the entry adds
    lines up, the proof of the booking tells. Two queries.
    """
    named = JournalLine.objects.filter(
        entry__in={entry_id for entry_id, _number, _codes in lines},
        source_line__in={number for _entry, number, _codes in lines},
    )
    found = {
        (entry_id, number): Place(*place)
        for entry_id, number, *place in named.values_list(
            "entry_id", "source_line", "account_id", "cost_center_id", "cost_unit_id"
        )
        if number is not None
    }
    others = [line for line in lines if line[:2] not in found]
    kept = Booking.objects.filter(entry__in={entry_id for entry_id, _number, _codes in others})
    proofs = {
        entry_id: read_proof(proof) for entry_id, proof in kept.values_list("entry_id", "proof")
    }
    for entry_id, number, codes in others:
        proof = proofs.get(entry_id)
        if proof and (place := place_in_proof(codes, proof)):
            found[entry_id, number] = place
    return found


def told(found: list[Move], *, unlinked: Dimension | None) -> list[Consequence]:
    """Moves in words; `unlinked` is what a line then lacks because its code stands for nothing."""
    entries = {
        entry.pk: entry
        for entry in JournalEntry.objects.select_related(
            "journal", "fiscal_year", "period__fiscal_year"
        ).filter(pk__in={move.entry_id for move in found})
    }
    names = names_in(found)
    newest_first = sorted(
        found, key=lambda move: (entries[move.entry_id].booked_on, move.entry_id), reverse=True
    )
    return [
        Consequence(
            entry_id=move.entry_id,
            entry=str(entries[move.entry_id]),
            period=period_name(entries[move.entry_id].period),
            old=in_words(move.old, names),
            new=in_words(move.new, names, unlinked=unlinked),
            debit=move.debit,
            credit=move.credit,
        )
        for move in newest_first
    ]


def names_in(found: list[Move]) -> Names:
    """The names of all places in these moves, in three queries."""
    ids: dict[Dimension, set[int]] = {dimension: set() for dimension in Dimension}
    for move in found:
        for place in (move.old, move.new):
            for dimension, id in by_dimension(place):
                if id is not None:
                    ids[dimension].add(id)
    return Names(ids)


def by_dimension(place: Place) -> list[tuple[Dimension, int | None]]:
    """The parts of a place."""
    return [
        (Dimension.ACCOUNT, place.account_id),
        (Dimension.COST_CENTER, place.cost_center_id),
        (Dimension.COST_UNIT, place.cost_unit_id),
    ]


def in_words(place: Place, names: Names, *, unlinked: Dimension | None = None) -> str:
    """A place by codes and names; a part that can't be told yet is to be linked first."""
    words = []
    for dimension, id in by_dimension(place):
        if id is not None:
            words.append(names.name(dimension, id))
        elif dimension == unlinked:
            words.append(_("to be linked first"))
        elif dimension == Dimension.COST_CENTER:
            words.append(_("no cost centre"))
    return " · ".join(words)
