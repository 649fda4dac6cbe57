"""The state of a journal run in words, and why it can or can't be opened for booking."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loket_import.models import Booking, JournalRun

READY = 4


# Loket's statuses that can't be booked: text, tone, and why not. Source: journalRunStatus.
NOT_READY = {
    0: (
        gettext_lazy("Waiting in Loket.nl"),
        "neutral",
        gettext_lazy("Loket.nl is still journalising. Refresh in a few minutes."),
    ),
    1: (
        gettext_lazy("No results"),
        "neutral",
        gettext_lazy("This payroll run gives no journal lines, so there is nothing to book."),
    ),
    2: (
        gettext_lazy("Failed in Loket.nl"),
        "danger",
        gettext_lazy("Loket.nl could not make the journal. It must be solved there."),
    ),
    3: (
        gettext_lazy("Removed in Loket.nl"),
        "neutral",
        gettext_lazy("A user removed this run in Loket.nl."),
    ),
    5: (
        gettext_lazy("Being exported"),
        "neutral",
        gettext_lazy("Another export of this run is under way in Loket.nl."),
    ),
    6: (
        gettext_lazy("Export failed"),
        "warning",
        gettext_lazy("An export to another application failed. Have the run made ready again."),
    ),
    7: (
        gettext_lazy("Exported earlier"),
        "neutral",
        gettext_lazy("It was exported before, so it may already be in the books."),
    ),
}


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
    text, tone, reason = NOT_READY.get(
        run.status_key,
        ("", "warning", _("FinMaster does not know this status. Nothing is done with it.")),
    )
    return RunState(str(text or run.status_text), tone, str(reason), is_bookable=False)
