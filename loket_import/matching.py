"""From a journal run's lines to the lines that would be booked, with every problem at once.

Pure: no database, no HTTP, no clock. Nothing is guessed and nothing is rounded: a code stands for
an account here, or it is reported.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from loket_import.amounts import EXACT, ZERO, exact_text, in_cents, one_sided, total
from loket_import.dimension_checks import DIMENSION_CHECKS
from loket_import.line_checks import LINE_CHECKS
from loket_import.proposal import (
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
)
from loket_import.run_checks import RUN_CHECKS

CHECKS = (*RUN_CHECKS, *LINE_CHECKS, *DIMENSION_CHECKS)

POSTING_HASH_VERSION = "posting-1"

Choice = TypeVar("Choice")


def match(*, facts: RunFacts, lines: Sequence[RunLine], books: Books, options: Options) -> Proposal:
    """Propose an entry for a run, and report all that is wrong with it, in time linear in lines.

    A negative amount changes sides, a line with both sides filled becomes a debit and a credit
    line, and a line without an amount is dropped; a note says so each time. Debit minus credit
    of the proposal equals that of the run. ValueError for a chart mode that does not exist.
    """
    options = replace(options, chart_mode=ChartMode(options.chart_mode))
    matched: list[MatchedLine] = []
    proposed: list[ProposedLine] = []
    notes: list[Note] = []
    dropped: list[int] = []
    unusable: list[int] = []
    for line in lines:
        debit, credit = in_cents(line.debit), in_cents(line.credit)
        if debit is None or credit is None:
            unusable.append(line.number)
            matched.append(_matched(line, books, options.chart_mode))
            continue
        sides = one_sided(debit, credit)
        notes.extend(_notes(line, sides))
        if not any(sides):
            dropped.append(line.number)
            continue
        matched.append(_matched(line, books, options.chart_mode))
        proposed.extend(_proposed(matched[-1], sides, options.description))
    proposal = Proposal(
        lines=tuple(proposed),
        problems=(),
        notes=tuple(notes),
        total_debit=total([line.debit for line in proposed]),
        total_credit=total([line.credit for line in proposed]),
        period=_period_of(options.booking_date, books.periods),
        dropped_lines=tuple(dropped),
        unusable_lines=tuple(unusable),
    )
    case = Case(facts, options, lines, tuple(matched), proposal)
    return replace(proposal, problems=tuple(problem for check in CHECKS for problem in check(case)))


def _matched(line: RunLine, books: Books, chart_mode: ChartMode) -> MatchedLine:
    # Loket: codes are text and its API does not trim them.
    account_code = line.account_code.strip()
    cost_center_code = (line.cost_center_code or "").strip()
    cost_unit_code = (line.cost_unit_code or "").strip()
    if chart_mode == ChartMode.ADOPT:
        account = books.accounts.get(account_code)
    else:
        account = _mapped(account_code, books.account_mappings, books.accounts_by_id)
    return MatchedLine(
        number=line.number,
        account_code=account_code,
        account_description=line.account_description.strip(),
        account=account,
        cost_center_code=cost_center_code,
        cost_center_description=(line.cost_center_description or "").strip(),
        cost_center=_mapped_or_same(
            cost_center_code,
            books.cost_center_mappings,
            books.cost_centers_by_id,
            books.cost_centers,
        ),
        cost_unit_code=cost_unit_code,
        cost_unit_description=(line.cost_unit_description or "").strip(),
        cost_unit=_mapped_or_same(
            cost_unit_code, books.cost_unit_mappings, books.cost_units_by_id, books.cost_units
        ),
    )


def _mapped(code: str, mappings: Mapping[str, int], by_id: Mapping[int, Choice]) -> Choice | None:
    return by_id.get(mappings[code]) if code in mappings else None


def _mapped_or_same(
    code: str,
    mappings: Mapping[str, int],
    by_id: Mapping[int, Choice],
    by_code: Mapping[str, Choice],
) -> Choice | None:
    # Once there is a mapping it decides, also where it leads nowhere.
    return _mapped(code, mappings, by_id) if code in mappings else by_code.get(code)


def _proposed(
    line: MatchedLine, sides: tuple[Decimal, Decimal], description: str
) -> Iterator[ProposedLine]:
    debit, credit = sides
    for one_side in ((debit, ZERO), (ZERO, credit)):
        if any(one_side):
            yield ProposedLine(
                source_line=line.number,
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
            )


def _notes(line: RunLine, sides: tuple[Decimal, Decimal]) -> Iterator[Note]:
    debit, credit = sides
    if not (debit or credit):
        yield Note(
            "zero_line",
            line.number,
            format_lazy(_("Line {number} has no amount and is left out."), number=line.number),
        )
    if line.debit < 0 or line.credit < 0:
        yield Note(
            "negative_amount",
            line.number,
            format_lazy(
                _(
                    "Line {number}: a negative amount goes to the other side. Loket has debit "
                    "{debit}, credit {credit}; booked are debit {to_debit}, credit {to_credit}."
                ),
                number=line.number,
                debit=exact_text(line.debit),
                credit=exact_text(line.credit),
                to_debit=exact_text(debit),
                to_credit=exact_text(credit),
            ),
        )
    if debit and credit:
        yield Note(
            "two_sides",
            line.number,
            format_lazy(
                _(
                    "Line {number} has two sides and becomes two lines: debit {debit} and credit "
                    "{credit}."
                ),
                number=line.number,
                debit=exact_text(debit),
                credit=exact_text(credit),
            ),
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
