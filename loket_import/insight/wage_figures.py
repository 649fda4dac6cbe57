"""Wage cost, employer's charges and net pay, read from what a run has on each account.

Pure. The RGS code of our account says what an amount is; where it has none, the words of Loket's
description do, read as an RGS code. What neither tells counts nowhere: an amount is left out
rather than guessed.

Source: RGS MKB, the codes of payroll; Handboek Loonheffingen: 'loonheffingen' are wage tax, the
premiums of the employees' insurances and the employer's Zvw, remitted together.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from loket_import.amounts import EXACT, ZERO
from loket_import.insight.run_history import AccountAmount
from loket_import.suggestions.payroll_terms import STATEMENT_OF_KIND, expected_statement, rgs_codes


class WageKind(StrEnum):
    """What an amount of a payroll journal is."""

    PAY = "pay"  # wages over which holiday pay is due
    SPECIAL_PAY = "special_pay"  # bonus and its like: taxed, without holiday pay
    HOLIDAY_COST = "holiday_cost"  # holiday pay that is reserved
    OTHER_WAGE_COST = "other_wage_cost"  # part of the cost of wages, but paid to nobody
    REMITTED_CHARGE = "remitted_charge"  # employer's charge that is remitted with the wage tax
    OTHER_CHARGE = "other_charge"  # employer's charge that goes elsewhere
    FINAL_LEVY = "final_levy"  # tax that the employer bears, remitted with the wage tax
    NET_PAY = "net_pay"
    HOLIDAY_RESERVE = "holiday_reserve"
    REMITTANCE = "remittance"  # what is to be remitted to the tax authority
    UNKNOWN = "unknown"


# The first that fits counts, so what is narrower stands first. Holiday pay is not due over what
# Wet minimumloon art. 6 excepts: gratuities, end-of-year payments and payments at a dismissal.
KIND_OF_RGS = (
    ("WPerLesVag", WageKind.HOLIDAY_COST),
    ("WPerLesGra", WageKind.SPECIAL_PAY),
    ("WPerLesEuk", WageKind.SPECIAL_PAY),
    ("WPerLesOnu", WageKind.SPECIAL_PAY),
    ("WPerLesVad", WageKind.OTHER_WAGE_COST),
    ("WPerLesDle", WageKind.OTHER_WAGE_COST),
    ("WPerLesLks", WageKind.OTHER_WAGE_COST),
    ("WPerLesOls", WageKind.OTHER_WAGE_COST),
    ("WPerLesOlr", WageKind.OTHER_WAGE_COST),
    ("WPerLes", WageKind.PAY),
    ("WPerSolPsv", WageKind.REMITTED_CHARGE),
    ("WPerSolBiz", WageKind.REMITTED_CHARGE),
    ("WPerSol", WageKind.OTHER_CHARGE),
    ("WPerPen", WageKind.OTHER_CHARGE),
    ("WPerOlu", WageKind.FINAL_LEVY),
    ("BSchSalNet", WageKind.NET_PAY),
    ("BSchSalTvg", WageKind.HOLIDAY_RESERVE),
    ("BSchSalPsv", WageKind.REMITTANCE),
    ("BSchBepLhe", WageKind.REMITTANCE),
)


def kind_of(amount: AccountAmount) -> WageKind:
    """What an amount is: by the RGS code of our account, else by the words of Loket's."""
    if amount.rgs_code:
        return _kind_of_rgs(amount.rgs_code)
    statement = STATEMENT_OF_KIND.get(amount.kind) or expected_statement(
        amount.code, max(ZERO, amount.net), max(ZERO, -amount.net)
    )
    # Of several codes for the same words the first is the most usual.
    return next(map(_kind_of_rgs, rgs_codes(amount.description, statement)), WageKind.UNKNOWN)


def _kind_of_rgs(rgs_code: str) -> WageKind:
    return next(
        (kind for prefix, kind in KIND_OF_RGS if rgs_code.startswith(prefix)), WageKind.UNKNOWN
    )


@dataclass(frozen=True, slots=True)
class WageFigures:
    """The sums of a run or a pay period, by what they are; net, debit minus credit, in euros."""

    by_kind: Mapping[WageKind, Decimal] = field(default_factory=dict)

    def has(self, kind: WageKind) -> bool:
        """Whether there is any amount of a kind, be it zero."""
        return kind in self.by_kind

    def net(self, *kinds: WageKind) -> Decimal:
        """Debit minus credit of these kinds together."""
        result = ZERO
        for kind in kinds:
            result = EXACT.add(result, self.by_kind.get(kind, ZERO))
        return result

    @property
    def wage_cost(self) -> Decimal:
        """What the employer's wages cost: RGS WPerLes, what is reserved included."""
        return self.net(
            WageKind.PAY,
            WageKind.SPECIAL_PAY,
            WageKind.HOLIDAY_COST,
            WageKind.OTHER_WAGE_COST,
        )

    @property
    def charges(self) -> Decimal:
        """The employer's charges: social insurance and pension, RGS WPerSol and WPerPen."""
        return self.net(WageKind.REMITTED_CHARGE, WageKind.OTHER_CHARGE)

    @property
    def net_pay(self) -> Decimal:
        """What the employees are paid: RGS BSchSalNet, above zero where it is a debt."""
        return -self.net(WageKind.NET_PAY)

    @property
    def pays_out_holiday(self) -> bool:
        """Whether more holiday pay was paid out than was reserved, as in May."""
        return self.net(WageKind.HOLIDAY_RESERVE) > 0

    @property
    def gross(self) -> Decimal:
        """The wages that are taxed: pay, bonuses, and what was paid out of the holiday reserve."""
        paid_out = self.net(WageKind.HOLIDAY_RESERVE, WageKind.HOLIDAY_COST)
        return EXACT.add(self.net(WageKind.PAY, WageKind.SPECIAL_PAY), max(ZERO, paid_out))

    @property
    def wage_tax(self) -> Decimal:
        """What is withheld of wages: all that is to be remitted without the employer's own part.

        So it doesn't matter whether the loonheffingen stand on one account or on several.
        """
        return -self.net(WageKind.REMITTANCE, WageKind.REMITTED_CHARGE, WageKind.FINAL_LEVY)

    @property
    def tax_share(self) -> Decimal | None:
        """Wage tax over gross wages, 0.25 for a quarter; `None` where one of them isn't known."""
        if not self.has(WageKind.REMITTANCE) or self.gross <= 0:
            return None
        return self.wage_tax / self.gross

    @property
    def holiday_share(self) -> Decimal | None:
        """Reserved holiday pay over its base; `None` where there isn't both."""
        base = self.net(WageKind.PAY)
        if not self.has(WageKind.HOLIDAY_COST) or base <= 0:
            return None
        return self.net(WageKind.HOLIDAY_COST) / base


def figures_of(amounts: Iterable[AccountAmount]) -> WageFigures:
    """Add amounts up by what they are, in whatever order they come; linear."""
    sums: defaultdict[WageKind, Decimal] = defaultdict(lambda: ZERO)
    for amount in amounts:
        kind = kind_of(amount)
        sums[kind] = EXACT.add(sums[kind], amount.net)
    return WageFigures(dict(sums))


def together(*parts: WageFigures) -> WageFigures:
    """The sums of several."""
    kinds = {kind for part in parts for kind in part.by_kind}
    return WageFigures({kind: _total(part.net(kind) for part in parts) for kind in sorted(kinds)})


def _total(amounts: Iterable[Decimal]) -> Decimal:
    result = ZERO
    for amount in amounts:
        result = EXACT.add(result, amount)
    return result
