"""Where a problem sits, in words, for the list of problems of step 4."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.mapping import Dimension
from loket_import.proposal import Problem
from loket_import.questions.cures import QUESTIONS

CURED_BY_EDITING = frozenset(
    {
        "no_period",
        "period_closed",
        "year_closed",
        "description_missing",
        "description_too_long",
        "date_outside_pay_period",
        "date_outside_payroll_year",
    }
)
# What only a manager can cure, and the page of master data on which that is done.
CURED_BY_A_MANAGER = {
    "account_blocked": "ledger:account_edit",
    "account_not_postable": "ledger:account_edit",
    "cost_center_blocked": "ledger:cost_center_edit",
    "cost_center_rule_blocked": "ledger:cost_center_edit",
    "cost_unit_blocked": "ledger:cost_unit_edit",
}
# What only a manager can cure, in the part of the mapping table that holds the code.
CURED_IN_THE_TABLE = {
    "cost_center_left_out": Dimension.COST_CENTER,
    "cost_center_dropped": Dimension.ACCOUNT,
    "cost_center_rule_unknown": Dimension.ACCOUNT,
}
# Codes of problems that are cured by undoing an entry, or by looking at it.
ABOUT_AN_ENTRY = frozenset(
    {"replaced_run_booked", "comes_on_top", "full_wages_again", "same_wages_booked", "twin"}
)
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


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the list, and of which run: it links to what this user may do."""

    slug: str
    run_id: int
    may_cure: bool = True
    may_manage: bool = False


def places(problems: Iterable[Problem], reader: Reader) -> list[Place]:
    """The problems with their places and, for who may follow them, the links to their cures.

    Those of the whole run come first, the others in the order of their first lines.
    """
    return [
        Place(
            place=place_of(problem),
            reason=str(problem.message),
            cure=cure_of(problem, reader),
            **(cure_link(problem, reader) if reader.may_cure else NO_LINK),
        )
        for problem in sorted(problems, key=lambda problem: problem.line_number or 0)
    ]


def cure_of(problem: Problem, reader: Reader) -> str:
    """What to do, and whom to ask for it who may not do it."""
    is_for_managers = problem.code in CURED_BY_A_MANAGER or problem.code in CURED_IN_THE_TABLE
    if is_for_managers and not reader.may_manage:
        ask = _("Ask a manager of this administration.")
        return f"{problem.cure} {ask}"
    return str(problem.cure)


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


def cure_link(problem: Problem, reader: Reader) -> dict[str, str]:
    """The page on which it is cured, if there is one that the reader may use."""
    slug, run_id = reader.slug, reader.run_id
    if problem.code in QUESTIONS:
        return link("loket_import:cures", _("Choose"), slug, run_id)
    if problem.code in CURED_BY_A_MANAGER:
        if not reader.may_manage:
            return NO_LINK
        page = CURED_BY_A_MANAGER[problem.code]
        return link(page, _("Change in master data"), slug, problem.target_id)
    if problem.code in CURED_IN_THE_TABLE:
        return table_link(problem, reader) if reader.may_manage else NO_LINK
    if problem.code == "no_period" and reader.may_manage:
        return link("ledger:fiscal_years", _("Fiscal years"), slug)
    if problem.code in CURED_BY_EDITING:
        return link("loket_import:edit", _("Change date or description"), slug, run_id)
    if problem.code in ABOUT_AN_ENTRY:
        return link("entry", _("Look at the entry"), slug, problem.target_id)
    return NO_LINK


def table_link(problem: Problem, reader: Reader) -> dict[str, str]:
    """The mapping of the code that a problem is about."""
    found = link("connections:mappings", _("Change in the mapping table"), reader.slug)
    asked = {"zoek": problem.loket_code or "", "deel": CURED_IN_THE_TABLE[problem.code].value}
    return {**found, "url": f"{found['url']}?{urlencode(asked)}"}


def link(page: str, label: str, *arguments: object) -> dict[str, str]:
    """The way to a page."""
    return {"url": reverse(page, args=arguments), "url_label": label}
