"""Why a run may be booked although Loket calls it exported, or its export failed."""

from collections.abc import Collection
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loket_import.judging.confirmations import confirmed_keys
from loket_import.judging.exports import export_key, read_trail
from loket_import.judging.reported import REPORTABLE, exported_by_us
from loket_import.models import JournalRun


class Clearance(Enum):
    """Either Loket only repeats what we told it, or somebody has looked into the export."""

    OURS = "ours"
    CONFIRMED = "confirmed"


CLEARED: dict[Clearance, Promise] = {
    Clearance.OURS: _(
        "What Loket notes of an export is what FinMaster told it; the run is not booked now."
    ),
    Clearance.CONFIRMED: _(
        "It was exported from Loket before, and confirmed to be booked here all the same."
    ),
}


def clearances(runs: Collection[JournalRun]) -> dict[int, Clearance]:
    """By id those of the runs that may be booked for one of these reasons; in two queries."""
    asked = [run for run in runs if run.status_key in REPORTABLE]
    if not asked:
        return {}
    given = confirmed_keys(asked)
    found = {run.pk: Clearance.CONFIRMED for run in asked if is_confirmed(run, given)}
    return found | dict.fromkeys(exported_by_us(asked), Clearance.OURS)


def is_confirmed(run: JournalRun, given: Collection[tuple[int, str]]) -> bool:
    """Whether somebody overruled the last export that Loket tells of."""
    trail = read_trail(run.exports)
    return trail is not None and (run.pk, export_key(run.status_key, trail)) in given
