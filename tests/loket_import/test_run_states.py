"""The state of a run: ours before Loket's, and a reason wherever it can't be booked."""

import pytest

from loket_import.models import Booking, JournalRun
from loket_import.run_states import run_state
from loket_import.status_words import UNREADY
from loket_import.statuses import READY

TONES = {"neutral", "info", "success", "warning", "danger"}


def run(status_key: int, *, test_year: bool = False) -> JournalRun:
    """A run with this status of Loket's."""
    return JournalRun(status_key=status_key, status_text="Iets nieuws", test_year=test_year)


def test_only_status_4_can_be_booked() -> None:
    bookable = [key for key in range(-1, 20) if run_state(run(key), None).is_bookable]

    assert bookable == [READY]
    assert run_state(run(READY), None).reason == ""


@pytest.mark.parametrize("key", [0, 1, 2, 3, 5, 6, 7])
def test_each_other_status_has_a_name_a_tone_and_a_reason_of_its_own(key: int) -> None:
    state = run_state(run(key), None)

    assert state.text
    assert state.text != "Iets nieuws"
    assert state.tone in TONES
    # The list says what step 4 says.
    assert state.reason == str(UNREADY[key].reason)
    assert len({str(words.reason) for words in UNREADY.values()}) == len(UNREADY)


def test_a_status_that_is_not_known_is_shown_as_loket_calls_it() -> None:
    state = run_state(run(9), None)

    assert (state.text, state.tone, state.is_bookable) == ("Iets nieuws", "warning", False)
    assert state.reason


@pytest.mark.parametrize("key", range(9))
def test_a_test_year_is_never_bookable(key: int) -> None:
    state = run_state(run(key, test_year=True), None)

    assert (state.is_bookable, bool(state.reason)) == (False, True)


@pytest.mark.parametrize("key", range(9))
@pytest.mark.parametrize("test_year", [False, True])
def test_what_is_booked_here_is_booked_whatever_loket_says(key: int, test_year: bool) -> None:
    state = run_state(run(key, test_year=test_year), Booking())

    assert (state.tone, state.reason, state.is_bookable) == ("success", "", False)
