"""What a stored run would become in the books as they are now: loads, then matches."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext_lazy as _

from connections.models import AccountMapping, Connection, CostCenterMapping, CostUnitMapping
from finmaster.errors import UserError
from ledger.models import Account, CostCenter, CostUnit, Journal, JournalKind, Period
from ledger.period_names import period_name
from loket_import.confirmations import confirmed
from loket_import.exports import read_trail
from loket_import.insight import history_of
from loket_import.matching import match, posting_hash
from loket_import.models import JournalRun, RunContent
from loket_import.periods import default_description
from loket_import.proposal import (
    AccountChoice,
    Books,
    ChartMode,
    DimensionChoice,
    Options,
    PeriodChoice,
    Proposal,
    RunFacts,
    RunLine,
)
from loket_import.reported import exported_by_us
from loket_import.rivals import other_bookings
from loket_import.run_history import RunHistory
from loket_import.storing import newest_content
from loket_import.twins import twins_of


class NoMemorial(UserError):
    """The administration has no memorial journal to book in."""

    code = "no_memorial"
    message = _(
        "This administration has no memorial journal, so nothing can be booked. "
        "Have a manager of it make one under Master data, Journals."
    )


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


def preview(run: JournalRun, connection: Connection) -> Preview | None:
    """The preview of a run, in the scope that is open; None while its content is not fetched."""
    content = newest_content(run)
    if content is None:
        return None
    journal = memorial()
    options = Options(
        chart_mode=ChartMode(connection.chart_mode),
        booking_date=booking_date(run),
        description=run.description or default_description(run, connection),
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
        journal=journal,
        lines=lines,
        proposal=proposal,
        hash=posting_hash(proposal, options, journal.pk) if proposal.is_bookable else "",
        history=history,
    )


def booking_date(run: JournalRun) -> date:
    """The date the user chose, or the end of the pay period.

    The payroll year is not the fiscal year: a period may cross the turn of the year.
    """
    return run.booking_date or run.period_end


def memorial() -> Journal:
    """The journal for entries without a bank or invoice behind them, or NoMemorial."""
    journal = Journal.objects.filter(kind=JournalKind.MEMORIAL).order_by("code").first()
    if journal is None:
        raise NoMemorial
    return journal


def facts(
    run: JournalRun, content: RunContent, lines: Sequence[RunLine], booking_date: date
) -> RunFacts:
    """What matching must know of a run besides its lines."""
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
        confirmed=confirmed(run),
        trail=read_trail(run.exports),
        is_exported_by_us=run.pk in exported_by_us([run]),
        twins=twins_of(run, booking_date, lines),
    )


def run_lines(content: RunContent) -> tuple[RunLine, ...]:
    """The lines of a content, in Loket's order."""
    columns = RunLine.__dataclass_fields__
    return tuple(
        RunLine(*values) for values in content.lines.order_by("number").values_list(*columns)
    )


def load_books() -> Books:
    """Chart of accounts, dimensions, mappings and calendar, in seven queries."""
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
        account_mappings=dict(AccountMapping.objects.values_list("loket_code", "account_id")),
        cost_center_mappings=dict(
            CostCenterMapping.objects.values_list("loket_code", "cost_center_id")
        ),
        cost_unit_mappings=dict(CostUnitMapping.objects.values_list("loket_code", "cost_unit_id")),
        periods=[
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
        ],
    )
