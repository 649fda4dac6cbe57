"""The nightly broom: what is long done goes, what a page may still show stays."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import Value
from django.db.models.functions import Now
from django.utils import timezone

from connections.models import AuthorisationAttempt
from finmaster.tenancy import administration_scope
from loket_import.models import Job, JobKind, JobState
from loket_import.tasks import forget_old_work
from tests.books import Books, make_books


def job(
    books: Books,
    state: JobState,
    *,
    days: float = 31,
    kind: JobKind = JobKind.RUNS,
    subject: str = "1:2026",
) -> int:
    """Id of a job that ended, or began, so many days ago."""
    then = Now() - Value(timedelta(days=days))
    ended = state in (JobState.DONE, JobState.FAILED)
    with administration_scope(books.id):
        return Job.objects.create(
            kind=kind,
            subject=subject,
            state=state,
            due_at=then,
            finished_at=then if ended else None,
        ).pk


def left(books: Books) -> set[int]:
    """Ids of the jobs that are still there."""
    with administration_scope(books.id):
        return set(Job.objects.values_list("pk", flat=True))


def test_old_jobs_go_in_every_administration(committed_books: Books) -> None:
    other = make_books("Andere")
    kept = {}
    for books in (committed_books, other):
        job(books, JobState.DONE)
        job(books, JobState.FAILED)
        kept[books.id] = {job(books, JobState.DONE)}

    forget_old_work()

    assert left(committed_books) == kept[committed_books.id]
    assert left(other) == kept[other.id]


def test_the_last_that_went_well_stays_though_later_ones_failed(committed_books: Books) -> None:
    job(committed_books, JobState.DONE)
    went_well = job(committed_books, JobState.DONE)
    job(committed_books, JobState.FAILED)
    newest = job(committed_books, JobState.FAILED)

    forget_old_work()

    assert left(committed_books) == {went_well, newest}


def test_what_is_recent_or_unfinished_stays(committed_books: Books) -> None:
    kept = {
        job(committed_books, JobState.DONE, days=29.9),
        job(committed_books, JobState.FAILED, days=1),
        job(committed_books, JobState.RUNNING),
        job(committed_books, JobState.WAITING, subject="1:2025"),
    }

    forget_old_work()

    assert left(committed_books) == kept


def test_only_a_job_of_the_same_kind_and_subject_makes_one_old(committed_books: Books) -> None:
    kept = {
        job(committed_books, JobState.DONE, subject="7", kind=JobKind.CONTENT),
        job(committed_books, JobState.DONE, subject="7", kind=JobKind.BOOKING),
        job(committed_books, JobState.DONE, subject="8", kind=JobKind.BOOKING),
    }

    forget_old_work()

    assert left(committed_books) == kept


@pytest.mark.parametrize(("minutes", "stays"), [(1, True), (-1, False)])
def test_a_trip_to_loket_is_forgotten_once_it_has_expired(
    committed_books: Books, minutes: int, stays: bool
) -> None:
    AuthorisationAttempt.objects.create(
        state_hash="0" * 64,
        session_hash="0" * 64,
        user=committed_books.manager,
        administration=committed_books.administration,
        connection_id=1,
        environment="sandbox",
        expires_at=Now() + Value(timedelta(minutes=minutes)),
    )

    forget_old_work(of_a_later_version=True)

    assert AuthorisationAttempt.objects.exists() is stays


def test_a_session_is_forgotten_once_it_has_expired(committed_books: Books) -> None:
    live, expired = SessionStore(), SessionStore()
    for store in (live, expired):
        store.create()
    Session.objects.filter(pk=expired.session_key).update(
        expire_date=timezone.now() - timedelta(minutes=1)
    )

    forget_old_work()

    assert list(Session.objects.values_list("pk", flat=True)) == [live.session_key]
