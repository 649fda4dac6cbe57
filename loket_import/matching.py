"""From a journal run's lines to the lines that would be booked, with every problem at once.

Pure: no database, no HTTP, no clock. Nothing is guessed and nothing is rounded: a code stands for
an account here, or it is reported.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from loket_import.amounts import EXACT, ZERO, in_cents, one_sided, total
from loket_import.checks.auditor import AUDITOR_CHECKS
from loket_import.checks.dimensions import DIMENSION_CHECKS
from loket_import.checks.doubles import DOUBLE_CHECKS
from loket_import.checks.lines import LINE_CHECKS
from loket_import.checks.readiness import READINESS_CHECKS
from loket_import.checks.run import RUN_CHECKS
from loket_import.condensing import condensed
from loket_import.dimension_matching import found_cost_center, found_cost_unit, ruled_cost_center
from loket_import.notes import dimension_notes, side_notes
from loket_import.proposal import (
    AccountChoice,
    Books,
    Case,
    ChartMode,
    MatchedLine,
    Note,
    Options,
    PeriodChoice,
    Proposal,
    ProposedLine,
    RunFacts,
    RunLine,
    Way,
)

CHECKS = (
    *READINESS_CHECKS,
    *DOUBLE_CHECKS,
    *RUN_CHECKS,
    *LINE_CHECKS,
    *DIMENSION_CHECKS,
    *AUDITOR_CHECKS,
)

POSTING_HASH_VERSION = "posting-1"


def match(*, facts: RunFacts, lines: Sequence[RunLine], books: Books, options: Options) -> Proposal:
    """Propose an entry for a run, and report all that is wrong with it, in time linear in lines.

    A negative amount changes sides, a line with both sides filled becomes a debit and a credit
    line, and a line without an amount is dropped; a note says so each time. Condensed or not, debit
    minus credit of the proposal equals that of the run. ValueError for a chart mode that does not
    exist.
    """
    options = replace(options, chart_mode=ChartMode(options.chart_mode))
    found: list[MatchedLine] = []
    proposed: list[ProposedLine] = []
    notes: list[Note] = []
    dropped: list[int] = []
    unusable: list[int] = []
    for line in lines:
        debit, credit = in_cents(line.debit), in_cents(line.credit)
        if debit is None or credit is None:
            unusable.append(line.number)
            found.append(matched(line, books, options.chart_mode))
            continue
        sides = one_sided(debit, credit)
        notes.extend(side_notes(line, sides))
        if not any(sides):
            dropped.append(line.number)
            continue
        found.append(matched(line, books, options.chart_mode))
        proposed.extend(_proposed(found[-1], sides, options.description))
    notes.extend(dimension_notes(found))
    proposal = Proposal(
        lines=condensed(proposed) if options.condenses else tuple(proposed),
        problems=(),
        notes=tuple(notes),
        total_debit=total([line.debit for line in proposed]),
        total_credit=total([line.credit for line in proposed]),
        period=_period_of(options.booking_date, books.periods),
        dropped_lines=tuple(dropped),
        unusable_lines=tuple(unusable),
        matched_lines=tuple(found),
    )
    return checked(Case(facts, options, lines, tuple(found), proposal))


def checked(case: Case) -> Proposal:
    """The proposal of a case with what all checks found, and the names of those that passed.

    Of checks by the same name, as those of cost centres and cost units, each must have passed.
    """
    found = [(check.__name__, tuple(check(case))) for check in CHECKS]
    failed = {name for name, problems in found if problems}
    return replace(
        case.proposal,
        problems=tuple(problem for _name, problems in found for problem in problems),
        passed=tuple(dict.fromkeys(name for name, _problems in found if name not in failed)),
    )


def matched(line: RunLine, books: Books, chart_mode: ChartMode) -> MatchedLine:
    """What the codes of a line stand for; its amounts don't matter."""
    # Loket: codes are text and its API does not trim them.
    account_code = line.account_code.strip()
    cost_center_code = (line.cost_center_code or "").strip()
    cost_unit_code = (line.cost_unit_code or "").strip()
    sent = found_cost_center(cost_center_code, books)
    cost_center = ruled_cost_center(sent, books.cost_center_rules.get(account_code), books)
    cost_unit = found_cost_unit(cost_unit_code, books)
    return MatchedLine(
        number=line.number,
        account_code=account_code,
        account_description=line.account_description.strip(),
        account=_account(account_code, books, chart_mode),
        cost_center_code=cost_center_code,
        cost_center_description=(line.cost_center_description or "").strip(),
        cost_center=cost_center.choice,
        cost_unit_code=cost_unit_code,
        cost_unit_description=(line.cost_unit_description or "").strip(),
        cost_unit=cost_unit.choice,
        cost_center_way=cost_center.way,
        cost_unit_way=cost_unit.way,
        sent_cost_center=sent.choice,
    )


def _account(code: str, books: Books, chart_mode: ChartMode) -> AccountChoice | None:
    if chart_mode == ChartMode.ADOPT:
        return books.accounts.get(code)
    account_id = books.account_mappings.get(code)
    return None if account_id is None else books.accounts_by_id.get(account_id)


def _proposed(
    line: MatchedLine, sides: tuple[Decimal, Decimal], description: str
) -> Iterator[ProposedLine]:
    debit, credit = sides
    for one_side in ((debit, ZERO), (ZERO, credit)):
        if any(one_side):
            yield ProposedLine(
                source_lines=(line.number,),
                account=line.account,
                cost_center=line.cost_center,
                cost_unit=line.cost_unit,
                debit=one_side[0],
                credit=one_side[1],
                loket_account_code=line.account_code,
                loket_account_description=line.account_description,
                loket_cost_center_code=line.cost_center_code,
                loket_cost_unit_code=line.cost_unit_code,
                description=line.account_description or description.strip(),
                is_cost_center_open=line.cost_center_way == Way.UNKNOWN,
                is_cost_unit_open=line.cost_unit_way == Way.UNKNOWN,
            )


def _period_of(booking_date: date, periods: Sequence[PeriodChoice]) -> PeriodChoice | None:
    return next(
        (period for period in periods if period.starts_on <= booking_date <= period.ends_on), None
    )


def posting_hash(proposal: Proposal, options: Options, journal_id: int) -> str:
    """Give the SHA-256, in hexadecimal, of what would be booked: date, journal, text and lines.

    The same content has the same hash whatever the order of the lines, so that what was agreed
    to in a preview can be compared with what is about to be posted. It identifies content, not a
    run: two months with the same wages are normal. ValueError for a proposal with errors, which
    has nothing to post.
    """
    if not proposal.is_bookable:
        raise ValueError("A proposal with errors has no posting hash.")
    # As text, because rows with and without a cost centre have no order of their own.
    lines = sorted(json.dumps(_content(line)) for line in proposal.lines)
    content = [
        POSTING_HASH_VERSION,
        options.booking_date.isoformat(),
        journal_id,
        _composed(options.description),
        lines,
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _content(line: ProposedLine) -> list[int | str | None]:
    return [
        line.account.id if line.account else None,
        line.cost_center.id if line.cost_center else None,
        line.cost_unit.id if line.cost_unit else None,
        _composed(line.description),
        int(line.debit.scaleb(2, EXACT)),
        int(line.credit.scaleb(2, EXACT)),
    ]


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
