"""What an error may say: never a token, never an amount, never much."""

import pickle

import pytest
from django.utils.functional import Promise

from loket_import import errors
from loket_import.errors import DETAIL_MAX_CHARS, LoketError, LoketUnavailable, scrubbed

ALL = [LoketError, *LoketError.__subclasses__()]


@pytest.mark.parametrize("error", ALL)
def test_every_error_has_its_own_code_and_a_message_to_translate(error):
    assert [other.code for other in ALL].count(error.code) == 1
    assert isinstance(error.message, Promise)
    assert str(error("why")) == f"{error.code}: why"
    assert str(error()) == error.code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GetJournalRunResultsByJournalRunId", "GetJournalRunResultsByJournalRunId"),
        (
            "run 904d6856-6034-4624-bcbc-886188c115c5 of 2026-01",
            "run 904d6856-6034-4624-bcbc-886188c115c5 of 2026-01",
        ),
        ("Authorization: Bearer abc.def-1", "Authorization: Bearer ***"),
        ("authorization=abc", "authorization=***"),
        ('{"refresh_token": "short"}', '{"refresh_token": "***"}'),
        ("client_secret=x&a=1", "client_secret=***&a=1"),
        ("token Zm9vYmFyMTIzNDU2Nzg5MDEyMzQ1", "token ***"),
        ("debit 1.234,56 and -500.87", "debit # and #"),
        ('"debetAmount": 500', '"debetAmount":#'),
        ("a\nb\x00c\ud800d", "a b c d"),
        ("Account code: 4000 unknown", "Account code: 4000 unknown"),
    ],
)
def test_tokens_and_amounts_are_masked(text, expected):
    assert scrubbed(text) == expected


def test_a_detail_is_short():
    assert len(LoketError("word " * 10_000).detail) <= DETAIL_MAX_CHARS


@pytest.mark.parametrize("error", ALL)
def test_an_error_survives_being_sent_to_another_process(error):
    copy = pickle.loads(pickle.dumps(error("why")))  # noqa: S301 - our own bytes

    assert vars(copy) == vars(error("why"))


def test_details_of_a_reaction_are_kept():
    assert LoketUnavailable("x", retry_after=3.0).retry_after == 3.0
    assert errors.LoketForbidden("no right").reason == "no right"
    unreadable = errors.LoketUnreadable("x", line=3, field="debetAmount")
    assert (unreadable.line, unreadable.field) == (3, "debetAmount")
