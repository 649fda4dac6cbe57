"""The description of an entry from a template with names in braces. Pure.

The names are Dutch, as bookkeepers write them. Nothing but these names is ever put in: `str.format`
would let a template reach into objects and ask for texts of any width.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from loket_import.rules.dates import PayPeriod

MAX_LENGTH = 255
# What a name of the employer or of the payroll counts for while none is linked yet.
NAME_LENGTH = 60

# With what each of them stands for.
PLACEHOLDERS = {
    "jaar": _("the payroll year"),
    "periode": _("the number of the pay period"),
    "periodenaam": _("the month, 'periode 3 (4 weken)' or 'week 12'"),
    "run": _("the number of the journal run"),
    "werkgever": _("the employer in Loket.nl"),
    "payroll": _("the payroll administration in Loket.nl"),
    "begin": _("the first day of the pay period"),
    "eind": _("the last day of the pay period"),
}
# Longest values: a payroll year, a period up to 53, the name of a period of four weeks, a number of
# ten digits, a date. Names of employer and payroll are known once they are linked.
LENGTHS = {"jaar": 4, "periode": 2, "periodenaam": 20, "run": 10, "begin": 10, "eind": 10}

MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Described:
    """What a description may name of a run; `period_name` is in Dutch."""

    period: PayPeriod
    period_name: str
    run_number: int
    employer: str
    payroll: str

    def values(self) -> Mapping[str, str]:
        """The text of each placeholder."""
        return {
            "jaar": str(self.period.year),
            "periode": str(self.period.number or "-"),
            "periodenaam": self.period_name,
            "run": str(self.run_number),
            "werkgever": self.employer.strip(),
            "payroll": self.payroll.strip(),
            "begin": day_text(self.period.starts_on),
            "eind": day_text(self.period.ends_on),
        }


def day_text(day: date) -> str:
    """A date as dd-mm-jjjj."""
    return f"{day:%d-%m-%Y}"


def described(template: str, values: Mapping[str, str]) -> str:
    """The template with its placeholders filled in; braces in a value stay what they are.

    KeyError for a placeholder that has no value: see `faults`.
    """
    return _PLACEHOLDER.sub(lambda found: values[found[1]], template)


def faults(template: str, *, employer: str = "", payroll: str = "") -> list[Promise]:
    """What is wrong with a template, each with what to do; none for one that can be used.

    It may hold the known placeholders and no other braces, and must stay within the 255 characters
    of a description whatever run is booked. `employer` and `payroll` are the names as linked.
    """
    unknown = list(
        dict.fromkeys(name for name in _PLACEHOLDER.findall(template) if name not in PLACEHOLDERS)
    )
    if unknown:
        return [
            format_lazy(
                _("{name} is not known. Use one of the names in the list, in these very letters."),
                name="{" + name[:40] + "}",
            )
            for name in unknown
        ]
    if re.search(r"[{}]", _PLACEHOLDER.sub("", template)):
        return [_("A brace stands alone. Braces are only for the names in the list, as in {jaar}.")]
    length = longest(template, employer=employer, payroll=payroll)
    if length > MAX_LENGTH:
        return [
            format_lazy(
                _(
                    "The description can become {length} characters long, and {limit} is the most. "
                    "Shorten the text or leave a name out."
                ),
                length=length,
                limit=MAX_LENGTH,
            )
        ]
    return []


def longest(template: str, *, employer: str = "", payroll: str = "") -> int:
    """How many characters the description has at most; for a template of known placeholders."""
    lengths = LENGTHS | {
        "werkgever": len(employer.strip()) or NAME_LENGTH,
        "payroll": len(payroll.strip()) or NAME_LENGTH,
    }
    names = _PLACEHOLDER.findall(template)
    return len(_PLACEHOLDER.sub("", template)) + sum(lengths[name] for name in names)
