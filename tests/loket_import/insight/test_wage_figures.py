"""Wage cost, charges, net pay, and the shares by which a payroll is judged."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket_import.insight.run_history import AccountAmount
from loket_import.insight.wage_figures import WageKind, figures_of, kind_of, together
from loket_import.sandbox import profiles
from loket_import.sandbox.model import PeriodType
from tests.loket_import.insight.payroll_year import months

RGS = {
    "pay": "WPerLesLon",
    "bonus": "WPerLesGra",
    "holiday": "WPerLesVag",
    "social": "WPerSolPsv",
    "health": "WPerSolBiz",
    "fund": "WPerSolOsf",
    "pension": "WPerPenPen",
    "travel": "WBedOvpRkv",
    "levy": "WPerOluOlp",
    "net": "BSchSalNet",
    "tax": "BSchBepLhe",
    "reserve": "BSchSalTvg",
}


def amount(rgs: str, net: str) -> AccountAmount:
    return AccountAmount(rgs, "", Decimal(net), "ours", "", RGS[rgs])


def figures(**nets: str) -> dict[str, Decimal | None]:
    found = figures_of([amount(rgs, net) for rgs, net in nets.items()])
    return {"tax": found.tax_share, "holiday": found.holiday_share}


amounts = st.lists(
    st.builds(
        AccountAmount,
        code=st.sampled_from(["4000", "1700", "x"]),
        description=st.sampled_from(["Bruto lonen", "Nettoloon", "Pensioen", "Iets anders"]),
        net=st.decimals("-999999.99", "999999.99", places=2),
        kind=st.sampled_from(["", "expense", "liability"]),
        rgs_code=st.sampled_from(["", *RGS.values()]),
    ),
    max_size=12,
)


@given(amounts)
def test_every_amount_is_counted_once(found: list[AccountAmount]) -> None:
    sums = figures_of(found).by_kind

    assert sum(sums.values()) == sum(one.net for one in found)
    assert set(sums) == {kind_of(one) for one in found}


@given(amounts, amounts)
def test_sums_of_two_are_the_sums_together(
    one: list[AccountAmount], other: list[AccountAmount]
) -> None:
    assert together(figures_of(one), figures_of(other)) == figures_of([*one, *other])
    assert figures_of([*one, *other]) == figures_of([*other, *one])


@given(amounts)
def test_the_three_series_hold_what_rgs_says(found: list[AccountAmount]) -> None:
    coded = [one for one in found if one.rgs_code]
    sums = figures_of(coded)

    def net(*prefixes: str) -> Decimal:
        return sum((one.net for one in coded if one.rgs_code.startswith(prefixes)), Decimal(0))

    assert sums.wage_cost == net("WPerLes")
    assert sums.charges == net("WPerSol", "WPerPen")
    assert sums.net_pay == -net("BSchSalNet")


@pytest.mark.parametrize(
    ("code", "description", "kind", "net", "found"),
    [
        ("4000", "Bruto lonen", "expense", "10", WageKind.PAY),
        ("4010", "Gratificaties", "expense", "10", WageKind.SPECIAL_PAY),
        ("4050", "Vakantietoeslag", "expense", "10", WageKind.HOLIDAY_COST),
        ("1740", "Reservering vakantietoeslag", "liability", "-10", WageKind.HOLIDAY_RESERVE),
        ("4100", "Sociale lasten werkgever", "expense", "10", WageKind.REMITTED_CHARGE),
        ("4120", "Sociaal fonds techniek", "expense", "10", WageKind.OTHER_CHARGE),
        ("4200", "Pensioenlasten PMT", "expense", "10", WageKind.OTHER_CHARGE),
        ("1502000", "Nettoloon", "liability", "-10", WageKind.NET_PAY),
        ("1501000", "Loonheffingen", "liability", "-10", WageKind.REMITTANCE),
        ("4300", "Reiskosten", "expense", "10", WageKind.UNKNOWN),
        ("9999", "Loonsoort 9999", "expense", "10", WageKind.UNKNOWN),
        # Where the account is not known the side tells on which it stands.
        ("X1", "Vakantiegeld", "", "10", WageKind.HOLIDAY_COST),
        ("X1", "Vakantiegeld", "", "-10", WageKind.HOLIDAY_RESERVE),
        ("X1", "Vakantiegeld", "", "0", WageKind.UNKNOWN),
    ],
)
def test_without_an_rgs_code_the_words_of_loket_tell(
    code: str, description: str, kind: str, net: str, found: WageKind
) -> None:
    assert kind_of(AccountAmount(code, description, Decimal(net), kind=kind)) == found


def test_an_rgs_code_goes_before_the_words() -> None:
    travel = AccountAmount("4300", "Bruto lonen", Decimal(1), "ours", "expense", "WBedOvpRkv")

    assert kind_of(travel) == WageKind.UNKNOWN


def test_the_share_of_tax_is_what_was_withheld_over_what_was_paid() -> None:
    everything = {"pay": "800", "bonus": "200", "social": "118", "health": "65", "levy": "10"}

    assert figures(**everything, tax="-443")["tax"] == Decimal("0.25")
    # On accounts of its own or not, the charge of the employer is no tax on wages.
    assert figures(pay="1000", tax="-250")["tax"] == Decimal("0.25")


def test_holiday_pay_that_is_paid_out_is_taxed_and_what_is_reserved_is_not() -> None:
    assert figures(pay="1000", holiday="80", reserve="-80", tax="-250")["tax"] == Decimal("0.25")
    # Of a reserve of 1000 that is paid out, 80 was added in the same month.
    assert figures(pay="1000", holiday="80", reserve="920", tax="-500")["tax"] == Decimal("0.25")


def test_holiday_pay_is_due_over_pay_and_not_over_bonuses() -> None:
    assert figures(pay="1000", bonus="5000", holiday="80")["holiday"] == Decimal("0.08")


@pytest.mark.parametrize(
    "nets", [{}, {"pay": "1000"}, {"tax": "-100"}, {"pay": "-5", "tax": "-100"}]
)
def test_without_both_there_is_no_share_of_tax(nets: dict[str, str]) -> None:
    assert figures(**nets)["tax"] is None


@pytest.mark.parametrize(
    "nets", [{}, {"pay": "1000"}, {"holiday": "80"}, {"pay": "0", "holiday": "80"}]
)
def test_without_both_there_is_no_share_of_holiday_pay(nets: dict[str, str]) -> None:
    assert figures(**nets)["holiday"] is None


@pytest.mark.parametrize("has_rgs", [True, False])
def test_the_figures_of_a_month_are_those_of_its_payroll(has_rgs: bool) -> None:
    month = next(months(profiles.BAKERY, PeriodType.MONTH, seed="bakker", has_rgs=has_rgs))
    by_code = {one.code: one.net for one in month.amounts}
    sums = figures_of(month.amounts)

    wages = by_code["4000"] + by_code["4005"] + by_code.get("4010", 0) + by_code["4050"]
    # Without RGS codes nothing tells that sick pay is less of a cost of wages.
    assert sums.wage_cost == wages + (by_code.get("4020", 0) if has_rgs else 0)
    assert sums.charges == sum(by_code[code] for code in ("4100", "4110", "4120", "4200"))
    assert sums.net_pay == -by_code["1700"]
