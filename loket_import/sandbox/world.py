"""The sandbox's world: who may see what, and what has become of each journal run.

Deterministic: the same day gives the same world, ids and amounts included. Everything may be
changed from a test, in any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import RLock
from zoneinfo import ZoneInfo

from . import cast
from .model import (
    Employer,
    ExportAttempt,
    JournalRun,
    Line,
    LoketUser,
    PayrollAdministration,
    PayrollPeriod,
    Person,
    Status,
    canonical_id,
    stable_id,
)
from .oddities import journal_runs


def dutch_today() -> date:
    """Today in the Netherlands."""
    return datetime.now(ZoneInfo("Europe/Amsterdam")).date()


def _now() -> datetime:
    """This moment in whole seconds, so that it survives being written down."""
    return datetime.now(UTC).replace(microsecond=0)


class World:
    """Employers, users and journal runs. Hold ``lock`` while reading more than one thing."""

    def __init__(self, today: date | None = None) -> None:
        """Make up the world as it is on ``today``."""
        self.today = today or dutch_today()
        self.lock = RLock()
        self.on_change: Callable[[], None] = lambda: None
        self.reset()

    def reset(self) -> None:
        """Put everything back as it was at the start."""
        with self.lock:
            self.employers: dict[str, Employer] = {e.id: e for e in cast.employers()}
            self.users: dict[str, LoketUser] = {u.username: u for u in cast.users()}
            self.administrations: dict[str, PayrollAdministration] = {
                administration.id: administration
                for employer in self.employers.values()
                for administration in employer.administrations
            }
            self.runs: dict[str, JournalRun] = {
                run.id: run
                for employer in self.employers.values()
                for run in journal_runs(employer, self.today)
            }
            self.denied_activities: set[str] = set()
            self.changed_runs: set[str] = set()

    # Looking things up. A KeyError names what isn't there.

    def employer(self, name_or_id: str) -> Employer:
        """An employer by id, or by (a part of) its name."""
        if found := self.employers.get(canonical_id(name_or_id)):
            return found
        for employer in self.employers.values():
            if name_or_id.casefold() in employer.name.casefold():
                return employer
        raise KeyError(name_or_id)

    def run(self, run_id: str) -> JournalRun:
        """A journal run by its id."""
        return self.runs[canonical_id(run_id)]

    def runs_of(
        self, administration_id: str, status: Status | int | None = None
    ) -> list[JournalRun]:
        """The runs of a payroll administration by sequence number, perhaps of one status."""
        with self.lock:
            found = [
                run
                for run in self.runs.values()
                if run.administration_id == canonical_id(administration_id)
                and status in (None, run.status)
            ]
        return sorted(found, key=lambda run: run.sequence_number)

    def visible_employers(self, username: str) -> list[Employer]:
        """The employers that a Loket user may see."""
        return [self.employers[employer_id] for employer_id in self.users[username].rights]

    # Changing things.

    def set_status(self, run_id: str, status: Status | int) -> None:
        """Give a run another status, without any of the rules that Loket has for it."""
        with self.lock:
            run = self.run(run_id)
            run.status = Status(status)
            if run.status is not Status.REMOVED:
                run.removed_at = run.removed_by = None
            self._changed(run)

    def remove_run(self, run_id: str, removed_by: Person = cast.PAYROLL_COLLEAGUE) -> None:
        """Remove a run as a payroll officer does: it stays listed, with status 3."""
        with self.lock:
            run = self.run(run_id)
            run.status = Status.REMOVED
            run.removed_at, run.removed_by = _now(), removed_by
            self._changed(run)

    def replace_lines(self, run_id: str, lines: Iterable[Line]) -> None:
        """Put other lines into a run, as a changed journal profile could."""
        with self.lock:
            run = self.run(run_id)
            run.lines = tuple(lines)
            self._changed(run)

    def add_run(
        self,
        administration_id: str,
        lines: Iterable[Line],
        *,
        period: PayrollPeriod | None = None,
        status: Status | int = Status.READY,
        payroll_run_id: str | None = None,
    ) -> JournalRun:
        """Add a run with the next sequence number; by default in the last run's period."""
        with self.lock:
            earlier = self.runs_of(administration_id)
            number = earlier[-1].sequence_number + 1 if earlier else 1
            requested_at = _now()
            new_period = period or earlier[-1].period
            run_id = stable_id("added run", administration_id, number)
            run = JournalRun(
                id=run_id,
                administration_id=canonical_id(administration_id),
                payroll_run_id=payroll_run_id or stable_id("payroll run of", run_id),
                payroll_run_number=number,
                period=new_period,
                status=Status(status),
                requested_at=requested_at,
                requested_by=cast.PAYROLL_OFFICER,
                sequence_number=number,
                finished_at=requested_at,
                lines=tuple(lines),
                note="added",
            )
            self.runs[run.id] = run
            return run

    def record_export(
        self,
        run_id: str,
        *,
        succeeded: bool,
        exported_by: Person,
        application: tuple[int, str],
        message: str | None,
    ) -> None:
        """Mark a run as exported (7) or as failed to export (6), with a row in its audit trail."""
        with self.lock:
            run = self.run(run_id)
            number = len(run.exports) + 1
            key, name = application
            run.exports.append(
                ExportAttempt(
                    id=stable_id("export", run.id, number),
                    sequence_number=number,
                    succeeded=succeeded,
                    exported_by=exported_by,
                    exported_at=_now(),
                    application_key=key,
                    application_name=name,
                    error_message=None if succeeded else message,
                )
            )
            run.status = Status.EXPORTED if succeeded else Status.EXPORT_FAILED
            self._changed(run)

    def grant_right(self, username: str, employer_id: str, right: str) -> None:
        """Give a user a right at an employer; the employer becomes visible if it wasn't."""
        with self.lock:
            rights = self.users[username].rights
            rights.setdefault(canonical_id(employer_id), set()).add(right)

    def revoke_right(self, username: str, employer_id: str, right: str) -> None:
        """Take a right from a user; the employer stays visible."""
        with self.lock:
            self.users[username].rights[canonical_id(employer_id)].discard(right)

    def hide_employer(self, username: str, employer_id: str) -> None:
        """Take all access to an employer from a user."""
        with self.lock:
            self.users[username].rights.pop(canonical_id(employer_id), None)

    def set_product(self, employer_id: str, product: int | None) -> None:
        """Give an employer another way of journalising (940, 938), or none."""
        with self.lock:
            self.employers[canonical_id(employer_id)].product = product

    def close_administration(self, administration_id: str, end_date: date | None) -> None:
        """End a payroll administration on a day, or let it go on (None)."""
        with self.lock:
            old = self.administrations[canonical_id(administration_id)]
            new = replace(old, end_date=end_date)
            self.administrations[new.id] = new
            employer = self.employers[new.employer_id]
            employer.administrations = tuple(
                new if administration.id == new.id else administration
                for administration in employer.administrations
            )

    def _changed(self, run: JournalRun) -> None:
        self.changed_runs.add(run.id)
        self.on_change()
