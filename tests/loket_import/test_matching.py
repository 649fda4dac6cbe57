"""Matching: what a journal run's lines become, and every problem that stands in the way."""

import time
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.models import ChartMode as ConnectionChartMode
from loket_import.matching import match, posting_hash
from loket_import.proposal import (
    AccountChoice,
    Books,
    ChartMode,
    DimensionChoice,
    Options,
    OtherBooking,
    PeriodChoice,
    RunFacts,
    RunLine,
    Severity,
)

ADOPT, TRANSPOSE = ChartMode.ADOPT, ChartMode.TRANSPOSE

FACTS = RunFacts(
    status_key=4,
    status_text="Journaal gereed",
    test_year=False,
    year=2026,
    period_number=1,
    period_start=date(2026, 1, 1),
    period_end=date(2026, 1, 31),
    stored_line_count=2,
    is_missing=False,
    other_bookings=(),
)

OPTIONS = Options(
    chart_mode=ADOPT, booking_date=date(2026, 1, 31), description="Loonjournaal januari 2026"
)


def account(id, code, *, blocked=False, postable=True, requires_cost_center=False):
    return AccountChoice(id, code, f"Rekening {code}", blocked, postable, requires_cost_center)


def period(id, starts_on, ends_on, *, is_open=True, is_year_open=True):
    return PeriodChoice(id, 1, f"2026-{id:02}", starts_on, ends_on, is_open, is_year_open)


BOOKS = Books.indexed(
    accounts=[
        account(1, "4000"),
        account(2, "1700"),
        account(3, "0400"),
        account(4, "4099", blocked=True),
        account(5, "4", postable=False),
        account(6, "4100", requires_cost_center=True),
        account(7, "4a"),
    ],
    cost_centers=[
        DimensionChoice(1, "K100", "Kantoor", False),
        DimensionChoice(2, "K200", "Bakkerij", False),
        DimensionChoice(3, "K900", "Oud filiaal", True),
    ],
    cost_units=[
        DimensionChoice(1, "P01", "Bruiloften", False),
        DimensionChoice(2, "P99", "Afgesloten", True),
    ],
    account_mappings={"8000": 1, "8001": 1, "8100": 6, "8099": 4, "8": 5, "8888": 77},
    cost_center_mappings={"AFD1": 1, "K200": 1, "AFD7": 77, "AFD9": 3},
    cost_unit_mappings={"PROJ": 1, "OUD": 2},
    periods=[
        period(1, date(2026, 1, 1), date(2026, 1, 31)),
        period(2, date(2026, 2, 1), date(2026, 2, 28), is_open=False),
        period(12, date(2025, 12, 1), date(2025, 12, 31), is_year_open=False),
    ],
)


def run_line(number, code, debit="0", credit="0", *, cost_center=None, cost_unit=None):
    return RunLine(
        number=number,
        account_code=code,
        account_description=f"Loonsoort {code.strip()}",
        cost_center_code=cost_center,
        cost_center_description=None,
        cost_unit_code=cost_unit,
        cost_unit_description=None,
        debit=Decimal(debit),
        credit=Decimal(credit),
    )


WAGES = [run_line(1, "4000", "2500.00"), run_line(2, "1700", credit="2500.00")]


def propose(lines=WAGES, *, facts=FACTS, books=BOOKS, options=OPTIONS, count=None):
    facts = replace(facts, stored_line_count=len(lines) if count is None else count)
    return match(facts=facts, lines=lines, books=books, options=options)


def codes(proposal):
    return [problem.code for problem in proposal.problems]


def only(proposal):
    (problem,) = proposal.problems
    return problem


def against(line, mode=ADOPT):
    """A balanced run of the line and its counterpart on net wages."""
    counterpart = "1700" if mode == ADOPT else "8000"
    return [line, run_line(line.number + 1, counterpart, line.credit, line.debit)]


# Lines


def test_a_good_run_is_proposed_as_it_came():
    proposal = propose()

    assert proposal.is_bookable
    assert proposal.problems == ()
    assert proposal.notes == ()
    first, second = proposal.lines
    assert (first.account.code, first.debit, first.credit) == ("4000", Decimal("2500.00"), 0)
    assert (second.account.code, second.debit, second.credit) == ("1700", 0, Decimal("2500.00"))
    assert first.description == "Loonsoort 4000"
    assert proposal.total_debit == proposal.total_credit == Decimal("2500.00")
    assert proposal.difference == 0
    assert proposal.period.id == 1


def test_a_line_that_loket_does_not_describe_takes_the_description_of_the_entry():
    proposal = propose([replace(WAGES[0], account_description=" "), WAGES[1]])

    assert proposal.lines[0].description == "Loonjournaal januari 2026"


@pytest.mark.parametrize(
    ("debit", "credit", "expected_sides", "expected_notes"),
    [
        ("100", "0", [("100", "0")], []),
        ("0", "100", [("0", "100")], []),
        ("-100", "0", [("0", "100")], ["negative_amount"]),
        ("0", "-100", [("100", "0")], ["negative_amount"]),
        ("640.00", "3360.50", [("640.00", "0"), ("0", "3360.50")], ["two_sides"]),
        ("100", "100", [("100", "0"), ("0", "100")], ["two_sides"]),
        ("-100", "-40", [("40", "0"), ("0", "100")], ["negative_amount", "two_sides"]),
        ("-100", "40", [("0", "140")], ["negative_amount"]),
        ("0", "0", [], ["zero_line"]),
        ("-0.00", "0.000", [], ["zero_line"]),
    ],
)
def test_a_line_is_normalised_to_one_positive_side_and_a_note_says_so(
    debit, credit, expected_sides, expected_notes
):
    proposal = propose([run_line(1, "4000", debit, credit)])

    sides = [(line.debit, line.credit) for line in proposal.lines]
    assert sides == [(Decimal(left), Decimal(right)) for left, right in expected_sides]
    assert [note.code for note in proposal.notes] == expected_notes
    assert all(note.lines == (1,) for note in proposal.notes)
    assert all(str(note.message) for note in proposal.notes)
    assert proposal.dropped_lines == (() if expected_sides else (1,))


def test_a_note_tells_the_amounts_before_and_after():
    (note,) = propose([run_line(1, "4000", "-1234.5")]).notes

    assert "debet -1.234,50" in str(note.message)
    assert "credit 1.234,50" in str(note.message)


def test_a_dropped_line_asks_nothing_of_the_chart_of_accounts():
    proposal = propose([*WAGES, run_line(3, "9999")])

    assert proposal.is_bookable
    assert proposal.dropped_lines == (3,)


# Accounts


@pytest.mark.parametrize(
    ("mode", "loket_code", "expected_account", "expected_problems"),
    [
        (ADOPT, "4000", "4000", []),
        (ADOPT, " 4000\t", "4000", []),
        (ADOPT, "\N{NO-BREAK SPACE}4000", "4000", []),
        (ADOPT, "0400", "0400", []),
        (ADOPT, "400", None, ["account_unknown"]),
        (ADOPT, "04000", None, ["account_unknown"]),
        (ADOPT, "40 00", None, ["account_unknown"]),
        (ADOPT, "4a", "4a", []),
        (ADOPT, "4A", None, ["account_unknown"]),
        (ADOPT, "8000", None, ["account_unknown"]),
        (ADOPT, "", None, ["account_missing"]),
        (ADOPT, "  ", None, ["account_missing"]),
        (ADOPT, "4099", "4099", ["account_blocked"]),
        (ADOPT, "4", "4", ["account_not_postable"]),
        (ADOPT, "4100", "4100", ["cost_center_missing"]),
        (TRANSPOSE, "8001", "4000", []),
        (TRANSPOSE, " 8001 ", "4000", []),
        (TRANSPOSE, "4000", None, ["account_unmapped"]),
        (TRANSPOSE, "08001", None, ["account_unmapped"]),
        (TRANSPOSE, "8888", None, ["account_unmapped"]),
        (TRANSPOSE, "", None, ["account_missing"]),
        (TRANSPOSE, "8099", "4099", ["account_blocked"]),
        (TRANSPOSE, "8", "4", ["account_not_postable"]),
        (TRANSPOSE, "8100", "4100", ["cost_center_missing"]),
    ],
)
def test_which_account_a_code_stands_for(mode, loket_code, expected_account, expected_problems):
    lines = against(run_line(1, loket_code, "10.00"), mode)

    proposal = propose(lines, options=replace(OPTIONS, chart_mode=mode))

    found = proposal.lines[0].account
    assert (found.code if found else None) == expected_account
    assert codes(proposal) == expected_problems
    assert proposal.is_bookable == (not expected_problems)


def test_the_chart_modes_are_those_of_a_connection():
    assert {mode.name: mode.value for mode in ChartMode} == {
        mode.name: mode.value for mode in ConnectionChartMode
    }


def test_the_chart_mode_may_be_the_plain_word_of_the_connection():
    assert propose(options=replace(OPTIONS, chart_mode="adopt")).is_bookable
    with pytest.raises(ValueError, match="guess"):
        propose(options=replace(OPTIONS, chart_mode="guess"))


def test_an_unknown_code_is_reported_once_with_all_its_lines():
    lines = [
        run_line(1, "4095", "10.00"),
        run_line(2, "1700", credit="30.00"),
        run_line(3, "4095 ", "5.00", "5.00"),
        run_line(4, "4095", "20.00"),
    ]

    problem = only(propose(lines))

    assert problem.code == "account_unknown"
    assert problem.severity == "error"
    assert problem.loket_code == "4095"
    assert problem.lines == (1, 3, 4)
    assert problem.line_number == 1
    assert "4095 Loonsoort 4095" in str(problem.message)
    assert "4095" in str(problem.cure)


def test_two_codes_on_one_blocked_account_are_two_problems():
    books = replace(BOOKS, account_mappings={"8000": 1, "A": 4, "B": 4})
    lines = [run_line(1, "A", "1"), run_line(2, "B", "1"), run_line(3, "8000", credit="2")]

    proposal = propose(lines, books=books, options=replace(OPTIONS, chart_mode=TRANSPOSE))

    assert [(problem.code, problem.loket_code) for problem in proposal.problems] == [
        ("account_blocked", "A"),
        ("account_blocked", "B"),
    ]


# Cost centres and cost units


@pytest.mark.parametrize("mode", [ADOPT, TRANSPOSE])
@pytest.mark.parametrize(
    ("loket_code", "expected", "expected_problems"),
    [
        (None, None, []),
        ("", None, []),
        ("  ", None, []),
        ("K100", "K100", []),
        (" K100 ", "K100", []),
        ("k100", None, ["cost_center_unknown"]),
        ("K0100", None, ["cost_center_unknown"]),
        ("K300", None, ["cost_center_unknown"]),
        ("AFD1", "K100", []),
        ("K200", "K100", []),  # its mapping goes before the same code
        ("AFD7", None, ["cost_center_unknown"]),  # its mapping leads nowhere
        ("K900", "K900", ["cost_center_blocked"]),
        ("AFD9", "K900", ["cost_center_blocked"]),
    ],
)
def test_which_cost_center_a_code_stands_for(mode, loket_code, expected, expected_problems):
    code = "4000" if mode == ADOPT else "8000"
    lines = against(run_line(1, code, "10.00", cost_center=loket_code), mode)

    proposal = propose(lines, options=replace(OPTIONS, chart_mode=mode))

    found = proposal.lines[0].cost_center
    assert (found.code if found else None) == expected
    assert codes(proposal) == expected_problems


@pytest.mark.parametrize(
    ("loket_code", "expected", "expected_problems"),
    [
        (None, None, []),
        ("P01", "P01", []),
        ("PROJ", "P01", []),
        ("p01", None, ["cost_unit_unknown"]),
        ("1", None, ["cost_unit_unknown"]),
        ("P99", "P99", ["cost_unit_blocked"]),
        ("OUD", "P99", ["cost_unit_blocked"]),
    ],
)
def test_which_cost_unit_a_code_stands_for(loket_code, expected, expected_problems):
    proposal = propose(against(run_line(1, "4000", "10.00", cost_unit=loket_code)))

    found = proposal.lines[0].cost_unit
    assert (found.code if found else None) == expected
    assert codes(proposal) == expected_problems


def test_an_account_that_demands_a_cost_center_is_content_with_one():
    assert propose(against(run_line(1, "4100", "10.00", cost_center="K100"))).is_bookable


def test_an_unknown_cost_center_is_not_also_a_missing_one():
    proposal = propose(against(run_line(1, "4100", "10.00", cost_center="K300")))

    assert codes(proposal) == ["cost_center_unknown"]


def test_a_cost_center_or_unit_with_a_name_and_no_code_is_a_warning():
    line = replace(
        run_line(1, "4000", "10.00"),
        cost_center_description="Kantoor",
        cost_unit_code="",
        cost_unit_description="Bruiloften",
    )

    proposal = propose(against(line))

    assert codes(proposal) == ["cost_center_without_code", "cost_unit_without_code"]
    assert proposal.is_bookable
    assert [problem.lines for problem in proposal.warnings] == [(1,), (1,)]
    assert "Kantoor" in str(proposal.problems[0].message)


# Amounts and balance


def test_an_amount_that_is_not_in_cents_names_its_line_and_is_not_rounded():
    proposal = propose([*WAGES, run_line(3, "4000", "12.345")])

    problem = only(proposal)
    assert problem.code == "amount_not_in_cents"
    assert problem.lines == (3,)
    assert "12,345" in str(problem.message)
    assert proposal.unusable_lines == (3,)
    assert proposal.total_debit == Decimal("2500.00")


def test_each_bad_amount_of_a_line_is_reported_and_its_codes_are_checked_too():
    proposal = propose([*WAGES, run_line(3, "9999", "0.001", "NaN", cost_center="K300")])

    assert codes(proposal) == [
        "amount_not_in_cents",
        "amount_not_in_cents",
        "account_unknown",
        "cost_center_unknown",
    ]


def test_an_amount_above_what_the_books_hold_is_an_error():
    largest = "999999999999.99"

    assert propose(against(run_line(1, "4000", largest))).is_bookable
    assert set(codes(propose(against(run_line(1, "4000", "1E12"))))) == {
        "amount_too_large",
        "total_too_large",
    }
    # Within the limit on either side, above it once they are on the same side.
    assert "amount_too_large" in codes(propose([run_line(1, "4000", largest, "-0.01")]))


def test_a_total_above_what_the_books_hold_is_an_error():
    half = "600000000000.00"
    lines = [
        run_line(1, "4000", half),
        run_line(2, "4000", half),
        run_line(3, "1700", credit=half),
        run_line(4, "1700", credit=half),
    ]

    assert codes(propose(lines)) == ["total_too_large"]


def test_an_unbalanced_run_shows_the_difference():
    proposal = propose([WAGES[0], run_line(2, "1700", credit="2500.01")])

    problem = only(proposal)
    assert problem.code == "unbalanced"
    assert proposal.difference == Decimal("-0.01")
    assert "2.500,00" in str(problem.message)
    assert "2.500,01" in str(problem.message)
    assert "-0,01" in str(problem.message)


@pytest.mark.parametrize(
    ("lines", "count", "expected"),
    [
        ([], 0, ["no_lines"]),
        ([], 2, ["no_lines", "line_count_differs"]),
        ([run_line(1, "4000"), run_line(2, "1700")], 2, ["only_zero_lines"]),
        ([WAGES[0], run_line(2, "1700")], 2, ["too_few_lines", "unbalanced"]),
        ([run_line(1, "1740", "1.005")], 1, ["too_few_lines", "amount_not_in_cents"]),
        (WAGES, 3, ["line_count_differs"]),
        (WAGES, 1, ["line_count_differs"]),
        # Two lines of one number
        ([*WAGES, run_line(2, "4000")], 3, ["line_count_differs"]),
        ([*WAGES, run_line(2, "4000")], 2, ["line_count_differs"]),
    ],
)
def test_the_lines_of_a_run_are_counted(lines, count, expected):
    books = replace(BOOKS, accounts={**BOOKS.accounts, "1740": account(8, "1740")})

    assert codes(propose(lines, books=books, count=count)) == expected


# The run, the date and the description


@pytest.mark.parametrize(
    ("status_key", "expected"),
    [
        (0, "run_queued"),
        (1, "run_without_results"),
        (2, "run_failed"),
        (3, "run_removed"),
        (5, "run_being_exported"),
        (6, "run_export_failed"),
        (7, "run_exported"),
        (8, "run_status_unknown"),
        (-1, "run_status_unknown"),
    ],
)
def test_only_a_run_that_is_ready_is_bookable(status_key, expected):
    facts = replace(FACTS, status_key=status_key, status_text="Journaal gereed")

    proposal = propose(facts=facts)

    assert codes(proposal) == [expected]
    assert not proposal.is_bookable
    assert len(proposal.lines) == 2


def test_each_status_has_a_sentence_of_its_own():
    messages = {
        str(only(propose(facts=replace(FACTS, status_key=key))).message)
        for key in (0, 1, 2, 3, 5, 6, 7, 8)
    }

    assert len(messages) == 8


@pytest.mark.parametrize("status_key", range(9))
def test_a_run_that_loket_lists_no_longer_is_never_bookable(status_key):
    problem = only(propose(facts=replace(FACTS, status_key=status_key, is_missing=True)))

    assert (problem.code, problem.severity) == ("run_missing", Severity.ERROR)


@pytest.mark.parametrize("is_same_payroll_run", [False, True])
def test_what_a_removed_run_left_in_the_books_is_reversed_first(is_same_payroll_run):
    other = OtherBooking(16, is_same_payroll_run, True, 7, "MEM 2026-0003")

    proposal = propose(facts=replace(FACTS, other_bookings=(other,)))

    problem = only(proposal)
    assert (problem.code, problem.severity) == ("replaced_run_booked", Severity.ERROR)
    assert problem.target_id == 7
    assert "MEM 2026-0003" in str(problem.message)
    assert "MEM 2026-0003" in str(problem.cure)
    assert "16" in str(problem.message)
    assert not proposal.is_bookable


def test_a_recalculation_comes_on_top_of_what_is_booked():
    other = OtherBooking(16, True, False, 7, "MEM 2026-0003")

    proposal = propose(facts=replace(FACTS, other_bookings=(other,)))

    problem = only(proposal)
    assert (problem.code, problem.severity) == ("comes_on_top", Severity.WARNING)
    assert problem.target_id == 7
    assert "MEM 2026-0003" in str(problem.message)
    assert proposal.is_bookable


def test_another_payroll_run_of_the_period_that_is_still_there_is_nothing_special():
    other = OtherBooking(16, False, False, 7, "MEM 2026-0003")

    assert propose(facts=replace(FACTS, other_bookings=(other,))).problems == ()


def test_each_booking_that_is_to_be_reversed_is_named():
    others = tuple(OtherBooking(n, True, n != 2, n, f"MEM 2026-000{n}") for n in (1, 2, 3))

    assert codes(propose(facts=replace(FACTS, other_bookings=others))) == [
        "replaced_run_booked",
        "comes_on_top",
        "replaced_run_booked",
    ]


def test_a_run_of_a_test_year_is_never_bookable():
    problem = only(propose(facts=replace(FACTS, test_year=True)))

    assert problem.code == "test_year"
    assert problem.severity == Severity.ERROR


@pytest.mark.parametrize(
    ("booking_date", "expected", "bookable"),
    [
        (date(2026, 1, 1), [], True),
        (date(2026, 1, 31), [], True),
        (date(2026, 2, 1), ["period_closed", "date_outside_pay_period"], False),
        (date(2026, 3, 1), ["no_period", "date_outside_pay_period"], False),
        (date(2025, 12, 31), ["year_closed", "date_outside_pay_period"], False),
        (date(2027, 1, 1), ["no_period", "date_outside_pay_period"], False),
    ],
)
def test_the_booking_date_lies_in_an_open_period(booking_date, expected, bookable):
    proposal = propose(options=replace(OPTIONS, booking_date=booking_date))

    assert codes(proposal) == expected
    assert proposal.is_bookable == bookable


def test_a_closed_period_of_a_closed_year_is_two_problems():
    books = replace(BOOKS, periods=[replace(BOOKS.periods[0], is_open=False, is_year_open=False)])

    assert codes(propose(books=books)) == ["year_closed", "period_closed"]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2025, 12, 29), date(2026, 1, 25)),
        (date(2026, 1, 1), date(2026, 1, 30)),
        (date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_a_booking_date_outside_the_pay_period_is_a_warning_that_names_it(first, last):
    proposal = propose(facts=replace(FACTS, period_start=first, period_end=last))

    problem = only(proposal)
    assert (problem.code, problem.severity) == ("date_outside_pay_period", Severity.WARNING)
    assert f"{first:%d-%m-%Y}" in str(problem.message)
    assert f"{last:%d-%m-%Y}" in str(problem.message)
    assert proposal.is_bookable


def test_a_booking_date_by_the_rules_is_meant_wherever_it_lies():
    """Whoever books periods of four weeks at the end of the month need not hear it each time."""
    facts = replace(FACTS, period_start=date(2025, 12, 29), period_end=date(2026, 1, 25))
    ruled = replace(OPTIONS, is_date_by_rule=True)

    assert codes(propose(facts=facts, options=ruled)) == []
    # Save in another year than the payroll's: that is seldom meant at all.
    assert codes(propose(facts=replace(facts, year=2025), options=ruled)) == [
        "date_outside_payroll_year"
    ]


def test_a_booking_date_outside_the_payroll_year_is_a_warning_and_no_more():
    proposal = propose(facts=replace(FACTS, year=2025))

    assert only(proposal).severity == Severity.WARNING
    assert "31-01-2026" in str(only(proposal).message)
    assert proposal.is_bookable
    assert proposal.errors == ()


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("", ["description_missing"]),
        (" \t", ["description_missing"]),
        ("é" * 255, []),
        ("é" * 256, ["description_too_long"]),
    ],
)
def test_the_description_is_filled_and_fits(description, expected):
    assert codes(propose(options=replace(OPTIONS, description=description))) == expected


def test_all_problems_are_found_at_once():
    lines = [
        run_line(1, "9999", "10.00", cost_center="K300", cost_unit="P77"),
        run_line(2, "4099", "10.00", cost_center="K900", cost_unit="P99"),
        run_line(3, "4", "10.00"),
        run_line(4, "4100", "1E12"),
        run_line(5, "", "10.00"),
        run_line(6, "4000", "0.001"),
    ]
    facts = replace(FACTS, status_key=7, test_year=True, year=2025)
    options = Options(ADOPT, date(2026, 2, 1), "")

    proposal = propose(lines, facts=facts, options=options, count=7)

    assert codes(proposal) == [
        "run_exported",
        "test_year",
        "line_count_differs",
        "total_too_large",
        "period_closed",
        "date_outside_pay_period",
        "description_missing",
        "amount_not_in_cents",
        "amount_too_large",
        "account_missing",
        "account_unknown",
        "account_blocked",
        "account_not_postable",
        "cost_center_missing",
        "cost_center_unknown",
        "cost_center_blocked",
        "cost_unit_unknown",
        "cost_unit_blocked",
    ]
    for problem in proposal.problems:
        assert str(problem.message).endswith(".")
        assert str(problem.cure).endswith(".")
        assert "{" not in str(problem.message) + str(problem.cure)


# Properties

cents = st.decimals(min_value=-(10**10), max_value=10**10, places=2) | st.just(Decimal(0))
anything = st.decimals() | cents
some_codes = st.sampled_from(["4000", "1700", "4100", "4099", " 4000 "]) | st.text(max_size=4)


@st.composite
def runs(draw, amounts=cents):
    rows = draw(
        st.lists(
            st.tuples(
                some_codes,
                amounts,
                amounts,
                st.sampled_from([None, "", "K100", "K200", "K300", "k100"]),
                st.sampled_from([None, "P01", "P99", "X"]),
            ),
            max_size=30,
        )
    )
    return [
        run_line(number, code, debit, credit, cost_center=cost_center, cost_unit=cost_unit)
        for number, (code, debit, credit, cost_center, cost_unit) in enumerate(rows, start=1)
    ]


@given(lines=runs())
def test_debit_minus_credit_is_the_same_before_and_after(lines):
    proposal = propose(lines)

    sent = sum((line.debit - line.credit for line in lines), Decimal(0))
    booked = sum((line.debit - line.credit for line in proposal.lines), Decimal(0))
    assert booked == sent
    assert proposal.difference == sent
    assert ("unbalanced" in codes(proposal)) == (sent != 0)
    assert proposal.unusable_lines == ()


@given(lines=runs(amounts=anything))
def test_every_line_is_proposed_dropped_or_refused_and_only_one_of_these(lines):
    proposal = propose(lines)

    proposed = {number for line in proposal.lines for number in line.source_lines}
    fates = [proposed, set(proposal.dropped_lines), set(proposal.unusable_lines)]
    assert sum(len(fate) for fate in fates) == len(lines)
    assert set().union(*fates) == {line.number for line in lines}
    assert "line_count_differs" not in codes(proposal)
    if proposal.unusable_lines:
        assert "amount_not_in_cents" in codes(proposal)


@given(lines=runs(amounts=anything))
def test_a_proposed_line_has_one_positive_side_in_cents(lines):
    for line in propose(lines).lines:
        assert (line.debit > 0) != (line.credit > 0)
        assert min(line.debit, line.credit) == 0
        for amount in (line.debit, line.credit):
            assert amount.as_tuple().exponent == -2


@given(lines=runs(amounts=anything))
def test_a_problem_of_a_code_is_reported_once(lines):
    problems = propose(lines).problems

    keys = [
        (problem.code, problem.loket_code)
        for problem in problems
        if problem.code.startswith(("account_", "cost_"))
    ]
    assert len(keys) == len(set(keys))
    for problem in problems:
        assert list(problem.lines) == sorted(set(problem.lines))
        assert problem.line_number == (problem.lines[0] if problem.lines else None)
        assert str(problem.message)
        assert str(problem.cure)


@given(lines=runs())
def test_a_bookable_proposal_is_one_that_the_ledger_takes(lines):
    difference = sum((line.debit - line.credit for line in lines), Decimal(0))
    lines.append(run_line(len(lines) + 1, "1700", credit=difference))

    proposal = propose(lines)

    assert proposal.difference == 0
    if proposal.is_bookable:
        assert len(proposal.lines) >= 2
        assert proposal.total_debit == proposal.total_credit
        assert all(line.account and line.account.is_postable for line in proposal.lines)
        assert not any(line.account.is_blocked for line in proposal.lines)


@given(lines=runs(), mode=st.sampled_from([ADOPT, TRANSPOSE]))
def test_an_account_is_never_guessed(lines, mode):
    proposal = propose(lines, options=replace(OPTIONS, chart_mode=mode))

    by_number = {line.number: line for line in lines}
    for line in proposal.lines:
        code = by_number[line.source_lines[0]].account_code.strip()
        assert line.loket_account_code == code
        if mode == ADOPT:
            assert line.account == BOOKS.accounts.get(code)
        else:
            assert line.account == BOOKS.accounts_by_id.get(BOOKS.account_mappings.get(code))


@given(lines=runs())
def test_matching_the_same_twice_gives_the_same(lines):
    assert propose(lines) == propose(lines)


def test_fifty_thousand_lines_take_moments():
    half = 25_000
    lines = [run_line(number, "4000", "1.01", cost_center="K300") for number in range(1, half + 1)]
    lines += [run_line(half + number, "9999", "0", "-1.01") for number in range(1, half + 1)]

    started = time.perf_counter()
    proposal = propose(lines)
    seconds = time.perf_counter() - started

    assert codes(proposal) == ["unbalanced", "account_unknown", "cost_center_unknown"]
    assert len(proposal.notes) == half
    assert seconds < 5  # about 0.7 on a small machine; quadratic work would take minutes


# The posting hash


def test_the_posting_hash_does_not_depend_on_the_order_of_lines():
    lines = [
        run_line(number, "4000", "1.00", cost_center="K100" if number % 3 else None)
        for number in range(1, 20)
    ]
    lines.append(run_line(20, "1700", credit="19.00"))

    forwards, backwards = propose(lines), propose(lines[::-1])

    assert posting_hash(forwards, OPTIONS, 1) == posting_hash(backwards, OPTIONS, 1)
    assert len(posting_hash(forwards, OPTIONS, 1)) == 64


def test_the_posting_hash_is_stable_between_releases():
    assert posting_hash(propose(), OPTIONS, 1) == (
        "205e01953b3a5cae35d8fbb4c56006ebaf729948041de8b4b4172737a0a2831c"
    )


def test_the_posting_hash_sees_every_part_of_what_is_booked():
    wages = against(run_line(1, "4000", "10.00"))
    variants = [
        (wages, OPTIONS, 1),
        (wages, OPTIONS, 2),
        (wages, replace(OPTIONS, booking_date=date(2026, 1, 30)), 1),
        (wages, replace(OPTIONS, description="Loonjournaal"), 1),
        (against(run_line(1, "4000", "10.01")), OPTIONS, 1),
        (against(run_line(1, "4000", credit="10.00")), OPTIONS, 1),
        (against(run_line(1, "0400", "10.00")), OPTIONS, 1),
        (against(run_line(1, "4000", "10.00", cost_center="K100")), OPTIONS, 1),
        (against(run_line(1, "4000", "10.00", cost_unit="P01")), OPTIONS, 1),
        ([replace(wages[0], account_description="Lonen"), wages[1]], OPTIONS, 1),
        ([wages[0], run_line(2, "1700", credit="4"), run_line(3, "1700", credit="6")], OPTIONS, 1),
    ]

    hashes = {
        posting_hash(propose(lines, options=options), options, journal_id)
        for lines, options, journal_id in variants
    }

    assert len(hashes) == len(variants)


def test_the_posting_hash_is_the_same_for_what_is_booked_the_same():
    negative = [run_line(1, "4000", "0", "-2500"), run_line(2, "1700", "-2500.000")]
    decomposed = replace(OPTIONS, description="Loonjournaal cafe\N{COMBINING ACUTE ACCENT}")
    composed = replace(OPTIONS, description="Loonjournaal café")

    assert posting_hash(propose(negative), OPTIONS, 1) == posting_hash(propose(), OPTIONS, 1)
    assert posting_hash(propose(), decomposed, 1) == posting_hash(propose(), composed, 1)


def test_a_proposal_with_errors_has_no_posting_hash():
    with pytest.raises(ValueError, match="errors"):
        posting_hash(propose([]), OPTIONS, 1)
