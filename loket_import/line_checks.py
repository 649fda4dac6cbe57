"""Checks of a journal run's lines: their amounts, accounts, cost centres and cost units.

A code is reported once, with all the lines that it is on: forty lines on an unknown account are
one question to the bookkeeper, not forty.
"""

from collections.abc import Callable, Iterator

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from loket_import.amounts import MAX_AMOUNT, exact_text, in_cents
from loket_import.proposal import Case, ChartMode, MatchedLine, Problem, Severity

Group = tuple[str, list[MatchedLine]]


def _by_code(
    case: Case, code_of: Callable[[MatchedLine], str], concerns: Callable[[MatchedLine], bool]
) -> Iterator[Group]:
    groups: dict[str, list[MatchedLine]] = {}
    for line in case.matched_lines:
        if concerns(line):
            groups.setdefault(code_of(line), []).append(line)
    yield from groups.items()


def _by_account(case: Case, concerns: Callable[[MatchedLine], bool]) -> Iterator[Group]:
    return _by_code(case, lambda line: line.account_code, concerns)


def _by_cost_center(case: Case, concerns: Callable[[MatchedLine], bool]) -> Iterator[Group]:
    return _by_code(case, lambda line: line.cost_center_code, concerns)


def _by_cost_unit(case: Case, concerns: Callable[[MatchedLine], bool]) -> Iterator[Group]:
    return _by_code(case, lambda line: line.cost_unit_code, concerns)


def _code_problem(
    code: str, group: Group, message: Promise, cure: Promise, severity: Severity = Severity.ERROR
) -> Problem:
    loket_code, lines = group
    numbers = tuple(line.number for line in lines)
    return Problem(code, severity, numbers[0], loket_code or None, message, cure, numbers)


def _amount_problem(code: str, number: int, message: Promise, cure: Promise) -> Problem:
    return Problem(code, Severity.ERROR, number, None, message, cure, (number,))


def _label(code: str, description: str) -> str:
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
            yield _amount_problem(
                "amount_too_large",
                line.source_line,
                format_lazy(
                    _(
                        "Line {number} has an amount of {amount}, more than the books can hold: "
                        "{limit}."
                    ),
                    number=line.source_line,
                    amount=exact_text(amount),
                    limit=exact_text(MAX_AMOUNT),
                ),
                _("Have your payroll administrator check the amount in Loket."),
            )


def accounts_are_named(case: Case) -> Iterator[Problem]:
    """Every line names an account."""
    for group in _by_account(case, lambda line: not line.account_code):
        yield _code_problem(
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
        label = _label(loket_code, lines[0].account_description)
        if adopts:
            yield _code_problem(
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
            yield _code_problem(
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
        yield _code_problem(
            "account_blocked",
            group,
            format_lazy(
                _("Loket's account {code} goes to account {account}, which is blocked."),
                code=loket_code,
                account=lines[0].account,
            ),
            _("Unblock the account under Master data, or have another one used."),
        )


def accounts_are_postable(case: Case) -> Iterator[Problem]:
    """A heading only adds up the accounts under it."""
    for group in _by_account(
        case, lambda line: line.account is not None and not line.account.is_postable
    ):
        loket_code, lines = group
        yield _code_problem(
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
            _("Have one of the accounts under the heading used."),
        )


def cost_centers_are_present(case: Case) -> Iterator[Problem]:
    """An account that demands a cost centre gets one on each of its lines."""
    for group in _by_account(
        case,
        lambda line: bool(
            line.account and line.account.requires_cost_center and not line.cost_center_code
        ),
    ):
        yield _code_problem(
            "cost_center_missing",
            group,
            format_lazy(
                _("Account {account} demands a cost centre, and Loket gives none."),
                account=group[1][0].account,
            ),
            _(
                "Have your payroll administrator give the account a cost centre in Loket's journal "
                "profile, or drop the demand from the account under Master data."
            ),
        )


def cost_centers_are_known(case: Case) -> Iterator[Problem]:
    """A cost centre has a mapping or, without one, the same code here."""
    for group in _by_cost_center(
        case, lambda line: bool(line.cost_center_code) and line.cost_center is None
    ):
        loket_code, lines = group
        yield _code_problem(
            "cost_center_unknown",
            group,
            format_lazy(
                _("Loket's cost centre {label} is not known in this administration."),
                label=_label(loket_code, lines[0].cost_center_description),
            ),
            format_lazy(
                _(
                    "Add a cost centre with code {code} under Master data, or link it to one of "
                    "yours."
                ),
                code=loket_code,
            ),
        )


def cost_centers_are_not_blocked(case: Case) -> Iterator[Problem]:
    """A blocked cost centre takes no new lines."""
    for group in _by_cost_center(
        case, lambda line: bool(line.cost_center and line.cost_center.is_blocked)
    ):
        loket_code, lines = group
        yield _code_problem(
            "cost_center_blocked",
            group,
            format_lazy(
                _(
                    "Loket's cost centre {code} goes to cost centre {cost_center}, which is "
                    "blocked."
                ),
                code=loket_code,
                cost_center=lines[0].cost_center,
            ),
            _("Unblock the cost centre under Master data, or link it to another one."),
        )


def cost_centers_have_codes(case: Case) -> Iterator[Problem]:
    """Loket: a cost centre's code may be null, and then only its description names it."""
    for label, lines in _by_code(
        case,
        lambda line: line.cost_center_description,
        lambda line: bool(line.cost_center_description and not line.cost_center_code),
    ):
        yield _code_problem(
            "cost_center_without_code",
            ("", lines),
            format_lazy(
                _(
                    "Loket's cost centre {label} has no code, so these lines are booked without "
                    "a cost centre."
                ),
                label=label,
            ),
            _("Have your payroll administrator give the cost centre a code in Loket."),
            Severity.WARNING,
        )


def cost_units_have_codes(case: Case) -> Iterator[Problem]:
    """Loket: a cost unit's code may be null, and then only its description names it."""
    for label, lines in _by_code(
        case,
        lambda line: line.cost_unit_description,
        lambda line: bool(line.cost_unit_description and not line.cost_unit_code),
    ):
        yield _code_problem(
            "cost_unit_without_code",
            ("", lines),
            format_lazy(
                _(
                    "Loket's cost unit {label} has no code, so these lines are booked without "
                    "a cost unit."
                ),
                label=label,
            ),
            _("Have your payroll administrator give the cost unit a code in Loket."),
            Severity.WARNING,
        )


def cost_units_are_known(case: Case) -> Iterator[Problem]:
    """A cost unit has a mapping or, without one, the same code here."""
    for group in _by_cost_unit(
        case, lambda line: bool(line.cost_unit_code) and line.cost_unit is None
    ):
        loket_code, lines = group
        yield _code_problem(
            "cost_unit_unknown",
            group,
            format_lazy(
                _("Loket's cost unit {label} is not known in this administration."),
                label=_label(loket_code, lines[0].cost_unit_description),
            ),
            format_lazy(
                _(
                    "Add a cost unit with code {code} under Master data, or link it to one of "
                    "yours."
                ),
                code=loket_code,
            ),
        )


def cost_units_are_not_blocked(case: Case) -> Iterator[Problem]:
    """A blocked cost unit takes no new lines."""
    for group in _by_cost_unit(
        case, lambda line: bool(line.cost_unit and line.cost_unit.is_blocked)
    ):
        loket_code, lines = group
        yield _code_problem(
            "cost_unit_blocked",
            group,
            format_lazy(
                _("Loket's cost unit {code} goes to cost unit {cost_unit}, which is blocked."),
                code=loket_code,
                cost_unit=lines[0].cost_unit,
            ),
            _("Unblock the cost unit under Master data, or link it to another one."),
        )


LINE_CHECKS = (
    amounts_are_in_cents,
    amounts_fit,
    accounts_are_named,
    accounts_are_known,
    accounts_are_not_blocked,
    accounts_are_postable,
    cost_centers_are_present,
    cost_centers_are_known,
    cost_centers_are_not_blocked,
    cost_centers_have_codes,
    cost_units_are_known,
    cost_units_are_not_blocked,
    cost_units_have_codes,
)
