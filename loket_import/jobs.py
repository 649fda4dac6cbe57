"""Work in the background: a row in a state, claimed by one worker at a time, never lost.

The database is the queue and the judge; the message in Redis is only a doorbell. A worker claims
the row with a lease by the database's clock. One that dies leaves a lease that runs out, after
which the row is rung again; one that froze and wakes up finds that its claim is gone.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from celery import current_app
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Now
from django.utils import translation
from kombu.exceptions import OperationalError

from connections.errors import LoketLoginUnavailable
from finmaster.errors import UserError, violated_constraint
from finmaster.models import User
from finmaster.tenancy import administration_in_scope, administration_scope
from loket_import.errors import LoketError, LoketUnavailable, LoketUnreadable
from loket_import.models import UNFINISHED, Job, JobKind, JobState

logger = logging.getLogger(__name__)

# Longer than Celery lets a task live, so that a lease never ends under a worker that is busy.
LEASE = timedelta(seconds=330)
MOST_ATTEMPTS = 5
# A bell that nobody heard by then is thrown away: it has been rung again since.
RING_SECONDS = 60
RETRY_SECONDS = (5, 30, 120, 600)


class ClaimLost(Exception):
    """Another worker has taken the job over; whatever this one did must not be stored."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job in the hands of this worker, with what it needs to know of the row."""

    id: int
    administration_id: int
    kind: JobKind
    subject: str
    order: Mapping[str, Any]
    requested_by_id: int | None
    attempt: int
    claim: UUID

    def progress(self, done: int, total: int) -> None:
        """Note how far it is; ClaimLost when the job is no longer this worker's."""
        with administration_scope(self.administration_id):
            self.hold(done=done, total=total)

    def hold(self, **values: Any) -> None:
        """Update the row in the scope that is open; ClaimLost when it is another worker's.

        Without values nothing changes, and nobody takes the job over until the scope is closed.
        """
        mine = Job.objects.filter(pk=self.id, claim=self.claim, state=JobState.RUNNING)
        if not mine.update(**values or {"claim": self.claim}):
            raise ClaimLost

    def finish(self, **result: Any) -> None:
        """Mark it done in the scope that is open, together with what the job itself wrote."""
        self.hold(
            state=JobState.DONE,
            result=result,
            claim=None,
            error_code="",
            error_message="",
            finished_at=Now(),
        )


Handler = Callable[[Claimed], None]


def request_job(
    kind: JobKind,
    *,
    subject: str = "",
    order: Mapping[str, Any] | None = None,
    requested_by: User | None = None,
) -> Job:
    """The unfinished job of this kind and subject, or a new one; rings when this commits."""
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind,
                subject=subject,
                order=dict(order or {}),
                requested_by=requested_by,
                due_at=Now(),
            )
    except IntegrityError as error:
        if violated_constraint(error) != "one_unfinished_job":
            raise
        found = Job.objects.filter(kind=kind, subject=subject, state__in=UNFINISHED).first()
        # It may have been finished between the two statements; then a new one is right.
        return found or request_job(kind, subject=subject, order=order, requested_by=requested_by)
    ring_on_commit(administration_in_scope(), job.pk)
    return job


def latest_job(kind: JobKind, subject: str = "") -> Job | None:
    """The newest job of this kind and subject, finished or not."""
    return Job.objects.filter(kind=kind, subject=subject).order_by("-pk").first()


def last_result(kind: JobKind, subject: str = "") -> dict[str, Any]:
    """What the newest job of this kind and subject that went well has found; empty if none did.

    It stays while another is under way and when that one fails.
    """
    job = (
        Job.objects.filter(kind=kind, subject=subject, state=JobState.DONE).order_by("-pk").first()
    )
    return {} if job is None else job.result


def ring_on_commit(administration_id: int, job_id: int) -> None:
    """Wake a worker once the row is there to be found."""
    transaction.on_commit(lambda: ring(administration_id, job_id), robust=True)


def ring(administration_id: int, job_id: int) -> None:
    """Wake a worker for a job. A bell that does not ring only costs time: it is rung again."""
    try:
        current_app.send_task(
            "loket_import.tasks.run_job",
            args=(administration_id, job_id),
            retry=False,
            expires=RING_SECONDS,
        )
    except (OperationalError, OSError) as trouble:
        logger.warning("the bell for job %s did not ring: %s", job_id, type(trouble).__name__)


def unfinished_jobs(most: int = 200) -> list[tuple[int, int]]:
    """(administration id, job id) of jobs that are due and that nobody is busy with."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT administration_id, job_id FROM unfinished_jobs(%s)", [most])
        return list(cursor.fetchall())


def run(administration_id: int, job_id: int, handlers: Mapping[JobKind, Handler]) -> None:
    """Claim a job and bring it to its end; nothing happens when it is not to be had.

    No scope or transaction may be open. What goes wrong becomes a state of the row with a sentence
    for people; what may pass by itself is tried again later, a handful of times.
    """
    claimed = claim(administration_id, job_id)
    if claimed is None:
        return
    try:
        if claimed.attempt > MOST_ATTEMPTS:
            fail(claimed, "gave_up", "")
        else:
            handlers[claimed.kind](claimed)
    except ClaimLost:
        logger.warning("job %s was taken over by another worker", job_id)
    except (LoketUnavailable, LoketLoginUnavailable) as trouble:
        logger.warning("job %s: %s", job_id, for_the_log(trouble))
        put_off(claimed, trouble)
    except DataError as error:
        # What Loket said does not fit the columns: a code that is too long, a year beyond reason.
        logger.error("job %s: %s", job_id, type(error).__name__)
        fail(claimed, LoketUnreadable.code, sentences(LoketUnreadable()))
    except (LoketError, UserError) as trouble:
        logger.warning("job %s: %s", job_id, for_the_log(trouble))
        fail(claimed, trouble.code, sentences(trouble))
    except Exception:
        logger.exception("job %s failed", job_id)
        put_off(claimed, LoketError())


def claim(administration_id: int, job_id: int) -> Claimed | None:
    """Take a job that is due, or None when it is finished, not due yet or another worker's."""
    with administration_scope(administration_id):
        job = (
            Job.objects.select_for_update(skip_locked=True)
            .filter(pk=job_id, state__in=UNFINISHED, due_at__lte=Now())
            .first()
        )
        if job is None:
            return None
        token = uuid4()
        Job.objects.filter(pk=job.pk).update(
            state=JobState.RUNNING,
            claim=token,
            attempts=F("attempts") + 1,
            due_at=Now() + Value(LEASE),
        )
        return Claimed(
            id=job.pk,
            administration_id=administration_id,
            kind=JobKind(job.kind),
            subject=job.subject,
            order=job.order,
            requested_by_id=job.requested_by_id,
            attempt=job.attempts + 1,
            claim=token,
        )


def put_off(claimed: Claimed, trouble: LoketError | UserError) -> None:
    """Try again later, unless that was the last attempt; a wait that Loket asks for is kept."""
    if claimed.attempt >= MOST_ATTEMPTS:
        fail(claimed, trouble.code, sentences(trouble, given_up=True))
        return
    seconds = float(RETRY_SECONDS[claimed.attempt - 1])
    asked = trouble.retry_after if isinstance(trouble, LoketUnavailable) else None
    later = timedelta(seconds=max(seconds, min(asked or 0.0, 900.0)))
    with administration_scope(claimed.administration_id):
        release(
            claimed,
            state=JobState.WAITING,
            due_at=Now() + Value(later),
            error_code=trouble.code,
            error_message=sentences(trouble),
        )


def fail(claimed: Claimed, code: str, message: str) -> None:
    """End it with a reason."""
    with administration_scope(claimed.administration_id):
        release(
            claimed,
            state=JobState.FAILED,
            error_code=code,
            error_message=message or sentences(LoketError()),
            finished_at=Now(),
        )


def release(claimed: Claimed, **values: Any) -> None:
    """Give the job out of hands; nothing happens when another worker has it already."""
    try:
        claimed.hold(claim=None, **values)
    except ClaimLost:
        logger.warning("job %s was taken over by another worker", claimed.id)


def sentences(trouble: LoketError | UserError, *, given_up: bool = False) -> str:
    """What is kept on the row for the screen, in Dutch: workers have no user's language."""
    with translation.override("nl"):
        if isinstance(trouble, LoketError):
            return trouble.sentences(given_up=given_up)
        return str(trouble.message)


def for_the_log(trouble: LoketError | UserError) -> str:
    """The code and the scrubbed detail, and those of what it came from."""
    told = str(trouble) if isinstance(trouble, LoketError) else trouble.code
    cause = trouble.__cause__
    return f"{told} ({for_the_log(cause)})" if isinstance(cause, LoketError | UserError) else told
