"""Work runs side by side: what counts is what Loket said last, not what was stored last."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from loket_import import booking, jobs
from loket_import.client import LoketClient
from loket_import.fetching import AskedRun, ask_for_run
from loket_import.jobs import Claimed
from loket_import.models import Job, JobKind, JobState, JournalRun
from loket_import.sandbox import faults as fault
from loket_import.sandbox.model import Status
from loket_import.storing import newest_content
from tests.loket_import.linked import Linked
from tests.loket_import.threads import at_once


def claimed(linked: Linked, job: Job) -> Claimed:
    """The job in the hands of a worker."""
    found = jobs.claim(linked.id, job.pk)
    assert found is not None
    return found


def asked(linked: Linked, run: JournalRun) -> AskedRun:
    """What a worker heard of a run and has not stored yet."""
    job = linked.ask(JobKind.CONTENT, run.pk)
    heard = ask_for_run(claimed(linked, job))
    with linked.scope():
        Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, claim=None)
    return heard


def store(linked: Linked, heard: AskedRun) -> None:
    with linked.scope():
        heard.store()


def set_status(linked: Linked, run: JournalRun, status: Status) -> None:
    linked.loket.world.set_status(str(run.loket_id), status)


def set_first_debit(linked: Linked, run: JournalRun, amount: str) -> None:
    """Change the run's lines at Loket."""
    sent = linked.loket.world.run(str(run.loket_id))
    first, *rest = sent.lines
    linked.loket.world.replace_lines(sent.id, [replace(first, debet=Decimal(amount)), *rest])


def first_debit(linked: Linked, run: JournalRun) -> Decimal:
    """Of the content that counts."""
    with linked.scope():
        content = newest_content(run)
        assert content is not None
        return content.lines.get(number=1).debit


def stored(linked: Linked, run: JournalRun) -> JournalRun:
    with linked.scope():
        return JournalRun.objects.get(pk=run.pk)


def test_an_older_state_does_not_take_the_place_of_a_newer(linked: Linked, run: JournalRun) -> None:
    heard = asked(linked, run)
    set_status(linked, run, Status.EXPORTED)
    linked.fetch_runs()

    store(linked, heard)

    assert stored(linked, run).status_key == Status.EXPORTED


def test_an_older_list_does_not_take_the_place_of_a_newer_state(
    linked: Linked, run: JournalRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = linked.ask(JobKind.RUNS, run.year)
    list_runs = LoketClient.journal_runs

    def list_slowly(client: LoketClient, *args: Any, **how: Any) -> Any:
        rows = list_runs(client, *args, **how)
        set_status(linked, run, Status.EXPORTED)
        store(linked, asked(linked, run))
        return rows

    monkeypatch.setattr(LoketClient, "journal_runs", list_slowly)

    assert linked.carry_out(job).state == JobState.DONE
    assert stored(linked, run).status_key == Status.EXPORTED


def test_a_newer_state_counts_even_when_the_older_was_stored_after_it_was_asked_for(
    linked: Linked, run: JournalRun
) -> None:
    older = asked(linked, run)
    set_status(linked, run, Status.EXPORTED)
    newer = asked(linked, run)

    store(linked, older)
    store(linked, newer)

    assert stored(linked, run).status_key == Status.EXPORTED


def test_older_lines_do_not_take_the_place_of_newer(linked: Linked, run: JournalRun) -> None:
    set_first_debit(linked, run, "1.00")
    older = asked(linked, run)
    set_first_debit(linked, run, "2.00")
    store(linked, asked(linked, run))

    store(linked, older)

    assert first_debit(linked, run) == Decimal("2.00")


def test_lines_that_came_back_to_what_they_were_count_as_newer(
    linked: Linked, run: JournalRun
) -> None:
    before = first_debit(linked, run)
    set_first_debit(linked, run, "1.00")
    older = asked(linked, run)
    set_first_debit(linked, run, str(before))
    store(linked, asked(linked, run))

    store(linked, older)

    assert first_debit(linked, run) == before


def test_lines_are_kept_though_a_newer_list_of_runs_came_in_between(
    linked: Linked, run: JournalRun
) -> None:
    set_first_debit(linked, run, "1.00")
    heard = asked(linked, run)
    linked.fetch_runs()

    store(linked, heard)

    assert first_debit(linked, run) == Decimal("1.00")


def test_a_run_that_two_store_at_once_for_the_first_time_has_the_newer_state(
    linked: Linked,
) -> None:
    linked.fetch_runs()
    run = linked.stored(linked.last_ready())
    older = asked(linked, run)
    set_status(linked, run, Status.EXPORTED)
    newer = asked(linked, run)
    with linked.scope():
        JournalRun.objects.filter(pk=run.pk).delete()

    answers = [replace(one, results=None, exports=None) for one in (newer, older)]
    at_once(2, lambda number: store(linked, answers[number]))

    assert linked.stored(linked.loket.world.run(str(run.loket_id))).status_key == Status.EXPORTED


def test_who_slept_through_a_booking_stores_nothing(
    linked: Linked, run: JournalRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = first_debit(linked, run)
    job = linked.order(run)
    set_first_debit(linked, run, "1.00")

    def ask_and_fall_asleep(claim: Claimed) -> AskedRun:
        heard = ask_for_run(claim)
        with linked.scope():
            Job.objects.filter(pk=job.pk).update(claim=uuid4())
        return heard

    monkeypatch.setattr(booking, "ask_for_run", ask_and_fall_asleep)
    linked.carry_out(job)

    assert linked.look(job).state == JobState.RUNNING
    assert first_debit(linked, run) == before


# The state, asked for before the lines and after


def while_lines_come(linked: Linked, change: Callable[[], None], *, before: bool = False) -> None:
    """Have something change at Loket while it gives the lines of a run."""

    def action(request: Any, proceed: Any) -> Any:
        if before:
            change()
            return proceed()
        answer = proceed()
        change()
        return answer

    linked.loket.faults.add("GET", "/results", action=action)


def test_the_state_after_the_lines_counts(linked: Linked, run: JournalRun) -> None:
    while_lines_come(linked, lambda: set_status(linked, run, Status.EXPORTED))

    job = linked.fetch(JobKind.CONTENT, run.pk)

    assert job.state == JobState.DONE
    assert stored(linked, run).status_key == Status.EXPORTED


@pytest.mark.parametrize("before", [True, False])
def test_lines_of_a_run_that_is_removed_meanwhile_are_not_kept(
    linked: Linked, run: JournalRun, before: bool
) -> None:
    kept = first_debit(linked, run)
    set_first_debit(linked, run, "1.00")
    while_lines_come(
        linked, lambda: linked.loket.world.remove_run(str(run.loket_id)), before=before
    )

    job = linked.fetch(JobKind.CONTENT, run.pk)

    assert (job.state, job.result) == (JobState.DONE, {"lines": 0})
    assert stored(linked, run).status_key == Status.REMOVED
    assert first_debit(linked, run) == kept


def test_a_refusal_of_the_lines_of_a_run_that_has_them_is_one(
    linked: Linked, run: JournalRun
) -> None:
    linked.loket.faults.add("GET", "/results", action=fault.respond(400))

    job = linked.fetch(JobKind.CONTENT, run.pk)

    assert (job.state, job.error_code) == (JobState.FAILED, "loket_refused")


@pytest.mark.parametrize("status", [Status.WAITING, Status.EXPORTED, Status.REMOVED])
def test_a_run_that_changes_while_its_lines_come_is_not_booked(
    linked: Linked, run: JournalRun, status: Status
) -> None:
    job = linked.order(run)
    while_lines_come(linked, lambda: set_status(linked, run, status))

    after = linked.carry_out(job)

    assert (after.state, after.error_code) == (JobState.FAILED, "not_ready")
    assert stored(linked, run).status_key == status
