"""The sandbox's payroll journals, month after month, as matching sees them: without a database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from loket_import.insight.run_amounts import amounts_of
from loket_import.insight.run_history import AccountAmount, PastRun, PayPeriod, RunHistory
from loket_import.matching import match
from loket_import.proposal import (
    AccountChoice,
    Books,
    ChartMode,
    DimensionChoice,
    Options,
    Problem,
    Proposal,
    RunFacts,
    RunLine,
)
from loket_import.sandbox.model import Line, PayrollPeriod, PeriodType
from loket_import.sandbox.payroll import payroll_lines
from loket_import.sandbox.periods import periods_of_year
from loket_import.sandbox.profiles import JournalProfile
from tests.loket_import.linked import rows


@dataclass(frozen=True, slots=True)
class Month:
    """A pay period of the sandbox with what matching makes of its run."""

    period: PayrollPeriod
    proposal: Proposal
    history: RunHistory
    amounts: tuple[AccountAmount, ...]

    @property
    def warnings(self) -> list[str]:
        """The codes of what an auditor would ask."""
        return [problem.code for problem in self.proposal.warnings]


def run_lines(lines: tuple[Line, ...]) -> tuple[RunLine, ...]:
    """Lines of the sandbox as they are stored."""
    return tuple(
        RunLine(
            number=number,
            account_code=line.account.code,
            account_description=line.account.description,
            cost_center_code=line.cost_center and line.cost_center.code,
            cost_center_description=line.cost_center and line.cost_center.description,
            cost_unit_code=line.cost_unit and line.cost_unit.code,
            cost_unit_description=line.cost_unit and line.cost_unit.description,
            debit=line.debet,
            credit=line.credit,
            component_key=line.component and line.component.key,
            component_description=line.component and line.component.description,
        )
        for number, line in enumerate(lines, start=1)
    )


def demo_books(profile: JournalProfile, *, has_rgs: bool, transposed: Mapping[str, str]) -> Books:
    """The demo's chart with the cost centres of a profile; `transposed` goes to codes of ours."""
    accounts = [
        AccountChoice(
            id=number,
            code=row["code"],
            name=row["name"],
            is_blocked=False,
            is_postable=row["postable"] == "1",
            requires_cost_center=False,
            kind=row["kind"],
            rgs_code=row["rgs_code"] if has_rgs else "",
        )
        for number, row in enumerate(rows("chart.csv"), start=1)
    ]
    ids = {account.code: account.id for account in accounts}
    centers = {one.cost_center.code: one.cost_center for one in profile.departments}
    units = {one.cost_unit.code: one.cost_unit for one in profile.departments if one.cost_unit}
    return Books.indexed(
        accounts=accounts,
        cost_centers=[
            DimensionChoice(one.key, one.code, one.description, False) for one in centers.values()
        ],
        cost_units=[
            DimensionChoice(one.key, one.code, one.description, False) for one in units.values()
        ],
        account_mappings={code: ids[ours] for code, ours in transposed.items()},
        cost_center_mappings={},
        cost_unit_mappings={},
        periods=[],
    )


def months(
    profile: JournalProfile,
    period_type: PeriodType,
    *,
    seed: str,
    has_rgs: bool = True,
    transposed: Mapping[str, str] | None = None,
    years: tuple[int, ...] = (2025, 2026),
) -> Iterator[Month]:
    """The runs of these years, each judged by all that were before it."""
    books = demo_books(profile, has_rgs=has_rgs, transposed=transposed or {})
    mode = ChartMode.TRANSPOSE if transposed else ChartMode.ADOPT
    earlier: list[PayPeriod] = []
    components: frozenset[int] = frozenset()
    for year in years:
        for period in periods_of_year(year, period_type):
            lines = run_lines(payroll_lines(profile, period, period_type, seed))
            history = RunHistory(earlier=tuple(earlier), components=components)
            proposal = propose(period, lines, books, mode, history)
            amounts = amounts_of(lines, proposal.matched_lines)
            yield Month(period, proposal, history, amounts)
            earlier.append(
                PayPeriod(
                    period.year, period.number, period.start, period.end, (PastRun(1),), amounts
                )
            )
            components |= {line.component_key for line in lines if line.component_key is not None}


def propose(
    period: PayrollPeriod,
    lines: tuple[RunLine, ...],
    books: Books,
    mode: ChartMode,
    history: RunHistory,
) -> Proposal:
    """What matching makes of a run."""
    return match(
        facts=RunFacts(
            status_key=4,
            status_text="Journaal gereed",
            test_year=False,
            year=period.year,
            period_number=period.number,
            period_start=period.start,
            period_end=period.end,
            stored_line_count=len(lines),
            is_missing=False,
            other_bookings=(),
            history=history,
        ),
        lines=lines,
        books=books,
        options=Options(chart_mode=mode, booking_date=period_end(period), description="Lonen"),
    )


def period_end(period: PayrollPeriod) -> date:
    """A booking date in the payroll year, so that no other warning is about it."""
    return min(period.end, date(period.year, 12, 31))


def warned(month: Month, code: str) -> Problem:
    """The one warning with this code."""
    (found,) = (problem for problem in month.proposal.warnings if problem.code == code)
    return found
