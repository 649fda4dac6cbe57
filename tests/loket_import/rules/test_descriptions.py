"""The description of an entry: names in braces, and nothing else that a template could want."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket_import.rules.dates import PayPeriod
from loket_import.rules.descriptions import (
    MAX_LENGTH,
    PLACEHOLDERS,
    Described,
    described,
    faults,
    longest,
)

RUN = Described(
    period=PayPeriod(2026, 13, date(2026, 11, 30), date(2027, 1, 3)),
    period_name="periode 13 (4 weken)",
    run_number=17,
    employer=" Bakkerij {run} ",
    payroll="Winkel",
)


def test_each_name_is_filled_in() -> None:
    template = "{jaar}|{periode}|{periodenaam}|{run}|{werkgever}|{payroll}|{begin}|{eind}"

    assert described(template, RUN.values()) == (
        "2026|13|periode 13 (4 weken)|17|Bakkerij {run}|Winkel|30-11-2026|03-01-2027"
    )
    assert set(RUN.values()) == set(PLACEHOLDERS)


def test_a_period_without_a_number_has_a_dash() -> None:
    without = Described(
        PayPeriod(2026, None, date(2026, 5, 4), date(2026, 5, 10)), "week -", 1, "", ""
    )

    assert described("{periode}", without.values()) == "-"


@pytest.mark.parametrize(
    "template", ["", "Loonjournaal", "Lonen {periodenaam} {jaar}", "{run}{run}", "100% € é"]
)
def test_what_can_be_used(template: str) -> None:
    assert faults(template) == []


@pytest.mark.parametrize(
    ("template", "named"),
    [
        ("{maand}", "{maand}"),
        ("{Jaar}", "{Jaar}"),
        ("{ jaar }", "{ jaar }"),
        ("{jaar.__class__}", "{jaar.__class__}"),
        ("{jaar[0]}", "{jaar[0]}"),
        ("{jaar!r}", "{jaar!r}"),
        ("{jaar:>9999}", "{jaar:>9999}"),
        ("{}", "{}"),
        ("{0}", "{0}"),
    ],
)
def test_another_name_is_refused_by_name(template: str, named: str) -> None:
    (fault,) = faults(f"Lonen {template}")

    assert named in str(fault)


@pytest.mark.parametrize(
    "template", ["{", "}", "{jaar", "jaar}", "{{jaar}}", "{jaar}}", "}{", "{jaar{run}}"]
)
def test_a_lone_brace_is_refused(template: str) -> None:
    (fault,) = faults(template)

    assert "{jaar}" in str(fault)


def test_each_unknown_name_is_told_once() -> None:
    assert len(faults("{x} {y} {x}")) == 2


def test_what_can_become_too_long_is_refused_with_the_numbers() -> None:
    employer = "B" * 100
    text = "x" * (MAX_LENGTH - 100)

    assert faults(text + "{werkgever}", employer=employer) == []
    (fault,) = faults(text + "y{werkgever}", employer=employer)
    assert "256" in str(fault)
    assert "255" in str(fault)
    # Nothing linked yet: a name counts for sixty characters.
    assert faults("x" * 195 + "{werkgever}") == []
    assert len(faults("x" * 196 + "{payroll}")) == 1


texts = st.text(st.sampled_from("ab {}.:_!0[]") | st.characters(codec="utf-8"), max_size=40)
templates = st.lists(
    st.sampled_from([f"{{{name}}}" for name in PLACEHOLDERS]) | texts, max_size=8
).map("".join)
names = st.text(max_size=60)


@st.composite
def runs(draw: st.DrawFn) -> Described:
    first = draw(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
    number = draw(st.none() | st.integers(1, 53))
    return Described(
        period=PayPeriod(first.year, number, first, first),
        period_name=f"periode {number or '-'} (4 weken)",
        run_number=draw(st.integers(0, 2**31 - 1)),
        employer=draw(names),
        payroll=draw(names),
    )


@given(template=templates, run=runs())
def test_whatever_is_accepted_can_be_filled_in_and_fits(template: str, run: Described) -> None:
    if faults(template, employer=run.employer, payroll=run.payroll):
        return
    text = described(template, run.values())

    assert len(text) <= longest(template, employer=run.employer, payroll=run.payroll) <= MAX_LENGTH


@given(template=templates)
def test_a_template_is_refused_or_has_known_names_only(template: str) -> None:
    rest = template
    for name in PLACEHOLDERS:
        rest = rest.replace(f"{{{name}}}", "")

    assert bool(faults(template, employer="x", payroll="x")) == (
        "{" in rest or "}" in rest or longest(template, employer="x", payroll="x") > MAX_LENGTH
    )
