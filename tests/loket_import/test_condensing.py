"""One line for each account, cost centre, cost unit and side: nothing lost, nothing set off."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket_import.matching import match, posting_hash
from tests.loket_import.test_matching import (
    BOOKS,
    FACTS,
    OPTIONS,
    TRANSPOSE,
    codes,
    run_line,
    runs,
)

CONDENSED = replace(OPTIONS, condenses=True)


def propose(lines, *, options=CONDENSED, books=BOOKS):
    facts = replace(FACTS, stored_line_count=len(lines))
    return match(facts=facts, lines=lines, books=books, options=options)


def rows(proposal):
    return [
        (line.account.code if line.account else None, str(line.debit), str(line.credit))
        for line in proposal.lines
    ]


def test_lines_are_added_up_in_the_order_in_which_they_turn_up():
    proposal = propose(
        [
            run_line(1, "4000", "10.00"),
            run_line(2, "1700", credit="7.00"),
            run_line(3, "4000", "5.50"),
            run_line(4, "1700", credit="8.50"),
        ]
    )

    assert rows(proposal) == [("4000", "15.50", "0.00"), ("1700", "0.00", "15.50")]
    assert [line.source_lines for line in proposal.lines] == [(1, 3), (2, 4)]
    assert proposal.total_debit == proposal.total_credit == Decimal("15.50")
    assert proposal.is_bookable


def test_the_sides_of_an_account_are_not_set_off():
    proposal = propose(
        [
            run_line(1, "4000", "10.00"),
            run_line(2, "4000", credit="4.00"),
            run_line(3, "4000", "2.00", "3.00"),
            run_line(4, "1700", credit="5.00"),
        ]
    )

    assert rows(proposal) == [
        ("4000", "12.00", "0.00"),
        ("4000", "0.00", "7.00"),
        ("1700", "0.00", "5.00"),
    ]
    assert [line.source_lines for line in proposal.lines] == [(1, 3), (2, 3), (4,)]


def test_cost_centers_and_units_stay_apart():
    proposal = propose(
        [
            run_line(1, "4000", "1", cost_center="K100"),
            run_line(2, "4000", "1", cost_center="K200"),
            run_line(3, "4000", "1"),
            run_line(4, "4000", "1", cost_unit="P01"),
            # Mapped onto the same cost centre as K100 and K200.
            run_line(5, "4000", "1", cost_center="AFD1"),
            run_line(6, "1700", credit="5"),
        ]
    )

    assert [line.source_lines for line in proposal.lines] == [(1, 2, 5), (3,), (4,), (6,)]
    assert proposal.lines[0].loket_cost_center_code == ""
    assert proposal.lines[0].cost_center.code == "K100"


def test_what_stands_for_nothing_yet_stays_by_itself():
    proposal = propose(
        [
            run_line(1, "9999", "1"),
            run_line(2, "8888", "1"),
            run_line(3, "4000", "1", cost_center="X"),
            run_line(4, "4000", "1", cost_center="Y"),
            run_line(5, "4000", "1", cost_unit="X"),
            run_line(6, "4000", "1"),
            run_line(7, "4000", "1"),
            run_line(8, "1700", credit="7"),
        ]
    )

    assert [line.source_lines for line in proposal.lines] == [
        (1,),
        (2,),
        (3,),
        (4,),
        (5,),
        (6, 7),
        (8,),
    ]
    assert [line.loket_account_code for line in proposal.lines[:2]] == ["9999", "8888"]


@pytest.mark.parametrize(
    ("descriptions", "expected"),
    [(("Lonen", "Lonen"), "Lonen"), (("Lonen", "Premies"), "Rekening 4000"), (("", ""), "Entry")],
)
def test_the_description_is_that_of_all_or_the_name_of_the_account(descriptions, expected):
    lines = [
        replace(run_line(number, "4000", "1"), account_description=text)
        for number, text in enumerate(descriptions, start=1)
    ]

    proposal = propose(
        [*lines, run_line(3, "1700", credit="2")], options=replace(CONDENSED, description="Entry")
    )

    assert proposal.lines[0].description == expected


def test_codes_of_loket_that_differ_are_no_code():
    lines = [
        run_line(1, "8000", "1"),
        run_line(2, "8001", "1"),
        run_line(3, "8000", credit="2"),
    ]

    proposal = propose(lines, options=replace(CONDENSED, chart_mode=TRANSPOSE))

    assert [line.loket_account_code for line in proposal.lines] == ["", "8000"]


def test_amounts_that_only_together_are_too_large_name_all_their_lines():
    lines = [
        run_line(1, "4000", "600000000000.00"),
        run_line(2, "4000", "600000000000.00"),
        run_line(3, "1700", credit="600000000000.00"),
        run_line(4, "0400", credit="600000000000.00"),
    ]

    proposal = propose(lines)

    assert codes(proposal) == ["total_too_large", "amount_too_large"]
    assert proposal.problems[1].lines == (1, 2)


def test_one_line_out_of_several_is_not_one_line():
    assert codes(propose([run_line(1, "4000", "1"), run_line(2, "4000", "1")])) == ["unbalanced"]
    assert codes(propose([run_line(1, "4000", "1")])) == ["too_few_lines", "unbalanced"]


def test_what_is_condensed_is_not_what_was_seen_before():
    lines = [run_line(1, "4000", "1"), run_line(2, "4000", "1"), run_line(3, "1700", credit="2")]

    apart, together = propose(lines, options=OPTIONS), propose(lines)

    assert posting_hash(apart, OPTIONS, 1) != posting_hash(together, CONDENSED, 1)


# Properties


@given(lines=runs(amounts=st.decimals() | st.integers(-500, 500).map(lambda n: Decimal(n) / 4)))
def test_condensed_or_not_everything_but_the_lines_is_the_same(lines):
    apart, together = propose(lines, options=OPTIONS), propose(lines)

    assert (together.total_debit, together.total_credit) == (apart.total_debit, apart.total_credit)
    assert together.notes == apart.notes
    assert together.dropped_lines == apart.dropped_lines
    assert together.unusable_lines == apart.unusable_lines
    assert "line_count_differs" not in codes(together)
    assert {code for code in codes(together) if code != "amount_too_large"} == {
        code for code in codes(apart) if code != "amount_too_large"
    }
    assert {number for line in together.lines for number in line.source_lines} == {
        number for line in apart.lines for number in line.source_lines
    }


@given(lines=runs())
def test_each_key_keeps_its_debit_and_its_credit_to_the_cent(lines):
    apart, together = propose(lines, options=OPTIONS), propose(lines)

    assert sums(apart) == sums(together)
    known = [key(line) for line in together.lines if key(line)]
    assert len(known) == len(set(known))
    first = [line.source_lines[0] for line in together.lines]
    assert first == sorted(first)
    for line in together.lines:
        assert (line.debit > 0) != (line.credit > 0)
        assert list(line.source_lines) == sorted(set(line.source_lines))


def key(line):
    """What tells the lines of a condensed entry apart; None for one that is not condensed."""
    if line.account is None or line.is_cost_center_open or line.is_cost_unit_open:
        return None
    return (
        line.account.id,
        line.cost_center and line.cost_center.id,
        line.cost_unit and line.cost_unit.id,
        line.debit > 0,
    )


def sums(proposal):
    found = defaultdict(Decimal)
    for line in proposal.lines:
        found[key(line)] += line.debit + line.credit
    return found
