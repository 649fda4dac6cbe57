"""Back to Loket: told once in effect, whatever breaks, and never at the cost of a booking."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Value
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from connections.lifecycle import end
from connections.models import Connection, ConnectionState
from finmaster.errors import violated_constraint
from loket_import import forgetting, jobs
from loket_import.booking import live_booking
from loket_import.client import LoketClient
from loket_import.models import (
    Booking,
    BookingRules,
    Job,
    JobKind,
    JobState,
    JournalRun,
    LoketReport,
    ReportAction,
    ReportState,
)
from loket_import.reporting.outbox import ReportRefused, allow_again, refuse_run, send_again
from loket_import.reporting.words import reports_of
from loket_import.sandbox import SandboxServer
from loket_import.sandbox import faults as fault
from loket_import.sandbox.cast import PAYROLL_COLLEAGUE
from loket_import.sandbox.model import RIGHT_EXPORT, Status
from loket_import.tasks import HANDLERS
from tests.loket_import.linked import Linked, connect, make_linked
from tests.loket_import.reporting.reports import (
    at_loket,
    heard,
    may_report,
    report_job,
    report_of,
    send,
    stands,
)
from tests.loket_import.threads import at_once

RUN_PATH = "journalruns/"


@pytest.fixture
def booked(linked: Linked, run: JournalRun) -> Booking:
    """The newest run that can be booked, booked."""
    return linked.booked(run)


def refuse(linked: Linked, run: JournalRun, message: str = "Onbekende rekening 4711") -> None:
    """Have Loket told that a run can't be booked."""
    with linked.scope():
        refuse_run(
            run.pk, message=message, connection=linked.connection(), user=linked.books.bookkeeper
        )


def take_right(linked: Linked, username: str = "api.korenbloem") -> set[str]:
    """Take the right to export from the Loket user; gives the rights, to put it back."""
    rights: set[str] = linked.loket.world.users[username].rights[linked.payroll.employer_id]
    rights.discard(RIGHT_EXPORT)
    return rights


# The outbox


def test_a_booking_is_to_be_reported_with_its_number_and_nothing_else(
    linked: Linked, run: JournalRun, booked: Booking
) -> None:
    report = report_of(linked, run)

    assert (report.action, report.state, report.booking_id) == (
        ReportAction.PROCESSED,
        ReportState.WAITING,
        booked.pk,
    )
    assert report.message == f"FinMaster: geboekt als {booked.entry}"
    assert report.requested_by_id == linked.books.bookkeeper.pk
    assert report_job(linked, run).state == JobState.WAITING


def test_nothing_is_reported_of_a_booking_that_is_refused(linked: Linked, run: JournalRun) -> None:
    job = linked.order(run)
    linked.loket.world.set_status(str(run.loket_id), Status.REMOVED)

    assert linked.carry_out(job).state == JobState.FAILED

    with linked.scope():
        assert not LoketReport.objects.exists()
        assert not Job.objects.filter(kind=JobKind.REPORT).exists()


@pytest.mark.parametrize("reports", [True, False])
def test_the_booking_rules_say_whether_it_is_reported(
    linked: Linked, run: JournalRun, reports: bool
) -> None:
    with linked.scope():
        BookingRules.objects.create(reports_to_loket=reports)

    linked.booked(run)

    with linked.scope():
        assert LoketReport.objects.exists() == reports


def test_what_loket_forbade_before_is_noted_and_not_tried(linked: Linked, run: JournalRun) -> None:
    with linked.scope():
        Connection.objects.update(may_report=False)

    linked.booked(run)

    assert report_of(linked, run).state == ReportState.NOT_ALLOWED
    with linked.scope():
        assert not Job.objects.filter(kind=JobKind.REPORT).exists()


def test_a_booking_makes_a_waiting_refusal_needless(linked: Linked, run: JournalRun) -> None:
    refuse(linked, run)

    booking = linked.booked(run)

    with linked.scope():
        states = list(LoketReport.objects.order_by("pk").values_list("action", "state"))
    assert states == [
        (ReportAction.FAILED, ReportState.NEEDLESS),
        (ReportAction.PROCESSED, ReportState.WAITING),
    ]
    assert send(linked, run).state == ReportState.SENT
    assert stands(linked, booking)


# Telling


def test_loket_is_told_that_the_run_is_processed(
    linked: Linked, run: JournalRun, booked: Booking, settings: Any
) -> None:
    settings.LOKET_APPLICATION_KEY = 77
    sent = at_loket(linked, run)

    report = send(linked, run)

    assert (report.state, report.error_message) == (ReportState.SENT, "")
    assert report.settled_at is not None
    assert sent.status == Status.EXPORTED
    assert [one.application_key for one in sent.exports] == [77]
    assert may_report(linked) is True


def export_elsewhere(linked: Linked, run: JournalRun) -> None:
    """Somebody fetches the run with another package."""
    linked.loket.world.record_export(
        str(run.loket_id),
        succeeded=True,
        exported_by=PAYROLL_COLLEAGUE,
        application=(2, "Export per run"),
        message=None,
    )


def test_a_run_that_is_exported_already_is_not_told_again(
    linked: Linked, run: JournalRun, booked: Booking
) -> None:
    linked.loket.world.set_status(str(run.loket_id), Status.EXPORTED)

    report = send(linked, run)

    assert (report.state, bool(report.error_message)) == (ReportState.NEEDLESS, True)
    assert at_loket(linked, run).exports == []


def test_an_export_of_somebody_else_is_never_taken_for_our_word(
    linked: Linked, run: JournalRun, booked: Booking
) -> None:
    """Exported elsewhere between our booking and our message, and reversed here since."""
    export_elsewhere(linked, run)
    send(linked, run)
    linked.undo(booked.entry)
    run = linked.fetched(at_loket(linked, run))

    with linked.scope():
        (asked,) = linked.seen(run).proposal.errors
    assert asked.code == "run_exported"


def test_a_second_booking_adds_no_word_of_ours_that_loket_never_heard(
    linked: Linked, run: JournalRun, booked: Booking
) -> None:
    """Booked and told, reversed, booked again: Loket heard it once, so a second export is not."""
    send(linked, run)
    linked.undo(booked.entry)
    again = linked.booked(linked.fetched(at_loket(linked, run)))
    send(linked, run)
    linked.undo(again.entry)
    export_elsewhere(linked, run)
    run = linked.fetched(at_loket(linked, run))

    with linked.scope():
        (asked,) = linked.seen(run).proposal.errors
    assert asked.code == "run_exported"


@pytest.mark.parametrize("status", [Status.READY, Status.EXPORTING, Status.EXPORT_FAILED])
def test_in_each_status_with_lines_it_can_be_told(
    linked: Linked, run: JournalRun, booked: Booking, status: Status
) -> None:
    linked.loket.world.set_status(str(run.loket_id), status)

    assert send(linked, run).state == ReportState.SENT
    assert len(heard(at_loket(linked, run))) == 1


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (Status.WAITING, ReportState.FAILED),
        (Status.NO_RESULTS, ReportState.FAILED),
        (Status.FAILED, ReportState.FAILED),
        (Status.REMOVED, ReportState.NEEDLESS),
    ],
)
def test_in_other_statuses_it_is_not_told_and_says_why(
    linked: Linked, run: JournalRun, booked: Booking, status: Status, state: ReportState
) -> None:
    linked.loket.world.set_status(str(run.loket_id), status)

    report = send(linked, run)

    assert (report.state, bool(report.error_message)) == (state, True)
    assert heard(at_loket(linked, run)) == []
    assert stands(linked, booked)


def test_an_entry_that_was_reversed_first_is_not_reported(
    linked: Linked, run: JournalRun, booked: Booking
) -> None:
    linked.undo(booked.entry)

    report = send(linked, run)

    assert (report.state, bool(report.error_message)) == (ReportState.NEEDLESS, True)
    assert at_loket(linked, run).status == Status.READY


def test_a_run_that_is_booked_again_is_reported_by_its_new_number(
    linked: Linked, run: JournalRun, booked: Booking
) -> None:
    linked.undo(booked.entry)
    again = linked.booked(run)

    report = send(linked, run)

    assert (report.booking_id, report.state) == (again.pk, ReportState.SENT)
    assert str(again.entry) in report.message
    assert len(heard(at_loket(linked, run))) == 1


# What goes wrong


GOES_WRONG: dict[str, fault.Action] = {
    "lost before it took effect": fault.drop(),
    "lost after it took effect": fault.drop(after_operation=True),
    "cut off after it took effect": fault.truncate(3),
    "maintenance": fault.html(503),
    "an unforeseen error": fault.respond(500),
}


@pytest.mark.parametrize("action", GOES_WRONG.values(), ids=GOES_WRONG)
def test_an_answer_that_got_lost_leads_to_one_effect(
    linked: Linked, run: JournalRun, booked: Booking, action: fault.Action
) -> None:
    sent = at_loket(linked, run)
    linked.loket.faults.add("PATCH", RUN_PATH, action=action)

    assert send(linked, run).state == ReportState.WAITING
    job = report_job(linked, run)
    assert (job.state, job.error_code, job.attempts) == (JobState.WAITING, "not_told_yet", 1)
    assert "boekhouding" in job.error_message

    assert send(linked, run).state == ReportState.SENT
    assert len(heard(sent)) == 1
    assert sent.status == Status.EXPORTED
    assert stands(linked, booked)


def test_a_patch_is_never_repeated_within_an_attempt(
    linked: Linked, run: JournalRun, booked: Booking
) -> None:
    linked.loket.faults.add("PATCH", RUN_PATH, action=fault.respond(503), times=2)

    send(linked, run)

    assert [one.times for one in linked.loket.faults.pending] == [1]


def test_an_answer_200_without_json_is_looked_into(
    linked: Linked, run: JournalRun, booked: Booking
) -> None:
    linked.loket.faults.add("PATCH", RUN_PATH, action=fault.html(200))

    report = send(linked, run)

    assert report.state == ReportState.FAILED
    assert at_loket(linked, run).status == Status.READY


def test_after_the_last_attempt_it_can_be_tried_again(
    linked: Linked, run: JournalRun, booked: Booking
) -> None:
    linked.loket.faults.add("PATCH", RUN_PATH, action=fault.respond(503), times=5)
    for _attempt in range(5):
        send(linked, run)
    job = linked.look(report_job(linked, run))
    assert (job.state, job.error_code) == (JobState.FAILED, "not_told_yet")
    assert report_of(linked, run).state == ReportState.WAITING
    assert stands(linked, booked)

    with linked.scope():
        assert send_again(run.pk)

    assert send(linked, run).state == ReportState.SENT


def test_a_conflict_that_means_exported_leaves_nothing_to_tell(
    linked: Linked, run: JournalRun, booked: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody exports the run between our question and our word."""
    mark = LoketClient.mark

    def late(self: LoketClient, *arguments: Any) -> None:
        linked.loket.world.set_status(str(run.loket_id), Status.EXPORTED)
        mark(self, *arguments)

    monkeypatch.setattr(LoketClient, "mark", late)

    assert send(linked, run).state == ReportState.NEEDLESS


@pytest.mark.parametrize("status", [400, 409])
def test_a_refusal_says_what_loket_says(
    linked: Linked, run: JournalRun, booked: Booking, status: int
) -> None:
    body = '{"messages": [{"type": "BrokenBusinessRule", "description": "Run staat vast"}]}'
    linked.loket.faults.add(
        "PATCH",
        RUN_PATH,
        action=fault.respond(status, body, {"Content-Type": "application/json"}),
    )

    report = send(linked, run)

    assert report.state == ReportState.FAILED
    assert "Run staat vast" in report.error_message
    assert stands(linked, booked)


def test_a_run_that_is_gone_need_not_be_told(
    linked: Linked, run: JournalRun, booked: Booking
) -> None:
    linked.loket.faults.add("PATCH", RUN_PATH, action=fault.respond(404))

    report = send(linked, run)

    assert (report.state, bool(report.error_message)) == (ReportState.NEEDLESS, True)


def test_without_the_right_nothing_breaks_and_it_is_not_tried_each_month(
    linked: Linked, run: JournalRun, booked: Booking
) -> None:
    rights = take_right(linked)

    report = send(linked, run)

    assert report.state == ReportState.NOT_ALLOWED
    assert "Exporteren journaalrun" in report.error_message
    assert may_report(linked) is False
    assert stands(linked, booked)
    assert at_loket(linked, run).status == Status.READY

    twin = linked.fetched(linked.loket_runs(4)[0])
    linked.booked(twin)
    assert report_of(linked, twin).state == ReportState.NOT_ALLOWED

    rights.add(RIGHT_EXPORT)
    with linked.scope():
        assert allow_again(linked.connection()) == 2
    for one in (run, twin):
        assert send(linked, one).state == ReportState.SENT
    assert may_report(linked) is True


def test_the_first_refusal_stops_the_rest(linked: Linked, run: JournalRun, booked: Booking) -> None:
    take_right(linked)
    twin = linked.fetched(linked.loket_runs(4)[0])
    linked.booked(twin)
    send(linked, run)
    linked.loket.faults.add("PATCH", RUN_PATH, action=fault.respond(500))

    assert send(linked, twin).state == ReportState.NOT_ALLOWED
    assert len(linked.loket.faults.pending) == 1


def test_what_was_reversed_since_is_not_sent_when_the_right_is_granted(
    linked: Linked, run: JournalRun, booked: Booking
) -> None:
    take_right(linked)
    send(linked, run)
    linked.undo(booked.entry)

    with linked.scope():
        assert allow_again(linked.connection()) == 0
    assert may_report(linked) is None


def ended(linked: Linked) -> None:
    """The connection is ended."""
    with linked.scope():
        end(linked.connection(), user=linked.books.manager)


def revoked(linked: Linked) -> None:
    """Loket no longer accepts the authorisation."""
    with linked.scope():
        Connection.objects.update(state=ConnectionState.REAUTHORISE)


def out_of_sight(linked: Linked) -> None:
    """The Loket user no longer sees the employer."""
    linked.loket.world.users["api.korenbloem"].rights.clear()


def unexpected(linked: Linked) -> None:
    """Loket answers with something else than a run."""
    linked.loket.faults.add(
        "GET", RUN_PATH, action=fault.respond(200, "[]", {"Content-Type": "application/json"})
    )


@pytest.mark.parametrize("trouble", [ended, revoked, out_of_sight, unexpected])
def test_what_can_not_be_asked_fails_with_a_sentence_and_can_be_tried_again(
    linked: Linked, run: JournalRun, booked: Booking, trouble: Callable[[Linked], None]
) -> None:
    trouble(linked)

    assert send(linked, run).state == ReportState.WAITING

    job = linked.look(report_job(linked, run))
    assert job.state == JobState.FAILED
    assert job.error_message
    assert stands(linked, booked)


def test_a_run_of_another_payroll_is_not_told(committed: None, loket: SandboxServer) -> None:
    linked = make_linked(loket)
    run = linked.fetched(linked.last_ready())
    linked.booked(run)
    with linked.scope():
        JournalRun.objects.update(payroll_administration_id=uuid4())

    report = send(linked, run)

    assert (report.state, bool(report.error_message)) == (ReportState.NEEDLESS, True)


def test_a_defect_of_ours_costs_no_booking(
    linked: Linked, run: JournalRun, booked: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(LoketClient, "mark", broken)

    assert send(linked, run).state == ReportState.WAITING
    assert stands(linked, booked)
    monkeypatch.undo()
    # The tests' own patches were undone as well.
    assert report_job(linked, run).state == JobState.WAITING


# Side by side


def test_a_bell_that_rings_four_times_at_once_tells_it_once(
    linked: Linked, run: JournalRun, booked: Booking
) -> None:
    job, sent = report_job(linked, run), at_loket(linked, run)

    at_once(4, lambda _number: jobs.run(linked.id, job.pk, HANDLERS))

    assert report_of(linked, run).state == ReportState.SENT
    assert len(heard(sent)) == 1


def test_a_worker_that_lost_its_job_stores_nothing_and_the_next_finds_it_done(
    linked: Linked, run: JournalRun, booked: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies between the word to Loket and the commit here."""
    mark = LoketClient.mark

    def dying(self: LoketClient, *arguments: Any) -> None:
        mark(self, *arguments)
        with linked.scope():
            Job.objects.filter(kind=JobKind.REPORT).update(
                claim=uuid4(), due_at=Now() - Value(timedelta(seconds=1))
            )

    monkeypatch.setattr(LoketClient, "mark", dying)
    sent = at_loket(linked, run)
    assert send(linked, run).state == ReportState.WAITING
    monkeypatch.setattr(LoketClient, "mark", mark)

    assert send(linked, run).state == ReportState.SENT
    assert len(heard(sent)) == 1


def test_the_sweeper_finishes_what_was_committed_and_not_sent(
    linked: Linked, run: JournalRun, booked: Booking
) -> None:
    """No bell rang: tests have no worker."""
    report_job(linked, run)
    for administration_id, job_id in jobs.unfinished_jobs():
        jobs.run(administration_id, job_id, HANDLERS)

    assert report_of(linked, run).state == ReportState.SENT


def test_a_report_that_comes_while_another_is_sent_gets_a_job_of_its_own(
    linked: Linked, run: JournalRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is booked while Loket hears that it can't be."""
    refuse(linked, run)
    order = linked.order(run)
    mark = LoketClient.mark
    bookings: list[str] = []

    def slow(self: LoketClient, *arguments: Any) -> None:
        if not bookings:
            bookings.append(linked.carry_out(order).state)
        mark(self, *arguments)

    monkeypatch.setattr(LoketClient, "mark", slow)
    send(linked, run)
    assert bookings == ["done"]

    report = send(linked, run)

    assert (report.action, report.state) == (ReportAction.PROCESSED, ReportState.SENT)
    assert at_loket(linked, run).status == Status.EXPORTED


# A refusal


def test_a_refusal_makes_the_run_failed_with_its_reason(linked: Linked, run: JournalRun) -> None:
    sent = at_loket(linked, run)
    refuse(linked, run, "Onbekende rekening 4711")

    report = send(linked, run)

    assert (report.action, report.state) == (ReportAction.FAILED, ReportState.SENT)
    assert sent.status == Status.EXPORT_FAILED
    assert [one.error_message for one in sent.exports] == ["Onbekende rekening 4711"]


@pytest.mark.parametrize("status", [Status.READY, Status.EXPORT_FAILED])
def test_a_refusal_whose_answer_got_lost_is_told_once(
    linked: Linked, run: JournalRun, status: Status
) -> None:
    sent = at_loket(linked, run)
    linked.loket.world.set_status(str(run.loket_id), status)
    refuse(linked, run)
    linked.loket.faults.add("PATCH", RUN_PATH, action=fault.drop(after_operation=True))
    assert send(linked, run).state == ReportState.WAITING

    assert send(linked, run).state == ReportState.SENT
    assert len(heard(sent)) == 1


def test_a_refusal_is_needless_once_the_run_was_exported(linked: Linked, run: JournalRun) -> None:
    refuse(linked, run)
    linked.loket.world.set_status(str(run.loket_id), Status.EXPORTED)

    report = send(linked, run)

    assert (report.state, bool(report.error_message)) == (ReportState.NEEDLESS, True)


def test_one_refusal_waits_at_a_time(linked: Linked, run: JournalRun) -> None:
    refuse(linked, run)

    with pytest.raises(ReportRefused) as caught:
        refuse(linked, run, "Nog eens")

    assert caught.value.code == "report_waiting"


@pytest.mark.parametrize(
    "values",
    [
        {"status_key": 3},
        {"status_key": 5},
        {"status_key": 7},
        {"status_key": 0},
        {"test_year": True},
        {"missing_since": Now()},
    ],
)
def test_only_what_is_open_in_loket_is_refused(
    linked: Linked, run: JournalRun, values: dict[str, Any]
) -> None:
    with linked.scope():
        JournalRun.objects.filter(pk=run.pk).update(**values)

    with pytest.raises(ReportRefused) as caught:
        refuse(linked, run)

    assert caught.value.code == "report_not_open"


def test_what_is_booked_is_not_refused(linked: Linked, run: JournalRun, booked: Booking) -> None:
    with pytest.raises(ReportRefused) as caught:
        refuse(linked, run)

    assert caught.value.code == "report_of_booked_run"


def test_without_the_right_nothing_is_refused(linked: Linked, run: JournalRun) -> None:
    with linked.scope():
        Connection.objects.update(may_report=False)

    with pytest.raises(ReportRefused) as caught:
        refuse(linked, run)

    assert caught.value.code == "report_not_allowed"


def test_what_was_sent_is_not_sent_again(linked: Linked, run: JournalRun, booked: Booking) -> None:
    send(linked, run)

    with linked.scope():
        assert not send_again(run.pk)


def test_while_somebody_exports_the_run_no_failure_is_told(linked: Linked, run: JournalRun) -> None:
    """It would call an export a failure that is under way."""
    refuse(linked, run)
    linked.loket.world.set_status(str(run.loket_id), Status.EXPORTING)

    report = send(linked, run)

    assert (report.state, bool(report.error_message)) == (ReportState.FAILED, True)
    assert heard(at_loket(linked, run)) == []


@pytest.mark.parametrize("state", [ReportState.FAILED, ReportState.NOT_ALLOWED])
def test_a_refusal_that_was_not_sent_is_not_sent_of_a_booked_run(
    linked: Linked, run: JournalRun, state: ReportState
) -> None:
    with linked.scope():
        BookingRules.objects.create(reports_to_loket=False)
    refuse(linked, run)
    with linked.scope():
        LoketReport.objects.update(state=state, settled_at=Now())
        Job.objects.filter(kind=JobKind.REPORT).update(state=JobState.DONE, finished_at=Now())
    linked.booked(run)

    with linked.scope():
        assert not send_again(run.pk)
        shown = reports_of(run)
    assert not shown.may_retry
    assert not shown.needs_right
    assert report_of(linked, run).state == state
    assert at_loket(linked, run).status == Status.READY


def test_what_is_sent_when_the_right_is_granted_locks_runs_before_the_connection(
    linked: Linked, run: JournalRun, booked: Booking
) -> None:
    """Who settles a report holds the run and then changes the connection."""
    take_right(linked)
    send(linked, run)

    with linked.scope(), CaptureQueriesContext(connection) as queries:
        allow_again(linked.connection())

    texts = [one["sql"] for one in queries]
    locked = next(place for place, text in enumerate(texts) if "FOR UPDATE" in text)
    changed = next(
        place for place, text in enumerate(texts) if text.startswith('UPDATE "connections_conn')
    )
    assert locked < changed


# What the database holds


def test_a_report_is_of_the_run_that_its_booking_books(
    linked: Linked, run: JournalRun, booked: Booking
) -> None:
    other = linked.stored(linked.loket_runs(4)[0])
    with pytest.raises(DatabaseError), linked.scope(), transaction.atomic():
        LoketReport.objects.update(run=other)


def test_a_booking_is_reported_once(linked: Linked, run: JournalRun, booked: Booking) -> None:
    send(linked, run)
    with pytest.raises(IntegrityError) as caught, linked.scope():
        LoketReport.objects.create(run=run, booking=booked, action=ReportAction.PROCESSED)

    assert violated_constraint(caught.value) == "booking_reported_once"


def test_jobs_of_reports_are_forgotten_and_the_reports_stay(
    linked: Linked, run: JournalRun, booked: Booking
) -> None:
    send(linked, run)
    with linked.scope():
        Job.objects.filter(kind=JobKind.REPORT).update(
            finished_at=Now() - Value(timedelta(days=31))
        )

    forgetting.forget_old_jobs()

    with linked.scope():
        assert not Job.objects.filter(kind=JobKind.REPORT).exists()
        assert Job.objects.filter(kind=JobKind.BOOKING).exists()
        assert live_booking(run) is not None
    assert report_of(linked, run).state == ReportState.SENT


def test_a_new_connection_has_its_right_to_learn(linked: Linked, run: JournalRun) -> None:
    take_right(linked)
    linked.booked(run)
    send(linked, run)
    ended(linked)

    with linked.scope():
        assert connect(linked.loket, "api.korenbloem").may_report is None
