"""Problems of a journal run as a whole: those that stand in the way, and those left to a person."""

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from finmaster.templatetags.finmaster import nl_datetime
from loket_import.proposal import Case, Problem, Severity


def run_problem(
    code: str, severity: Severity, message: Promise, cure: Promise, target_id: int | None = None
) -> Problem:
    """A problem of no line in particular; `target_id` is what it is about in the books."""
    return Problem(code, severity, None, None, message, cure, (), target_id)


def run_error(code: str, message: Promise, cure: Promise, target_id: int | None = None) -> Problem:
    """One that stands in the way of booking."""
    return run_problem(code, Severity.ERROR, message, cure, target_id)


def confirmable(
    case: Case, key: tuple[str, object], message: Promise, cure: Promise, target_id: int | None
) -> Problem:
    """A problem that stands in the way until a person overrules it: its code, and its evidence."""
    code, evidence = key
    name = f"{code}:{evidence}"
    word = case.facts.confirmed.get(name)
    if word is None:
        return Problem(code, Severity.ERROR, None, None, message, cure, (), target_id, name)
    said = format_lazy(
        _("Confirmed by {name} on {moment}."), name=word.name, moment=nl_datetime(word.at)
    )
    return Problem(code, Severity.WARNING, None, None, message, said, (), target_id, name)
