"""Store what Loket said, as it came, unless it has said something newer since.

Work runs side by side and answers take their time, so every answer comes with the moment, by the
database's clock, at which Loket was asked. All of this happens in the scope that is open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce

from loket_import.models import JournalRun, RunContent, RunLine
from loket_import.schemas import JournalRunRow, RunResults


@dataclass(frozen=True, slots=True)
class Pin:
    """What a connection is linked to, seen to be in the Loket user's sight."""

    environment: str
    employer_id: UUID
    payroll_administration_id: UUID

    def runs(self) -> QuerySet[JournalRun]:
        """The stored runs of the payroll administration."""
        return JournalRun.objects.filter(
            environment=self.environment,
            employer_id=self.employer_id,
            payroll_administration_id=self.payroll_administration_id,
        )


def store_runs(pin: Pin, rows: Sequence[JournalRunRow], *, asked_at: datetime) -> None:
    """Store what Loket says of the runs, save those of which it has told something newer."""
    runs = [
        JournalRun(
            environment=pin.environment,
            loket_id=row.id,
            employer_id=pin.employer_id,
            payroll_administration_id=pin.payroll_administration_id,
            seen_at=asked_at,
            **facts_of(row),
        )
        for row in rows
    ]
    JournalRun.objects.bulk_create(runs, ignore_conflicts=True)
    older = set(
        JournalRun.objects.select_for_update()
        .filter(
            environment=pin.environment,
            loket_id__in=[run.loket_id for run in runs],
            seen_at__lt=asked_at,
        )
        .order_by("pk")
        .values_list("loket_id", flat=True)
    )
    told = [run for run in runs if run.loket_id in older]
    if told:
        JournalRun.objects.bulk_create(
            told,
            update_conflicts=True,
            unique_fields=["administration", "environment", "loket_id"],
            update_fields=[*facts_of(rows[0]), "seen_at", "missing_since"],
        )


def note_missing(pin: Pin, year: int, *, asked_at: datetime) -> None:
    """Note which runs of a payroll year Loket no longer has, once those that it listed are stored.

    They are the ones that were not seen when it was asked for all of that year, nor since.
    """
    mark_missing(pin.runs().filter(year=year), asked_at=asked_at)


def mark_missing(runs: QuerySet[JournalRun], *, asked_at: datetime) -> None:
    """Note that Loket no longer has these runs; one that it listed since is left alone."""
    older = runs.filter(seen_at__lt=asked_at).select_for_update().order_by("pk")
    # Locked in this order first, as runs that are booked are; an UPDATE locks in any order.
    ids = list(older.values_list("pk", flat=True))
    JournalRun.objects.filter(pk__in=ids).update(
        seen_at=asked_at, missing_since=Coalesce("missing_since", Value(asked_at))
    )


def facts_of(row: JournalRunRow) -> dict[str, Any]:
    """The columns of a run that Loket may change."""
    return {
        "payroll_run_id": row.payroll_run_id,
        "sequence_number": row.sequence_number,
        "status_key": row.status_key,
        "status_text": row.status_text[:100],
        "method_key": row.method_key,
        "method_text": row.method_text[:100],
        "year": row.year,
        "period_number": row.period_number,
        "period_start": row.period_start,
        "period_end": row.period_end,
        "test_year": row.test_year,
        "requested_at": row.requested_at,
        "finished_at": row.finished_at,
        "removed_at": row.removed_at,
    }


def store_content(run_id: int, results: RunResults, *, asked_at: datetime) -> None:
    """Store the lines of a run, unless newer ones are stored.

    The same content as last time is not stored again; it counts as seen once more.
    """
    run = JournalRun.objects.select_for_update().get(pk=run_id)
    if run.content_seen_at is not None and run.content_seen_at >= asked_at:
        return
    JournalRun.objects.filter(pk=run_id).update(content_seen_at=asked_at)
    newest = newest_content(run)
    if newest is None or newest.source_hash != results.source_hash:
        add_content(run, results)


def add_content(run: JournalRun, results: RunResults) -> RunContent:
    """A new content of a run, with its lines in Loket's order, numbered from 1."""
    content = RunContent.objects.create(
        run=run,
        pages=list(results.pages),
        answer_sha256=results.answer_sha256,
        source_hash=results.source_hash,
        line_count=len(results.lines),
    )
    RunLine.objects.bulk_create(
        RunLine(
            content=content,
            number=number,
            account_code=line.account_code,
            account_description=line.account_description,
            cost_center_code=line.cost_center_code,
            cost_center_description=line.cost_center_description,
            cost_unit_code=line.cost_unit_code,
            cost_unit_description=line.cost_unit_description,
            debit=line.debit,
            credit=line.credit,
            component_key=line.component_key,
            component_description=line.component_description,
        )
        for number, line in enumerate(results.lines, start=1)
    )
    return content


def store_told(
    run_id: int, *, exports: dict[str, Any] | None, faults: dict[str, Any] | None
) -> None:
    """Store what Loket told of a run's exports and errors, unless it has told something newer."""
    run = JournalRun.objects.select_for_update().get(pk=run_id)
    if exports is not None and is_newer(exports, run.exports):
        run.exports = exports
    if faults is not None and is_newer(faults, run.faults):
        run.faults = faults
    run.save(update_fields=["exports", "faults"])


def is_newer(told: dict[str, Any], kept: Any) -> bool:
    """Whether Loket was asked later for `told` than for what is kept; both have `asked_at`."""
    return not kept or datetime.fromisoformat(kept["asked_at"]) < datetime.fromisoformat(
        told["asked_at"]
    )


def newest_content(run: JournalRun) -> RunContent | None:
    """The content that counts, or None when it was never fetched.

    Without the bodies of the answers, which may be megabytes: they are read when asked for.
    """
    return RunContent.objects.filter(run=run).defer("pages").order_by("-pk").first()
