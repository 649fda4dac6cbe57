"""Forget what nobody will ask for again, so that no table grows for ever."""

from datetime import timedelta

from django.core.management import call_command
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Now

from connections.models import AuthorisationAttempt
from finmaster.models import Administration
from finmaster.tenancy import administration_scope
from loket_import.models import Job, JobKind, JobState

KEEP = timedelta(days=30)


def forget_old_jobs() -> None:
    """Delete the jobs that nothing is shown of, in one administration after another."""
    for administration_id in list(Administration.objects.values_list("pk", flat=True)):
        with administration_scope(administration_id):
            old_jobs().delete()


def old_jobs() -> QuerySet[Job]:
    """Jobs that ended longer ago than KEEP and of whose kind and subject there is a newer one.

    Of those that went well the newest stays in any case, for pages show what it found; but not of
    a report to Loket, which tells itself what became of it.
    """
    newer = Job.objects.filter(
        kind=OuterRef("kind"), subject=OuterRef("subject"), pk__gt=OuterRef("pk")
    )
    return Job.objects.filter(
        Q(state=JobState.FAILED) & Exists(newer)
        | Q(state=JobState.DONE) & Exists(newer.filter(state=JobState.DONE))
        | Q(state=JobState.DONE, kind=JobKind.REPORT),
        finished_at__lt=Now() - Value(KEEP),
    )


def forget_expired_attempts() -> None:
    """Delete the trips to Loket's authorisation page from which nobody came back in time."""
    AuthorisationAttempt.objects.filter(expires_at__lt=Now()).delete()


def forget_expired_sessions() -> None:
    """Delete the sessions that no browser can use any more."""
    call_command("clearsessions")
