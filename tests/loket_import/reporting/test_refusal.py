"""The reason for the payroll staff: codes and Loket's own words, and never money."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket_import.client import MESSAGE_MAX_CHARS
from loket_import.proposal import Problem, RunLine, Severity
from loket_import.reporting.refusal import AMOUNT, REASONS, refusal_reason

LINE = RunLine(1, "4711", "Bonus", "K9", "Montage", "P7", "Project", Decimal("1234.56"), Decimal(0))


def problem(code: str, loket_code: str | None = None, line: int | None = 1) -> Problem:
    """An error whose own words hold an amount and a name."""
    text = "1.234,56 van J. Jansen"
    lines = () if line is None else (line,)
    return Problem(code, Severity.ERROR, line, loket_code, text, text, lines)  # type: ignore[arg-type]


def test_it_names_the_codes_with_what_loket_calls_them() -> None:
    reason = refusal_reason(
        [
            problem("account_unknown", "4711"),
            problem("account_unmapped", "4712", line=None),
            problem("cost_center_unknown", "K9"),
            problem("cost_unit_unknown", "P7"),
            problem("unbalanced", line=None),
        ],
        [LINE],
    )

    assert reason == (
        "FinMaster kan deze run niet boeken: onbekende grootboekrekening 4711 Bonus, 4712; "
        "onbekende kostenplaats K9 Montage; onbekende kostendrager P7 Project; "
        "debet en credit zijn niet gelijk."
    )


def test_a_problem_of_our_own_is_told_as_such_and_once() -> None:
    reason = refusal_reason([problem("invented", "4711"), problem("another")], [LINE])

    assert reason == (
        "FinMaster kan deze run niet boeken: in de boekhouding moet eerst iets worden hersteld."
    )


def test_a_description_with_an_amount_in_it_is_left_out() -> None:
    named = replace(LINE, account_description="Lening 1.500,00")

    assert "4711." in refusal_reason([problem("account_unknown", "4711")], [named])


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)
problems = st.lists(
    st.builds(
        problem,
        st.sampled_from([*REASONS, "invented"]),
        st.none() | texts,
        st.none() | st.integers(1, 3),
    ),
    max_size=40,
)
lines = st.lists(
    st.builds(
        lambda number, text: replace(LINE, number=number, account_description=text),
        st.integers(1, 3),
        texts,
    ),
    max_size=3,
)


@given(problems=problems, lines=lines)
def test_it_fits_on_one_line_and_holds_no_words_of_a_problem(
    problems: list[Problem], lines: list[RunLine]
) -> None:
    reason = refusal_reason(problems, lines)

    assert 0 < len(reason) <= MESSAGE_MAX_CHARS
    assert reason == " ".join(reason.split())
    assert "Jansen" not in reason
    if not any(AMOUNT.search(one.loket_code or "") for one in problems):
        assert "1.234,56" not in reason


def test_a_code_and_a_description_that_are_money_together_are_not_joined() -> None:
    named = replace(LINE, account_description="Euro-afronding")

    reason = refusal_reason([problem("account_unknown", "4999")], [named])

    assert not AMOUNT.search(reason)
    assert "4999." in reason


WITH_DECIMALS = ("1.234,56", "12,50", "1234.56", "€ 0,05", "10.00 euro")
WITHOUT = (
    "€ 2500",
    "€2.500",
    "EUR 300",
    "2500 euro",
    "2500€",
    "300 Euro's",
    "2.500,-",
    "75,\u2013",
)


@pytest.mark.parametrize("text", [*WITH_DECIMALS, *WITHOUT])
def test_what_looks_like_money_is_seen(text: str) -> None:
    assert AMOUNT.search(f"tekst {text} tekst")


@pytest.mark.parametrize(
    "text",
    [
        "4711",
        "2026-0041",
        "periode 10",
        "1.234",
        "v1.2",
        "31-10-2026",
        "4000, 4100",
        "Neuro 4",
        "Eurest",
        "2 Europese",
    ],
)
def test_codes_and_dates_are_no_money(text: str) -> None:
    assert not AMOUNT.search(f"tekst {text} tekst")
