"""From gross wages to the lines of a payroll journal.

A simple but coherent payroll: costs per department, withholdings and premiums on the balance
sheet, and net pay as what is left, so that every journal balances. Rates are about those of a
Dutch payroll; what matters is that amounts differ by period and are always the same for the same
period. Amounts are euros in ``Decimal``, rounded to cents here as a payroll does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from hashlib import sha256

from .model import ZERO, Component, Line, PayrollPeriod, PeriodType
from .profiles import Department, JournalProfile

CENT = Decimal("0.01")
HOLIDAY_RATE = Decimal("0.08")
SOCIAL_RATE = Decimal("0.1187")
HEALTH_RATE = Decimal("0.0651")
FUND_RATE = Decimal("0.0063")
FUND_EMPLOYEE_RATE = Decimal("0.0031")
PENSION_RATE = Decimal("0.0760")
PENSION_EMPLOYEE_RATE = Decimal("0.0380")
WAGE_TAX_RATE = Decimal("0.2380")
SPECIAL_WAGE_TAX_RATE = Decimal("0.3697")
BONUS_RATE = Decimal("0.2500")

# The part of a month's wages that one period holds, and the number of periods in a year.
PERIODS_A_YEAR = {PeriodType.MONTH: 12, PeriodType.FOUR_WEEKS: 13, PeriodType.WEEK: 52}

COMPONENTS = {
    "wages": Component(1, "BRUTO LOON"),
    "overtime": Component(24, "OVERWERK"),
    "bonus": Component(31, "BONUS"),
    "sick_pay": Component(47, "ZIEKENGELD UWV"),
    "holiday": Component(60, "RES.VAK.GELD"),
    "social": Component(110, "SVW WG"),
    "health": Component(112, "ZVW WG"),
    "fund": Component(130, "SOC.FONDS WG"),
    "pension": Component(140, "PENSIOEN WG"),
    "travel": Component(210, "REISKOSTEN"),
    "home_office": Component(214, "THUISWERKVERG."),
    "car": Component(286, "BIJDRAGE AUTO"),
}


def cents(amount: Decimal) -> Decimal:
    """The amount in whole cents, half up."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def chance(*seed: object) -> Decimal:
    """A number from 0 up to 1 that is always the same for the same seed."""
    digest = sha256("/".join(str(part) for part in seed).encode()).digest()
    return Decimal(int.from_bytes(digest[:4], "big")) / Decimal(2**32)


# Remembered, because each test makes the world anew and every world holds the same journals.
@lru_cache(maxsize=4096)
def payroll_lines(
    profile: JournalProfile, period: PayrollPeriod, period_type: PeriodType, seed: str
) -> tuple[Line, ...]:
    """The balanced journal of one payroll run, cost lines first, net pay at their end."""
    share = Decimal(12) / PERIODS_A_YEAR[period_type]
    journal = _Journal(profile, period, period_type, seed)
    for department in profile.departments:
        _department_costs(journal, department, share)
    _company_lines(journal, share)
    journal.close_with_net_pay()
    return tuple(journal.lines)


@dataclass(slots=True)
class _Journal:
    """Lines so far, with the sums that the withholdings are taken from."""

    profile: JournalProfile
    period: PayrollPeriod
    period_type: PeriodType
    seed: str
    lines: list[Line] = field(default_factory=list)
    taxable: Decimal = ZERO
    special_pay: Decimal = ZERO
    wages: Decimal = ZERO
    fund_wages: Decimal = ZERO

    def chance(self, *seed: object) -> Decimal:
        return chance(self.seed, self.period.year, self.period.number, *seed)

    def total(self, purpose: str) -> Decimal:
        """What stands in debit for this purpose, over all departments."""
        key = self.profile.accounts[purpose].key
        return sum((line.debet for line in self.lines if line.account.key == key), ZERO)

    def debet(self, purpose: str, amount: Decimal, department: Department | None = None) -> None:
        if amount := cents(amount):
            self.lines.append(self._line(purpose, amount, ZERO, department))

    def credit(self, purpose: str, amount: Decimal, department: Department | None = None) -> None:
        if amount := cents(amount):
            self.lines.append(self._line(purpose, ZERO, amount, department))

    def _line(
        self, purpose: str, debet: Decimal, credit: Decimal, department: Department | None
    ) -> Line:
        return Line(
            self.profile.accounts[purpose],
            debet,
            credit,
            department.cost_center if department else None,
            department.cost_unit if department else None,
            COMPONENTS.get(purpose) if self.profile.shows_components else None,
        )

    def close_with_net_pay(self) -> None:
        """Pay what is left; a negative net pay stands on the debit side."""
        net = difference(self.lines)
        if net >= 0:
            self.credit("net_payable", net)
        else:
            self.debet("net_payable", -net)


def difference(lines: Iterator[Line] | list[Line] | tuple[Line, ...]) -> Decimal:
    """Debit minus credit over all lines: zero for a balanced journal."""
    return sum((line.debet - line.credit for line in lines), ZERO)


def _department_costs(journal: _Journal, department: Department, share: Decimal) -> None:
    name = department.cost_center.code, department.cost_unit and department.cost_unit.code
    swing = Decimal("0.98") + journal.chance("wages", name) * Decimal("0.04")
    wages = cents(department.monthly_wages * share * swing)
    overtime = _overtime(journal, department, wages, name)
    bonus = _bonus(journal, department, share)
    taxable = wages + overtime + bonus
    journal.wages += wages
    journal.taxable += wages + overtime
    journal.special_pay += bonus

    journal.debet("wages", wages, department)
    journal.debet("overtime", overtime, department)
    journal.debet("bonus", bonus, department)
    if journal.chance("sick", name) < Decimal("0.35"):
        journal.credit("sick_pay", wages * Decimal("0.0587"), department)
    journal.debet("holiday", (wages + overtime) * HOLIDAY_RATE, department)
    journal.debet("social", taxable * SOCIAL_RATE, department)
    journal.debet("health", taxable * HEALTH_RATE, department)
    journal.debet("pension", wages * PENSION_RATE, department)
    journal.debet("travel", wages * Decimal("0.0224"), department)
    if department.is_office:
        journal.debet("home_office", Decimal("86.40") * share, department)
        journal.credit("car", Decimal(225) * share, department)
    else:
        journal.fund_wages += wages
        journal.debet("fund", wages * FUND_RATE, department)


def _overtime(journal: _Journal, department: Department, wages: Decimal, name: object) -> Decimal:
    if department.is_office:
        return ZERO
    return cents(wages * (Decimal("0.01") + journal.chance("overtime", name) * Decimal("0.06")))


def _bonus(journal: _Journal, department: Department, share: Decimal) -> Decimal:
    """Everybody's year-end bonus in December, the office's small one each quarter."""
    if journal.period.covers(12, 15):
        return cents(department.monthly_wages * BONUS_RATE)
    quarter_ends = ((3, 20), (6, 20), (9, 20))
    if department.is_office and any(journal.period.covers(*day) for day in quarter_ends):
        return cents(Decimal(750) * share)
    return ZERO


def _company_lines(journal: _Journal, share: Decimal) -> None:
    holiday_pay = _holiday_pay(journal)
    withheld_pension = cents(journal.wages * PENSION_EMPLOYEE_RATE)
    regular_tax = (journal.taxable - withheld_pension) * WAGE_TAX_RATE
    special_tax = (journal.special_pay + holiday_pay) * SPECIAL_WAGE_TAX_RATE
    reserved = journal.total("holiday")
    levy = cents(Decimal(160) * share) if journal.chance("levy") < Decimal("0.7") else ZERO

    journal.debet("final_levy", levy)
    journal.debet("holiday_reserve", holiday_pay)
    # Loonheffing is declared in whole euros.
    journal.credit("wage_tax_payable", (regular_tax + special_tax).quantize(Decimal(1)))
    journal.credit("social_payable", journal.total("social"))
    journal.credit("health_payable", journal.total("health"))
    journal.credit("final_levy_payable", levy)
    journal.credit("pension_payable", journal.total("pension") + withheld_pension)
    journal.credit("fund_payable", journal.total("fund") + journal.fund_wages * FUND_EMPLOYEE_RATE)
    journal.credit("holiday_reserve", reserved)
    journal.credit("garnishment", Decimal(350) * share)
    if journal.chance("loan") < Decimal("0.6"):
        journal.credit("loan", Decimal(150) * share)
    journal.credit("staff_club", Decimal(45) * share)


def _holiday_pay(journal: _Journal) -> Decimal:
    """A year's reserve in May, the share of one who leaves at other times."""
    if journal.period.covers(5, 25):
        periods = PERIODS_A_YEAR[journal.period_type]
        return cents(journal.wages * HOLIDAY_RATE * periods * Decimal("0.97"))
    if journal.chance("leaver") < Decimal("0.3"):
        return cents(Decimal(400) + journal.chance("leaver amount") * 600)
    return ZERO
