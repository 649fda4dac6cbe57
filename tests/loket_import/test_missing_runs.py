"""A run that Loket no longer has: noted, refused with a way on, and forgiven when it is back."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from loket_import.booking import BookingOrder, BookingRefused, book
from loket_import.models import JobKind, JobState, JournalRun
from loket_import.sandbox import faults as fault
from loket_import.storing import mark_missing
from tests.loket_import.linked import Linked, make_linked


def unlist(linked: Linked, run: JournalRun, *, times: int = 1) -> None:
    """Leave the run out of the list for so many calls, as if it were not there."""

    def action(request: Any, proceed: Any) -> Any:
        answer = proceed()
        body = fault.loads(answer.get_data())
        rows = [row for row in body["_embedded"] if row["id"] != str(run.loket_id)]
        body |= {"_embedded": rows, "totalSize": body["totalSize"] - 1}
        return fault.Response(fault.to_json(body), content_type=answer.content_type)

    linked.loket.faults.add("GET", f"{linked.payroll.id}/journalruns", action=action, times=times)


def missing(linked: Linked) -> set[int]:
    """Ids of the runs that are noted to be missing."""
    with linked.scope():
        return set(
            JournalRun.objects.exclude(missing_since=None).values_list("pk", flat=True),
        )


def test_a_run_that_is_no_longer_listed_is_missing_and_the_others_are_not(
    linked: Linked, run: JournalRun
) -> None:
    linked.fetch_runs(2025)
    unlist(linked, run)

    linked.fetch_runs(run.year)

    assert missing(linked) == {run.pk}


def test_it_is_missing_since_it_was_first_missed(linked: Linked, run: JournalRun) -> None:
    sent = linked.last_ready()
    unlist(linked, run, times=2)
    linked.fetch_runs()
    first = linked.stored(sent).missing_since

    linked.fetch_runs()

    assert first is not None
    assert linked.stored(sent).missing_since == first
    assert linked.stored(sent).seen_at > first


def test_a_run_that_is_listed_again_is_no_longer_missing(linked: Linked, run: JournalRun) -> None:
    unlist(linked, run)
    linked.fetch_runs()

    linked.fetch_runs()

    assert missing(linked) == set()


def test_an_empty_list_misses_every_run_of_that_year_and_payroll(
    linked: Linked, run: JournalRun
) -> None:
    linked.fetch_runs(2025)
    other = make_linked(linked.loket, username="api.zorggroep", employer="Anker")
    other.fetch_runs()
    empty = fault.change_envelope(_embedded=[], totalSize=0)
    linked.loket.faults.add("GET", "/journalruns", action=empty)

    linked.fetch_runs()

    with linked.scope():
        of_year = set(JournalRun.objects.filter(year=run.year).values_list("pk", flat=True))
        assert JournalRun.objects.filter(year=2025).exists()
    assert missing(linked) == of_year
    assert missing(other) == set()


@pytest.mark.parametrize("kind", [JobKind.CONTENT, JobKind.BOOKING])
@pytest.mark.parametrize("status", [403, 404])
def test_a_run_that_loket_does_not_give_any_more_is_gone_and_noted(
    linked: Linked, run: JournalRun, kind: JobKind, status: int
) -> None:
    unlist(linked, run)
    gone = fault.respond(status)
    linked.loket.faults.add("GET", f"journalruns/{run.loket_id}", action=gone, times=9)
    job = linked.order(run) if kind == JobKind.BOOKING else linked.ask(kind, run.pk)

    after = linked.carry_out(job)

    assert (after.state, after.error_code) == (JobState.FAILED, "run_gone")
    assert "lijst" in after.error_message
    assert missing(linked) == {run.pk}


def test_a_right_that_is_lacking_does_not_make_a_run_missing(
    linked: Linked, run: JournalRun
) -> None:
    forbidden = fault.respond(403)
    linked.loket.faults.add("GET", f"journalruns/{run.loket_id}", action=forbidden)

    job = linked.fetch(JobKind.CONTENT, run.pk)

    assert (job.state, job.error_code) == (JobState.FAILED, "loket_forbidden")
    assert missing(linked) == set()


def test_a_right_that_is_lacking_for_every_run_does_not_make_one_missing(
    linked: Linked, run: JournalRun
) -> None:
    linked.loket.faults.add("GET", "journalruns", action=fault.respond(403), times=9)

    job = linked.fetch(JobKind.CONTENT, run.pk)

    assert (job.state, job.error_code) == (JobState.FAILED, "loket_forbidden")
    assert missing(linked) == set()


def test_a_fetch_of_the_run_itself_finds_it_back(linked: Linked, run: JournalRun) -> None:
    unlist(linked, run)
    linked.fetch_runs()

    linked.fetch(JobKind.CONTENT, run.pk)

    assert missing(linked) == set()


def test_a_run_that_goes_missing_under_the_booking_is_not_booked(
    linked: Linked, run: JournalRun
) -> None:
    with linked.scope():
        order = BookingOrder.of(linked.seen(run))
    unlist(linked, run)
    linked.fetch_runs()

    with linked.scope(), pytest.raises(BookingRefused) as refused:
        book(run.pk, order, user_id=linked.books.bookkeeper.pk)

    assert refused.value.code == "not_ready"


def test_runs_are_locked_in_the_order_of_their_ids_before_they_are_marked(linked: Linked) -> None:
    """As whoever books one locks it with its rivals; in another order the two would deadlock."""
    linked.fetch_runs()
    with linked.scope(), CaptureQueriesContext(connection) as queries:
        mark_missing(JournalRun.objects.all(), asked_at=timezone.now())

    locked, marked = (one["sql"] for one in queries)
    assert locked.startswith('SELECT "loket_import_journalrun"."id"')
    assert locked.endswith("ORDER BY 1 ASC FOR UPDATE")
    assert marked.startswith('UPDATE "loket_import_journalrun"')
    with linked.scope():
        assert not JournalRun.objects.filter(missing_since=None).exists()
