"""The one thing that the client changes in Loket: what it sends, once, and what it makes of it."""

import json
from collections.abc import Iterator
from uuid import UUID

import pytest
import requests
import responses
from hypothesis import given
from hypothesis import strategies as st

from loket_import.client import LoketClient
from loket_import.errors import (
    LoketConflict,
    LoketError,
    LoketForbidden,
    LoketNotFound,
    LoketRefused,
    LoketUnavailable,
    LoketUnreadable,
)

API = "https://api.loket-acc.nl/v2"
RUN = UUID("f9cde5b1-6a8c-4a3e-9a46-0d8f5a3c2b11")
URL = f"{API}/providers/employers/payrolladministrations/journalruns/{RUN}"
DONE = {"version": {"obsoleteDate": None}, "messages": [], "content": {}}


class Tokens:
    """Two tokens, of which the second is newer."""

    def current(self) -> str:
        return "old-token"

    def renew(self, refused: str) -> str:
        return "new-token"


def no_pause(seconds: float) -> None:
    """Nothing that is sent once waits."""
    raise AssertionError(f"it paused for {seconds} s")


@pytest.fixture
def client() -> LoketClient:
    return LoketClient(api_url=API, tokens=Tokens(), pause=no_pause)


@pytest.fixture
def loket() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def sent(loket: responses.RequestsMock) -> list[requests.PreparedRequest]:
    """The requests that were made."""
    return [call.request for call in loket.calls]


def body_of(request: requests.PreparedRequest) -> object:
    """The JSON that a request carries."""
    return json.loads(request.body or b"")


def test_it_patches_with_plain_json_and_a_version_in_accept_only(
    client: LoketClient, loket: responses.RequestsMock
) -> None:
    loket.patch(URL, json=DONE)

    client.mark(RUN, "MarkAsProcessed", "FinMaster: geboekt als MEM 2026-0041")

    (request,) = sent(loket)
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Accept"] == "application/json;version=2018-01-01"
    assert body_of(request) == {
        "action": "MarkAsProcessed",
        "message": "FinMaster: geboekt als MEM 2026-0041",
    }


def test_it_names_the_application_by_its_key_if_there_is_one(
    client: LoketClient, loket: responses.RequestsMock
) -> None:
    loket.patch(URL, json=DONE)

    client.mark(RUN, "MarkAsProcessingFailed", "x", 0)

    (request,) = sent(loket)
    assert body_of(request) == {
        "action": "MarkAsProcessingFailed",
        "message": "x",
        "application": {"key": 0},
    }


@given(message=st.text(st.characters(codec="utf-8"), max_size=400))
def test_a_message_is_cut_off_by_characters(message: str) -> None:
    with responses.RequestsMock() as loket:
        loket.patch(URL, json=DONE)
        LoketClient(api_url=API, tokens=Tokens()).mark(RUN, "MarkAsProcessed", message)
        (request,) = sent(loket)
        body = body_of(request)

    assert isinstance(body, dict)
    assert body["message"] == message[:255]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, LoketRefused),
        (403, LoketForbidden),
        (404, LoketNotFound),
        (409, LoketConflict),
        (415, LoketRefused),
        (429, LoketUnavailable),
        (500, LoketUnavailable),
        (502, LoketUnavailable),
        (503, LoketUnavailable),
        (302, LoketUnreadable),
    ],
)
def test_whatever_the_answer_it_is_sent_once(
    client: LoketClient, loket: responses.RequestsMock, status: int, error: type[LoketError]
) -> None:
    loket.patch(URL, status=status, headers={"Location": "https://elsewhere.invalid/"})

    with pytest.raises(error):
        client.mark(RUN, "MarkAsProcessed", "x")

    assert len(loket.calls) == 1


@pytest.mark.parametrize("fault", [requests.ReadTimeout, requests.ConnectTimeout, OSError])
def test_a_fault_on_the_way_may_hide_an_effect_so_it_is_not_repeated(
    client: LoketClient, loket: responses.RequestsMock, fault: type[Exception]
) -> None:
    loket.patch(URL, body=fault("canary"))

    with pytest.raises(LoketUnavailable) as caught:
        client.mark(RUN, "MarkAsProcessed", "x")

    assert len(loket.calls) == 1
    assert "canary" not in str(caught.value)


def test_a_refused_token_had_no_effect_and_is_renewed_once(
    client: LoketClient, loket: responses.RequestsMock
) -> None:
    loket.patch(URL, status=401)
    loket.patch(URL, json=DONE)

    client.mark(RUN, "MarkAsProcessed", "x")

    assert [request.headers["Authorization"] for request in sent(loket)] == [
        "Bearer old-token",
        "Bearer new-token",
    ]
