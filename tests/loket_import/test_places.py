"""Where a problem sits, and the way to its cure."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from loket_import import line_checks, run_checks
from loket_import.cures import QUESTIONS
from loket_import.places import CURED_BY_CHOOSING, CURED_BY_EDITING, places
from loket_import.proposal import Problem, Severity


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences as they stand in the code."""
    with translation.override("en"):
        yield


def problem(code: str = "unbalanced", lines: tuple[int, ...] = ()) -> Problem:
    """A problem on these lines."""
    first = lines[0] if lines else None
    return Problem(code, Severity.ERROR, first, None, _("Why."), _("What to do."), lines)


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
    (found,) = places([problem(lines=lines)], run_id=7, slug="bakker")

    assert (found.place, found.reason, found.cure) == (place, "Why.", "What to do.")


@pytest.mark.parametrize(
    ("codes", "page"), [(CURED_BY_CHOOSING, "cures"), (CURED_BY_EDITING, "edit")]
)
def test_a_problem_that_is_cured_on_a_page_links_to_it(codes: frozenset[str], page: str) -> None:
    for found in places(map(problem, sorted(codes)), run_id=7, slug="bakker"):
        assert found.url == reverse(f"loket_import:{page}", args=["bakker", 7])
        assert found.url_label


def test_other_problems_have_no_link() -> None:
    (found,) = places([problem("unbalanced")], run_id=7, slug="bakker")

    assert (found.url, found.url_label) == ("", "")


def test_who_may_not_cure_gets_no_link() -> None:
    (found,) = places([problem("no_period")], run_id=7, slug="bakker", may_cure=False)

    assert (found.url, found.url_label) == ("", "")


def test_every_question_is_cured_by_choosing() -> None:
    assert set(QUESTIONS) == CURED_BY_CHOOSING


def test_the_codes_exist() -> None:
    source = "".join(
        Path(module.__file__).read_text("utf-8") for module in (line_checks, run_checks)
    )
    for code in CURED_BY_CHOOSING | CURED_BY_EDITING:
        assert f'"{code}"' in source
