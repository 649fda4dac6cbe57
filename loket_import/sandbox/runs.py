"""The regular journal runs of a payroll administration, and the story of each administration.

Every finished period of last year and this one has a run: exported for the older ones, ready for
the last few. ``oddities.py`` adds what makes an administration's history interesting.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from .cast import PAYROLL_OFFICER
from .model import (
    ExportAttempt,
    JournalRun,
    Line,
    PayrollAdministration,
    PayrollPeriod,
    PeriodType,
    Status,
    stable_id,
)
from .payroll import payroll_lines
from .periods import paid_periods
from .profiles import JournalProfile

READY_PERIODS = {PeriodType.MONTH: 3, PeriodType.FOUR_WEEKS: 3, PeriodType.WEEK: 4}

# Days between the end of a period and its payroll: month wages are calculated before the month
# ends, hours by the week only afterwards.
DAYS_TO_PAYROLL = {PeriodType.MONTH: -5, PeriodType.FOUR_WEEKS: 2, PeriodType.WEEK: 1}

OTHER_PACKAGE = (2, "Export per run")


@dataclass(slots=True)
class RunHistory:
    """The runs of one administration while they are being made up."""

    administration: PayrollAdministration
    profile: JournalProfile
    today: date
    periods: list[PayrollPeriod] = field(default_factory=list)
    runs: list[JournalRun] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the regular run of each finished period."""
        self.periods = paid_periods(self.today, self.administration.period_type)
        ready = READY_PERIODS[self.administration.period_type]
        for index, period in enumerate(self.periods, start=1):
            is_ready = index > len(self.periods) - ready
            self.add(period, status=Status.READY if is_ready else Status.EXPORTED)

    def lines_of(
        self, period: PayrollPeriod, profile: JournalProfile | None = None
    ) -> tuple[Line, ...]:
        """The payroll journal of a period; the same each time it is asked."""
        seed = self.administration.id
        chosen = profile or self.profile
        return payroll_lines(chosen, period, self.administration.period_type, seed)

    def regular(self, back: int) -> JournalRun:
        """The regular run of the period ``back`` before the last one (0 is the last one)."""
        period = self.periods[-1 - back]
        return next(run for run in self.runs if run.period == period and not run.note)

    def add(
        self,
        period: PayrollPeriod,
        *,
        status: Status,
        note: str = "",
        payroll_note: str = "",
        lines: tuple[Line, ...] | None = None,
        hours_later: int = 0,
    ) -> JournalRun:
        """Add a run; ``note`` tells runs of one period apart, ``payroll_note`` payroll runs."""
        requested_at = self._requested_at(period) + timedelta(hours=hours_later)
        key = self.administration.id, period.year, period.number, period.test_year
        run = JournalRun(
            id=stable_id("run", *key, note),
            administration_id=self.administration.id,
            payroll_run_id=stable_id("payroll run", *key, payroll_note),
            payroll_run_number=2 if payroll_note else 1,
            period=period,
            status=status,
            requested_at=requested_at,
            requested_by=PAYROLL_OFFICER,
            finished_at=None if status is Status.WAITING else requested_at + timedelta(seconds=41),
            lines=self.lines_of(period) if lines is None else lines,
            note=note,
        )
        if status in (Status.EXPORTED, Status.EXPORT_FAILED):
            run.exports.append(_export(run, succeeded=status is Status.EXPORTED))
        self.runs.append(run)
        return run

    def add_test_year(self, back: int) -> JournalRun:
        """A run in Loket's test year: not to be regarded as actual."""
        period = replace(self.periods[-1 - back], test_year=True)
        return self.add(period, status=Status.READY, note="test year", hours_later=3)

    def finished(self) -> list[JournalRun]:
        """All runs in order of request, numbered from 1 over the administration."""
        self.runs.sort(key=lambda run: (run.requested_at, run.id))
        payroll_runs = list(dict.fromkeys(run.payroll_run_id for run in self.runs))
        for number, run in enumerate(self.runs, start=1):
            run.sequence_number = number
            run.payroll_run_number = payroll_runs.index(run.payroll_run_id) + 1
        return self.runs

    def _requested_at(self, period: PayrollPeriod) -> datetime:
        """When the run was asked for: around the period's end, and before today."""
        usual = period.end + timedelta(days=DAYS_TO_PAYROLL[self.administration.period_type])
        day = min(usual, self.today - timedelta(days=1))
        return datetime.combine(day, time(7, 42, 13), UTC)


def _export(run: JournalRun, *, succeeded: bool) -> ExportAttempt:
    key, name = OTHER_PACKAGE
    return ExportAttempt(
        id=stable_id("export", run.id, 1),
        sequence_number=1,
        succeeded=succeeded,
        exported_by=run.requested_by,
        exported_at=run.requested_at + timedelta(hours=2),
        application_key=key,
        application_name=name,
        error_message=None if succeeded else "Kostenplaats Montage Eindhoven niet gevonden",
    )
