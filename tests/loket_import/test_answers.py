"""What an answer means: the decision table of statuses, reasons, pauses."""

from datetime import UTC, datetime

import pytest

from loket_import import answers
from loket_import.answers import Answer, failure, pause_before_repeat, retry_after_seconds
from loket_import.errors import (
    LoketConflict,
    LoketForbidden,
    LoketNotFound,
    LoketRefused,
    LoketTokenRefused,
    LoketUnavailable,
    LoketUnreadable,
)

NOW = datetime(2026, 1, 26, 12, 0, tzinfo=UTC)
JSON = "application/json;version=2018-01-01"


def error_of(status, body=b"", content_type=JSON, retry_after=""):
    return failure(Answer(status, content_type, retry_after, body), now=NOW)


@pytest.mark.parametrize(
    "content_type", [JSON, "", "application/json; charset=utf-8", "Application/JSON", "a/b+json"]
)
def test_json_may_be_decoded(content_type):
    assert error_of(200, b"{}", content_type) is None


@pytest.mark.parametrize("content_type", ["text/html", "text/plain; charset=utf-8", "text/json"])
def test_what_is_not_json_is_unreadable(content_type):
    assert isinstance(error_of(200, b"{}", content_type), LoketUnreadable)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (201, LoketUnreadable),
        (204, LoketUnreadable),
        (206, LoketUnreadable),
        (301, LoketUnreadable),
        (302, LoketUnreadable),
        (304, LoketUnreadable),
        (307, LoketUnreadable),
        (400, LoketRefused),
        (401, LoketTokenRefused),
        (403, LoketForbidden),
        (404, LoketNotFound),
        (405, LoketRefused),
        (406, LoketRefused),
        (408, LoketUnavailable),
        (409, LoketConflict),
        (410, LoketNotFound),
        (413, LoketRefused),
        (415, LoketRefused),
        (418, LoketRefused),
        (429, LoketUnavailable),
        (500, LoketUnavailable),
        (502, LoketUnavailable),
        (503, LoketUnavailable),
        (504, LoketUnavailable),
        (599, LoketUnavailable),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>Oops</html>", b"{", b"[]", b"null", b"\xff\xfe"])
def test_every_status_leads_to_one_reaction_whatever_the_body(status, kind, body):
    assert type(error_of(status, body)) is kind


@pytest.mark.parametrize(
    ("status", "repeatable"),
    [(429, True), (500, False), (501, False), (502, True), (503, True), (504, True)],
)
def test_only_passing_troubles_are_worth_a_repetition(status, repeatable):
    assert error_of(status).worth_repeating is repeatable


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            b'{"message":"Insufficient rights for this request, reason \\"No GetJournalRuns\\""}',
            "No GetJournalRuns",
        ),
        (b'{"message":" Access denied "}', "Access denied"),
        (b'{"message":"reason \\"say \\"no\\" twice\\""}', 'say "no" twice'),
        (b'{"message":""}', ""),
        (b'{"message":5}', ""),
        (b"Plain words", "Plain words"),
        (b"<html><b>Forbidden</b></html>", ""),
        (b"", ""),
    ],
)
def test_the_reason_of_a_403_is_plain_text(body, reason):
    assert error_of(403, body).reason == reason


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (
            b'{"messages":[{"code":1,"description":"No results."},{"description":"Sorry."}]}',
            JSON,
            "No results.; Sorry.",
        ),
        (b"The Accept header is invalid.", "text/plain", "The Accept header is invalid."),
        (b"x" * 5000, "text/plain", "x" * 500),
        (b"<h1>400</h1>", "text/html", ""),
        (b'{"messages":"odd"}', JSON, ""),
        (b"[" * 100_000, JSON, ""),
    ],
)
def test_the_reason_of_a_400_comes_from_either_shape(body, content_type, reason):
    assert error_of(400, body, content_type).reason == reason


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("1000000000", 900.0),
        ("9" * 5000, 900.0),
        ("Mon, 26 Jan 2026 12:01:00 GMT", 60.0),
        ("Mon, 26 Jan 2026 13:01:00 +0100", 60.0),
        ("Mon, 26 Jan 2026 12:01:00 -0000", 60.0),
        ("Fri, 31 Dec 2999 23:59:59 GMT", 900.0),
        ("Mon, 26 Jan 2026 11:59:00 GMT", None),
        ("0", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("\u0667", None),
        ("Mon, 99 Jan 2026 12:01:00 GMT", None),
    ],
)
def test_retry_after_is_honoured_within_reason(header, seconds):
    assert retry_after_seconds(header, now=NOW) == seconds
    assert error_of(503, retry_after=header).retry_after == seconds


def pause(retry_after=None, repeats=0, seconds_left=60.0, worth_repeating=True):
    error = LoketUnavailable(retry_after=retry_after, worth_repeating=worth_repeating)
    return pause_before_repeat(error, repeats=repeats, seconds_left=seconds_left)


def test_pauses_grow_and_vary():
    assert all(0.5 <= pause(repeats=0) <= 0.75 for _ in range(50))
    assert all(2.0 <= pause(repeats=2) <= 3.0 for _ in range(50))
    assert len({pause() for _ in range(10)}) > 1


def test_a_pause_is_as_long_as_loket_asks():
    assert pause(retry_after=12.0) == 12.0


@pytest.mark.parametrize(
    "reason_to_give_up",
    [
        {"repeats": answers.REPEATS_MAX},
        {"worth_repeating": False},
        {"retry_after": 31.0},
        {"retry_after": 20.0, "seconds_left": 19.0},
        {"seconds_left": 0.1},
        {"seconds_left": -1.0},
    ],
)
def test_when_to_give_up(reason_to_give_up):
    assert pause(**reason_to_give_up) is None
