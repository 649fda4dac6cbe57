"""Fetch from Loket what a step of the wizard shows.

Each handler asks Loket outside any transaction and has the answer stored in one. Everything is
asked for what the connection is pinned to, never for all that the Loket user may see.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection as database
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from connections.errors import ConnectionTrouble, NotAuthorised, WrongEnvironment
from connections.lifecycle import link_payroll
from connections.models import Connection, ConnectionState
from connections.tokens import ConnectionTokens
from finmaster.models import User
from finmaster.tenancy import administration_scope
from loket_import.choices import described_employer, described_payroll, payroll_link
from loket_import.client import LoketClient
from loket_import.errors import (
    LoketForbidden,
    LoketIncomplete,
    LoketNotFound,
    LoketRefused,
    LoketTooLarge,
    LoketUnreadable,
)
from loket_import.jobs import Claimed, request_job
from loket_import.judging.exports import IS_EXPORTED, kept_trail
from loket_import.judging.faults import kept_faults
from loket_import.models import Job, JobKind, JournalRun
from loket_import.schemas import JournalRunRow, RunResults
from loket_import.sight import check_in_sight
from loket_import.statuses import FAILED, HAS_RESULTS
from loket_import.storing import (
    Pin,
    mark_missing,
    note_missing,
    store_content,
    store_runs,
    store_told,
)
from loket_import.subjects import connection_and_year, runs_subject

logger = logging.getLogger(__name__)

# Loket does not tell what was asked; asking again would not help.
WITHHELD = (
    LoketForbidden,
    LoketIncomplete,
    LoketNotFound,
    LoketRefused,
    LoketTooLarge,
    LoketUnreadable,
)


class NoConnection(ConnectionTrouble):
    """There is no live connection, or it has not come far enough for this step."""

    code = "no_connection"
    message = _(
        "This administration has no connection with Loket.nl that is ready for this. "
        "Nothing was fetched. Look under External connections what is still to be done."
    )


class RunGone(ConnectionTrouble):
    """A journal run that is not there, or not of the linked payroll administration."""

    code = "run_gone"
    message = _(
        "Loket.nl does not have this journal run any more, or it is not one of the linked payroll "
        "administration. Nothing was fetched and nothing was booked. Go back to the list of runs "
        "and fetch it again: a run that was made anew in Loket.nl stands there with a number of "
        "its own. If this run was booked before, reverse that entry first."
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

    def pin_in_sight(self, client: LoketClient) -> Pin:
        """What is linked, if the Loket user still sees it; NoConnection or NotInSight."""
        if self.employer_id is None or self.payroll_administration_id is None:
            raise NoConnection
        check_in_sight(client, self.employer_id, self.payroll_administration_id)
        return Pin(self.environment, self.employer_id, self.payroll_administration_id)


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


def database_moment() -> datetime:
    """The moment by the clock that all workers share."""
    with database.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        return moment


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
    described = [described_payroll(payroll) for payroll in found]
    with administration_scope(job.administration_id):
        connection = Connection.objects.get(pk=link.connection_id)
        if len(described) == 1 and connection.payroll_administration_id is None:
            link_payroll(connection, payroll_link(described[0]), user=None)
            request_runs_of_this_year(connection)
        job.finish(payrolls=described)


def request_runs_of_this_year(connection: Connection, requested_by: User | None = None) -> Job:
    """Have fetched what step 3 shows first; once linked, nobody need ask for it."""
    subject = runs_subject(connection.pk, timezone.localdate().year)
    return request_job(JobKind.RUNS, subject=subject, requested_by=requested_by)


def handle_runs(job: Claimed) -> None:
    """Step 3: the journal runs of a payroll year, whatever their status."""
    connection_id, year = connection_and_year(job.subject)
    link = live_link(job.administration_id)
    if link.connection_id != connection_id:
        raise NoConnection
    with link.client() as client:
        pin = link.pin_in_sight(client)
        asked_at = database_moment()
        rows = client.journal_runs(pin.payroll_administration_id, year=year)
    with administration_scope(job.administration_id):
        store_runs(pin, rows, asked_at=asked_at)
        note_missing(pin, year, asked_at=asked_at)
        job.finish(runs=len(rows))


def handle_content(job: Claimed) -> None:
    """Step 4: the state and the lines of one journal run."""
    asked = ask_for_run(job)
    with administration_scope(job.administration_id):
        asked.store()
        job.finish(lines=len(asked.results.lines) if asked.results else 0)


@dataclass(frozen=True, slots=True)
class AskedRun:
    """What Loket says of a run: its state and, if it has any, its lines; and when it was asked."""

    pin: Pin
    run_id: int
    row: JournalRunRow
    row_asked_at: datetime
    results: RunResults | None
    results_asked_at: datetime
    # What Loket tells of a run that is not ready, as JSON; None where it was not asked.
    exports: dict[str, Any] | None = None
    faults: dict[str, Any] | None = None

    def store(self) -> None:
        """Keep it, in the scope that is open."""
        store_runs(self.pin, [self.row], asked_at=self.row_asked_at)
        if self.results is not None:
            store_content(self.run_id, self.results, asked_at=self.results_asked_at)
        if self.exports is not None or self.faults is not None:
            store_told(self.run_id, exports=self.exports, faults=self.faults)


def ask_for_run(job: Claimed) -> AskedRun:
    """Ask Loket for the run that a job is about, outside any scope.

    RunGone if it is not ours, or not there any more: then that is noted as well.
    """
    link = live_link(job.administration_id)
    with link.client() as client:
        pin = link.pin_in_sight(client)
        run = linked_run(job.administration_id, pin, int(job.subject))
        asked_at = database_moment()
        try:
            return read_run(client, pin, run, job)
        except LoketNotFound as error:
            gone: Exception = error
        except LoketForbidden as error:
            # Loket: an id that the user may not see gives 403, and so does a right that is lacking.
            listed = client.journal_runs(pin.payroll_administration_id, year=run.year)
            if run.loket_id in {row.id for row in listed}:
                raise
            gone = error
    with administration_scope(job.administration_id):
        job.hold()
        mark_missing(JournalRun.objects.filter(pk=run.pk), asked_at=asked_at)
    raise RunGone from gone


def read_run(client: LoketClient, pin: Pin, run: JournalRun, job: Claimed) -> AskedRun:
    """The state and the lines of a run, and the state once more: a run may change in between.

    The later state counts. Lines are no longer those of the run once it has none.
    """
    first_asked_at = database_moment()
    first = client.journal_run(run.loket_id)
    if first.status_key not in HAS_RESULTS:
        return AskedRun(
            pin,
            run.pk,
            first,
            first_asked_at,
            None,
            first_asked_at,
            faults=told_faults(client, first) if first.status_key == FAILED else None,
        )
    results: RunResults | None = None
    refusal: LoketRefused | None = None
    results_asked_at = database_moment()
    try:
        results = client.results(run.loket_id, on_page=job.progress)
    except LoketRefused as error:
        refusal = error
    asked_at = database_moment()
    row = client.journal_run(run.loket_id)
    if row.status_key not in HAS_RESULTS:
        results = None
    elif refusal is not None:
        raise refusal
    return AskedRun(
        pin,
        run.pk,
        row,
        asked_at,
        results,
        results_asked_at,
        exports=told_exports(client, row) if row.status_key in IS_EXPORTED else None,
    )


def told_exports(client: LoketClient, row: JournalRunRow) -> dict[str, Any]:
    """The export audit trail of a run; unknown where Loket won't tell it, which stops nothing."""
    asked_at = database_moment()
    try:
        return kept_trail(asked_at, client.exports(row.id))
    except WITHHELD as error:
        logger.warning("the export audit trail of run %s is unknown: %s", row.id, error)
        return kept_trail(asked_at, None)


def told_faults(client: LoketClient, row: JournalRunRow) -> dict[str, Any]:
    """Why a run failed; unknown where Loket won't tell it, which stops nothing."""
    asked_at = database_moment()
    try:
        return kept_faults(asked_at, client.faults(row.id))
    except WITHHELD as error:
        logger.warning("the errors of run %s are unknown: %s", row.id, error)
        return kept_faults(asked_at, None)


def linked_run(administration_id: int, pin: Pin, run_id: int) -> JournalRun:
    """A stored run; RunGone unless it is of what the connection is linked to."""
    with administration_scope(administration_id):
        run = pin.runs().filter(pk=run_id).first()
    if run is None:
        raise RunGone
    return run
