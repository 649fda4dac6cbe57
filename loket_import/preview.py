"""What a stored run would become in the books as they are now: loads, then matches."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from connections.models import AccountMapping, Connection, CostCenterMapping, CostUnitMapping
from ledger.models import Account, CostCenter, CostUnit, Journal, Period
from ledger.period_names import period_name
from loket_import.insight.loading import history_of
from loket_import.insight.run_history import RunHistory
from loket_import.judging.confirmations import confirmed
from loket_import.judging.exports import read_trail
from loket_import.judging.reported import exported_by_us
from loket_import.judging.twins import twins_of
from loket_import.matching import match, posting_hash
from loket_import.models import BookingRules, JournalRun, RunContent
from loket_import.proposal import (
    AccountChoice,
    Books,
    ChartMode,
    CostCenterRule,
    CostCenterTreatment,
    DimensionChoice,
    Options,
    PeriodChoice,
    Proposal,
    RunFacts,
    RunLine,
)
from loket_import.rivals import other_bookings
from loket_import.rules.dates import next_open_period
from loket_import.rules.effective import booking_rules, journals, terms_of
from loket_import.storing import newest_content


@dataclass(frozen=True, slots=True)
class Preview:
    """A run with its content, as it would be booked now.

    `hash` tells two previews apart; it is empty as long as the run can't be booked.
    """

    run: JournalRun
    content: RunContent
    options: Options
    journal: Journal
    lines: tuple[RunLine, ...]
    proposal: Proposal
    hash: str
    history: RunHistory
    rules: BookingRules
    # Where the booking date lies in no open period: the next one that is open, if there is one.
    next_open: PeriodChoice | None


def preview(run: JournalRun, connection: Connection) -> Preview | None:
    """The preview of a run, in the scope that is open; None while its content is not fetched."""
    content = newest_content(run)
    if content is None:
        return None
    rules = booking_rules()
    terms = terms_of(run, connection, rules, list(journals()))
    options = Options(
        chart_mode=ChartMode(connection.chart_mode),
        booking_date=terms.booking_date,
        description=terms.description,
        condenses=terms.condenses,
        is_date_by_rule=run.booking_date is None,
    )
    lines = run_lines(content)
    books = load_books()
    history = history_of(run, connection, books)
    known = replace(facts(run, content, lines, options.booking_date), history=history)
    proposal = match(facts=known, lines=lines, books=books, options=options)
    return Preview(
        run=run,
        content=content,
        options=options,
        journal=terms.journal,
        lines=lines,
        proposal=proposal,
        hash=posting_hash(proposal, options, terms.journal.pk) if proposal.is_bookable else "",
        history=history,
        rules=rules,
        next_open=next_open_period(options.booking_date, books.periods),
    )


def facts(
    run: JournalRun, content: RunContent, lines: Sequence[RunLine], booking_date: date
) -> RunFacts:
    """What matching must know of a run besides its lines."""
    words = confirmed(run)
    return RunFacts(
        status_key=run.status_key,
        status_text=run.status_text,
        test_year=run.test_year,
        year=run.year,
        period_number=run.period_number,
        period_start=run.period_start,
        period_end=run.period_end,
        stored_line_count=content.line_count,
        is_missing=run.missing_since is not None,
        other_bookings=other_bookings(run),
        confirmed=words,
        trail=read_trail(run.exports),
        is_exported_by_us=run.pk in exported_by_us([run]),
        twins=twins_of(run, booking_date, lines, judged=len(words)),
        source_hash=content.source_hash,
    )


def run_lines(content: RunContent) -> tuple[RunLine, ...]:
    """The lines of a content, in Loket's order."""
    columns = RunLine.__dataclass_fields__
    return tuple(
        RunLine(*values) for values in content.lines.order_by("number").values_list(*columns)
    )


def load_books() -> Books:
    """Chart of accounts, dimensions, mappings and calendar, in seven queries."""
    account_rows = AccountMapping.objects.values_list(
        "loket_code", "account_id", "cost_center_rule", "cost_center_id", named=True
    )
    return Books.indexed(
        accounts=[
            AccountChoice(*row)
            for row in Account.objects.values_list(*AccountChoice.__dataclass_fields__)
        ],
        cost_centers=[
            DimensionChoice(*row)
            for row in CostCenter.objects.values_list(*DimensionChoice.__dataclass_fields__)
        ],
        cost_units=[
            DimensionChoice(*row)
            for row in CostUnit.objects.values_list(*DimensionChoice.__dataclass_fields__)
        ],
        account_mappings={row.loket_code: row.account_id for row in account_rows},
        cost_center_mappings=dict(
            CostCenterMapping.objects.values_list("loket_code", "cost_center_id")
        ),
        cost_unit_mappings=dict(CostUnitMapping.objects.values_list("loket_code", "cost_unit_id")),
        periods=period_choices(),
        cost_center_rules={
            row.loket_code: CostCenterTreatment(row.cost_center_rule, row.cost_center_id)
            for row in account_rows
            if row.cost_center_rule != CostCenterRule.AS_SENT
        },
    )


def period_choices() -> list[PeriodChoice]:
    """The bookkeeping periods of all fiscal years, in order, in one query."""
    return [
        PeriodChoice(
            id=period.pk,
            fiscal_year_id=period.fiscal_year_id,
            label=period_name(period),
            starts_on=period.starts_on,
            ends_on=period.ends_on,
            is_open=period.is_open,
            is_year_open=period.fiscal_year.closed_at is None,
        )
        for period in Period.objects.select_related("fiscal_year").order_by("starts_on")
    ]
