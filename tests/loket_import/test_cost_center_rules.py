"""What becomes of a line's cost centre: the rule of its account, mappings that lead nowhere."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.models import CostCenterRule as ConnectionRule
from loket_import.matching import match
from loket_import.proposal import CostCenterRule, CostCenterTreatment, Severity, Way
from tests.loket_import.test_matching import (
    ADOPT,
    BOOKS,
    FACTS,
    OPTIONS,
    TRANSPOSE,
    codes,
    only,
    run_line,
    runs,
)

AS_SENT, DROP, DEFAULT, FIXED = CostCenterRule
K100, K200, BLOCKED, NOWHERE = 1, 2, 3, 77


def propose(lines, *, mode=ADOPT, **books):
    return match(
        facts=replace(FACTS, stored_line_count=len(lines)),
        lines=lines,
        books=replace(BOOKS, **books),
        options=replace(OPTIONS, chart_mode=mode),
    )


def ruled(rule, cost_center_id=None, *, sent=None, mode=ADOPT, code=None):
    """The proposal of a line whose account has a rule, with a counterpart that has none."""
    code = code or ("4000" if mode == ADOPT else "8001")
    lines = [
        run_line(1, f" {code} ", "10.00", cost_center=sent),
        run_line(2, "1700" if mode == ADOPT else "8000", credit="10.00"),
    ]
    return propose(
        lines, mode=mode, cost_center_rules={code: CostCenterTreatment(rule, cost_center_id)}
    )


def cost_center(proposal):
    found = proposal.lines[0].cost_center
    return found.code if found else None


def notes(proposal):
    return [(note.code, note.lines) for note in proposal.notes]


def test_the_rules_are_those_of_a_connection():
    assert {one.name: one.value for one in CostCenterRule} == {
        one.name: one.value for one in ConnectionRule
    }


@pytest.mark.parametrize("mode", [ADOPT, TRANSPOSE])
@pytest.mark.parametrize(
    ("rule", "named", "sent", "expected", "note", "problems"),
    [
        (AS_SENT, None, "K100", "K100", [], []),
        (AS_SENT, None, None, None, [], []),
        (AS_SENT, None, "K300", None, [], ["cost_center_unknown"]),
        (DROP, None, "K100", None, ["cost_center_dropped"], []),
        (DROP, None, "K300", None, ["cost_center_dropped"], []),
        (DROP, None, "K900", None, ["cost_center_dropped"], []),
        (DROP, None, None, None, [], []),
        (FIXED, K200, "K100", "K200", ["cost_center_replaced"], []),
        (FIXED, K200, "K300", "K200", ["cost_center_replaced"], []),
        (FIXED, K200, "K900", "K200", ["cost_center_replaced"], []),
        (FIXED, K200, None, "K200", ["cost_center_filled_in"], []),
        # Loket's K200 goes to K100: what counts is the cost centre here.
        (FIXED, K100, "K200", "K100", [], []),
        (DEFAULT, K200, "K100", "K100", [], []),
        (DEFAULT, K200, None, "K200", ["cost_center_filled_in"], []),
        (DEFAULT, K200, "  ", "K200", ["cost_center_filled_in"], []),
        (DEFAULT, K200, "K300", None, [], ["cost_center_unknown"]),
    ],
)
def test_each_rule_in_each_mode(mode, rule, named, sent, expected, note, problems):
    proposal = ruled(rule, named, sent=sent, mode=mode)

    assert cost_center(proposal) == expected
    assert notes(proposal) == [(code, (1,)) for code in note]
    assert codes(proposal) == problems
    assert all("{" not in str(one.message) for one in proposal.notes)


@pytest.mark.parametrize("rule", [DEFAULT, FIXED])
def test_a_cost_center_that_a_rule_names_and_that_is_blocked_is_an_error(rule):
    problem = only(ruled(rule, BLOCKED))

    assert (problem.code, problem.severity) == ("cost_center_rule_blocked", Severity.ERROR)
    assert (problem.target_id, problem.loket_code, problem.lines) == (BLOCKED, "4000", (1,))
    assert "K900 Oud filiaal" in str(problem.message)


@pytest.mark.parametrize("code", ["4000", "4100"])
def test_a_rule_that_names_nothing_is_an_error_and_no_blank(code):
    problem = only(ruled(FIXED, NOWHERE, code=code))

    assert (problem.code, problem.severity) == ("cost_center_rule_unknown", Severity.ERROR)


def test_an_account_that_demands_a_cost_center_gets_it_from_its_rule():
    assert ruled(DEFAULT, K100, code="4100").is_bookable
    assert ruled(FIXED, K100, code="4100").is_bookable


@pytest.mark.parametrize("sent", [None, "K100", "K300"])
def test_an_account_that_demands_a_cost_center_misses_one_that_is_dropped(sent):
    problem = only(ruled(DROP, code="4100", sent=sent))

    assert problem.code == "cost_center_dropped"
    assert "transponeertabel" in str(problem.message)
    assert problem.target_id == 6


def test_a_cost_center_that_is_left_out_is_missed_once_and_apart_from_none_at_all():
    lines = [
        run_line(1, "4100", "10.00", cost_center="K100"),
        run_line(2, "4100", "5.00"),
        run_line(3, "4100", "1.00", cost_center=" K100 "),
        run_line(4, "1700", credit="16.00"),
    ]

    missed, missing = propose(lines, cost_center_mappings={"K100": None}).problems

    assert (missed.code, missed.lines) == ("cost_center_left_out", (1, 3))
    assert (missed.loket_code, missed.target_id) == ("K100", None)
    assert "4100" in str(missed.message)
    assert (missing.code, missing.lines) == ("cost_center_missing", (2,))


@pytest.mark.parametrize("mode", [ADOPT, TRANSPOSE])
def test_a_code_that_is_left_out_on_purpose_is_no_problem_and_said_once(mode):
    code = "4000" if mode == ADOPT else "8000"
    lines = [
        run_line(1, code, "10.00", cost_center="OUD", cost_unit="P77"),
        run_line(2, code, "10.00", cost_center=" OUD"),
        run_line(3, code, credit="20.00", cost_center="K100"),
    ]

    proposal = propose(
        lines,
        mode=mode,
        cost_center_mappings={"OUD": None},
        cost_unit_mappings={"P77": None},
    )

    assert proposal.problems == ()
    assert notes(proposal) == [("cost_center_left_out", (1, 2)), ("cost_unit_left_out", (1,))]
    assert [line.cost_center and line.cost_center.code for line in proposal.lines] == [
        None,
        None,
        "K100",
    ]
    assert not any(line.is_cost_center_open for line in proposal.lines)


def test_a_default_does_not_fill_in_what_was_left_out():
    lines = [run_line(1, "4000", "1", cost_center="OUD"), run_line(2, "1700", credit="1")]

    proposal = propose(
        lines,
        cost_center_mappings={"OUD": None},
        cost_center_rules={"4000": CostCenterTreatment(DEFAULT, K100)},
    )

    assert cost_center(proposal) is None


def test_a_mapping_without_an_account_holds_a_rule_only():
    lines = [run_line(1, "8000", "1"), run_line(2, "8001", credit="1")]

    proposal = propose(lines, mode=TRANSPOSE, account_mappings={"8000": None, "8001": 1})

    assert codes(proposal) == ["account_unmapped"]
    assert proposal.problems[0].loket_code == "8000"


def test_a_rule_goes_by_loket_s_code_and_not_by_ours():
    lines = [run_line(1, "8001", "1", cost_center="K100"), run_line(2, "8000", credit="1")]

    proposal = propose(lines, mode=TRANSPOSE, cost_center_rules={"4000": CostCenterTreatment(DROP)})

    assert cost_center(proposal) == "K100"


def test_a_cost_center_without_a_code_is_warned_of_only_where_none_is_booked():
    line = replace(run_line(1, "4000", "1"), cost_center_description="Kantoor")
    lines = [line, run_line(2, "1700", credit="1")]

    for treatment, expected in (
        (CostCenterTreatment(AS_SENT), ["cost_center_without_code"]),
        (CostCenterTreatment(DROP), []),
        (CostCenterTreatment(DEFAULT, K100), []),
        (CostCenterTreatment(FIXED, K100), []),
    ):
        assert codes(propose(lines, cost_center_rules={"4000": treatment})) == expected


def test_an_unknown_rule_is_refused():
    with pytest.raises(ValueError, match="guess"):
        ruled("guess")


# Properties

treatments = st.builds(
    CostCenterTreatment,
    st.sampled_from(list(CostCenterRule)),
    st.sampled_from([K100, K200, BLOCKED, NOWHERE, None]),
)
rules = st.dictionaries(st.sampled_from(["4000", "1700", "4100", "4099"]), treatments)
mappings = st.dictionaries(
    st.sampled_from(["K100", "K200", "K300", "P01", "X"]), st.sampled_from([1, 2, 77, None])
)


@given(lines=runs(), rules=rules, centers=mappings, units=mappings)
def test_a_cost_center_is_booked_reported_or_left_out_by_a_note(lines, rules, centers, units):
    proposal = propose(
        lines, cost_center_rules=rules, cost_center_mappings=centers, cost_unit_mappings=units
    )

    told = {number for problem in proposal.problems for number in problem.lines}
    noted = {number for note in proposal.notes for number in note.lines}
    for line in proposal.matched_lines:
        rule = rules.get(line.account_code, CostCenterTreatment(AS_SENT)).rule
        if rule == DROP:
            assert line.cost_center is None
        if line.cost_center is None and line.cost_center_code:
            assert line.number in told | noted
        if line.cost_unit is None and line.cost_unit_code:
            assert line.number in told | noted
        if line.cost_center != line.sent_cost_center:
            assert line.number in told | noted
        assert (line.cost_center_way == Way.UNKNOWN) <= (line.number in told)


@given(lines=runs(), rules=rules)
def test_a_rule_touches_no_amount_and_no_account(lines, rules):
    with_rules = propose(lines, cost_center_rules=rules)
    without = propose(lines)

    assert [(one.account, one.cost_unit, one.debit, one.credit) for one in with_rules.lines] == [
        (one.account, one.cost_unit, one.debit, one.credit) for one in without.lines
    ]


@given(lines=runs(), rules=rules, centers=mappings)
def test_a_note_of_a_code_is_made_once(lines, rules, centers):
    proposal = propose(lines, cost_center_rules=rules, cost_center_mappings=centers)

    texts = [
        (note.code, str(note.message)) for note in proposal.notes if note.code.startswith("cost_")
    ]
    assert len(texts) == len(set(texts))
