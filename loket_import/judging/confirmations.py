"""Problems of a run that a person may overrule: what was confirmed, by whom, and in which words.

The key of a problem names its evidence, so that new evidence asks for a new word. A word that was
given is never taken back or changed; undoing the booking is what helps then.
"""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from finmaster.models import User
from loket_import.models import Confirmation, JournalRun
from loket_import.proposal import GivenWord

# What somebody says who presses the button, by the code of the problem.
STATEMENTS: dict[str, Promise] = {
    "run_exported": _("Confirm: I checked that these wages are not in these books yet"),
    "run_export_failed": _("Confirm: I checked that the failed export left nothing here"),
    "full_wages_again": _("Confirm: these wages come on top of what is booked"),
    "same_wages_booked": _("Confirm: this is another run with the same total"),
    "twin": _("Confirm: that entry holds something else"),
}


def confirmed(run: JournalRun) -> dict[str, GivenWord]:
    """The words that were given about a run, by the key of the problem."""
    given = Confirmation.objects.filter(run=run).select_related("confirmed_by")
    return {word.problem: GivenWord(str(word.confirmed_by), word.confirmed_at) for word in given}


def confirm(run: JournalRun, key: str, *, user: User) -> None:
    """Keep that the user overrules a problem; the word of a colleague who was quicker stands."""
    Confirmation.objects.bulk_create(
        [Confirmation(run=run, problem=key, confirmed_by=user)], ignore_conflicts=True
    )


def confirmed_keys(runs: Iterable[JournalRun]) -> set[tuple[int, str]]:
    """Of several runs at once: the id of the run and the key of each problem that was overruled."""
    return set(Confirmation.objects.filter(run__in=list(runs)).values_list("run_id", "problem"))
