"""Suggestions for what a code of Loket stands for: ranked, with reasons, and never a guess."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from loket_import.sandbox import profiles
from loket_import.suggestions.candidates import Evidence, MappedCode, Precedent, Target
from loket_import.suggestions.payroll_terms import (
    STATEMENT_OF_KIND,
    Statement,
    expected_statement,
    rgs_codes,
)
from loket_import.suggestions.ranking import MOST_SUGGESTIONS, Confidence, Suggestion, suggest
from loket_import.suggestions.words import likeness, words
from tests.loket_import.linked import rows

COSTS = frozenset(
    {"wages", "overtime", "bonus", "holiday", "social", "health", "fund", "pension", "travel"}
    | {"home_office", "final_levy"}
)
# What a bookkeeper books each account of the installer's payroll on, in the chart of the demo.
ACCEPTABLE = {
    "4002010": {"4000"},
    "4002020": {"4005"},
    "4002030": {"4010"},
    "4002090": {"4020"},
    "4002050": {"4050"},
    "4003010": {"4100"},
    "4003020": {"4110"},
    "4003030": {"4120"},
    "4004010": {"4200"},
    "4005010": {"4300"},
    "4005020": {"4310"},
    "4005090": {"4390"},
    "4006010": {"4510"},
    "1305000": {"0160", "1760"},
    "1501000": {"1710"},
    "1502000": {"1700"},
    "1503000": {"1720"},
    "1503500": {"1730"},
    "1504000": {"1740"},
    "1505000": {"1750"},
    "1506000": {"1770"},
}


@dataclass(frozen=True)
class Code:
    """A code that is asked about."""

    code: str
    description: str = ""
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)


def target(code: str, name: str = "", kind: str = "", rgs: str = "", id: int = 0) -> Target:
    return Target(id or int(code), code, name, kind, rgs)


def precedent(code: str, to: str, name: str = "", *, rgs: str = "", count: int = 1) -> Precedent:
    return Precedent(code, "", to, name, rgs, count)


def best(asked: Code, *targets: Target, **evidence: Any) -> tuple[str, Confidence] | None:
    """Code and confidence of the first suggestion."""
    found = suggest(asked, Evidence(targets, **evidence))
    return (found[0].target.code, found[0].confidence) if found else None


def demo_chart() -> tuple[Target, ...]:
    """The accounts of the demo that can be booked on."""
    return tuple(
        Target(number, row["code"], row["name"], row["kind"], row["rgs_code"])
        for number, row in enumerate(rows("chart.csv"), start=1)
        if row["postable"] == "1" and row["blocked"] == "0"
    )


def asked_of(profile: dict[str, tuple[str, str]]) -> list[Code]:
    """A question for each code of a journal profile, its amount on the side that a payroll has."""
    amount, nothing = Decimal("812.40"), Decimal(0)
    sides = {
        code.strip(): (description, purpose in COSTS)
        for purpose, (code, description) in profile.items()
    }
    return [
        Code(code, text, *((amount, nothing) if is_debit else (nothing, amount)))
        for code, (text, is_debit) in sides.items()
    ]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences as they stand in the code."""
    with translation.override("en"):
        yield


# The demo: what a bookkeeper would accept


def first_ones(profile: dict[str, tuple[str, str]]) -> dict[str, Suggestion]:
    """The first suggestion for each code of a profile, from the chart alone."""
    evidence = Evidence(demo_chart())
    return {asked.code: suggest(asked, evidence)[0] for asked in asked_of(profile)}


def test_a_run_without_any_mapping_is_suggested_right_and_mostly_for_sure() -> None:
    found = first_ones(profiles.SEVEN_DIGIT_ACCOUNTS)

    assert found.keys() == ACCEPTABLE.keys()
    right = {code for code, one in found.items() if one.target.code in ACCEPTABLE[code]}
    assert right == set(ACCEPTABLE)
    sure = {code for code, one in found.items() if one.is_sure}
    assert set(ACCEPTABLE) - sure == {"4002090", "4006010"}


def test_the_same_chart_at_loket_is_suggested_code_by_code() -> None:
    found = first_ones(profiles.FOUR_DIGIT_ACCOUNTS)

    assert {code for code, one in found.items() if one.target.code != code} == set()
    assert {code for code, one in found.items() if not one.is_sure} == set()


def test_old_codes_with_other_descriptions_are_right_but_not_all_for_sure() -> None:
    found = first_ones(profiles.OLD_ACCOUNTS)

    assert {code for code, one in found.items() if one.target.code != code} == set()
    assert {code for code, one in found.items() if not one.is_sure} == {"4005"}


# What the office's other administrations did

WAGES = target("4010", "Lonen", "expense", "WPerLesLon")
FUEL = target("4600", "Brandstof", "expense")
DEBIT = Decimal(10)


def test_a_unanimous_office_is_sure_and_says_so() -> None:
    asked = Code("4000", debit=DEBIT)
    precedents = (precedent("4000", "4010", "Lonen", count=3),)

    (first,) = suggest(asked, Evidence((WAGES, FUEL), precedents))

    assert (first.target, first.confidence) == (WAGES, Confidence.SURE)
    assert (
        str(first.reasons[0])
        == "In 3 of 3 other administrations of your office, 4000 goes to 4010 Lonen."
    )


def test_an_office_that_disagrees_is_never_sure() -> None:
    asked = Code("4000", "Lonen", debit=DEBIT)
    precedents = (
        precedent("4000", "4010", "Lonen", count=2),
        precedent("4000", "4600", "Brandstof"),
    )

    found = suggest(asked, Evidence((WAGES, FUEL), precedents))

    assert [one.target for one in found] == [WAGES, FUEL]
    assert {one.confidence for one in found}.isdisjoint({Confidence.SURE})
    assert "In 2 of 3 other" in str(found[0].reasons[0])


def test_one_administration_alone_needs_a_second_witness() -> None:
    elsewhere = (precedent("7777", "4600", "Brandstof"),)

    assert best(Code("7777", debit=DEBIT), WAGES, FUEL, precedents=elsewhere) == (
        "4600",
        Confidence.LIKELY,
    )
    assert best(Code("7777", "Brandstof", debit=DEBIT), WAGES, FUEL, precedents=elsewhere) == (
        "4600",
        Confidence.SURE,
    )


def test_a_code_that_is_described_otherwise_elsewhere_is_not_the_same_code() -> None:
    elsewhere = (Precedent("7777", "Kantinekosten", "4600", "Brandstof", "", 5),)

    assert best(Code("7777", "Lease", debit=DEBIT), FUEL, precedents=elsewhere) == (
        "4600",
        Confidence.LIKELY,
    )


def test_another_chart_is_matched_by_its_rgs_code_and_says_what_is_booked_on_there() -> None:
    asked = Code("4000", debit=DEBIT)
    precedents = (precedent("4000", "40110", "Brutolonen", rgs="WPerLesLon", count=2),)

    (first,) = suggest(asked, Evidence((WAGES, FUEL), precedents))

    assert first.target == WAGES
    assert "4000 goes to 40110 Brutolonen, which is this one" in str(first.reasons[0])


def test_the_same_code_in_another_chart_is_not_the_same_account() -> None:
    asked = Code("1234", debit=DEBIT)
    elsewhere = (precedent("1234", "4600", "Rente rekening-courant", count=4),)

    assert best(asked, WAGES, FUEL, precedents=elsewhere) is None


def test_the_same_name_under_another_code_is_found() -> None:
    asked = Code("ABC", debit=DEBIT)
    elsewhere = (precedent("ABC", "9", "Brandstof", count=2),)

    assert best(asked, WAGES, FUEL, precedents=elsewhere) == ("4600", Confidence.SURE)


# What is known without them


def test_holiday_pay_is_a_cost_in_debit_and_a_debt_in_credit() -> None:
    cost = target("40140", "Vakantiebijslag", "expense", "WPerLesVag")
    debt = target("16115", "Te betalen vakantiegeld", "liability", "BSchSalTvg")
    amount = Decimal(80)

    assert best(Code("V1", "Vakantiegeld", debit=amount), cost, debt) == ("40140", Confidence.SURE)
    assert best(Code("V1", "Vakantiegeld", credit=amount), cost, debt) == ("16115", Confidence.SURE)


def test_another_kind_of_account_than_expected_is_never_sure_and_is_warned_of() -> None:
    debt = target("4000", "Lonen", "liability")

    (first,) = suggest(Code("4000", "Lonen", debit=DEBIT), Evidence((debt,)))

    assert first.confidence != Confidence.SURE
    assert "another kind of account is expected" in str(first.reasons[-1])


def test_a_code_that_was_mapped_before_shows_the_way() -> None:
    asked = Code("4002", "Overwerk avond", debit=DEBIT)
    extra = target("4899", "Diversen", "expense")
    mapped = (MappedCode("4001", "Overwerk nacht", extra.id),)

    (first,) = suggest(asked, Evidence((WAGES, extra), mapped=mapped))

    assert first.target == extra
    assert "4001 Overwerk nacht goes there already, and is described alike." in map(
        str, first.reasons
    )


def test_two_that_are_as_sure_are_both_only_likely() -> None:
    twins = (target("4010", "Brandstof", "expense"), target("4020", "Brandstof", "expense"))

    found = suggest(Code("77", "Brandstof", debit=DEBIT), Evidence(twins))

    assert [(one.target.code, one.confidence) for one in found] == [
        ("4010", Confidence.LIKELY),
        ("4020", Confidence.LIKELY),
    ]


def test_the_same_code_with_an_unlike_name_is_no_more_than_possible() -> None:
    vat, tax = target("1500", "Btw hoog", "liability"), target("1710", "Loonheffing", "liability")
    asked = Code("1500", "Loonheffing")

    assert best(asked, vat) == best(Code("1500"), vat) == ("1500", Confidence.POSSIBLE)
    assert best(asked, vat, tax) == ("1710", Confidence.SURE)
    assert best(Code("4500", "Loonheffing"), target("4500", "Btw hoog", "liability")) is None


def test_cost_centers_are_suggested_by_name_and_sure_with_their_code_only() -> None:
    office = target("100", "Kantoor")

    assert best(Code("KNT", "Kantoor"), office) == ("100", Confidence.LIKELY)
    assert best(Code("100", "Kantoor"), office) == ("100", Confidence.SURE)


@pytest.mark.parametrize(
    ("description", "statement", "codes"),
    [
        ("Loonheffing", Statement.BALANCE, ("BSchBepLhe",)),
        ("Loonheffing", Statement.RESULT, ()),
        ("Netto lonen", Statement.BALANCE, ("BSchSalNet",)),
        ("Nettolonen", Statement.BALANCE, ("BSchSalNet",)),
        ("Salarissen", Statement.RESULT, ("WPerLesLon",)),
        ("Premies SVW wg", Statement.RESULT, ("WPerSolPsv",)),
        ("Sociale lasten", Statement.RESULT, ("WPerSolPsv",)),
        ("Pensioenpremie werknemer", Statement.BALANCE, ("BSchOvsStp",)),
        ("Eindejaarsuitkering", Statement.RESULT, ("WPerLesEuk",)),
        ("Reservering vakantiedagen", Statement.BALANCE, ("BSchSalTbv",)),
        ("Onregelmatigheidstoeslag", Statement.RESULT, ("WPerLesOnr",)),
        ("Loonkostensubsidie", Statement.BALANCE, ("BVorTskTls",)),
        ("Voorschot netto loon", Statement.BALANCE, ()),
        ("Tussenrekening lonen", Statement.BALANCE, ("BSchTusTsa", "BVorTusTsa")),
        ("Loonheffing", None, ()),
        ("", Statement.RESULT, ()),
        ("Brandstof", Statement.RESULT, ()),
    ],
)
def test_words_stand_for_rgs_codes(
    description: str, statement: Statement | None, codes: tuple[str, ...]
) -> None:
    assert rgs_codes(description, statement) == codes


@pytest.mark.parametrize(
    ("code", "debit", "credit", "statement"),
    [
        ("4002090", 0, 10, Statement.RESULT),
        ("1504000", 10, 0, Statement.BALANCE),
        ("0160", 10, 0, Statement.BALANCE),
        ("X1", 10, 3, Statement.RESULT),
        ("X1", 3, 10, Statement.BALANCE),
        ("X1", -10, 0, Statement.BALANCE),
        ("X1", 0, 0, None),
        ("", 5, 5, None),
    ],
)
def test_class_then_side_tell_where_an_account_belongs(
    code: str, debit: int, credit: int, statement: Statement | None
) -> None:
    assert expected_statement(code, Decimal(debit), Decimal(credit)) == statement


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Te betalen netto lonen", "Nettoloon"),
        ("CAFÉ", "café"),
        ("Reservering vakantiegeld", "Vakantietoeslag (reservering)"),
        ("Af te dragen eindheffing WKR", "Eindheffing werkkostenregeling"),
    ],
)
def test_different_ways_to_say_the_same(one: str, other: str) -> None:
    assert likeness(one, other) == 100


def test_nothing_is_like_a_text_without_words() -> None:
    assert likeness("", "") == 0
    assert likeness("van de", "van de") == 0
    assert words("U/G -- 's") == ()


def test_beside_a_sure_one_those_that_are_merely_possible_are_not_shown() -> None:
    net = target("1700", "Netto lonen", "liability", "BSchSalNet")
    loan = target("1760", "Netto lening", "liability")
    asked = Code("15020", "Nettoloon", credit=Decimal(10))

    assert [one.confidence for one in suggest(asked, Evidence((loan,)))] == [Confidence.POSSIBLE]
    assert [one.target for one in suggest(asked, Evidence((loan, net)))] == [net]


# Whatever the evidence

NAMES = st.sampled_from(
    ["", "Lonen", "Bruto lonen", "Netto lonen", "Loonheffing", "Vakantiegeld", "Pensioen", "Auto"]
)
CODES = st.sampled_from(["1700", "1710", "4000", "4050", "9000", "A1"])
KINDS = st.sampled_from([*STATEMENT_OF_KIND, ""])
RGS = st.sampled_from(["", "WPerLesLon", "BSchSalNet", "BSchBepLhe", "WPerLesVag"])
AMOUNTS = st.decimals(0, 1000, places=2)
ASKED = st.builds(Code, CODES, NAMES, AMOUNTS, AMOUNTS)
TARGETS = st.lists(
    st.builds(Target, st.integers(1, 999), CODES, NAMES, KINDS, RGS),
    max_size=6,
    unique_by=(lambda one: one.id, lambda one: one.code),
)
PRECEDENTS = st.lists(
    st.builds(Precedent, CODES, NAMES, CODES | st.just(""), NAMES, RGS, st.integers(1, 4)),
    max_size=5,
)
MAPPED = st.lists(st.builds(MappedCode, CODES, NAMES, st.integers(1, 999)), max_size=4)
EVIDENCE = st.builds(
    lambda targets, precedents, mapped: Evidence(tuple(targets), tuple(precedents), tuple(mapped)),
    TARGETS,
    PRECEDENTS,
    MAPPED,
)


@given(ASKED, EVIDENCE)
def test_only_what_can_be_booked_on_is_suggested_at_most_three_and_each_once(
    asked: Code, evidence: Evidence
) -> None:
    found = suggest(asked, evidence)

    assert {one.target for one in found} <= set(evidence.targets)
    assert len({one.target for one in found}) == len(found) <= MOST_SUGGESTIONS
    assert all(one.reasons for one in found)


@given(ASKED, EVIDENCE, st.randoms(use_true_random=False))
def test_the_order_of_the_evidence_makes_no_difference(
    asked: Code, evidence: Evidence, random: Any
) -> None:
    def shuffled(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(random.sample(values, len(values)))

    parts = (evidence.targets, evidence.precedents, evidence.mapped)
    again = suggest(asked, Evidence(*map(shuffled, parts)))

    assert [told(one) for one in again] == [told(one) for one in suggest(asked, evidence)]


def told(one: Suggestion) -> tuple[object, ...]:
    """All that a suggestion says."""
    return one.target, one.confidence, one.score, tuple(map(str, one.reasons))


@given(ASKED, EVIDENCE)
def test_the_first_alone_may_be_sure_and_then_its_kind_is_not_contradicted(
    asked: Code, evidence: Evidence
) -> None:
    found = suggest(asked, evidence)

    assert not any(one.is_sure for one in found[1:])
    if found and found[0].is_sure and found[0].target.kind:
        expected = expected_statement(asked.code, asked.debit, asked.credit)
        assert expected in (None, STATEMENT_OF_KIND[found[0].target.kind])


@given(ASKED, EVIDENCE)
def test_who_is_sure_is_contradicted_by_nobody_in_the_office(
    asked: Code, evidence: Evidence
) -> None:
    found = suggest(asked, evidence)
    if found and found[0].is_sure:
        against = Precedent(asked.code, "", "", "", "")
        more = replace(evidence, precedents=(*evidence.precedents, against))

        assert not any(one.is_sure for one in suggest(asked, more))


@given(ASKED, EVIDENCE, st.data())
def test_one_more_that_agrees_never_lowers_a_target(
    asked: Code, evidence: Evidence, data: st.DataObject
) -> None:
    found = suggest(asked, evidence)
    if not found:
        return
    before = data.draw(st.sampled_from(found))
    place = found.index(before)
    one = before.target
    name = one.name or "Onbekend"
    evidence = replace(
        evidence, targets=tuple(replace(t, name=name) if t == one else t for t in evidence.targets)
    )
    found = suggest(asked, evidence)
    place = [each.target.id for each in found].index(one.id) if found else place
    agreeing = Precedent(asked.code, asked.description, one.code, name, one.rgs_code)

    after = suggest(asked, replace(evidence, precedents=(*evidence.precedents, agreeing)))

    assert [each.target.id for each in after].index(one.id) <= place


@given(EVIDENCE, CODES)
def test_a_code_without_description_and_amounts_is_no_trouble(
    evidence: Evidence, code: str
) -> None:
    for one in suggest(Code(code), evidence):
        assert not one.is_sure or one.target.code == code or evidence.precedents
