"""What is said of a run that Loket does not call ready: its state, why it waits, what cures it.

One table for the list of runs and for the checks of step 4, so that they say the same.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loket_import import statuses


@dataclass(frozen=True, slots=True)
class StatusWords:
    """`text` and `tone` are of components/tag.html; `code` is that of the problem."""

    text: Promise
    tone: str
    code: str
    reason: Promise
    cure: Promise


LOOK_AND_CONFIRM = _(
    "Check whether these wages are in these books or in others. If they are in none that count, "
    "confirm that and book the run."
)

# Loket's statuses other than ready. Those that may be booked are so once somebody has confirmed it.
# Source: journalRunStatus; results exist for 4 to 7 only.
UNREADY: dict[int, StatusWords] = {
    statuses.WAITING: StatusWords(
        _("Waiting in Loket.nl"),
        "neutral",
        "run_queued",
        _("Loket has yet to make this journal run, so it has no lines to book."),
        _("Fetch the runs again later. You need not do anything in Loket."),
    ),
    statuses.NO_RESULTS: StatusWords(
        _("No results"),
        "neutral",
        "run_without_results",
        _("Loket made this journal run, but it has no results: there is nothing to book."),
        _("You need not do anything. If you did expect wages, ask your payroll administrator."),
    ),
    statuses.FAILED: StatusWords(
        _("Failed in Loket.nl"),
        "danger",
        "run_failed",
        _("Loket could not make this journal run, so it has no lines to book."),
        _(
            "Have your payroll administrator solve the errors of the run in Loket and start it "
            "again; then fetch the runs."
        ),
    ),
    statuses.REMOVED: StatusWords(
        _("Removed in Loket.nl"),
        "neutral",
        "run_removed",
        _("This journal run was removed in Loket, so it must not be booked."),
        _(
            "If it was booked before, reverse that entry. A run that replaces it appears in the "
            "list of runs under a number of its own."
        ),
    ),
    statuses.EXPORTING: StatusWords(
        _("Being exported"),
        "neutral",
        "run_being_exported",
        _(
            "Another export of this journal run is going on in Loket; booking it here as well "
            "could double the wages."
        ),
        _(
            "Wait until that export is done and fetch the run again. If it stays like this, ask "
            "your payroll administrator."
        ),
    ),
    statuses.EXPORT_FAILED: StatusWords(
        _("Export failed"),
        "warning",
        "run_export_failed",
        _(
            "An export of this journal run failed in Loket, and part of it may have reached other "
            "books."
        ),
        LOOK_AND_CONFIRM,
    ),
    statuses.EXPORTED: StatusWords(
        _("Exported earlier"),
        "neutral",
        "run_exported",
        _("This journal run was exported from Loket before: its wages may be booked already."),
        LOOK_AND_CONFIRM,
    ),
}

# Not a status: Loket no longer lists the run, or no longer knows its id.
MISSING = StatusWords(
    _("No longer in Loket.nl"),
    "neutral",
    "run_missing",
    _("Loket no longer has this journal run, so it must not be booked."),
    _(
        "Ask your payroll administrator what became of it. A run that replaces it appears in the "
        "list of runs under a number of its own."
    ),
)
