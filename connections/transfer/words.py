"""What would be taken over, and what is wrong with it, in sentences."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections.mapping import Dimension
from connections.mappings.words import Names, answer_in_words, part_name
from connections.models import CostCenterRule
from connections.transfer.plan import Change
from connections.transfer.rows import PART_WORDS, RULE_WORDS, Column, Fault, Trouble

Sentences = tuple["str | Promise", "str | Promise"]

TYPE_AS_TEXT = _("Type it in the cell as plain text.")
CHOOSE_RULE = _("Fill in one of: %(rules)s.")
USE_EXAMPLE = _("Download the mapping table and use it as an example.")
# Reason and cure; `about` is what is wrong.
WORDS: dict[Fault, Sentences] = {
    Fault.NO_COLUMN: (_("The first row has no column '%(about)s'."), USE_EXAMPLE),
    Fault.COLUMN_TWICE: (
        _("The column '%(about)s' is there more than once."),
        _("Take away the one that is not meant."),
    ),
    Fault.UNKNOWN_PART: (
        _("'%(about)s' is not a part of the mapping table."),
        _("Fill in one of: %(parts)s."),
    ),
    Fault.FORMULA: (_("'%(about)s' is a formula."), TYPE_AS_TEXT),
    Fault.INEXACT_NUMBER: (
        _("'%(about)s' is a number of which the digits are not certain."),
        _("Make the cell text, and type the code again."),
    ),
    Fault.DATE: (_("'%(about)s' was made a date by the spreadsheet."), TYPE_AS_TEXT),
    Fault.NOT_TEXT: (_("'%(about)s' is neither text nor a number."), TYPE_AS_TEXT),
    Fault.NO_LOKET_CODE: (
        _("The code in Loket.nl is missing."),
        _("Fill in the code that Loket.nl uses, or empty the row."),
    ),
    Fault.LOKET_CODE_TOO_LONG: (
        _("The code in Loket.nl has more than 50 characters."),
        _("Fill in the code as Loket.nl uses it."),
    ),
    Fault.DESCRIPTION_TOO_LONG: (
        _("The description in Loket.nl has more than 255 characters."),
        _("Make the description shorter; it is there for you to read."),
    ),
    Fault.LOKET_CODE_TWICE: (
        _("This code in Loket.nl is in row %(about)s as well."),
        _("Take away one of the two rows."),
    ),
    Fault.UNKNOWN_RULE: (_("'%(about)s' is not a rule."), CHOOSE_RULE),
    Fault.RULE_NOT_ALLOWED: (
        _("The rule '%(about)s' is for accounts only."),
        _("Leave the rule empty, or fill in '%(leave_out)s'."),
    ),
    Fault.COST_CENTER_NEEDED: (
        _("The rule '%(about)s' needs a cost centre."),
        _("Fill in the code of one of your cost centres, or choose another rule."),
    ),
    Fault.COST_CENTER_NOT_ALLOWED: (
        _("No cost centre goes with '%(about)s'."),
        _("Empty the column Kostenplaats; it belongs to the rules standaard and altijd."),
    ),
    Fault.OUR_CODE_LEFT_OUT: (
        _("This row says both 'leave out' and our code %(about)s."),
        _("Empty one of the two."),
    ),
    Fault.COST_CENTER_UNKNOWN: (
        _("Cost centre %(about)s, of the rule, does not exist here."),
        _("Use the code of an existing cost centre, or add this one under Master data."),
    ),
    Fault.COST_CENTER_BLOCKED: (
        _("Cost centre %(about)s, of the rule, is blocked."),
        _("Choose another one, or have it unblocked under Master data."),
    ),
    Fault.OUR_CODE_HEADING: (
        _("Account %(about)s is a heading; nothing is booked on it."),
        _("Choose an account that can be posted on."),
    ),
}
NO_TARGET_CURE = _("Fill in our code, or the rule '%(leave_out)s' to leave the code out.")
UNKNOWN_CURE = _("Use an existing code, or add this one under Master data.")
BLOCKED_CURE = _("Choose another one, or have it unblocked under Master data.")
WORDS_OF_PART: dict[tuple[Fault, Dimension | None], Sentences] = {
    (Fault.NO_OUR_CODE, Dimension.ACCOUNT): (
        _("Our account is missing."),
        _("Fill in our code, or a rule for the cost centre."),
    ),
    (Fault.NO_OUR_CODE, Dimension.COST_CENTER): (_("Our cost centre is missing."), NO_TARGET_CURE),
    (Fault.NO_OUR_CODE, Dimension.COST_UNIT): (_("Our cost unit is missing."), NO_TARGET_CURE),
    (Fault.OUR_CODE_UNKNOWN, Dimension.ACCOUNT): (
        _("Account %(about)s does not exist here."),
        UNKNOWN_CURE,
    ),
    (Fault.OUR_CODE_UNKNOWN, Dimension.COST_CENTER): (
        _("Cost centre %(about)s does not exist here."),
        UNKNOWN_CURE,
    ),
    (Fault.OUR_CODE_UNKNOWN, Dimension.COST_UNIT): (
        _("Cost unit %(about)s does not exist here."),
        UNKNOWN_CURE,
    ),
    (Fault.OUR_CODE_BLOCKED, Dimension.ACCOUNT): (
        _("Account %(about)s is blocked."),
        BLOCKED_CURE,
    ),
    (Fault.OUR_CODE_BLOCKED, Dimension.COST_CENTER): (
        _("Cost centre %(about)s is blocked."),
        BLOCKED_CURE,
    ),
    (Fault.OUR_CODE_BLOCKED, Dimension.COST_UNIT): (
        _("Cost unit %(about)s is blocked."),
        BLOCKED_CURE,
    ),
}
FILE_WORDS = {
    "parts": ", ".join(PART_WORDS.values()),
    "rules": ", ".join(RULE_WORDS.values()),
    "leave_out": RULE_WORDS[CostCenterRule.DROP],
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A trouble as its page tells it."""

    place: str
    reason: str
    cure: str


@dataclass(frozen=True, slots=True)
class ToldChange:
    """A change as its page tells it."""

    part: str
    loket_code: str
    loket_description: str
    old: str
    new: str


def problem_of(trouble: Trouble) -> Problem:
    """A trouble in sentences."""
    sentences = WORDS.get(trouble.fault) or WORDS_OF_PART[trouble.fault, trouble.part]
    reason, cure = (
        str(sentence) % {"about": trouble.about, **FILE_WORDS} for sentence in sentences
    )
    return Problem(place_of(trouble), reason, cure)


def place_of(trouble: Trouble) -> str:
    """Sheet, row and code, as far as there are any."""
    place = trouble.place
    row = gettext("row %(number)s") % {"number": place.row} if place.row else ""
    code = gettext("code %(code)s") % {"code": trouble.loket_code} if trouble.loket_code else ""
    found = ", ".join(part for part in (place.sheet, row, code) if part)
    return found[:1].upper() + found[1:]


def told(changes: Iterable[Change]) -> list[ToldChange]:
    """Changes in words, in three queries however many there are."""
    found = list(changes)
    names = Names.in_answers(
        (change.part, answer) for change in found for answer in (change.old, change.new)
    )
    return [
        ToldChange(
            part_name(change.part),
            change.loket_code,
            change.loket_description,
            answer_in_words(change.part, change.old, names),
            answer_in_words(change.part, change.new, names),
        )
        for change in found
    ]


def problems_of(troubles: Iterable[Trouble]) -> list[Problem]:
    """Troubles in sentences, by sheet and row."""
    order = list(PART_WORDS.values())

    def by_place(trouble: Trouble) -> tuple[int, int]:
        sheet = trouble.place.sheet.capitalize()
        return order.index(sheet) if sheet in order else 0, trouble.place.row

    return [problem_of(trouble) for trouble in sorted(troubles, key=by_place)]


def column_words() -> list[tuple[str, str]]:
    """The headings of a file, and what goes under each."""
    return [
        (
            Column.PART,
            gettext("In a CSV file only: %(parts)s. In a workbook the sheet says it.") % FILE_WORDS,
        ),
        (Column.LOKET_CODE, gettext("The code of the account, cost centre or cost unit.")),
        (Column.LOKET_DESCRIPTION, gettext("Kept for codes that are new here.")),
        (
            Column.OUR_CODE,
            gettext("The code in FinMaster on which it is booked. It must exist here."),
        ),
        (Column.OUR_NAME, gettext("For you to read; the import does not look at it.")),
        (
            Column.RULE,
            gettext(
                "For an account: what becomes of the cost centre, see below. For a cost centre or "
                "cost unit: '%(leave_out)s', without a code of ours, to leave it out."
            )
            % FILE_WORDS,
        ),
        (
            Column.COST_CENTER,
            gettext("For accounts: the code of your cost centre, with the rules that need one."),
        ),
    ]


def rule_words() -> list[tuple[str, str]]:
    """The rules for the cost centre of an account, as a file names them, and what they mean."""
    meanings = {
        CostCenterRule.AS_SENT: gettext(
            "The cost centre as Loket.nl sends it. An empty cell says the same."
        ),
        CostCenterRule.DROP: gettext("No cost centre on this account."),
        CostCenterRule.DEFAULT: gettext("The cost centre named where Loket.nl gives none."),
        CostCenterRule.FIXED: gettext("Always the cost centre named."),
    }
    return [(RULE_WORDS[rule], meaning) for rule, meaning in meanings.items()]
