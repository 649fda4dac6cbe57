"""What waits to be booked stands on the start page of an administration."""

from django.test import Client
from django.urls import reverse

from loket_import.judging.confirmations import confirm
from loket_import.models import JournalRun, ReportState
from loket_import.ready import ready_runs
from loket_import.statuses import EXPORTED
from tests.loket_import.browsing import address
from tests.loket_import.linked import Linked
from tests.loket_import.reporting.reports import send


def test_only_what_can_be_booked_waits_the_oldest_first(linked: Linked) -> None:
    first, second, third = (linked.fetched(run) for run in linked.loket_runs(4)[:3])
    linked.booked(second)
    with linked.scope():
        JournalRun.objects.filter(pk=third.pk).update(missing_since=third.seen_at)
        waiting = ready_runs(linked.connection(), slug=linked.slug, most=100)
        shorter = ready_runs(linked.connection(), slug=linked.slug, most=1)

    assert waiting[0].url == address(linked, "content", first.pk)
    assert shorter == waiting[:1]
    numbers = [run.number for run in waiting]
    assert numbers == sorted(numbers)
    expected = {run.sequence_number for run in linked.loket_runs(4)}
    assert set(numbers) == expected - {second.sequence_number, third.sequence_number}


def test_a_reversed_run_waits_again(linked: Linked) -> None:
    run = linked.fetched(linked.last_ready())
    entry = linked.booked(run).entry
    linked.undo(entry)
    with linked.scope():
        waiting = ready_runs(linked.connection(), slug=linked.slug, most=100)

    assert run.sequence_number in [one.number for one in waiting]


def test_a_reversed_run_of_which_loket_was_told_waits_again(linked: Linked) -> None:
    run = linked.fetched(linked.last_ready())
    entry = linked.booked(run).entry
    assert send(linked, run).state == ReportState.SENT
    linked.undo(entry)
    linked.fetch_runs(run.year)

    assert linked.stored(linked.loket.world.run(str(run.loket_id))).status_key == EXPORTED
    assert run.sequence_number in waiting_numbers(linked)


def test_a_run_that_was_exported_elsewhere_waits_once_somebody_confirmed_it(
    linked: Linked,
) -> None:
    sent = linked.last_ready()
    linked.loket.world.set_status(sent.id, EXPORTED)
    run = linked.fetched(sent)
    assert run.sequence_number not in waiting_numbers(linked)

    with linked.scope():
        (asked,) = linked.seen(run).proposal.errors
        confirm(run, asked.confirmation, user=linked.books.bookkeeper)

    assert run.sequence_number in waiting_numbers(linked)


def waiting_numbers(linked: Linked) -> list[int]:
    """The numbers of the runs that wait."""
    with linked.scope():
        waiting = ready_runs(linked.connection(), slug=linked.slug, most=100)
    numbers = [one.number for one in waiting]
    assert numbers == sorted(numbers)
    return numbers


def test_the_overview_links_to_what_waits(linked: Linked, bookkeeper: Client) -> None:
    run = linked.fetched(linked.loket_runs(4)[0])

    page = bookkeeper.get(reverse("overview", args=[linked.slug])).content.decode()

    assert f'href="{address(linked, "content", run.pk)}"' in page
