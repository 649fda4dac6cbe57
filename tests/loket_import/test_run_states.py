"""The state of a run: ours before Loket's, and a reason wherever it can't be booked."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import translation

from loket_import.models import Booking, JobKind, JournalRun
from loket_import.run_states import RunState, run_state
from loket_import.status_words import UNREADY
from loket_import.statuses import READY, REMOVED
from tests.loket_import.browsing import address
from tests.loket_import.linked import Linked

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TONES = {"neutral", "info", "success", "warning", "danger"}


def run(
    status_key: int, *, test_year: bool = False, missing_since: datetime | None = None
) -> JournalRun:
    """A run with this status of Loket's."""
    return JournalRun(
        status_key=status_key,
        status_text="Iets nieuws",
        test_year=test_year,
        missing_since=missing_since,
    )


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


@pytest.fixture
def english() -> Iterator[None]:
    """Texts as they stand in the code."""
    with translation.override("en"):
        yield


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("key", range(9))
def test_a_run_that_loket_lists_no_longer_is_not_bookable(key: int) -> None:
    state = run_state(run(key, missing_since=NOW), None)

    assert (state.text, state.is_bookable) == ("No longer in Loket.nl", False)
    assert state.reason


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("key", [0, 1, 2, 4, 5, 6, 7, 8])
@pytest.mark.parametrize("test_year", [False, True])
def test_what_is_booked_here_is_booked_while_loket_still_has_it(key: int, test_year: bool) -> None:
    state = run_state(run(key, test_year=test_year), Booking())

    assert (state.text, state.tone, state.reason) == ("Booked", "success", "")
    assert state.is_bookable is False


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("found", "is_changed", "text"),
    [
        (run(REMOVED), False, "Booked, removed in Loket.nl"),
        (run(REMOVED, missing_since=NOW), True, "Booked, removed in Loket.nl"),
        (run(READY, missing_since=NOW), True, "Booked, no longer in Loket.nl"),
        (run(READY), True, "Booked, changed in Loket.nl"),
    ],
)
def test_what_is_booked_and_no_longer_so_in_loket_is_a_warning_with_a_cure(
    found: JournalRun, is_changed: bool, text: str
) -> None:
    state = run_state(found, Booking(), is_changed=is_changed)

    assert (state.text, state.tone, state.is_bookable) == (text, "warning", False)
    assert state.reason
    assert "everse" in state.cure


# In the list of runs and on the page of the run


def shown_state(linked: Linked, client: Client, found: JournalRun) -> RunState:
    """What the list says of a run, which is what its own page says."""
    context = client.get(address(linked, "runs")).context
    row = next(row for row in context["rows"] if row["run"].pk == found.pk)
    page = client.get(address(linked, "content", found.pk))
    assert page.context["state"] == row["state"]
    assert row["url"]
    for part in (row["state"].text, row["state"].cure):
        assert part in page.content.decode()
    return row["state"]


@pytest.fixture
def booked(linked: Linked) -> JournalRun:
    """The newest run, in the books."""
    found = linked.fetched(linked.last_ready())
    linked.booked(found)
    return found


def test_a_booked_run_that_is_removed_says_so(
    linked: Linked, bookkeeper: Client, booked: JournalRun
) -> None:
    assert shown_state(linked, bookkeeper, booked).tone == "success"
    linked.loket.world.remove_run(str(booked.loket_id))
    linked.fetch_runs()

    assert shown_state(linked, bookkeeper, booked).tone == "warning"


def test_a_booked_run_that_is_changed_says_so_until_it_is_as_it_was(
    linked: Linked, bookkeeper: Client, booked: JournalRun
) -> None:
    sent = linked.last_ready()
    for lines, tone in ((sent.lines[:2], "warning"), (sent.lines, "success")):
        linked.loket.world.replace_lines(sent.id, lines)
        linked.fetch(JobKind.CONTENT, booked.pk)
        assert shown_state(linked, bookkeeper, booked).tone == tone


def test_a_run_that_is_missing_is_no_link(linked: Linked, bookkeeper: Client) -> None:
    found = linked.fetched(linked.last_ready())
    with linked.scope():
        JournalRun.objects.filter(pk=found.pk).update(missing_since=NOW)

    rows = bookkeeper.get(address(linked, "runs")).context["rows"]

    row = next(row for row in rows if row["run"].pk == found.pk)
    assert (row["url"], row["state"].is_bookable) == ("", False)
