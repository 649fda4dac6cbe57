"""Where a problem sits, in words, for the list of problems of step 4."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loket_import.proposal import Problem

# Codes of problems that are cured on the page of cures.
CURED_BY_CHOOSING = frozenset(
    {
        "account_unmapped",
        "account_unknown",
        "cost_center_unknown",
        "cost_unit_unknown",
    }
)
CURED_BY_EDITING = frozenset(
    {
        "no_period",
        "period_closed",
        "year_closed",
        "description_missing",
        "description_too_long",
        "date_outside_payroll_year",
    }
)
# Codes of problems that are cured by undoing an entry, or by looking at it.
ABOUT_AN_ENTRY = frozenset({"replaced_run_booked", "comes_on_top"})
MOST_NUMBERS = 5
NO_LINK = {"url": "", "url_label": ""}


@dataclass(frozen=True, slots=True)
class Place:
    """A problem as components/problems.html shows it."""

    place: str
    reason: str
    cure: str
    url: str
    url_label: str


def places(
    problems: Iterable[Problem], *, run_id: int, slug: str, may_cure: bool = True
) -> list[Place]:
    """The problems with their places and, for who may follow them, the links to their cures."""
    return [
        Place(
            place=place_of(problem),
            reason=str(problem.message),
            cure=str(problem.cure),
            **(cure_link(problem, run_id=run_id, slug=slug) if may_cure else NO_LINK),
        )
        for problem in problems
    ]


def place_of(problem: Problem) -> str:
    """'The whole run', or its lines: at most five numbers, and how many more."""
    if not problem.lines:
        return _("The whole run")
    numbers = ", ".join(map(str, problem.lines[:MOST_NUMBERS]))
    more = len(problem.lines) - MOST_NUMBERS
    if more > 0:
        return _("Lines %(numbers)s and %(more)s more") % {"numbers": numbers, "more": more}
    return ngettext("Line %(numbers)s", "Lines %(numbers)s", len(problem.lines)) % {
        "numbers": numbers
    }


def cure_link(problem: Problem, *, run_id: int, slug: str) -> dict[str, str]:
    """The page on which it is cured, if there is one."""
    if problem.code in CURED_BY_CHOOSING:
        url = reverse("loket_import:cures", args=[slug, run_id])
        return {"url": url, "url_label": _("Choose")}
    if problem.code in CURED_BY_EDITING:
        url = reverse("loket_import:edit", args=[slug, run_id])
        return {"url": url, "url_label": _("Change date or description")}
    if problem.code in ABOUT_AN_ENTRY:
        url = reverse("entry", args=[slug, problem.target_id])
        return {"url": url, "url_label": _("Look at the entry")}
    return NO_LINK
