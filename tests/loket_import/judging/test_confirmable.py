"""What a person may overrule: it stands in the way until somebody says that it does not."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket_import.judging.confirmations import STATEMENTS
from loket_import.judging.exports import Trail
from loket_import.proposal import GivenWord, OtherBooking, Severity, Twin
from loket_import.schemas import ExportAttempt
from loket_import.statuses import EXPORT_FAILED, EXPORTED, EXPORTING, MAY_BE_BOOKED
from tests.loket_import.test_matching import BOOKS, FACTS, WAGES, codes, only, propose, run_line

NOW = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
WORD = GivenWord("Fatima de Boer", NOW)
EXPORT = ExportAttempt(UUID(int=7), NOW, "Export per run", 3, "Verwerkt", "")
EXPORTED_TRAIL = Trail(NOW, (EXPORT,))
TWIN = Twin(12, "MEM 2026-0012", date(2026, 1, 30))
SAME_RUN = OtherBooking(16, True, False, 7, "MEM 2026-0007", Decimal("2500.00"))
EXTRA_RUN = replace(SAME_RUN, is_same_payroll_run=False)

FOUND = [
    ({"status_key": EXPORTED, "trail": EXPORTED_TRAIL}, f"run_exported:{EXPORT.id}"),
    ({"status_key": EXPORTED, "trail": Trail(NOW, None)}, "run_exported:unknown"),
    ({"status_key": EXPORTED, "trail": Trail(NOW, ())}, "run_exported:none"),
    ({"status_key": EXPORT_FAILED, "trail": EXPORTED_TRAIL}, f"run_export_failed:{EXPORT.id}"),
    ({"other_bookings": (SAME_RUN,)}, "full_wages_again:7"),
    ({"other_bookings": (EXTRA_RUN,)}, "same_wages_booked:7"),
    ({"twins": (TWIN,)}, "twin:12"),
]


def with_expense():
    """Books in which wages are an expense."""
    wages = replace(BOOKS.accounts["4000"], kind="expense")
    return replace(BOOKS, accounts={**BOOKS.accounts, "4000": wages})


@pytest.mark.parametrize(("known", "key"), FOUND)
def test_it_stands_in_the_way_until_it_is_confirmed(known, key):
    proposal = propose(facts=replace(FACTS, **known))

    problem = only(proposal)
    assert (problem.code, problem.severity) == (key.partition(":")[0], Severity.ERROR)
    assert problem.confirmation == key
    assert str(problem.message)
    assert str(problem.cure)
    assert not proposal.is_bookable

    confirmed = propose(facts=replace(FACTS, **known, confirmed={key: WORD}))

    warning = only(confirmed)
    assert (warning.code, warning.severity) == (problem.code, Severity.WARNING)
    assert warning.confirmation == key
    assert str(warning.message) == str(problem.message)
    assert "Fatima de Boer" in str(warning.cure)
    assert "03-11-2026 10:30" in str(warning.cure)
    assert confirmed.is_bookable


@pytest.mark.parametrize(("known", "key"), FOUND)
@given(other=st.sampled_from([key for _known, key in FOUND] + ["", "twin:", "twin:120"]))
def test_a_word_about_something_else_does_not_count(known, key, other):
    if other != key:
        proposal = propose(facts=replace(FACTS, **known, confirmed={other: WORD}))
        assert not proposal.is_bookable


@pytest.mark.parametrize(("known", "key"), FOUND)
def test_each_has_words_for_who_confirms_it(known, key):
    assert str(STATEMENTS[key.partition(":")[0]]).startswith("Bevestig: ")


@pytest.mark.parametrize(("known", "key"), FOUND[4:])
def test_a_word_about_other_lines_does_not_count(known, key):
    """What was compared with the entry is not what the run holds by now."""
    before, now = "0" * 64, "1" * 64
    asked = only(propose(facts=replace(FACTS, **known, source_hash=before)))
    words = {asked.confirmation: WORD, key: WORD}

    same = propose(facts=replace(FACTS, **known, source_hash=before, confirmed=words))
    other = propose(facts=replace(FACTS, **known, source_hash=now, confirmed=words))

    assert same.is_bookable
    assert not other.is_bookable
    assert len(asked.confirmation) <= 150


def test_what_it_was_exported_to_is_said():
    problem = only(propose(facts=replace(FACTS, status_key=EXPORTED, trail=EXPORTED_TRAIL)))

    assert "Op 03-11-2026 10:30 geëxporteerd naar Export per run." in str(problem.message)


def test_why_the_export_failed_is_said():
    failed = Trail(NOW, (replace_error(EXPORT, "Kostenplaats niet gevonden"),))
    problem = only(propose(facts=replace(FACTS, status_key=EXPORT_FAILED, trail=failed)))

    assert "Kostenplaats niet gevonden" in str(problem.message)


def replace_error(export, error):
    return ExportAttempt(export.id, export.at, export.to, 5, "Mislukt", error)


def test_a_new_export_after_the_word_needs_a_new_one():
    later = ExportAttempt(uuid4(), NOW, "Afas", 3, "Verwerkt", "")
    known = replace(
        FACTS,
        status_key=EXPORTED,
        trail=Trail(NOW, (EXPORT, later)),
        confirmed={f"run_exported:{EXPORT.id}": WORD},
    )

    assert not propose(facts=known).is_bookable


@pytest.mark.parametrize("status", [EXPORT_FAILED, EXPORTED])
def test_nobody_can_confirm_what_was_not_looked_at_yet(status):
    problem = only(propose(facts=replace(FACTS, status_key=status)))

    assert (problem.severity, problem.confirmation) == (Severity.ERROR, "")


@pytest.mark.parametrize("status", [EXPORT_FAILED, EXPORTED])
def test_our_own_word_to_loket_asks_for_nothing(status):
    known = replace(FACTS, status_key=status, trail=EXPORTED_TRAIL, is_exported_by_us=True)

    assert propose(facts=known).problems == ()


@pytest.mark.parametrize("status", sorted({*range(9)} - MAY_BE_BOOKED))
def test_no_word_makes_another_status_bookable(status):
    keys = [key for _known, key in FOUND] + ["run_being_exported:none"]
    known = replace(
        FACTS,
        status_key=status,
        trail=EXPORTED_TRAIL,
        is_exported_by_us=True,
        confirmed=dict.fromkeys(keys, WORD),
    )

    assert not propose(facts=known).is_bookable
    assert EXPORTING not in MAY_BE_BOOKED


# Wages that are booked already


def test_a_run_that_takes_everything_back_is_not_all_wages_again():
    """Loket: a recalculation may be the negative of what is booked."""
    lines = [run_line(1, "4000", "-2500.00"), run_line(2, "1700", credit="-2500.00")]
    beneath = replace(SAME_RUN, cost=Decimal("2500.00"))

    proposal = propose(lines, facts=replace(FACTS, other_bookings=(beneath,)), books=with_expense())

    assert codes(proposal) == ["comes_on_top"]


def test_a_recalculation_with_differences_only_comes_on_top():
    beneath = replace(SAME_RUN, total=Decimal("6000.00"), cost=Decimal("5000.01"))

    proposal = propose(facts=replace(FACTS, other_bookings=(beneath,)), books=with_expense())

    assert codes(proposal) == ["comes_on_top"]
    assert proposal.is_bookable


def test_wages_of_more_than_half_of_what_is_booked_are_all_wages_again():
    beneath = replace(SAME_RUN, total=Decimal("6000.00"), cost=Decimal("4999.99"))

    proposal = propose(facts=replace(FACTS, other_bookings=(beneath,)), books=with_expense())

    assert codes(proposal) == ["full_wages_again"]


def test_every_entry_beneath_needs_a_word_of_its_own():
    others = (SAME_RUN, replace(SAME_RUN, entry_id=8, total=Decimal("9.00")))
    known = replace(FACTS, other_bookings=others, confirmed={"full_wages_again:7": WORD})

    proposal = propose(facts=known)

    assert [(one.confirmation, one.severity) for one in proposal.problems] == [
        ("full_wages_again:7", Severity.WARNING),
        ("full_wages_again:8", Severity.ERROR),
    ]


@pytest.mark.parametrize("is_same_payroll_run", [True, False])
def test_what_a_removed_run_left_is_never_overruled(is_same_payroll_run):
    gone = replace(SAME_RUN, is_gone=True, is_same_payroll_run=is_same_payroll_run)
    keys = ["replaced_run_booked:7", "full_wages_again:7", "same_wages_booked:7"]
    known = replace(FACTS, other_bookings=(gone,), confirmed=dict.fromkeys(keys, WORD))

    problem = only(propose(facts=known))

    assert (problem.code, problem.severity, problem.confirmation) == (
        "replaced_run_booked",
        Severity.ERROR,
        "",
    )


@given(total=st.decimals(min_value=0, max_value=10_000, places=2))
def test_an_extra_run_is_asked_about_for_an_equal_total_only(total):
    other = replace(EXTRA_RUN, total=total)

    proposal = propose(facts=replace(FACTS, other_bookings=(other,)))

    is_equal = total == sum(line.debit for line in WAGES)
    assert codes(proposal) == (["same_wages_booked"] if is_equal else [])
