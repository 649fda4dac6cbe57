"""Exports of a run: whose doing they are, what names them, and how they are kept."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket_import.judging.exports import (
    SentReports,
    Trail,
    export_key,
    is_our_own,
    kept_trail,
    read_trail,
)
from loket_import.judging.reported import sent_reports
from loket_import.schemas import ExportAttempt
from loket_import.statuses import EXPORT_FAILED, EXPORTED

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def export(error=""):
    return ExportAttempt(uuid4(), NOW, "Export per run", 3, "Verwerkt", error)


def trail(*errors):
    return Trail(NOW, tuple(export(error) for error in errors))


UNKNOWN = Trail(NOW, None)


@pytest.mark.parametrize(
    ("status", "told", "sent", "ours"),
    [
        # Exported, and we said so once.
        (EXPORTED, trail(""), SentReports(processed=1), True),
        (EXPORTED, trail(), SentReports(processed=1), True),
        # Who may not see the trail has no evidence that nobody else exported it.
        (EXPORTED, UNKNOWN, SentReports(processed=1), False),
        (EXPORTED, None, SentReports(processed=1), True),
        # Somebody else exported it as well, or nobody else but we said nothing.
        (EXPORTED, trail("", ""), SentReports(processed=1), False),
        (EXPORTED, trail(""), SentReports(), False),
        (EXPORTED, UNKNOWN, SentReports(), False),
        (EXPORTED, None, SentReports(), False),
        # Booked, reversed, booked again: we said so twice.
        (EXPORTED, trail("", ""), SentReports(processed=2), True),
        # We told of a failure last; or long before somebody else's.
        (EXPORT_FAILED, trail("x"), SentReports(failed=1, failed_last=True), True),
        (EXPORT_FAILED, trail("x", "x"), SentReports(failed=1, failed_last=True), False),
        (EXPORT_FAILED, trail("", "x"), SentReports(failed=1, failed_last=True), False),
        (EXPORT_FAILED, trail("x"), SentReports(processed=1, failed=1), False),
        (EXPORT_FAILED, trail("x"), SentReports(), False),
        # Of a run that is being exported by somebody now, nothing is ours.
        (5, trail(), SentReports(processed=1), False),
    ],
)
def test_an_export_is_ours_when_we_told_it_and_nobody_else_exported(status, told, sent, ours):
    assert is_our_own(status, told, sent) is ours


@given(
    status=st.sampled_from([EXPORT_FAILED, EXPORTED]),
    errors=st.lists(st.sampled_from(["", "Kostenplaats niet gevonden"]), max_size=4),
)
def test_without_a_word_of_ours_no_export_is_ours(status, errors):
    assert not is_our_own(status, trail(*errors), SentReports())


@given(
    errors=st.lists(st.sampled_from(["", "mislukt"]), max_size=4),
    processed=st.integers(0, 4),
    failed=st.integers(0, 4),
)
def test_one_more_export_of_somebody_else_is_never_ours_for_it(errors, processed, failed):
    """What was not our own does not become so by another export that succeeded."""
    sent = SentReports(processed, failed, failed_last=bool(failed))
    for status in (EXPORT_FAILED, EXPORTED):
        if not is_our_own(status, trail(*errors), sent):
            assert not is_our_own(status, trail(*errors, ""), sent)


@pytest.mark.parametrize("told", [trail(), UNKNOWN, trail("", "mislukt")])
def test_a_trail_is_read_as_it_was_kept(told):
    assert read_trail(kept_trail(told.asked_at, told.exports)) == told


@pytest.mark.parametrize("kept", [[], {}])
def test_a_trail_that_was_never_asked_for_is_none(kept):
    assert read_trail(kept) is None


def test_another_export_needs_another_word():
    first = trail("")
    keys = {
        export_key(EXPORTED, first),
        export_key(EXPORTED, Trail(NOW, (*first.exports, export()))),
        export_key(EXPORTED, UNKNOWN),
        export_key(EXPORTED, trail()),
        export_key(EXPORT_FAILED, first),
    }

    assert len(keys) == 5
    assert export_key(EXPORTED, first) == f"run_exported:{first.exports[0].id}"
    assert all(len(key) <= 150 for key in keys)


def test_what_was_told_last_decides():
    assert sent_reports(["MarkAsProcessed", "MarkAsProcessingFailed"]).failed_last
    assert not sent_reports(["MarkAsProcessingFailed", "MarkAsProcessed"]).failed_last
    assert sent_reports([]) == SentReports()
