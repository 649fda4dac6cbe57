"""Where a problem sits, and the way to its cure."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from loket_import.checks import doubles, readiness
from loket_import.checks import lines as line_checks
from loket_import.checks import run as run_checks
from loket_import.checks.dimensions import COST_CENTERS, COST_UNITS
from loket_import.places import (
    ABOUT_AN_ENTRY,
    CURED_BY_A_MANAGER,
    CURED_BY_EDITING,
    CURED_IN_THE_TABLE,
    Reader,
    places,
)
from loket_import.proposal import Problem, Severity
from loket_import.questions.cures import QUESTIONS

VIEWER = Reader("bakker", 7, may_cure=False)
BOOKKEEPER = Reader("bakker", 7)
MANAGER = Reader("bakker", 7, may_manage=True)
NAMES = (COST_CENTERS.name, COST_UNITS.name)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences as they stand in the code."""
    with translation.override("en"):
        yield


def problem(code: str = "unbalanced", lines: tuple[int, ...] = ()) -> Problem:
    """A problem on these lines."""
    first = lines[0] if lines else None
    return Problem(code, Severity.ERROR, first, None, _("Why."), _("What to do."), lines, 12)


def test_problems_stand_in_the_order_of_their_first_lines() -> None:
    problems = [problem(lines=(7, 8)), problem(lines=(2, 9)), problem(), problem(lines=(7,))]

    found = [one.place for one in places(problems, BOOKKEEPER)]

    assert found == ["The whole run", "Lines 2, 9", "Lines 7, 8", "Line 7"]


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ((), "The whole run"),
        ((3,), "Line 3"),
        ((3, 4), "Lines 3, 4"),
        ((1, 2, 3, 4, 5), "Lines 1, 2, 3, 4, 5"),
        ((1, 2, 3, 4, 5, 6), "Lines 1, 2, 3, 4, 5 and 1 more"),
        (tuple(range(1, 1001)), "Lines 1, 2, 3, 4, 5 and 995 more"),
    ],
)
def test_a_place_names_five_lines_at_most(lines: tuple[int, ...], place: str) -> None:
    (found,) = places([problem(lines=lines)], BOOKKEEPER)

    assert (found.place, found.reason, found.cure) == (place, "Why.", "What to do.")


@pytest.mark.parametrize(
    ("codes", "page"), [(frozenset(QUESTIONS), "cures"), (CURED_BY_EDITING, "edit")]
)
def test_a_problem_that_is_cured_on_a_page_links_to_it(codes: frozenset[str], page: str) -> None:
    for found in places(map(problem, sorted(codes)), BOOKKEEPER):
        assert found.url == reverse(f"loket_import:{page}", args=["bakker", 7])
        assert found.url_label


@pytest.mark.parametrize(("code", "page"), CURED_BY_A_MANAGER.items())
def test_what_a_manager_cures_links_to_master_data_for_managers_only(code: str, page: str) -> None:
    (found,) = places([problem(code)], MANAGER)
    assert found.url == reverse(page, args=["bakker", 12])
    assert found.cure == "What to do."

    (found,) = places([problem(code)], BOOKKEEPER)
    assert (found.url, found.url_label) == ("", "")
    assert found.cure == "What to do. Ask a manager of this administration."


@pytest.mark.parametrize(("code", "part"), CURED_IN_THE_TABLE.items())
def test_what_the_mapping_table_says_leads_managers_to_its_row(code: str, part: str) -> None:
    about = replace(problem(code, lines=(1,)), loket_code="MAG 1")

    (found,) = places([about], MANAGER)
    table = reverse("connections:mappings", args=["bakker"])
    assert found.url == f"{table}?zoek=MAG+1&deel={part}"
    assert found.url_label

    (found,) = places([about], BOOKKEEPER)
    assert (found.url, found.url_label) == ("", "")
    assert found.cure == "What to do. Ask a manager of this administration."


def test_a_missing_period_leads_managers_to_the_fiscal_years() -> None:
    (found,) = places([problem("no_period")], MANAGER)

    assert found.url == reverse("ledger:fiscal_years", args=["bakker"])


@pytest.mark.parametrize("code", sorted(ABOUT_AN_ENTRY))
def test_what_is_about_an_entry_links_to_it(code: str) -> None:
    (found,) = places([problem(code)], BOOKKEEPER)

    assert found.url == reverse("entry", args=["bakker", 12])


def test_other_problems_have_no_link() -> None:
    (found,) = places([problem("unbalanced")], MANAGER)

    assert (found.url, found.url_label) == ("", "")


def test_who_may_not_cure_gets_no_link() -> None:
    (found,) = places([problem("no_period")], VIEWER)

    assert (found.url, found.url_label) == ("", "")


def test_the_codes_exist() -> None:
    source = "".join(
        Path(module.__file__).read_text("utf-8")
        for module in (doubles, line_checks, readiness, run_checks)
    )
    known = {f"{name}_{what}" for name in NAMES for what in ("unknown", "blocked")}
    known |= set(re.findall(r'"(\w+)"', source))
    cured = {*QUESTIONS, *CURED_BY_EDITING, *CURED_BY_A_MANAGER, *CURED_IN_THE_TABLE}
    assert cured | ABOUT_AN_ENTRY <= known
