"""Fifty people press 'Boeken' for one run at the same time, while workers are at it."""

from http import HTTPStatus
from threading import Event, Thread

from django.db import connections
from django.test import Client
from django.urls import reverse

from finmaster.models import Membership, Role, User
from ledger.models import JournalEntry
from loket_import import jobs
from loket_import.models import Booking, Job, JobKind, JobState
from loket_import.tasks import HANDLERS
from tests.books import make_user
from tests.loket_import.linked import Linked
from tests.loket_import.threads import at_once

CLICKS = 50
WORKERS = 3


def colleagues(linked: Linked) -> list[User]:
    """As many bookkeepers."""
    found = [make_user(f"collega{number}@example.nl") for number in range(CLICKS)]
    Membership.objects.bulk_create(
        Membership(
            user=user,
            office=linked.books.office,
            administration=linked.books.administration,
            role=Role.BOOKKEEPER,
        )
        for user in found
    )
    return found


def work_until(done: Event) -> None:
    """A worker that does whatever is due, as the sweeper would tell it to."""
    try:
        while not done.is_set():
            for administration_id, job_id in jobs.unfinished_jobs():
                jobs.run(administration_id, job_id, HANDLERS)
            done.wait(0.01)
    finally:
        connections.close_all()


def test_fifty_clicks_and_three_workers_give_one_entry_and_polite_answers(
    linked: Linked,
) -> None:
    run = linked.fetched(linked.last_ready())
    with linked.scope():
        seen = linked.seen(run).hash
    address = reverse("loket_import:book", args=[linked.slug, run.pk])
    page = reverse("loket_import:content", args=[linked.slug, run.pk])
    clients = [Client() for _ in range(CLICKS)]
    for client, user in zip(clients, colleagues(linked), strict=True):
        client.force_login(user)
    done = Event()
    workers = [Thread(target=work_until, args=(done,)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()

    def click(number: int) -> tuple[int, str, str]:
        answer = clients[number].post(address, {"seen": seen})
        shown = clients[number].get(page)
        assert shown.status_code == HTTPStatus.OK
        return answer.status_code, answer.headers["Location"], shown.content.decode()

    try:
        answers = at_once(CLICKS, click)
        while jobs.unfinished_jobs() or not has_entry(linked):
            done.wait(0.01)
    finally:
        done.set()
        for worker in workers:
            worker.join()

    assert {status for status, _, _ in answers} == {HTTPStatus.FOUND}
    assert {location for _, location, _ in answers} == {page}
    assert_one_entry(linked)
    with linked.scope():
        ids = list(Job.objects.filter(kind=JobKind.BOOKING).values_list("pk", flat=True))
    polls = [reverse("loket_import:progress", args=[linked.slug, pk]) for pk in ids]
    for _, _, html in answers:
        assert "MEM 2026-0001" in html or any(poll in html for poll in polls)
    late = clients[0].post(address, {"seen": seen}, follow=True)
    assert "MEM 2026-0001" in late.content.decode()
    assert_one_entry(linked)


def has_entry(linked: Linked) -> bool:
    """Whether anything was booked yet."""
    with linked.scope():
        return JournalEntry.objects.exists()


def assert_one_entry(linked: Linked) -> None:
    """One entry, one booking, and no job that went wrong."""
    with linked.scope():
        assert [entry.number for entry in JournalEntry.objects.all()] == [1]
        assert Booking.objects.count() == 1
        states = Job.objects.filter(kind=JobKind.BOOKING).values_list("state", flat=True)
        assert set(states) == {JobState.DONE}
