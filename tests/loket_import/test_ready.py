"""What waits to be booked stands on the start page of an administration."""

from django.test import Client
from django.urls import reverse

from loket_import.models import JournalRun
from loket_import.ready import ready_runs
from tests.loket_import.browsing import address
from tests.loket_import.linked import Linked


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


def test_the_overview_links_to_what_waits(linked: Linked, bookkeeper: Client) -> None:
    run = linked.fetched(linked.loket_runs(4)[0])

    page = bookkeeper.get(reverse("overview", args=[linked.slug])).content.decode()

    assert f'href="{address(linked, "content", run.pk)}"' in page
