"""Booked runs that are no longer in Loket what was booked, for whoever opens an administration."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from connections.models import Connection
from loket_import.periods import period_label
from loket_import.run_states import RunState, booked_state, changed_since_booked
from loket_import.statuses import REMOVED
from loket_import.wizard import runs_of


@dataclass(frozen=True, slots=True)
class ChangedBooking:
    """A booked run: the address of its page, its pay period in words, its number and its state."""

    url: str
    period: str
    number: int
    state: RunState


def changed_bookings(connection: Connection, *, slug: str, most: int) -> list[ChangedBooking]:
    """The newest booked runs that Loket removed, lists no longer or changed; in two queries.

    As far as it is known here: Loket is asked for its runs when somebody opens their list.
    """
    booked = runs_of(connection).filter(bookings__isnull=False, bookings__reversal=None)
    changed = changed_since_booked(runs_of(connection))
    is_otherwise = Q(status_key=REMOVED) | Q(missing_since__isnull=False) | Q(pk__in=changed)
    return [
        ChangedBooking(
            url=reverse("loket_import:content", args=[slug, run.pk]),
            period=period_label(run, connection),
            number=run.sequence_number,
            state=booked_state(run, is_changed=run.pk in changed),
        )
        for run in booked.filter(is_otherwise).order_by("-sequence_number")[:most]
    ]
