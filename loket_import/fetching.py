"""Fetch from Loket what a step of the wizard shows, and store it as it came.

Each handler asks Loket outside any transaction and stores the answer in one. Everything is asked
for what the connection is pinned to, never for all that the Loket user may see.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.errors import ConnectionTrouble, NotAuthorised, WrongEnvironment
from connections.lifecycle import PayrollLink, link_payroll
from connections.models import Connection, ConnectionState
from connections.tokens import ConnectionTokens
from finmaster.models import User
from finmaster.tenancy import administration_scope
from loket_import.client import LoketClient
from loket_import.errors import LoketForbidden, LoketNotFound
from loket_import.jobs import Claimed, request_job
from loket_import.models import Job, JobKind, JournalRun, RunContent, RunLine
from loket_import.schemas import Employer, JournalRunRow, PayrollAdministration, RunResults


class NoConnection(ConnectionTrouble):
    """There is no live connection, or it has not come far enough for this step."""

    code = "no_connection"
    message = _(
        "This administration has no connection with Loket.nl that is ready for this. "
        "Nothing was fetched. Look under External connections what is still to be done."
    )


class NotInSight(ConnectionTrouble):
    """The Loket user no longer sees what the connection is pinned to."""

    code = "not_in_sight"
    message = _(
        "The Loket user of this connection does not see the linked employer or payroll "
        "administration. Nothing was fetched and nothing was booked. Have its access checked in "
        "Loket.nl, or authorise with the right Loket user."
    )


class RunGone(ConnectionTrouble):
    """A journal run that is not there, or not of the linked payroll administration."""

    code = "run_gone"
    message = _(
        "This journal run is not one of the linked payroll administration. Nothing was fetched. "
        "Go back to the list of runs and refresh it."
    )


@dataclass(frozen=True, slots=True)
class Link:
    """An authorised connection as a handler needs it: read once, used outside any scope."""

    connection_id: int
    administration_id: int
    environment: str
    employer_id: UUID | None
    payroll_administration_id: UUID | None

    @contextmanager
    def client(self) -> Iterator[LoketClient]:
        """A client of Loket's API with the tokens of this connection, closed at the end."""
        tokens = ConnectionTokens(
            administration_id=self.administration_id, connection_id=self.connection_id
        )
        client = LoketClient(api_url=settings.LOKET_API_URL, tokens=tokens)
        try:
            yield client
        finally:
            client.close()


@dataclass(frozen=True, slots=True)
class Pin:
    """What a connection is linked to, seen to be in the Loket user's sight."""

    environment: str
    employer_id: UUID
    payroll_administration_id: UUID


def live_link(administration_id: int) -> Link:
    """The administration's live connection, authorised and of this environment."""
    with administration_scope(administration_id):
        connection = Connection.objects.exclude(state=ConnectionState.ENDED).first()
    if connection is None or connection.state == ConnectionState.NEW:
        raise NoConnection
    if connection.environment != settings.LOKET_ENVIRONMENT:
        raise WrongEnvironment
    if connection.state == ConnectionState.REAUTHORISE:
        raise NotAuthorised
    return Link(
        connection_id=connection.pk,
        administration_id=administration_id,
        environment=connection.environment,
        employer_id=connection.employer_id,
        payroll_administration_id=connection.payroll_administration_id,
    )


def handle_employers(job: Claimed) -> None:
    """Step 1: the employers that the Loket user sees; there should be one."""
    with live_link(job.administration_id).client() as client:
        employers = client.employers()
    with administration_scope(job.administration_id):
        job.finish(employers=[described_employer(employer) for employer in employers])


def handle_payroll_administrations(job: Claimed) -> None:
    """Step 2: the payroll administrations of the linked employer; the only one is linked."""
    link = live_link(job.administration_id)
    if link.employer_id is None:
        raise NoConnection
    with link.client() as client:
        found = client.payroll_administrations(link.employer_id)
    with administration_scope(job.administration_id):
        connection = Connection.objects.get(pk=link.connection_id)
        if len(found) == 1 and connection.payroll_administration_id is None:
            link_payroll(connection, payroll_link(found[0]), user=None)
            request_runs_of_this_year()
        job.finish(payrolls=[described_payroll(payroll) for payroll in found])


def request_runs_of_this_year(requested_by: User | None = None) -> Job:
    """Have fetched what step 3 shows first; once linked, nobody need ask for it."""
    year = timezone.localdate().year
    return request_job(JobKind.RUNS, subject=str(year), requested_by=requested_by)


def handle_runs(job: Claimed) -> None:
    """Step 3: the journal runs of a payroll year, whatever their status."""
    link = live_link(job.administration_id)
    with link.client() as client:
        pin = check_in_sight(link, client)
        rows = client.journal_runs(pin.payroll_administration_id, year=int(job.subject))
    with administration_scope(job.administration_id):
        store_runs(pin, rows)
        job.finish(runs=len(rows))


def handle_content(job: Claimed) -> None:
    """Step 4: the state and the lines of one journal run."""
    asked = ask_for_run(job)
    with administration_scope(job.administration_id):
        asked.store()
        job.finish(lines=len(asked.results.lines) if asked.results else 0)


@dataclass(frozen=True, slots=True)
class AskedRun:
    """What Loket says of a run at this moment: its state and, if it has any, its lines."""

    pin: Pin
    row: JournalRunRow
    results: RunResults | None

    def store(self) -> JournalRun:
        """Keep it, in the scope that is open."""
        run = store_runs(self.pin, [self.row])[0]
        if self.results is not None:
            store_content(run, self.results)
        return run


def ask_for_run(job: Claimed) -> AskedRun:
    """Ask Loket for the run that a job is about, outside any scope; RunGone if it is not ours."""
    link = live_link(job.administration_id)
    with link.client() as client:
        pin = check_in_sight(link, client)
        loket_id = linked_run(job.administration_id, pin, int(job.subject))
        try:
            row = client.journal_run(loket_id)
            results = client.results(loket_id, on_page=job.progress) if has_results(row) else None
        except LoketNotFound as error:
            raise RunGone from error
    return AskedRun(pin, row, results)


def check_in_sight(link: Link, client: LoketClient) -> Pin:
    """What the connection is linked to, if the Loket user still sees it; else NotInSight.

    Consent at Loket is per user and not per employer, so what the user sees may change.
    """
    if link.employer_id is None or link.payroll_administration_id is None:
        raise NoConnection
    try:
        visible = client.payroll_administrations(link.employer_id)
    except (LoketForbidden, LoketNotFound) as error:
        # Loket: an id that the user may not see gives 403.
        raise NotInSight from error
    if link.payroll_administration_id not in {payroll.id for payroll in visible}:
        raise NotInSight
    return Pin(link.environment, link.employer_id, link.payroll_administration_id)


def linked_run(administration_id: int, pin: Pin, run_id: int) -> UUID:
    """Loket's id of a stored run; RunGone unless it is of what the connection is linked to."""
    with administration_scope(administration_id):
        run = JournalRun.objects.filter(
            pk=run_id,
            environment=pin.environment,
            employer_id=pin.employer_id,
            payroll_administration_id=pin.payroll_administration_id,
        ).first()
    if run is None:
        raise RunGone
    return run.loket_id


def has_results(row: JournalRunRow) -> bool:
    """Loket: results exist for statuses 4 (ready) to 7 (exported) only."""
    return 4 <= row.status_key <= 7


def store_runs(pin: Pin, rows: Iterable[JournalRunRow]) -> list[JournalRun]:
    """Store what Loket says of the runs; those that it no longer lists stay as they were."""
    rows = list(rows)
    if not rows:
        return []
    runs = [
        JournalRun(
            environment=pin.environment,
            loket_id=row.id,
            employer_id=pin.employer_id,
            payroll_administration_id=pin.payroll_administration_id,
            seen_at=Now(),
            **facts_of(row),
        )
        for row in rows
    ]
    JournalRun.objects.bulk_create(
        runs,
        update_conflicts=True,
        unique_fields=["administration", "environment", "loket_id"],
        update_fields=[*facts_of(rows[0]), "seen_at"],
    )
    return list(
        JournalRun.objects.filter(
            environment=pin.environment, loket_id__in=[run.loket_id for run in runs]
        )
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


def store_content(run: JournalRun, results: RunResults) -> RunContent:
    """Store the lines of a run; the same content as last time is not stored again."""
    newest = newest_content(run)
    if newest and newest.source_hash == results.source_hash:
        return newest
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


def newest_content(run: JournalRun) -> RunContent | None:
    """The content that counts, or None when it was never fetched."""
    return RunContent.objects.filter(run=run).order_by("-pk").first()


def described_employer(employer: Employer) -> dict[str, Any]:
    """What step 1 shows of an employer."""
    return {
        "id": str(employer.id),
        "name": employer.company_name,
        "number": employer.employer_number,
        "kvk": (employer.chamber_of_commerce_number or "")[:20],
        "city": employer.city or "",
    }


def described_payroll(payroll: PayrollAdministration) -> dict[str, Any]:
    """What step 2 shows of a payroll administration."""
    return {
        "id": str(payroll.id),
        "name": payroll.name,
        "tax_number": (payroll.payroll_taxes_number or "")[:20],
        "period_type": payroll.period_type_text[:50],
        "period_key": payroll.period_type_key,
        "ended_on": payroll.end_date.isoformat() if payroll.end_date else "",
    }


def payroll_link(payroll: PayrollAdministration) -> PayrollLink:
    """What is pinned of a payroll administration."""
    return PayrollLink(
        id=payroll.id,
        name=payroll.name,
        tax_number=(payroll.payroll_taxes_number or "")[:20],
        period_type=payroll.period_type_text[:50],
        period_key=payroll.period_type_key,
    )
