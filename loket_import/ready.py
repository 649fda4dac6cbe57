"""The runs that wait to be booked, so that a month is one look and one click."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from connections.models import Connection
from loket_import.judging.clearance import clearances
from loket_import.judging.reported import REPORTABLE
from loket_import.models import Confirmation, JournalRun, LoketReport, ReportState
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
    """The first runs that can be booked and are not, the oldest first; in four queries at most.

    In the order in which wages were paid: each month is compared with the one before. One that was
    reversed after Loket was told of it is ready again, although Loket calls it exported.
    """
    open_runs = (
        runs_of(connection)
        .filter(test_year=False, missing_since=None)
        .exclude(pk__in=JournalRun.objects.filter(bookings__isnull=False, bookings__reversal=None))
        .order_by("sequence_number")
    )
    waiting = [*open_runs.filter(status_key=READY)[:most], *cleared_runs(open_runs)]
    waiting.sort(key=lambda run: run.sequence_number)
    return [
        ReadyRun(
            url=reverse("loket_import:content", args=[slug, run.pk]),
            period=period_label(run, connection),
            number=run.sequence_number,
        )
        for run in waiting[:most]
    ]


def cleared_runs(open_runs: QuerySet[JournalRun]) -> list[JournalRun]:
    """Those that may be booked although Loket calls them exported, or their export failed.

    Asked of those only that somebody confirmed or that Loket was told of: whatever was exported
    before the connection is left alone.
    """
    told = LoketReport.objects.filter(run=OuterRef("pk"), state=ReportState.SENT)
    confirmed = Confirmation.objects.filter(run=OuterRef("pk"))
    asked = list(
        open_runs.filter(status_key__in=REPORTABLE).filter(Exists(told) | Exists(confirmed))
    )
    cleared = clearances(asked)
    return [run for run in asked if run.pk in cleared]
