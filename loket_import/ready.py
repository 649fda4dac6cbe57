"""The runs that wait to be booked, so that a month is one look and one click."""

from dataclasses import dataclass

from django.urls import reverse

from connections.models import Connection
from loket_import.models import JournalRun
from loket_import.periods import period_label
from loket_import.statuses import READY
from loket_import.wizard import runs_of


@dataclass(frozen=True, slots=True)
class ReadyRun:
    """A run that waits: the address of its page, its pay period in words, and its number."""

    url: str
    period: str
    number: int


def ready_runs(connection: Connection, *, slug: str, most: int) -> list[ReadyRun]:
    """The first runs that Loket calls ready and that are not booked, the oldest first. One query.

    In the order in which wages were paid: each month is compared with the one before.
    """
    waiting = (
        runs_of(connection)
        .filter(status_key=READY, test_year=False, missing_since=None)
        .exclude(pk__in=JournalRun.objects.filter(bookings__isnull=False, bookings__reversal=None))
        .order_by("sequence_number")
    )
    return [
        ReadyRun(
            url=reverse("loket_import:content", args=[slug, run.pk]),
            period=period_label(run, connection),
            number=run.sequence_number,
        )
        for run in waiting[:most]
    ]
