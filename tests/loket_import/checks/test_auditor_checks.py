"""What an auditor would ask of a run: warnings that come when they should, and hardly otherwise."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket_import.insight.run_history import AccountAmount, PastRun, PayPeriod, RunHistory
from loket_import.matching import match
from loket_import.proposal import (
    AccountChoice,
    Books,
    ChartMode,
    DimensionChoice,
    Options,
    Proposal,
    RunFacts,
    RunLine,
)
from loket_import.sandbox import profiles
from loket_import.sandbox.model import PeriodType
from loket_import.sandbox.profiles import JournalProfile
from tests.loket_import.insight.payroll_year import Month, months

# Code, name, kind and RGS code of the accounts here; Loket has the same codes.
CHART = (
    ("4000", "Lonen", "expense", "WPerLesLon"),
    ("4010", "Bonus", "expense", "WPerLesGra"),
    ("4050", "Vakantiegeld", "expense", "WPerLesVag"),
    ("4100", "Sociale lasten", "expense", "WPerSolPsv"),
    ("4300", "Reiskosten", "expense", "WBedOvpRkv"),
    ("4390", "Eindheffing", "expense", "WPerOluOlp"),
    ("4900", "Overig", "expense", ""),
    ("1700", "Nettoloon", "liability", "BSchSalNet"),
    ("1710", "Loonheffing", "liability", "BSchBepLhe"),
    ("1740", "Reservering", "liability", "BSchSalTvg"),
    ("1790", "Tussenrekening", "liability", "BSchTusTsa"),
)
ACCOUNTS = [
    AccountChoice(number, code, name, False, True, False, kind, rgs)
    for number, (code, name, kind, rgs) in enumerate(CHART, start=1)
]
BOOKS = Books.indexed(
    accounts=ACCOUNTS,
    cost_centers=[DimensionChoice(1, "K100", "Kantoor", False)],
    cost_units=[],
    account_mappings={},
    cost_center_mappings={},
    cost_unit_mappings={},
    periods=[],
)
FACTS = RunFacts(4, "", False, 2026, 6, date(2026, 6, 1), date(2026, 6, 30), 0, False, ())
OPTIONS = Options(ChartMode.ADOPT, date(2026, 6, 30), "Lonen")
NORMAL = {"4000": "1000", "4050": "80", "1740": "-80", "1710": "-250", "1700": "-750"}
AUDITOR = {
    "tax_implausible",
    "tax_shifted",
    "holiday_reserve_implausible",
    "net_pay_missing",
    "cost_without_cost_center",
    "new_in_payroll",
}


def line(number: int, code: str, net: str, *, center: str | None = None, **more: Any) -> RunLine:
    value = Decimal(net)
    return RunLine(
        number,
        code,
        f"Loket {code}",
        center,
        None,
        None,
        None,
        max(value, Decimal(0)),
        max(-value, Decimal(0)),
        **more,
    )


def lines(nets: dict[str, str]) -> list[RunLine]:
    return [line(number, code, net) for number, (code, net) in enumerate(nets.items(), start=1)]


def period(month: int, nets: dict[str, str], *, bare: tuple[str, ...] = ()) -> PayPeriod:
    accounts = {account.code: account for account in ACCOUNTS}
    return PayPeriod(
        2026,
        month,
        date(2026, month, 1),
        date(2026, month, 28),
        (PastRun(month),),
        tuple(
            AccountAmount(
                code,
                f"Loket {code}",
                Decimal(net),
                str(accounts[code]),
                accounts[code].kind,
                accounts[code].rgs_code,
                lacks_cost_center=code in bare,
            )
            for code, net in nets.items()
        ),
    )


def propose(run: list[RunLine], *, books: Books = BOOKS, **history: Any) -> Proposal:
    facts = replace(FACTS, history=RunHistory(**history), stored_line_count=len(run))
    return match(facts=facts, lines=run, books=books, options=OPTIONS)


def warned(proposal: Proposal) -> list[str]:
    return [problem.code for problem in proposal.warnings if problem.code in AUDITOR]


def ask(nets: dict[str, str], **history: Any) -> list[str]:
    return warned(propose(lines(nets), **history))


def before(*nets: dict[str, str]) -> tuple[PayPeriod, ...]:
    return tuple(period(month, one) for month, one in enumerate(nets, start=1))


# The sandbox's payrolls, which a demo shows

SEVEN_TO_FOUR = {
    profiles.SEVEN_DIGIT_ACCOUNTS[purpose][0]: code
    for purpose, (code, _) in profiles.FOUR_DIGIT_ACCOUNTS.items()
}
PAYROLLS = [
    pytest.param(profiles.BAKERY, PeriodType.MONTH, None, id="bakery"),
    pytest.param(profiles.INSTALLER_OFFICE, PeriodType.MONTH, SEVEN_TO_FOUR, id="office"),
    pytest.param(profiles.INSTALLER_FITTERS, PeriodType.FOUR_WEEKS, SEVEN_TO_FOUR, id="fitters"),
    pytest.param(profiles.CARE, PeriodType.WEEK, None, id="care"),
    pytest.param(profiles.CATERING, PeriodType.MONTH, None, id="catering"),
]


@pytest.mark.parametrize("has_rgs", [True, False])
@pytest.mark.parametrize(("profile", "period_type", "transposed"), PAYROLLS)
def test_two_years_of_normal_wages_bring_no_more_than_what_is_new(
    profile: JournalProfile,
    period_type: PeriodType,
    transposed: dict[str, str] | None,
    has_rgs: bool,
) -> None:
    for seed in ("een", "twee", "drie"):
        found: list[Month] = list(
            months(profile, period_type, seed=seed, has_rgs=has_rgs, transposed=transposed)
        )

        assert found[0].warnings == []
        warnings = [month.warnings for month in found if month.warnings]
        assert all(codes == ["new_in_payroll"] for codes in warnings)
        # In the first year something comes for the first time now and then, in the second not.
        assert len(warnings) <= 5
        assert all(month.warnings == [] for month in found if month.period.year == 2026)


# Wage tax


@pytest.mark.parametrize(
    ("tax", "codes"),
    [
        ("0", []),
        ("600", []),
        ("600.01", ["tax_implausible"]),
        ("-0.01", ["tax_implausible"]),
        ("900", ["tax_implausible"]),
    ],
)
def test_wage_tax_lies_between_nothing_and_sixty_per_cent(tax: str, codes: list[str]) -> None:
    assert ask(NORMAL | {"1710": str(-Decimal(tax))}) == codes


@given(st.decimals("0.01", "99999.99", places=2), st.decimals("-9999.99", "99999.99", places=2))
def test_the_band_holds_for_wages_of_any_size(wages: Decimal, tax: Decimal) -> None:
    codes = ask({"4000": str(wages), "1710": str(-tax), "1700": "-1"})

    assert ("tax_implausible" in codes) is not (0 <= tax <= wages * Decimal("0.6"))


@pytest.mark.parametrize(
    ("tax", "codes"),
    [("150", []), ("149", ["tax_shifted"]), ("350", []), ("351", ["tax_shifted"])],
)
def test_a_shift_of_more_than_ten_points_is_told(tax: str, codes: list[str]) -> None:
    # Of 4000 in wages 1000 was tax, however that was spread.
    earlier = before(
        NORMAL | {"1710": "-200"},
        NORMAL | {"4000": "3000", "4050": "240", "1740": "-240", "1710": "-800"},
    )

    assert ask(NORMAL | {"1710": f"-{tax}"}, earlier=earlier) == codes


def test_the_shift_is_told_with_both_shares() -> None:
    proposal = propose(lines(NORMAL | {"1710": "-400"}), earlier=before(NORMAL))

    (problem,) = proposal.warnings[-1:]
    assert problem.code == "tax_shifted"
    assert "40,0%" in str(problem.message)
    assert "25,0%" in str(problem.message)
    assert str(problem.cure)


def test_a_month_with_holiday_pay_is_not_compared_nor_compared_with() -> None:
    may = NORMAL | {"1740": "920", "1710": "-900"}

    assert ask(may, earlier=before(NORMAL)) == []
    assert ask(NORMAL, earlier=before(may)) == []


def test_runs_of_one_period_are_judged_together() -> None:
    recalculation = {"4000": "10", "1710": "-9", "1700": "-1"}
    assert "tax_implausible" in ask(recalculation)

    same = period(6, NORMAL)
    assert ask(recalculation, same=same, earlier=before(NORMAL)) == []


def test_what_moves_wages_about_is_not_judged() -> None:
    moved = [line(1, "4000", "-500"), line(2, "4000", "500")]

    assert warned(propose(moved)) == []


# Holiday pay


@pytest.mark.parametrize(
    ("reserved", "codes"),
    [
        ("69", ["holiday_reserve_implausible"]),
        ("70", []),
        ("90", []),
        ("91", ["holiday_reserve_implausible"]),
    ],
)
def test_the_holiday_reserve_is_near_eight_per_cent(reserved: str, codes: list[str]) -> None:
    assert ask(NORMAL | {"4050": reserved, "1740": f"-{reserved}"}) == codes


def test_a_payroll_without_a_holiday_reserve_is_left_alone() -> None:
    assert ask({"4000": "1000", "1710": "-250", "1700": "-750"}) == []


def test_a_bonus_does_not_disturb_the_holiday_reserve() -> None:
    assert ask(NORMAL | {"4010": "3000"}) == []


def test_when_holiday_pay_is_paid_out_its_reserve_is_not_judged() -> None:
    assert ask(NORMAL | {"4050": "20", "1740": "900"}) == []


# Net pay


def test_wages_without_net_pay_are_told() -> None:
    without = {code: net for code, net in NORMAL.items() if code != "1700"} | {"1790": "-750"}

    assert ask(without) == ["net_pay_missing"]
    assert ask(without, earlier=before(NORMAL | without)) == ["net_pay_missing"]
    # It always stood on an account that is not known as such.
    assert ask(without, earlier=before(without)) == []


# Cost centres


def costs(*sent: tuple[str, str | None], **history: Any) -> list[str]:
    run = [
        line(number, code, "10", center=center)
        for number, (code, center) in enumerate(sent, start=1)
    ]
    return warned(propose(run, **history))


BARE = "cost_without_cost_center"


def test_a_cost_without_a_cost_centre_is_told_where_others_have_one() -> None:
    assert costs(("4300", "K100"), ("4900", None)) == [BARE]
    assert costs(("4300", "K100"), ("4900", "K100")) == []
    assert costs(("4300", None), ("4900", None)) == []
    # A debt has none, and a final levy belongs to no department.
    assert costs(("4300", "K100"), ("1790", None), ("4390", None)) == []


def test_each_line_without_a_cost_centre_is_named() -> None:
    run = [line(1, "4300", "1", center="K100"), line(2, "4900", "1"), line(3, "4900", "1")]

    (problem,) = (one for one in propose(run).warnings if one.code == BARE)

    assert (problem.lines, problem.line_number) == ((2, 3), 2)
    assert str(problem.message).count("Loket 4900") == 1


def test_an_account_that_was_booked_without_is_not_told_again() -> None:
    usual = (period(1, {"4900": "10", "4300": "10"}, bare=("4900",)),)

    assert costs(("4300", "K100"), ("4900", None), earlier=usual) == []
    assert costs(("4300", "K100"), ("4300", None), ("4900", "K100"), earlier=usual) == [BARE]


def test_a_demand_for_a_cost_centre_that_is_an_error_is_not_a_warning_as_well() -> None:
    demanding = replace(
        BOOKS,
        accounts={
            code: replace(one, requires_cost_center=code == "4900")
            for code, one in BOOKS.accounts.items()
        },
    )
    run = [line(1, "4300", "1", center="K100"), line(2, "4900", "1")]

    proposal = propose(run, books=demanding)

    assert warned(proposal) == []
    assert "cost_center_missing" in [problem.code for problem in proposal.errors]


# What is new

NEW = "new_in_payroll"


def test_an_account_that_was_never_booked_is_told_once_there_is_something_before() -> None:
    bonus = NORMAL | {"4010": "5"}

    assert ask(bonus) == []
    assert ask(bonus, earlier=before(bonus, NORMAL)) == []
    assert ask(bonus, earlier=before(NORMAL)) == [NEW]
    assert ask(bonus, same=period(6, NORMAL)) == [NEW]
    # What isn't booked proves nothing.
    assert ask(bonus, unbooked=period(5, NORMAL)) == []


def test_a_component_that_was_never_booked_is_told_by_its_name() -> None:
    run = [*lines(NORMAL), line(6, "4000", "1", component_key=31, component_description="BONUS ")]

    proposal = propose(run, earlier=before(NORMAL), components=frozenset({1}))
    (problem,) = (one for one in proposal.warnings if one.code == NEW)

    assert problem.lines == (6,)
    assert str(problem.message).endswith(": BONUS.")
    assert warned(propose(run, earlier=before(NORMAL), components=frozenset({31}))) == []


def test_five_names_are_told_and_the_rest_is_counted() -> None:
    known = before({"1700": "-1"})
    codes = [code for code, *_ in CHART if code != "1700"]

    proposal = propose([line(n, code, "1") for n, code in enumerate(codes, 1)], earlier=known)
    (problem,) = (one for one in proposal.warnings if one.code == NEW)

    assert len(problem.lines) == len(codes)
    assert str(problem.message).count("Loket") == 5
    assert f"(+{len(codes) - 5})" in str(problem.message)


# All of them


def test_none_of_them_stands_in_the_way_of_booking() -> None:
    odd = {"4000": "1000", "4050": "500", "1740": "-500", "1790": "-1000", "4010": "0.01"}
    run = [*lines(odd), line(9, "4900", "1", center="K100"), line(10, "1710", "-1.01")]

    proposal = propose(run, earlier=before({"1700": "-1"}))

    assert len(warned(proposal)) >= 3
    assert not {problem.code for problem in proposal.errors} & AUDITOR


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*[code for code, *_ in CHART], "9999", ""]),
            st.decimals(allow_nan=True, allow_infinity=True),
            st.decimals(allow_nan=True, allow_infinity=True),
        ),
        max_size=8,
    )
)
def test_no_amount_upsets_them(sent: list[tuple[str, Decimal, Decimal]]) -> None:
    run = [
        replace(line(number, code, "0"), debit=debit, credit=credit)
        for number, (code, debit, credit) in enumerate(sent, start=1)
        if not (debit.is_snan() or credit.is_snan())
    ]

    for problem in propose(run, earlier=before(NORMAL)).warnings:
        assert str(problem.message)
        assert str(problem.cure)


def test_sums_with_holes_are_not_judged() -> None:
    odd = NORMAL | {"1710": "-900"}
    assert ask(odd) == ["tax_implausible"]

    unknown = [*lines(odd), line(9, "9999", "1")]
    broken = [*lines(odd), line(9, "4900", "0.001")]
    for run in (unknown, broken):
        assert warned(propose(run)) == []
