"""Checks of a journal run's lines: their amounts and accounts.

A code is reported once, with all the lines that it is on: forty lines on an unknown account are
one question to the bookkeeper, not forty.
"""

from collections.abc import Callable, Iterator

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from loket_import.amounts import MAX_AMOUNT, exact_text, in_cents
from loket_import.proposal import (
    AccountChoice,
    Case,
    ChartMode,
    DimensionChoice,
    MatchedLine,
    Problem,
    Severity,
    Way,
)

Group = tuple[str, list[MatchedLine]]


def by_code(
    case: Case, code_of: Callable[[MatchedLine], str], concerns: Callable[[MatchedLine], bool]
) -> Iterator[Group]:
    """The lines that it concerns, with their code, each code once."""
    groups: dict[str, list[MatchedLine]] = {}
    for line in case.matched_lines:
        if concerns(line):
            groups.setdefault(code_of(line), []).append(line)
    yield from groups.items()


def _by_account(case: Case, concerns: Callable[[MatchedLine], bool]) -> Iterator[Group]:
    return by_code(case, lambda line: line.account_code, concerns)


def code_problem(
    code: str,
    group: Group,
    message: Promise,
    cure: Promise,
    *,
    severity: Severity = Severity.ERROR,
    target: AccountChoice | DimensionChoice | None = None,
) -> Problem:
    """The problem of a group of lines; `target` is what is to be changed here, if anything is."""
    loket_code, lines = group
    numbers = tuple(line.number for line in lines)
    return Problem(
        code,
        severity,
        numbers[0],
        loket_code or None,
        message,
        cure,
        numbers,
        target.id if target else None,
    )


def _amount_problem(code: str, number: int, message: Promise, cure: Promise) -> Problem:
    return Problem(code, Severity.ERROR, number, None, message, cure, (number,))


def label_of(code: str, description: str) -> str:
    """A code of Loket's with what Loket calls it."""
    return f"{code} {description}".strip()


def amounts_are_in_cents(case: Case) -> Iterator[Problem]:
    """Amounts are in whole cents. Loket's schema does not promise it; rounding would hide it."""
    if not case.proposal.unusable_lines:
        return
    for line in case.run_lines:
        for amount in (line.debit, line.credit):
            if in_cents(amount) is None:
                yield _amount_problem(
                    "amount_not_in_cents",
                    line.number,
                    format_lazy(
                        _("Line {number} has an amount that is not in whole cents: {amount}."),
                        number=line.number,
                        amount=exact_text(amount),
                    ),
                    _(
                        "Amounts are not rounded here. Have your payroll administrator correct the "
                        "journal profile in Loket and make the run anew."
                    ),
                )


def amounts_fit(case: Case) -> Iterator[Problem]:
    """Amounts stay within numeric(14,2), which is what the books hold."""
    for line in case.proposal.lines:
        amount = max(line.debit, line.credit)
        if amount > MAX_AMOUNT:
            numbers = line.source_lines
            sentence = (
                _("Line {number} has an amount of {amount}, more than the books can hold: {limit}.")
                if len(numbers) == 1
                else _(
                    "Lines that are booked as one, line {number} first, add up to {amount}, more "
                    "than the books can hold: {limit}."
                )
            )
            yield Problem(
                "amount_too_large",
                Severity.ERROR,
                numbers[0],
                None,
                format_lazy(
                    sentence,
                    number=numbers[0],
                    amount=exact_text(amount),
                    limit=exact_text(MAX_AMOUNT),
                ),
                _("Have your payroll administrator check the amount in Loket."),
                numbers,
            )


def accounts_are_named(case: Case) -> Iterator[Problem]:
    """Every line names an account."""
    for group in _by_account(case, lambda line: not line.account_code):
        yield code_problem(
            "account_missing",
            group,
            _("Loket names no account for some of the lines."),
            _(
                "Have your payroll administrator complete the journal profile in Loket and make "
                "the run anew."
            ),
        )


def accounts_are_known(case: Case) -> Iterator[Problem]:
    """Adopting wants an account with the same code, transposing a mapping and nothing else."""
    adopts = case.options.chart_mode == ChartMode.ADOPT
    for group in _by_account(case, lambda line: bool(line.account_code) and line.account is None):
        loket_code, lines = group
        label = label_of(loket_code, lines[0].account_description)
        if adopts:
            yield code_problem(
                "account_unknown",
                group,
                format_lazy(
                    _("Loket's account {label} is not in your chart of accounts."), label=label
                ),
                format_lazy(
                    _(
                        "Add an account with code {code} under Master data, or have the code "
                        "changed in Loket's journal profile."
                    ),
                    code=loket_code,
                ),
            )
        else:
            yield code_problem(
                "account_unmapped",
                group,
                format_lazy(
                    _("Loket's account {label} is not linked to an account of yours yet."),
                    label=label,
                ),
                _("Choose the account that it is to be booked on. You do this once."),
            )


def accounts_are_not_blocked(case: Case) -> Iterator[Problem]:
    """A blocked account takes no new lines."""
    for group in _by_account(case, lambda line: bool(line.account and line.account.is_blocked)):
        loket_code, lines = group
        yield code_problem(
            "account_blocked",
            group,
            format_lazy(
                _("Loket's account {code} goes to account {account}, which is blocked."),
                code=loket_code,
                account=lines[0].account,
            ),
            _("Unblock the account under Master data, or have another one used."),
            target=lines[0].account,
        )


def accounts_are_postable(case: Case) -> Iterator[Problem]:
    """A heading only adds up the accounts under it."""
    for group in _by_account(
        case, lambda line: line.account is not None and not line.account.is_postable
    ):
        loket_code, lines = group
        yield code_problem(
            "account_not_postable",
            group,
            format_lazy(
                _(
                    "Loket's account {code} goes to {account}, which is a heading: nothing can be "
                    "booked on it."
                ),
                code=loket_code,
                account=lines[0].account,
            ),
            _(
                "Have one of the accounts under the heading used, or let the account be booked on "
                "under Master data."
            ),
            target=lines[0].account,
        )


def cost_centers_are_present(case: Case) -> Iterator[Problem]:
    """An account that demands a cost centre gets one on each of its lines.

    What counts is the cost centre that would be booked. A code that stands for nothing yet, or a
    rule that names a cost centre that isn't there, is a problem of its own. Each cause is told
    once, where it is to be cured: a code that is left out, the rule of an account, or Loket.
    """
    yield from _cost_centers_left_out(case)
    yield from _cost_centers_dropped(case)
    for group in _by_account(case, lambda line: _misses_cost_center(line, Way.NOT_GIVEN)):
        account = group[1][0].account
        yield code_problem(
            "cost_center_missing",
            group,
            format_lazy(
                _("Account {account} demands a cost centre, and Loket gives none."),
                account=account,
            ),
            _(
                "Choose the cost centre that it gets whenever Loket gives none. Or have your "
                "payroll administrator give one in Loket's journal profile."
            ),
            target=account,
        )


def _misses_cost_center(line: MatchedLine, way: Way) -> bool:
    return bool(
        line.account
        and line.account.requires_cost_center
        and line.cost_center is None
        and line.cost_center_way == way
    )


def _cost_centers_left_out(case: Case) -> Iterator[Problem]:
    for group in by_code(
        case,
        lambda line: line.cost_center_code,
        lambda line: _misses_cost_center(line, Way.LEFT_OUT),
    ):
        code, lines = group
        accounts = dict.fromkeys(line.account.code for line in lines if line.account)
        yield code_problem(
            "cost_center_left_out",
            group,
            format_lazy(
                _(
                    "Loket's cost centre {label} is left out by the mapping table, and these "
                    "accounts demand one: {accounts}."
                ),
                label=label_of(code, lines[0].cost_center_description),
                accounts=", ".join(accounts),
            ),
            _(
                "Link it in the mapping table to one of your cost centres, or drop the demand from "
                "the accounts under Master data."
            ),
        )


def _cost_centers_dropped(case: Case) -> Iterator[Problem]:
    for group in _by_account(case, lambda line: _misses_cost_center(line, Way.DROPPED)):
        account = group[1][0].account
        yield code_problem(
            "cost_center_dropped",
            group,
            format_lazy(
                _("Account {account} demands a cost centre, and the mapping table leaves it out."),
                account=account,
            ),
            _(
                "Change in the mapping table what becomes of the cost centre, or drop the demand "
                "from the account under Master data."
            ),
            target=account,
        )


def rules_name_usable_cost_centers(case: Case) -> Iterator[Problem]:
    """The cost centre that the rule of an account names is there, and takes new lines."""
    for group in _by_account(
        case,
        lambda line: (
            line.cost_center_way == Way.RULED
            and (line.cost_center is None or line.cost_center.is_blocked)
        ),
    ):
        loket_code, lines = group
        choice = lines[0].cost_center
        label = label_of(loket_code, lines[0].account_description)
        if choice is None:
            yield code_problem(
                "cost_center_rule_unknown",
                group,
                format_lazy(
                    _("The rule of Loket's account {label} names a cost centre that isn't there."),
                    label=label,
                ),
                _("Choose another cost centre in the mapping table."),
            )
        else:
            yield code_problem(
                "cost_center_rule_blocked",
                group,
                format_lazy(
                    _(
                        "The rule of Loket's account {label} names cost centre {choice}, which is "
                        "blocked."
                    ),
                    label=label,
                    choice=choice,
                ),
                _(
                    "Unblock the cost centre under Master data, or choose another one in the "
                    "mapping table."
                ),
                target=choice,
            )


LINE_CHECKS = (
    amounts_are_in_cents,
    amounts_fit,
    accounts_are_named,
    accounts_are_known,
    accounts_are_not_blocked,
    accounts_are_postable,
    cost_centers_are_present,
    rules_name_usable_cost_centers,
)
