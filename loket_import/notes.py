"""What is said of lines that are booked in another form than Loket has them. Pure.

An amount that changes sides is said line by line; what a mapping leaves out or fills in is said
once for each code, with all its lines.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from loket_import.amounts import exact_text
from loket_import.proposal import MatchedLine, Note, RunLine, Way

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def side_notes(line: RunLine, sides: tuple[Decimal, Decimal]) -> Iterator[Note]:
    """What became of the amounts of a line; `sides` are its debit and credit as booked."""
    debit, credit = sides
    if not (debit or credit):
        yield Note(
            "zero_line",
            (line.number,),
            format_lazy(_("Line {number} has no amount and is left out."), number=line.number),
        )
    if line.debit < 0 or line.credit < 0:
        yield Note(
            "negative_amount",
            (line.number,),
            format_lazy(
                _(
                    "Line {number}: a negative amount goes to the other side. Loket has debit "
                    "{debit}, credit {credit}; booked are debit {to_debit}, credit {to_credit}."
                ),
                number=line.number,
                debit=exact_text(line.debit),
                credit=exact_text(line.credit),
                to_debit=exact_text(debit),
                to_credit=exact_text(credit),
            ),
        )
    if debit and credit:
        yield Note(
            "two_sides",
            (line.number,),
            format_lazy(
                _(
                    "Line {number} has two sides and becomes two lines: debit {debit} and credit "
                    "{credit}."
                ),
                number=line.number,
                debit=exact_text(debit),
                credit=exact_text(credit),
            ),
        )


def dimension_notes(lines: Sequence[MatchedLine]) -> Iterator[Note]:
    """Cost centres and units that are left out, replaced or filled in on purpose, by their code."""
    yield from _by_code(
        "cost_center_left_out",
        (line for line in lines if line.cost_center_way == Way.LEFT_OUT),
        lambda line: (line.cost_center_code, line.cost_center_description),
        _("Loket's cost centre {label} is left out, as its mapping says."),
    )
    yield from _by_code(
        "cost_unit_left_out",
        (line for line in lines if line.cost_unit_way == Way.LEFT_OUT),
        lambda line: (line.cost_unit_code, line.cost_unit_description),
        _("Loket's cost unit {label} is left out, as its mapping says."),
    )
    yield from _by_code(
        "cost_center_dropped",
        (line for line in lines if line.cost_center_way == Way.DROPPED and line.cost_center_code),
        _account_of,
        _("On Loket's account {label} the cost centre is left out, as the account's rule says."),
    )
    yield from _by_code(
        "cost_center_filled_in",
        (line for line in lines if _is_ruled(line) and not line.cost_center_code),
        _account_of,
        _(
            "On Loket's account {label} lines without a cost centre get {choice}, as the account's "
            "rule says."
        ),
    )
    yield from _by_code(
        "cost_center_replaced",
        (
            line
            for line in lines
            if _is_ruled(line)
            and line.cost_center_code
            and line.cost_center != line.sent_cost_center
        ),
        _account_of,
        _(
            "On Loket's account {label} the cost centre of Loket is replaced by {choice}, as the "
            "account's rule says."
        ),
    )


def _is_ruled(line: MatchedLine) -> bool:
    return line.cost_center_way == Way.RULED and line.cost_center is not None


def _account_of(line: MatchedLine) -> tuple[str, str]:
    return line.account_code, line.account_description


def _by_code(
    code: str,
    lines: Iterable[MatchedLine],
    named: Callable[[MatchedLine], tuple[str, str]],
    sentence: "_StrPromise",
) -> Iterator[Note]:
    """A note for each code of Loket's on these lines; `named` gives it with its description."""
    groups: dict[str, list[MatchedLine]] = {}
    for line in lines:
        groups.setdefault(named(line)[0], []).append(line)
    for group in groups.values():
        first = group[0]
        yield Note(
            code,
            tuple(line.number for line in group),
            format_lazy(sentence, label=" ".join(named(first)).strip(), choice=first.cost_center),
        )
