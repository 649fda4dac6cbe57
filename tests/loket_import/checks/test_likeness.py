"""Whether a run holds wages that are booked already, whatever form they were booked in."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket_import.checks.likeness import cost_of, holds_wages_again, totals_of
from loket_import.proposal import AccountChoice, OtherBooking, ProposedLine, RunLine

CENTS = st.decimals(min_value=-100_000, max_value=100_000, places=2)
POSITIVE = st.decimals(min_value=Decimal("0.01"), max_value=100_000, places=2)
CODES = st.sampled_from(["4000", "4100", "1700", " 1740"])


def line(code, debit, credit=Decimal(0)):
    return RunLine(1, code, "", None, None, None, None, Decimal(debit), Decimal(credit))


def booked(total, cost=0):
    return OtherBooking(1, True, False, 7, "MEM 2026-0007", Decimal(total), Decimal(cost))


LINES = st.lists(st.builds(line, CODES, CENTS, CENTS), max_size=12)


@given(lines=LINES, data=st.data())
def test_the_totals_do_not_depend_on_the_order_of_the_lines(lines, data):
    assert totals_of(data.draw(st.permutations(lines))) == totals_of(lines)


@given(lines=LINES)
def test_the_totals_are_positive_and_two_at_most(lines):
    found = totals_of(lines)

    assert len(found) <= 2
    assert all(total > 0 for total in found)


@given(lines=LINES)
def test_typed_by_account_the_same_lines_have_one_of_the_totals(lines):
    """Who types the net of each account makes an entry that is recognised."""
    nets = {}
    for one in lines:
        code = one.account_code.strip()
        nets[code] = nets.get(code, Decimal(0)) + one.debit - one.credit
    debit = sum((net for net in nets.values() if net > 0), Decimal(0))
    if debit:
        assert debit in totals_of(lines)


def test_both_forms_of_an_account_with_two_sides_are_known():
    lines = [line("1740", "640", "3360.50"), line("1700", "2720.50")]

    assert totals_of(lines) == {Decimal("3360.50"), Decimal("2720.50")}


def test_a_line_that_is_not_in_cents_leaves_nothing_to_compare():
    assert totals_of([line("4000", "10.005"), line("1700", "-10.005")]) == frozenset()


@given(cost=POSITIVE)
def test_the_same_wages_once_more_are_recognised_by_what_they_cost(cost):
    assert holds_wages_again(frozenset(), cost, [booked(1, cost)])


@given(cost=POSITIVE, more=POSITIVE)
def test_the_opposite_of_what_is_booked_is_not_the_same_again(cost, more):
    assert not holds_wages_again(frozenset(), -more, [booked(1, cost)])


@pytest.mark.parametrize(
    ("cost", "again"),
    [("50.00", False), ("50.01", True), ("0.00", False), ("-50.01", False), ("100.00", True)],
)
def test_more_than_half_of_what_is_booked_is_no_difference(cost, again):
    others = [booked(130, 90), booked(10, 10)]

    assert holds_wages_again(frozenset(), Decimal(cost), others) is again


def test_the_same_total_is_enough():
    totals = frozenset({Decimal("130.00")})

    assert holds_wages_again(totals, Decimal(0), [booked(10), booked(130)])
    assert not holds_wages_again(totals, Decimal(0), [booked(131)])
    assert not holds_wages_again(totals, Decimal(100), [])


@given(cost=POSITIVE)
def test_the_same_total_the_other_way_about_takes_back(cost):
    totals = frozenset({Decimal(130)})

    assert not holds_wages_again(totals, -cost, [booked(130, cost)])
    assert not holds_wages_again(totals, cost, [booked(130, -cost)])
    assert holds_wages_again(totals, cost, [booked(130, cost)])


def test_a_small_difference_on_top_of_a_small_difference_is_none_of_it():
    """What counts is all that is booked, not the smallest entry of it."""
    assert not holds_wages_again(frozenset(), Decimal(4), [booked(1300, 1000), booked(5, 5)])


def test_only_accounts_of_expense_cost_anything():
    expense = AccountChoice(1, "4000", "Lonen", False, True, False, kind="expense")
    liability = replace(expense, id=2, code="1700", kind="liability")
    zero, hundred = Decimal("0.00"), Decimal("100.00")
    fields = ProposedLine.__dataclass_fields__

    def proposed(account, debit, credit):
        given = dict.fromkeys(fields, "")
        given |= {"account": account, "debit": debit, "credit": credit}
        return ProposedLine(**given)

    lines = [
        proposed(expense, hundred, zero),
        proposed(expense, zero, Decimal("25.00")),
        proposed(liability, zero, Decimal("75.00")),
        proposed(None, hundred, zero),
    ]

    assert cost_of(lines) == Decimal("75.00")
