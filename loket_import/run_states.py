"""The state of a journal run in words, and why it can or can't be opened for booking."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from loket_import.models import Booking, JournalRun
from loket_import.status_words import UNREADY
from loket_import.statuses import READY


@dataclass(frozen=True, slots=True)
class RunState:
    """`tone` is of components/tag.html; `reason` says why a run can't be booked, or is empty."""

    text: str
    tone: str
    reason: str
    is_bookable: bool


def run_state(run: JournalRun, booking: Booking | None) -> RunState:
    """What the list of runs says of one run. Our own booking goes before Loket's status."""
    if booking is not None:
        return RunState(_("Booked"), "success", "", is_bookable=False)
    if run.test_year:
        return RunState(
            _("Test year"), "neutral", _("A test, which is never booked."), is_bookable=False
        )
    if run.status_key == READY:
        return RunState(_("Ready to book"), "info", "", is_bookable=True)
    if words := UNREADY.get(run.status_key):
        return RunState(str(words.text), words.tone, str(words.reason), is_bookable=False)
    return RunState(
        run.status_text,
        "warning",
        _("FinMaster does not know this status. Nothing is done with it."),
        is_bookable=False,
    )
