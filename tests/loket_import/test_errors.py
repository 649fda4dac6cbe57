"""What an error may say: never a token, never an amount, never much."""

import pickle

import pytest
from django.utils import translation
from django.utils.functional import Promise

from loket_import import errors
from loket_import.errors import (
    DETAIL_MAX_CHARS,
    QUOTE_MAX_CHARS,
    LoketConflict,
    LoketError,
    LoketForbidden,
    LoketRefused,
    LoketUnavailable,
    LoketUnreadable,
    scrubbed,
)

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


@pytest.mark.parametrize(
    ("line", "field", "told"),
    [
        (3, "debetAmount", "line 3, field “debetAmount”"),
        (3, None, "line 3."),
        (None, "id", "the field “id”"),
    ],
)
def test_what_is_unreadable_says_where(line, field, told):
    unreadable = LoketUnreadable("Expected `int`", line=line, field=field)

    with translation.override("en"):
        assert told in unreadable.sentences()
    assert str(unreadable).startswith("loket_unreadable: Expected `int`")
    assert f"line={line}" in str(unreadable) or line is None
    assert f"field={field}" in str(unreadable) or field is None


def test_without_a_place_nothing_is_said_of_one():
    assert LoketUnreadable("x").sentences() == str(LoketUnreadable.message)


@pytest.mark.parametrize("error", [LoketForbidden, LoketRefused, LoketConflict])
def test_loket_is_quoted_shortly_and_without_amounts(error):
    with translation.override("en"):
        said = error(
            "No right to run\n2026; 1.234,56 is <b>too much</b>. " + "x y " * 200
        ).sentences()
        message, _, quote = said.partition("Loket.nl says: ")
        assert message.strip() == str(error.message)
        assert quote.startswith("“No right to run 2026; # is <b>too much</b>. x y")
        assert len(quote) == QUOTE_MAX_CHARS + len("“”.")
        assert quote.endswith("…”.")
        assert error().sentences() == str(error.message)


def test_what_is_tried_again_says_so_until_it_is_given_up():
    with translation.override("en"):
        assert "try again by itself" in LoketUnavailable().sentences()
        assert "try again by itself" not in LoketUnavailable().sentences(given_up=True)
        assert "has stopped trying" in LoketUnavailable().sentences(given_up=True)
