"""The overview tells of booked runs that Loket no longer has as they were booked."""

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse

from loket_import.changed_bookings import changed_bookings
from loket_import.models import JobKind, JournalRun
from tests.loket_import.browsing import address
from tests.loket_import.linked import Linked


def texts(linked: Linked) -> dict[int, str]:
    """What is told of each run, by its number."""
    with linked.scope():
        found = changed_bookings(linked.connection(), slug=linked.slug, most=6)
    return {one.number: one.state.text for one in found}


def remove(linked: Linked, run: JournalRun) -> None:
    """Somebody removes the run in Loket, which shows once the runs are fetched."""
    linked.loket.world.remove_run(str(run.loket_id))
    linked.fetch_runs()


def test_a_booked_run_that_loket_removed_is_told_until_it_is_reversed(
    linked: Linked, run: JournalRun
) -> None:
    entry = linked.booked(run).entry
    assert texts(linked) == {}

    remove(linked, run)
    assert texts(linked) == {run.sequence_number: "Geboekt, verwijderd in Loket.nl"}

    linked.undo(entry)
    assert texts(linked) == {}


def test_a_booked_run_that_loket_changed_is_told(linked: Linked, run: JournalRun) -> None:
    linked.booked(run)
    sent = linked.loket.world.run(str(run.loket_id))
    linked.loket.world.replace_lines(
        sent.id, [replace(one, debet=2 * one.debet, credit=2 * one.credit) for one in sent.lines]
    )
    linked.fetch(JobKind.CONTENT, run.pk)

    assert texts(linked) == {run.sequence_number: "Geboekt, gewijzigd in Loket.nl"}


def test_a_run_that_was_never_booked_is_nobody_s_business(linked: Linked, run: JournalRun) -> None:
    remove(linked, run)

    assert texts(linked) == {}


@pytest.mark.parametrize("is_removed", [True, False])
def test_the_overview_leads_to_it(
    linked: Linked, run: JournalRun, bookkeeper: Client, is_removed: bool
) -> None:
    linked.booked(run)
    if is_removed:
        remove(linked, run)

    page = bookkeeper.get(reverse("overview", args=[linked.slug])).content.decode()

    assert (f'href="{address(linked, "content", run.pk)}"' in page) is is_removed
    assert ("in Loket.nl niet meer hetzelfde" in page) is is_removed
