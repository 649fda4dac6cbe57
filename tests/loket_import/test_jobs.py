"""Jobs: in one worker's hands at a time, and never lost, whatever becomes of worker and bell."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from celery import current_app
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from connections.errors import ClientRefused, LoketLoginUnavailable
from finmaster.tenancy import administration_scope
from loket_import import jobs, tasks
from loket_import.errors import LoketForbidden, LoketUnavailable, LoketUnreadable
from loket_import.fetching import RunGone
from loket_import.jobs import LEASE, MOST_ATTEMPTS, RETRY_SECONDS, Claimed, ClaimLost
from loket_import.models import Job, JobKind, JobState
from tests.books import Books, make_books
from tests.loket_import.threads import at_once


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The bells that were rung, as (administration id, job id)."""
    heard: list[tuple[int, int]] = []

    def send_task(name: str, args: tuple[int, int], retry: bool, expires: int) -> None:
        assert name == tasks.run_job.name
        assert retry is False
        assert expires == jobs.RING_SECONDS
        heard.append(args)

    monkeypatch.setattr(current_app, "send_task", send_task)
    return heard


def request(books: Books, kind: JobKind = JobKind.RUNS, subject: str = "2026", **how: Any) -> Job:
    """A job, requested in a scope of its own."""
    with administration_scope(books.id):
        return jobs.request_job(kind, subject=subject, **how)


def row(books: Books, job: Job) -> Job:
    """The job as it is now."""
    with administration_scope(books.id):
        return Job.objects.get(pk=job.pk)


def change(books: Books, job: Job, **values: Any) -> None:
    """Change the row as time or another worker would."""
    with administration_scope(books.id):
        Job.objects.filter(pk=job.pk).update(**values)


def seconds_to_go(books: Books, job: Job) -> float:
    """How long the job is not to be touched, by the database's clock."""
    with administration_scope(books.id):
        found = Job.objects.annotate(now=Now()).get(pk=job.pk)
        return (found.due_at - found.now).total_seconds()


def make_due(books: Books, job: Job) -> None:
    """Let the wait or the lease be over."""
    change(books, job, due_at=Now() - Value(timedelta(seconds=1)))


def run(books: Books, job: Job, handler: Callable[[Claimed], None]) -> None:
    """Let a worker have the job, with this handler for every kind."""
    jobs.run(books.id, job.pk, dict.fromkeys(JobKind, handler))


def finish(books: Books) -> Callable[[Claimed], None]:
    """A handler that does its work and says so."""

    def handler(claimed: Claimed) -> None:
        with administration_scope(books.id):
            claimed.finish(seen=claimed.attempt)

    return handler


def raising(error: BaseException) -> Callable[[Claimed], None]:
    """A handler that ends in an error."""

    def handler(claimed: Claimed) -> None:
        raise error

    return handler


# Asking


def test_asking_twice_gives_one_job(committed_books: Books) -> None:
    first = request(committed_books, requested_by=committed_books.bookkeeper)
    second = request(committed_books, requested_by=committed_books.manager)

    assert second.pk == first.pk
    assert second.requested_by_id == committed_books.bookkeeper.pk


def test_twenty_who_ask_at_once_get_one_job(committed_books: Books) -> None:
    found = at_once(20, lambda number: request(committed_books).pk)

    assert len(set(found)) == 1


def test_another_subject_kind_or_administration_is_another_job(committed_books: Books) -> None:
    other = make_books("Andere")
    found = {
        request(committed_books).pk,
        request(committed_books, subject="2025").pk,
        request(committed_books, JobKind.CONTENT).pk,
        request(other).pk,
    }

    assert len(found) == 4


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED])
def test_after_a_job_has_ended_asking_gives_a_new_one(
    committed_books: Books, state: JobState
) -> None:
    first = request(committed_books)
    change(committed_books, first, state=state)

    assert request(committed_books).pk > first.pk


def test_asking_again_while_it_runs_joins_it(committed_books: Books) -> None:
    first = request(committed_books)
    assert jobs.claim(committed_books.id, first.pk)

    assert request(committed_books).pk == first.pk


def test_the_newest_job_and_the_last_result_are_told_apart(committed_books: Books) -> None:
    run(committed_books, request(committed_books), finish(committed_books))
    run(committed_books, request(committed_books), raising(LoketForbidden()))
    newest = request(committed_books)

    with administration_scope(committed_books.id):
        assert jobs.latest_job(JobKind.RUNS, "2026") == newest
        assert jobs.latest_job(JobKind.RUNS, "2025") is None
        assert jobs.last_result(JobKind.RUNS, "2026") == {"seen": 1}
        assert jobs.last_result(JobKind.RUNS, "2025") == {}


# The bell


def test_the_bell_rings_when_the_job_is_there_to_be_found(
    committed_books: Books, rung: list[tuple[int, int]]
) -> None:
    with administration_scope(committed_books.id):
        job = jobs.request_job(JobKind.RUNS, subject="2026")
        assert rung == []

    assert rung == [(committed_books.id, job.pk)]


def test_the_bell_does_not_ring_for_what_was_undone(
    committed_books: Books, rung: list[tuple[int, int]]
) -> None:
    with suppress(ZeroDivisionError), administration_scope(committed_books.id):
        jobs.request_job(JobKind.RUNS, subject="2026")
        raise ZeroDivisionError

    assert rung == []


@pytest.mark.parametrize("error", [OperationalError("no broker"), OSError("no route"), ValueError])
def test_a_bell_that_fails_never_fails_the_request(
    committed_books: Books, monkeypatch: pytest.MonkeyPatch, error: Any
) -> None:
    def send_task(*_args: Any, **_options: Any) -> None:
        raise error

    monkeypatch.setattr(current_app, "send_task", send_task)
    job = request(committed_books)

    assert row(committed_books, job).state == JobState.WAITING
    assert jobs.unfinished_jobs() == [(committed_books.id, job.pk)]


def test_the_sweeper_rings_for_what_is_due_in_every_administration_and_nothing_else(
    committed_books: Books, rung: list[tuple[int, int]]
) -> None:
    other = make_books("Andere")
    due = [request(committed_books), request(other)]
    request(committed_books, subject="2019")
    change(committed_books, request(committed_books, subject="2019"), state=JobState.DONE)
    change(committed_books, request(committed_books, subject="2020"), state=JobState.FAILED)
    waits = request(committed_books, subject="2021")
    change(committed_books, waits, due_at=Now() + Value(timedelta(minutes=1)))
    busy = request(other, subject="2022")
    assert jobs.claim(other.id, busy.pk)
    left_behind = request(other, subject="2023")
    assert jobs.claim(other.id, left_behind.pk)
    make_due(other, left_behind)
    rung.clear()

    tasks.ring_unfinished_jobs()

    assert set(rung) == {
        (committed_books.id, due[0].pk),
        (other.id, due[1].pk),
        (other.id, left_behind.pk),
    }
    assert len(jobs.unfinished_jobs(2)) == 2


def test_the_sweepers_question_shows_ids_only(committed_books: Books) -> None:
    request(committed_books)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM unfinished_jobs(10)")
        assert cursor.description
        names = [column.name for column in cursor.description]

    assert names == ["administration_id", "job_id"]


# The claim


def test_one_worker_of_ten_gets_the_job(committed_books: Books) -> None:
    job = request(committed_books)

    claims = at_once(10, lambda number: jobs.claim(committed_books.id, job.pk))

    assert len([claim for claim in claims if claim]) == 1
    now = row(committed_books, job)
    assert (now.state, now.attempts) == (JobState.RUNNING, 1)


def test_a_claim_holds_what_the_worker_must_know(committed_books: Books) -> None:
    user = committed_books.bookkeeper
    job = request(committed_books, JobKind.BOOKING, "7", order={"a": 1}, requested_by=user)

    claimed = jobs.claim(committed_books.id, job.pk)

    assert claimed is not None
    assert (claimed.id, claimed.administration_id) == (job.pk, committed_books.id)
    assert (claimed.kind, claimed.subject, claimed.order) == (JobKind.BOOKING, "7", {"a": 1})
    assert (claimed.requested_by_id, claimed.attempt) == (user.pk, 1)
    assert LEASE.total_seconds() - 10 < seconds_to_go(committed_books, job)
    assert seconds_to_go(committed_books, job) <= LEASE.total_seconds()


def test_there_is_nothing_to_claim_in_another_administration(committed_books: Books) -> None:
    job = request(committed_books)

    assert jobs.claim(make_books("Andere").id, job.pk) is None
    assert jobs.claim(committed_books.id, job.pk + 1000) is None


def test_when_a_lease_is_over_another_takes_over_and_the_first_ones_result_is_refused(
    committed_books: Books,
) -> None:
    job = request(committed_books)
    frozen = jobs.claim(committed_books.id, job.pk)
    assert frozen is not None
    assert jobs.claim(committed_books.id, job.pk) is None
    make_due(committed_books, job)
    second = jobs.claim(committed_books.id, job.pk)
    assert second is not None

    with pytest.raises(ClaimLost):
        frozen.progress(1, 2)
    with pytest.raises(ClaimLost), administration_scope(committed_books.id):
        frozen.finish(from_the="first")
    jobs.fail(frozen, "some_code", "Dit telt niet.")
    jobs.put_off(frozen, LoketUnavailable())
    second.progress(1, 2)
    with administration_scope(committed_books.id):
        second.finish(from_the="second")

    now = row(committed_books, job)
    assert (now.state, now.attempts, now.result) == (JobState.DONE, 2, {"from_the": "second"})
    assert (now.done, now.total, now.error_code) == (1, 2, "")


def test_what_a_worker_writes_beside_a_lost_claim_is_undone(committed_books: Books) -> None:
    job = request(committed_books)

    def slow(claimed: Claimed) -> None:
        change(committed_books, job, claim=uuid4())
        with administration_scope(committed_books.id):
            jobs.request_job(JobKind.CONTENT, subject="1")
            claimed.finish()

    run(committed_books, job, slow)

    assert row(committed_books, job).state == JobState.RUNNING
    with administration_scope(committed_books.id):
        assert Job.objects.count() == 1


def test_a_finished_job_is_not_done_again(committed_books: Books) -> None:
    job = request(committed_books)
    for _ in range(4):
        run(committed_books, job, finish(committed_books))

    now = row(committed_books, job)
    assert (now.state, now.attempts, now.result) == (JobState.DONE, 1, {"seen": 1})
    assert now.finished_at is not None
    assert now.claim is None


def test_four_deliveries_at_once_have_one_effect(committed_books: Books) -> None:
    job = request(committed_books)
    effects: list[int] = []

    def handler(claimed: Claimed) -> None:
        effects.append(claimed.attempt)
        finish(committed_books)(claimed)

    at_once(4, lambda number: run(committed_books, job, handler))

    assert effects == [1]
    assert row(committed_books, job).state == JobState.DONE


def test_a_job_that_is_gone_or_unknown_is_no_error(committed_books: Books) -> None:
    tasks.run_job(committed_books.id, 4711)
    tasks.run_job(committed_books.id, 4711, of_a_later_version=True)


# What goes wrong


def test_what_may_pass_is_tried_again_on_a_schedule_and_then_parked(
    committed_books: Books,
) -> None:
    job = request(committed_books)
    for attempt, wait in enumerate(RETRY_SECONDS, start=1):
        run(committed_books, job, raising(LoketUnavailable()))
        now = row(committed_books, job)
        assert (now.state, now.attempts, now.claim) == (JobState.WAITING, attempt, None)
        assert now.error_code == LoketUnavailable.code
        assert wait - 5 < seconds_to_go(committed_books, job) <= wait
        run(committed_books, job, finish(committed_books))
        assert row(committed_books, job).attempts == attempt, "it was touched too early"
        make_due(committed_books, job)
    run(committed_books, job, raising(LoketUnavailable()))

    now = row(committed_books, job)
    assert (now.state, now.attempts) == (JobState.FAILED, MOST_ATTEMPTS)
    assert now.error_code == LoketUnavailable.code
    assert now.error_message == jobs.sentences(LoketUnavailable(), given_up=True)
    assert now.error_message != jobs.sentences(LoketUnavailable())
    assert now.finished_at is not None
    assert jobs.unfinished_jobs() == []


def test_a_success_after_a_failure_leaves_no_trace_of_it(committed_books: Books) -> None:
    job = request(committed_books)
    run(committed_books, job, raising(LoketUnavailable()))
    make_due(committed_books, job)
    run(committed_books, job, finish(committed_books))

    now = row(committed_books, job)
    assert (now.state, now.error_code, now.error_message) == (JobState.DONE, "", "")


@pytest.mark.parametrize(
    ("asked", "wait"), [(None, 5), (1.0, 5), (60.0, 60), (900.0, 900), (1e9, 900)]
)
def test_the_wait_that_loket_asks_for_is_kept(
    committed_books: Books, asked: float | None, wait: int
) -> None:
    job = request(committed_books)
    run(committed_books, job, raising(LoketUnavailable(retry_after=asked)))

    assert wait - 5 < seconds_to_go(committed_books, job) <= wait


def test_a_login_server_that_is_down_is_tried_again(committed_books: Books) -> None:
    job = request(committed_books)
    run(committed_books, job, raising(LoketLoginUnavailable()))

    now = row(committed_books, job)
    assert (now.state, now.error_code) == (JobState.WAITING, LoketLoginUnavailable.code)


@pytest.mark.parametrize("error", [LoketForbidden(), ClientRefused()])
def test_what_will_not_pass_is_not_tried_again(
    committed_books: Books, error: LoketForbidden | ClientRefused
) -> None:
    job = request(committed_books)
    run(committed_books, job, raising(error))

    now = row(committed_books, job)
    assert (now.state, now.error_code) == (JobState.FAILED, error.code)
    assert now.error_message


def from_forbidden() -> RunGone:
    """An error of ours that an error of Loket's led to."""
    gone = RunGone()
    gone.__cause__ = LoketForbidden("Onvoldoende rechten")
    return gone


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (LoketUnavailable("HTTP 503 onderhoud"), "loket_unavailable: HTTP 503 onderhoud"),
        (LoketForbidden("Onvoldoende rechten"), "loket_forbidden: Onvoldoende rechten"),
        (
            LoketUnreadable("Expected `int`", line=3, field="year"),
            "loket_unreadable: Expected `int` line=3 field=year",
        ),
        (from_forbidden(), "run_gone (loket_forbidden: Onvoldoende rechten)"),
        (LoketLoginUnavailable(), "loket_login_unavailable"),
    ],
)
def test_the_log_tells_what_the_screen_keeps_short(
    committed_books: Books, caplog: pytest.LogCaptureFixture, error: Exception, told: str
) -> None:
    job = request(committed_books)
    run(committed_books, job, raising(error))

    assert f"job {job.pk}: {told}" in [record.getMessage() for record in caplog.records]


def test_the_screen_says_what_loket_said_and_where_it_was_unreadable(
    committed_books: Books,
) -> None:
    forbidden, unreadable = request(committed_books), request(committed_books, subject="2025")
    run(committed_books, forbidden, raising(LoketForbidden("Onvoldoende rechten")))
    run(committed_books, unreadable, raising(LoketUnreadable("x", line=3, field="debetAmount")))

    assert "“Onvoldoende rechten”" in row(committed_books, forbidden).error_message
    assert "debetAmount" in row(committed_books, unreadable).error_message


def test_a_bug_is_tried_again_and_says_nothing_of_itself(
    committed_books: Books, caplog: pytest.LogCaptureFixture
) -> None:
    job = request(committed_books)
    run(committed_books, job, raising(KeyError("internal-detail")))

    now = row(committed_books, job)
    assert (now.state, now.error_code) == (JobState.WAITING, "loket_error")
    assert "internal-detail" not in now.error_message
    assert "internal-detail" in caplog.text


def test_a_kind_without_a_handler_waits_for_a_worker_that_knows_it(committed_books: Books) -> None:
    job = request(committed_books)
    jobs.run(committed_books.id, job.pk, {})

    assert row(committed_books, job).state == JobState.WAITING


def test_a_job_that_kills_its_worker_is_parked(committed_books: Books) -> None:
    job = request(committed_books)
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(SystemExit):
            run(committed_books, job, raising(SystemExit(1)))
        assert row(committed_books, job).state == JobState.RUNNING
        make_due(committed_books, job)
    run(committed_books, job, raising(AssertionError("not to be tried a sixth time")))

    now = row(committed_books, job)
    assert (now.state, now.error_code) == (JobState.FAILED, "gave_up")
    assert now.error_message
    assert jobs.unfinished_jobs() == []


def test_an_answer_that_fits_no_column_is_unreadable(committed_books: Books) -> None:
    job = request(committed_books)

    def handler(claimed: Claimed) -> None:
        with administration_scope(committed_books.id):
            Job.objects.create(kind=JobKind.CONTENT, subject="9" * 31, due_at=Now())

    run(committed_books, job, handler)

    now = row(committed_books, job)
    assert (now.state, now.error_code) == (JobState.FAILED, "loket_unreadable")
