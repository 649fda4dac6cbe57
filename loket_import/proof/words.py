"""A proof in the words of its page: codes are stored and stay, words are shown and may change."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections.models import ChartMode, CostCenterRule, MappingOrigin
from loket_import.proof.keeping import BY_MAPPING, BY_RULE, KeptMapping, Proof

# What each check of `matching.CHECKS` has made sure of; a test names one that is missing here.
CHECKS: dict[str, Promise] = {
    "run_is_ready": _("The run may be booked according to Loket.nl"),
    "run_is_real": _("The run is not of a test year"),
    "wages_are_not_booked_twice": _("No earlier run holds the same wages"),
    "wages_were_not_typed_by_hand": _("No entry by hand holds the same wages"),
    "run_has_lines": _("The run has lines to book"),
    "every_line_is_accounted_for": _("Each line of Loket.nl is booked or has no amount"),
    "run_balances": _("Debit equals credit to the cent"),
    "total_fits": _("The total fits in the books"),
    "booking_date_has_open_period": _("The booking date lies in an open period"),
    "booking_date_is_in_pay_period": _("The booking date was held against the pay period"),
    "description_is_usable": _("The entry has a description"),
    "amounts_are_in_cents": _("All amounts are in whole cents"),
    "amounts_fit": _("All amounts fit in the books"),
    "accounts_are_named": _("Each line names an account"),
    "accounts_are_known": _("Each account is known in the books"),
    "accounts_are_not_blocked": _("No account is blocked"),
    "accounts_are_postable": _("No account is a heading"),
    "cost_centers_are_present": _("Accounts that demand a cost centre have one"),
    "rules_name_usable_cost_centers": _("Rules for cost centres name one that can be used"),
    "are_known": _("Each cost centre and cost unit is known"),
    "are_not_blocked": _("No cost centre or cost unit is blocked"),
    "have_codes": _("Each cost centre and cost unit has a code"),
    "shares_are_plausible": _("Wage tax, holiday reserve and net pay were held against the wages"),
    "cost_lines_have_cost_centers": _("Cost lines were checked for a cost centre"),
    "nothing_is_new": _("Accounts and components were held against those of the past year"),
}


@dataclass(frozen=True, slots=True)
class MappingRow:
    """What a code stood for, as its table shows it; `remark` says what else its rule did."""

    loket: str
    ours: str
    way: str
    remark: str
    set_by: str
    set_at: datetime | None


def check_in_words(name: str) -> str:
    """What a check made sure of; its name where it has no words any more."""
    return str(CHECKS.get(name, name))


def mapping_rows(kept: tuple[KeptMapping, ...]) -> list[MappingRow]:
    """The rows of a table of mappings."""
    return [
        MappingRow(
            loket=f"{one.loket_code} {one.loket_description}".strip() or gettext("none"),
            ours=f"{one.code} {one.name}".strip() or gettext("left out"),
            way=way_in_words(one),
            remark=remark_on(one),
            set_by=one.set_by,
            set_at=one.set_at,
        )
        for one in kept
    ]


def way_in_words(kept: KeptMapping) -> str:
    """By which way a code came to stand for something here."""
    if kept.way == BY_RULE:
        return gettext("rule of the account")
    if kept.way == BY_MAPPING:
        origin = dict(MappingOrigin.choices).get(kept.origin)
        return (
            gettext("mapping table (%(origin)s)") % {"origin": origin}
            if origin
            else gettext("mapping table")
        )
    return gettext("same code")


def remark_on(kept: KeptMapping) -> str:
    """The rule that an account has for its cost centre, or the accounts whose rule it was."""
    if kept.accounts:
        return gettext("on account %(codes)s") % {"codes": ", ".join(kept.accounts)}
    if not kept.rule:
        return ""
    rule = dict(CostCenterRule.choices).get(kept.rule, kept.rule)
    return gettext("cost centre: %(rule)s %(name)s") % {"rule": rule, "name": kept.rule_cost_center}


def options_in_words(proof: Proof) -> list[tuple[str, str]]:
    """What was chosen, as key facts."""
    options = proof.options
    return [
        (
            gettext("Chart of accounts of Loket.nl"),
            str(dict(ChartMode.choices).get(options.chart_mode, options.chart_mode)),
        ),
        (gettext("Journal"), f"{options.journal_code} {options.journal_name}"),
        (
            gettext("Lines of the entry"),
            gettext("condensed per account, cost centre and cost unit")
            if options.condenses
            else gettext("one for each line of Loket.nl"),
        ),
        (gettext("Lines from Loket.nl"), str(proof.lines_received)),
        (gettext("of which without an amount"), str(proof.lines_dropped)),
        (gettext("Lines booked"), str(proof.lines_booked)),
        *((note_in_words(code), str(count)) for code, count in proof.normalised.items()),
    ]


NOTES: dict[str, Promise] = {
    "zero_line": _("Lines left out for want of an amount"),
    "negative_amount": _("Negative amounts booked on the other side"),
    "two_sides": _("Lines with both sides, booked as two lines"),
    "cost_center_left_out": _("Lines without their cost centre, as its mapping says"),
    "cost_unit_left_out": _("Lines without their cost unit, as its mapping says"),
    "cost_center_dropped": _("Lines without their cost centre, as the account's rule says"),
    "cost_center_filled_in": _("Lines that got a cost centre, as the account's rule says"),
    "cost_center_replaced": _("Lines with another cost centre, as the account's rule says"),
}


def note_in_words(code: str) -> str:
    """What was counted."""
    return str(NOTES.get(code, code))
