"""Wages are booked once: a run that takes the place of a removed one waits for its reversal."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connections
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from ledger.models import JournalEntry
from loket_import import booking
from loket_import.booking import BookingOrder, BookingRefused, book
from loket_import.models import Booking, JobState, JournalRun
from loket_import.sandbox.model import JournalRun as LoketRun
from loket_import.statuses import REMOVED
from tests.loket_import.browsing import address
from tests.loket_import.linked import Linked


def remove(linked: Linked, run: JournalRun) -> None:
    """Removed in Loket, as the next fetch finds."""
    linked.loket.world.remove_run(str(run.loket_id))
    linked.fetch_runs(run.year)


def lose(linked: Linked, run: JournalRun) -> None:
    """Gone without a trace."""
    with linked.scope():
        JournalRun.objects.filter(pk=run.pk).update(missing_since=Now())


def made_anew(linked: Linked, *, of_same_payroll_run: bool = True) -> JournalRun:
    """A run with the wages of the newest one, of the same pay period."""
    sent = linked.last_ready()
    return linked.fetched(
        linked.add_run(
            sent.lines,
            period=sent.period,
            payroll_run_id=sent.payroll_run_id if of_same_payroll_run else None,
        )
    )


def codes(linked: Linked, run: JournalRun) -> list[str]:
    """What is wrong with a run."""
    with linked.scope():
        return [problem.code for problem in linked.seen(run).proposal.problems]


@pytest.mark.parametrize("of_same_payroll_run", [True, False])
@pytest.mark.parametrize("vanish", [remove, lose])
def test_a_run_that_replaces_a_removed_one_is_booked_after_its_reversal_only(
    linked: Linked,
    bookkeeper: Client,
    run: JournalRun,
    vanish: Callable[[Linked, JournalRun], None],
    of_same_payroll_run: bool,
) -> None:
    second = made_anew(linked, of_same_payroll_run=of_same_payroll_run)
    entry = linked.booked(run).entry
    vanish(linked, run)

    assert codes(linked, second) == ["replaced_run_booked"]
    (error,) = bookkeeper.get(address(linked, "content", second.pk)).context["errors"]
    assert str(entry) in error.reason
    assert error.url == reverse("entry", args=[linked.slug, entry.pk])
    with pytest.raises(BookingRefused):
        linked.order(second)

    linked.undo(entry)
    assert codes(linked, second) == []
    linked.booked(second)


def test_a_run_that_was_removed_after_the_click_stops_the_one_that_replaces_it(
    linked: Linked, run: JournalRun
) -> None:
    second = made_anew(linked)
    job = linked.order(second)
    linked.booked(run)
    remove(linked, run)

    after = linked.carry_out(job)

    assert (after.state, after.error_code) == (JobState.FAILED, "has_problems")
    with linked.scope():
        assert JournalEntry.objects.count() == 1


def test_a_recalculation_is_booked_on_top_with_a_warning_that_names_the_entry(
    linked: Linked, bookkeeper: Client
) -> None:
    sent = next(one for one in linked.loket_runs(4) if one.note == "recalculation")
    recalculation = linked.fetched(sent)
    entry = linked.booked(original_of(linked, sent)).entry

    assert codes(linked, recalculation) == ["comes_on_top"]
    (warning,) = bookkeeper.get(address(linked, "content", recalculation.pk)).context["warnings"]
    assert str(entry) in warning.reason
    assert warning.url == reverse("entry", args=[linked.slug, entry.pk])
    linked.booked(recalculation)


def original_of(linked: Linked, recalculation: LoketRun) -> JournalRun:
    """The run of the same payroll run that came first, made ready and fetched."""
    original = next(
        one
        for one in linked.loket_runs()
        if one.payroll_run_id == recalculation.payroll_run_id and one.id != recalculation.id
    )
    linked.loket.world.set_status(original.id, 4)
    return linked.fetched(original)


def test_wages_of_another_period_are_nothing_special(linked: Linked, run: JournalRun) -> None:
    other = linked.fetched(linked.loket_runs(4)[-2])
    assert other.period_start != run.period_start
    linked.booked(other)
    lose(linked, other)

    assert codes(linked, run) == []


def test_runs_of_one_payroll_run_are_booked_one_after_the_other(
    linked: Linked, run: JournalRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second sees what became of the first, although both began at the same moment."""
    second = made_anew(linked)
    with linked.scope():
        orders = {one.pk: BookingOrder.of(linked.seen(one)) for one in (run, second)}
    is_posting, may_end = Event(), Event()
    post = booking.post

    def post_slowly(draft: Any) -> JournalEntry:
        # Found removed by a fetch that could not be seen when the booking began.
        JournalRun.objects.filter(pk=run.pk).update(status_key=REMOVED)
        is_posting.set()
        assert may_end.wait(20)
        return post(draft)

    outcomes: dict[int, str] = {}

    def book_one(one: JournalRun) -> None:
        try:
            with linked.scope():
                book(one.pk, orders[one.pk], user_id=None)
            outcomes[one.pk] = "booked"
        except BookingRefused as refusal:
            outcomes[one.pk] = refusal.code
        finally:
            connections.close_all()

    monkeypatch.setattr(booking, "post", post_slowly)
    first_thread = Thread(target=book_one, args=[run])
    first_thread.start()
    assert is_posting.wait(20)
    monkeypatch.setattr(booking, "post", post)
    second_thread = Thread(target=book_one, args=[second])
    second_thread.start()
    second_thread.join(0.5)
    may_end.set()
    first_thread.join()
    second_thread.join()

    assert outcomes == {run.pk: "booked", second.pk: "has_problems"}
    with linked.scope():
        assert Booking.objects.filter(reversal=None).count() == 1


def test_a_run_that_is_missing_is_not_booked(linked: Linked, run: JournalRun) -> None:
    lose(linked, run)

    assert codes(linked, run) == ["run_missing"]
    with pytest.raises(BookingRefused):
        linked.order(run)
