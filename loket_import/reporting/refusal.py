"""Why a run can't be booked, in the words in which the payroll staff reads it at Loket.

Pure. Codes and what Loket itself calls them, and nothing else: no amounts, no names of people.
"""

import re
from collections.abc import Iterable, Mapping

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections.mapping import Dimension
from loket_import.client import MESSAGE_MAX_CHARS
from loket_import.proposal import Problem, RunLine
from loket_import.questions.cures import description_of

# What looks like money: figures with two decimals, whatever stands between thousands, with a dash
# for them, or with the word or the sign for euros beside them.
AMOUNT = re.compile(
    r"\d[.,]\d{2}(?!\d)|\d,[-\u2013\u2014]|(?:€|\beuro?s?\b) ?\d|\d ?(?:€|euro?s?\b)", re.IGNORECASE
)

# What the payroll staff can do something about, or should know, by the code of the problem. Others
# are of our own books, and are called so.
REASONS: Mapping[str, Promise] = {
    "account_missing": _("a line without an account"),
    "account_unknown": _("unknown account"),
    "account_unmapped": _("unknown account"),
    "account_blocked": _("blocked account"),
    "account_not_postable": _("account that can't be booked on"),
    "amount_not_in_cents": _("an amount that is not in whole cents"),
    "amount_too_large": _("an amount that is too large"),
    "cost_center_missing": _("cost centre missing on account"),
    "cost_center_unknown": _("unknown cost centre"),
    "cost_center_blocked": _("blocked cost centre"),
    "cost_unit_unknown": _("unknown cost unit"),
    "cost_unit_blocked": _("blocked cost unit"),
    "no_period": _("no period for the booking date"),
    "period_closed": _("the period is closed"),
    "year_closed": _("the fiscal year is closed"),
    "no_lines": _("the run has no lines"),
    "too_few_lines": _("the run has one line only"),
    "only_zero_lines": _("all lines are zero"),
    "unbalanced": _("debit and credit differ"),
    "total_too_large": _("the total is too large"),
    "replaced_run_booked": _("an earlier run of this period is still booked"),
    "run_exported": _("the run was exported before"),
    "run_export_failed": _("an earlier export failed"),
}
OTHER = _("something has to be put right in the bookkeeping first")

DIMENSIONS = {
    "cost_center_unknown": Dimension.COST_CENTER,
    "cost_center_blocked": Dimension.COST_CENTER,
    "cost_unit_unknown": Dimension.COST_UNIT,
    "cost_unit_blocked": Dimension.COST_UNIT,
}


def refusal_reason(problems: Iterable[Problem], lines: Iterable[RunLine]) -> str:
    """A message of MESSAGE_MAX_CHARS at most, in Dutch: each reason once, with its codes."""
    by_number = {line.number: line for line in lines}
    reasons: dict[str, list[str]] = {}
    with translation.override("nl"):
        for problem in problems:
            codes = reasons.setdefault(str(REASONS.get(problem.code, OTHER)), [])
            if problem.loket_code and problem.code in REASONS:
                codes.append(called(problem, by_number))
        return as_message(
            [f"{reason} {', '.join(codes)}".strip() for reason, codes in reasons.items()]
        )


def called(problem: Problem, lines: Mapping[int, RunLine]) -> str:
    """The code that a problem is about, with Loket's description of it."""
    code = problem.loket_code or ""
    line = lines.get(problem.line_number or 0)
    if line is None:
        return code
    description = description_of(DIMENSIONS.get(problem.code, Dimension.ACCOUNT), line)
    text = f"{code} {description}".strip()
    # A description is somebody's own text.
    return code if AMOUNT.search(text) else text


def as_message(reasons: Iterable[str]) -> str:
    """The reasons as one message, cut off between its words where it is too long."""
    text = gettext("FinMaster can't book this run: %(reasons)s.") % {"reasons": "; ".join(reasons)}
    text = " ".join(text.split())
    if len(text) <= MESSAGE_MAX_CHARS:
        return text
    return f"{text[: MESSAGE_MAX_CHARS - 1].rsplit(' ', 1)[0]}…"
