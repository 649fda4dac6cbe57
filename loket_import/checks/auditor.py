"""What an auditor of payrolls would ask about a run. Warnings, each of them: wages may be unusual.

The shares are judged over the whole pay period, with what is booked of it already, because a
recalculation holds differences only; and once each account is known, because before that the
sums have holes.

Source for what is tested: the public audit scripts on RGS codes, which test the ratio of wage tax
to gross wages and reserves against their base.
"""

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from loket_import.checks.lines import label_of
from loket_import.insight.run_amounts import amounts_of
from loket_import.insight.run_history import RunHistory
from loket_import.insight.wage_figures import WageFigures, WageKind, figures_of, together
from loket_import.proposal import Case, MatchedLine, Problem, Severity
from loket_import.suggestions.words import words

# Wage tax of less than nothing or more than the highest rate with some room (Wet LB art. 20a:
# 49.50%; an anonymous employee pays 52%).
LEAST_TAX, MOST_TAX = Decimal("0.00"), Decimal("0.60")
LARGEST_SHIFT = Decimal("0.10")
# Wet minimumloon art. 15: holiday pay is at least 8% of wages.
LEAST_HOLIDAY, MOST_HOLIDAY = Decimal("0.070"), Decimal("0.090")
USUAL_HOLIDAY = Decimal("0.080")
COST_KINDS = ("expense", "income")
MOST_NAMES = 5
TENTH = Decimal("0.1")


def shares_are_plausible(case: Case) -> Iterator[Problem]:
    """What is judged by the sums of the pay period, which are made once; see the checks below."""
    if case.proposal.unusable_lines or any(line.account is None for line in case.matched_lines):
        return
    figures = figures_of(amounts_of(case.run_lines, case.matched_lines))
    if same := case.facts.history.same:
        figures = together(figures, figures_of(same.amounts))
    for check in (tax_is_plausible, holiday_reserve_is_plausible, net_pay_is_there):
        yield from check(figures, case.facts.history)


def tax_is_plausible(figures: WageFigures, history: RunHistory) -> Iterator[Problem]:
    """Wage tax is between nothing and 60% of gross wages, and about the share of before.

    Source: Wet LB, the highest rate. Holiday pay that is paid out is taxed by the table of
    special payments, so pay periods in which it is are not compared with others.
    """
    share = figures.tax_share
    if share is None:
        return
    if not LEAST_TAX <= share <= MOST_TAX:
        yield _warning(
            "tax_implausible",
            format_lazy(
                _(
                    "The wage tax is {share} of the gross wages; between {least} and {most} is "
                    "usual."
                ),
                share=_percentage(share),
                least=_percentage(LEAST_TAX),
                most=_percentage(MOST_TAX),
            ),
            _(
                "Check the wage tax in Loket, and whether each account of wages and wage tax here "
                "has the right RGS code."
            ),
        )
        return
    usual = _usual_tax(history)
    if usual is None or figures.pays_out_holiday or abs(share - usual) <= LARGEST_SHIFT:
        return
    yield _warning(
        "tax_shifted",
        format_lazy(
            _(
                "The wage tax is {share} of the gross wages, and was {usual} on average in the "
                "pay periods before."
            ),
            share=_percentage(share),
            usual=_percentage(usual),
        ),
        _("Check whether there is a reason, such as a bonus or a dismissal, before you book."),
    )


def holiday_reserve_is_plausible(figures: WageFigures, _history: RunHistory) -> Iterator[Problem]:
    """Holiday pay that is reserved is near 8% of the wages over which it is due.

    Source: Wet minimumloon art. 15 (8%) and art. 6 (over which wages). Only where both are there,
    and not when holiday pay is paid out, as in May.
    """
    share = figures.holiday_share
    if share is None or figures.pays_out_holiday:
        return
    if not LEAST_HOLIDAY <= share <= MOST_HOLIDAY:
        yield _warning(
            "holiday_reserve_implausible",
            format_lazy(
                _("The holiday pay reserved is {share} of the wages; about {usual} is usual."),
                share=_percentage(share),
                usual=_percentage(USUAL_HOLIDAY),
            ),
            _(
                "Check the reservation in Loket, and whether bonuses stand on an account of their "
                "own: no holiday pay is due over them."
            ),
        )


def net_pay_is_there(figures: WageFigures, history: RunHistory) -> Iterator[Problem]:
    """A run with wages has net pay to be paid, on an account of its own.

    Unless the payroll never had a line that is known as net pay: then it has another name there.
    """
    if figures.net(WageKind.PAY) <= 0 or figures.has(WageKind.NET_PAY):
        return
    earlier = history.earlier
    if earlier and not any(figures_of(period.amounts).has(WageKind.NET_PAY) for period in earlier):
        return
    yield _warning(
        "net_pay_missing",
        _("This run has wages, and no line with the net pay is found in it."),
        _(
            "Check the journal profile in Loket. If net pay does stand on one of the accounts, "
            "have a manager give that account the RGS code BSchSalNet under Master data."
        ),
    )


def cost_lines_have_cost_centers(case: Case) -> Iterator[Problem]:
    """Where costs go to cost centres, each cost line has one.

    Save accounts that were booked without before, and final levies (Wet LB art. 31): the
    employer owes those over all wages together, so that they belong to no department.
    """
    costs = [line for line in case.matched_lines if _is_cost(line)]
    if not any(line.cost_center for line in costs):
        return
    accepted = {
        amount.code
        for period in case.facts.history.booked
        for amount in period.amounts
        if amount.lacks_cost_center
    }
    bare = [
        line
        for line in costs
        if not line.cost_center
        and not line.cost_center_code
        and line.account_code not in accepted
        and not _demands_cost_center(line)
        and not _is_final_levy(line)
    ]
    if bare:
        yield _warning(
            "cost_without_cost_center",
            format_lazy(
                _("These costs have no cost centre, while other costs of this run have: {names}."),
                names=_names(
                    [label_of(line.account_code, line.account_description) for line in bare]
                ),
            ),
            _(
                "Check whether they belong to one. If so, have the journal profile in Loket "
                "completed, or give the account a cost centre in the mapping table."
            ),
            lines=tuple(line.number for line in bare),
        )


def nothing_is_new(case: Case) -> Iterator[Problem]:
    """An account or a payroll component that was in no booked run of the past year is worth a look.

    Only once there is something to compare with.
    """
    history = case.facts.history
    if not history.booked:
        return
    known = {amount.code for period in history.booked for amount in period.amounts}
    components = {line.number: line for line in case.run_lines}
    new: dict[int, str] = {}
    for line in case.matched_lines:
        sent = components[line.number]
        if line.account_code and line.account_code not in known:
            new[line.number] = _label(line)
        elif sent.component_key is not None and sent.component_key not in history.components:
            new[line.number] = (sent.component_description or str(sent.component_key)).strip()
    if new:
        yield _warning(
            "new_in_payroll",
            format_lazy(
                _("In no booked run of this payroll in the past year: {names}."),
                names=_names(new.values()),
            ),
            _("Check that it belongs in this run, and that it goes to the right account here."),
            lines=tuple(sorted(new)),
        )


AUDITOR_CHECKS = (
    shares_are_plausible,
    cost_lines_have_cost_centers,
    nothing_is_new,
)


def _warning(code: str, message: Promise, cure: Promise, *, lines: tuple[int, ...] = ()) -> Problem:
    return Problem(code, Severity.WARNING, lines[0] if lines else None, None, message, cure, lines)


def _usual_tax(history: RunHistory) -> Decimal | None:
    """Wage tax over gross wages of the pay periods before, as one; None where there is none."""
    earlier = [figures_of(period.amounts) for period in history.earlier]
    comparable = [one for one in earlier if one.tax_share is not None and not one.pays_out_holiday]
    return together(*comparable).tax_share


def _is_cost(line: MatchedLine) -> bool:
    return line.account is not None and line.account.kind in COST_KINDS


def _demands_cost_center(line: MatchedLine) -> bool:
    """Then its absence is an error already."""
    return line.account is not None and line.account.requires_cost_center


def _is_final_levy(line: MatchedLine) -> bool:
    rgs_code = line.account.rgs_code if line.account else ""
    return rgs_code.startswith("WPerOlu") or "eindheffing" in words(line.account_description)


def _label(line: MatchedLine) -> str:
    return label_of(line.account_code, line.account_description)


def _names(names: Iterable[str]) -> str:
    """Each name once, at most five, and how many more there are."""
    known = list(dict.fromkeys(names))
    more = len(known) - MOST_NAMES
    shown = ", ".join(known[:MOST_NAMES])
    return f"{shown} (+{more})" if more > 0 else shown


def _percentage(share: Decimal) -> str:
    """'23,8%' for 0.238."""
    return f"{(100 * share).quantize(TENTH, rounding=ROUND_HALF_UP)}%".replace(".", ",")
