"""The state of a journal run in words, and why it can or can't be opened for booking."""

from dataclasses import dataclass

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loket_import.judging.clearance import CLEARED, Clearance
from loket_import.models import Booking, JournalRun, RunContent
from loket_import.status_words import MISSING, UNREADY, StatusWords
from loket_import.statuses import EXPORT_FAILED, EXPORTED, FAILED, READY, REMOVED

# Statuses of which the page of the run tells more, and the link to it.
TELLS_MORE = {
    FAILED: gettext_lazy("Why?"),
    EXPORT_FAILED: gettext_lazy("Look at the export history"),
    EXPORTED: gettext_lazy("Look at the export history"),
}


@dataclass(frozen=True, slots=True)
class RunState:
    """`tone` is of components/tag.html.

    `reason` says why a run can't be booked, or what is wrong with one that is; `cure` what to do
    about the latter. Both are empty where there is nothing to say. `more` is what the page of a
    run tells that can't be booked as it is, as the text of a link; empty where it tells nothing.
    """

    text: str
    tone: str
    reason: str
    is_bookable: bool
    cure: str = ""
    more: str = ""

    @property
    def is_openable(self) -> bool:
        """Whether the page of the run has something to see or to do."""
        return self.is_bookable or bool(self.more)


def run_state(
    run: JournalRun,
    booking: Booking | None,
    *,
    is_changed: bool = False,
    clearance: Clearance | None = None,
) -> RunState:
    """What the list of runs says of one run. Our own booking goes before Loket's status.

    `is_changed` tells that Loket's lines are no longer those that were booked, `clearance` why a
    run may be booked although Loket calls it exported.
    """
    if booking is not None:
        return booked_state(run, is_changed=is_changed)
    if run.test_year:
        return RunState(
            _("Test year"), "neutral", _("A test, which is never booked."), is_bookable=False
        )
    if run.missing_since:
        return unready(MISSING)
    if run.status_key == READY:
        return RunState(_("Ready to book"), "info", "", is_bookable=True)
    if clearance is not None:
        return RunState(_("Ready to book"), "info", str(CLEARED[clearance]), is_bookable=True)
    if words := UNREADY.get(run.status_key):
        more = TELLS_MORE.get(run.status_key)
        return unready(words, more=str(more or ""))
    return RunState(
        run.status_text,
        "warning",
        _("FinMaster does not know this status. Nothing is done with it."),
        is_bookable=False,
    )


def unready(words: StatusWords, *, more: str = "") -> RunState:
    """The state of a run that waits for something in Loket."""
    return RunState(str(words.text), words.tone, str(words.reason), is_bookable=False, more=more)


def booked_state(run: JournalRun, *, is_changed: bool) -> RunState:
    """The state of a run that is booked: all is well while Loket still has it as it was.

    Loket: removing a journal run removes nothing in other applications.
    """
    reverse_first = _("If the wages are run anew in Loket, reverse this entry first.")
    if run.status_key == REMOVED:
        return RunState(
            _("Booked, removed in Loket.nl"),
            "warning",
            _("A user removed this run in Loket after it was booked."),
            is_bookable=False,
            cure=reverse_first,
        )
    if run.missing_since:
        return RunState(
            _("Booked, no longer in Loket.nl"),
            "warning",
            _("Loket no longer has this run, which was booked."),
            is_bookable=False,
            cure=reverse_first,
        )
    if is_changed:
        return RunState(
            _("Booked, changed in Loket.nl"),
            "warning",
            _("The lines of this run in Loket are no longer the ones that were booked."),
            is_bookable=False,
            cure=_("Compare them. If Loket is right, reverse this entry and book the run again."),
        )
    return RunState(_("Booked"), "success", "", is_bookable=False)


def changed_since_booked(runs: QuerySet[JournalRun]) -> set[int]:
    """Ids of the runs whose newest lines are not those that are booked, in one query."""
    newest = RunContent.objects.filter(run=OuterRef("run")).order_by("-pk")
    return set(
        Booking.objects.filter(run__in=runs, reversal=None)
        .annotate(newest_hash=Subquery(newest.values("source_hash")[:1]))
        .exclude(newest_hash=F("content__source_hash"))
        .values_list("run_id", flat=True)
    )
