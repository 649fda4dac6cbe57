"""A ciphertext opens in its own row and field, with a key of the ring, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from connections.encryption import CannotDecrypt, decrypt, encrypt, key_id_of

TOKEN = "a-token-of-Loket"
HERE = "token|7|3|sandbox|refresh"
OLD, NEW = bytes(range(32)), bytes(range(32, 64))


@pytest.fixture(autouse=True)
def ring(settings: Settings) -> dict[str, bytes]:
    settings.TOKEN_KEYS = {"k1": OLD}
    return settings.TOKEN_KEYS


def test_a_token_comes_back_and_does_not_show() -> None:
    sealed = encrypt(TOKEN, context=HERE)

    assert decrypt(sealed, context=HERE) == TOKEN
    assert TOKEN.encode() not in sealed
    assert encrypt(TOKEN, context=HERE) != sealed


@given(text=st.text(st.characters(codec="utf-8")), context=st.text(st.characters(codec="utf-8")))
def test_any_text_comes_back_in_any_place(text: str, context: str) -> None:
    assert decrypt(encrypt(text, context=context), context=context) == text


def test_the_newest_key_encrypts_and_an_older_one_still_opens(settings: Settings) -> None:
    before = encrypt(TOKEN, context=HERE)
    settings.TOKEN_KEYS = {"k2": NEW, "k1": OLD}
    after = encrypt(TOKEN, context=HERE)

    assert (key_id_of(before), key_id_of(after)) == ("k1", "k2")
    assert decrypt(before, context=HERE) == decrypt(after, context=HERE) == TOKEN


@pytest.mark.parametrize(
    "elsewhere",
    [
        "token|7|3|sandbox|access",
        "token|7|4|sandbox|refresh",
        "token|8|3|sandbox|refresh",
        "token|7|3|production|refresh",
        "secret|7|3|sandbox|refresh",
        "",
    ],
    ids=["field", "row", "administration", "environment", "purpose", "nothing"],
)
def test_it_does_not_open_in_another_place(elsewhere: str) -> None:
    with pytest.raises(CannotDecrypt):
        decrypt(encrypt(TOKEN, context=HERE), context=elsewhere)


@pytest.mark.parametrize(
    "ring",
    [{"k2": OLD}, {"k1": NEW}, {"k2": NEW}],
    ids=["gone from the ring", "another key of that name", "another ring"],
)
def test_it_does_not_open_with_another_key(settings: Settings, ring: dict[str, bytes]) -> None:
    settings.TOKEN_KEYS = {"k1": OLD}
    sealed = encrypt(TOKEN, context=HERE)
    settings.TOKEN_KEYS = ring

    with pytest.raises(CannotDecrypt):
        decrypt(sealed, context=HERE)


def test_the_key_can_not_be_renamed(settings: Settings) -> None:
    sealed = encrypt(TOKEN, context=HERE).replace(b"k1", b"k9", 1)
    settings.TOKEN_KEYS = {"k9": OLD}

    with pytest.raises(CannotDecrypt):
        decrypt(sealed, context=HERE)


@pytest.mark.parametrize("key_id", ["k", "k1", "sixteenletters16"])
def test_no_part_and_no_variation_of_it_opens(settings: Settings, key_id: str) -> None:
    settings.TOKEN_KEYS = {key_id: OLD}
    sealed = encrypt(TOKEN, context=HERE)
    parts = [sealed[:length] for length in range(len(sealed))]
    variations = [
        sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        for place in range(len(sealed))
    ]

    for spoiled in [*parts, *variations, sealed + b"\0"]:
        with pytest.raises(CannotDecrypt):
            decrypt(spoiled, context=HERE)


@given(garbage=st.binary(max_size=80).map(lambda tail: b"\x01\x02k1" + tail) | st.binary())
def test_garbage_does_not_open(garbage: bytes) -> None:
    with pytest.raises(CannotDecrypt):
        decrypt(garbage, context=HERE)


def test_an_error_says_nothing_of_what_was_sealed(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(CannotDecrypt) as refused:
        decrypt(encrypt(TOKEN, context=HERE), context="elsewhere")

    assert TOKEN not in str(refused.value) + caplog.text
