"""Every way in which Loket's token endpoint can answer, and that no token shows outside."""

import json
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from pytest_django.fixtures import Settings

from connections import oauth
from connections.errors import (
    ClientRefused,
    ConnectionTrouble,
    LoketLoginUnavailable,
    NotAuthorised,
)
from connections.oauth import Grant, exchange_code, exchange_refresh
from loket_import.sandbox import SandboxServer
from loket_import.sandbox import faults as fault
from tests.connections.connected import is_accepted, token_calls
from tests.loket_import.raw_server import http, raw_server

TOKEN_URL = "https://oauth.loket-acc.nl/token"
CODE, REFRESH = "Code+of/Loket=", "Refresh-sent"
ACCESS, NEXT_REFRESH = "Access-given", "Refresh-given"
GOOD = {
    "access_token": ACCESS,
    "token_type": "bearer",
    "expires_in": 3599,
    "refresh_token": NEXT_REFRESH,
    "two_factor_state": "None",
}

Exchange = Callable[[], Grant]


@pytest.fixture(params=["code", "refresh"])
def exchange(request: pytest.FixtureRequest) -> Exchange:
    """Both questions to the token endpoint; it may answer either in any way."""
    if request.param == "code":
        return lambda: exchange_code(CODE)
    return lambda: exchange_refresh(REFRESH)


@pytest.fixture
def endpoint(settings: Settings) -> Iterator[responses.RequestsMock]:
    """A token endpoint that answers what a test tells it to."""
    settings.LOKET_OAUTH_URL = TOKEN_URL.removesuffix("/token")
    with responses.RequestsMock() as mock:
        yield mock


def answer(mock: responses.RequestsMock, body: object, status: int = 200, **rest: str) -> None:
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    mock.post(TOKEN_URL, body=text, status=status, content_type="application/json", **rest)


def sent(mock: responses.RequestsMock) -> dict[str, list[str]]:
    return parse_qs(str(mock.calls[0].request.body))


# What goes out.


def test_the_browser_is_sent_to_loket_with_the_scope_all(loket: SandboxServer) -> None:
    parts = urlsplit(oauth.authorisation_url("st&te"))

    assert f"{parts.scheme}://{parts.netloc}" == loket.oauth_url
    assert parse_qs(parts.query) == {
        "response_type": ["code"],
        "client_id": [loket.client_id],
        "redirect_uri": [oauth.redirect_uri()],
        "scope": ["all"],
        "state": ["st&te"],
    }


def test_secrets_go_in_the_body_and_nowhere_else(
    endpoint: responses.RequestsMock, settings: Settings
) -> None:
    settings.LOKET_CLIENT_SECRET = "a+b/c=&d%é"
    answer(endpoint, GOOD)
    exchange_code(CODE)

    request = endpoint.calls[0].request
    assert sent(endpoint) == {
        "grant_type": ["authorization_code"],
        "code": [CODE],
        "redirect_uri": [oauth.redirect_uri()],
        "client_id": [settings.LOKET_CLIENT_ID],
        "client_secret": ["a+b/c=&d%é"],
    }
    assert request.url == TOKEN_URL
    assert "Authorization" not in request.headers
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_a_refresh_sends_the_token_and_the_client(
    endpoint: responses.RequestsMock, settings: Settings
) -> None:
    answer(endpoint, GOOD)
    exchange_refresh("r+e/f=&r%sh")

    assert sent(endpoint) == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["r+e/f=&r%sh"],
        "client_id": [settings.LOKET_CLIENT_ID],
        "client_secret": [settings.LOKET_CLIENT_SECRET],
    }
    assert "Authorization" not in endpoint.calls[0].request.headers


# The sandbox.


@pytest.mark.parametrize("rotates", [True, False])
def test_the_sandbox_gives_tokens_for_a_code_and_for_a_refresh_token(
    loket: SandboxServer, rotates: bool
) -> None:
    loket.settings.rotates_refresh_tokens = rotates
    first = exchange_code(loket.issue_code("api.korenbloem"))
    assert first.refresh
    second = exchange_refresh(first.refresh)

    assert is_accepted(loket, first.access)
    assert is_accepted(loket, second.access)
    assert first.life_seconds == second.life_seconds == 3599
    assert (second.refresh is not None) == rotates
    assert token_calls(loket) == 2


def test_the_sandbox_refuses_what_it_did_not_give(loket: SandboxServer, exchange: Exchange) -> None:
    with pytest.raises(NotAuthorised):
        exchange()


def test_the_sandbox_refuses_another_secret(
    loket: SandboxServer, exchange: Exchange, settings: Settings
) -> None:
    settings.LOKET_CLIENT_SECRET = "of-another"

    with pytest.raises(ClientRefused):
        exchange()


# Refusals.


@pytest.mark.parametrize("status", [400, 401, 200])
@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        ("invalid_grant", NotAuthorised),
        ("Invalid_grant", NotAuthorised),
        ("INVALID_GRANT", NotAuthorised),
        ("invalid_client", ClientRefused),
        ("Invalid_client", ClientRefused),
        ("INVALID_CLIENT", ClientRefused),
        ("unauthorized_client", ClientRefused),
        ("Unauthorized_Client", ClientRefused),
        ("invalid_request", LoketLoginUnavailable),
        ("unsupported_grant_type", LoketLoginUnavailable),
        ("invalid_scope", LoketLoginUnavailable),
        ("temporarily_unavailable", LoketLoginUnavailable),
        ("server_error", LoketLoginUnavailable),
        ("", LoketLoginUnavailable),
        (None, LoketLoginUnavailable),
        (42, LoketLoginUnavailable),
        ({"code": "invalid_grant"}, LoketLoginUnavailable),
    ],
)
def test_an_error_is_told_apart_however_it_is_spelled(
    endpoint: responses.RequestsMock,
    exchange: Exchange,
    error: object,
    trouble: type[ConnectionTrouble],
    status: int,
) -> None:
    answer(endpoint, {"error": error, "error_description": f"{CODE} {REFRESH}"}, status)

    with pytest.raises(trouble):
        exchange()
    assert len(endpoint.calls) == 1


@pytest.mark.parametrize("status", [403, 404, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("body", [{"error": "invalid_grant"}, {"error": "invalid_client"}, GOOD])
def test_another_status_is_a_disturbance_whatever_it_says(
    endpoint: responses.RequestsMock, exchange: Exchange, status: int, body: object
) -> None:
    answer(endpoint, body, status)

    with pytest.raises(LoketLoginUnavailable):
        exchange()


@pytest.mark.parametrize(
    "body",
    [
        fault.HTML_BODY,
        "",
        "null",
        "[]",
        '"access_token"',
        "17",
        "{}",
        '{"access_token": "Access-given"',
        "access_token=Access-given&refresh_token=Refresh-given",
        "[" * 60_000,
        b"\xff\xfe\x00",
        {**GOOD, "access_token": None},
        {**GOOD, "access_token": ""},
        {**GOOD, "access_token": 7},
        {**GOOD, "access_token": ["Access-given"]},
        {**GOOD, "access_token": "Access given"},
        {**GOOD, "access_token": "Access-given\r\nX-Other: 1"},
        {**GOOD, "access_token": "\ud800"},
        {**GOOD, "access_token": "Accéss"},
        {"refresh_token": NEXT_REFRESH, "expires_in": 3599},
    ],
)
def test_rubbish_is_a_disturbance(
    endpoint: responses.RequestsMock, exchange: Exchange, body: object
) -> None:
    answer(endpoint, body)

    with pytest.raises(LoketLoginUnavailable):
        exchange()


# Odd answers that do hold tokens.


@pytest.mark.parametrize(
    ("stated", "life"),
    [
        (3599, 3599),
        ("3599", 3599),
        (1, 1),
        (86_400, 86_400),
        (86_401, 3000),
        (10**30, 3000),
        ("9" * 5000, 3000),
        (0, 3000),
        (-1, 3000),
        ("-3599", 3000),
        ("soon", 3000),
        ("", 3000),
        ("٣٥٩٩", 3000),
        (None, 3000),
        (True, 3000),
        (0.5, 3000),
        ([3599], 3000),
        ({}, 3000),
    ],
)
def test_a_life_that_makes_no_sense_costs_no_token(
    endpoint: responses.RequestsMock, exchange: Exchange, stated: object, life: int
) -> None:
    answer(endpoint, {**GOOD, "expires_in": stated})

    assert exchange() == Grant(ACCESS, NEXT_REFRESH, life)


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "1e400", "-0"])
def test_neither_does_a_number_that_is_none(
    endpoint: responses.RequestsMock, exchange: Exchange, literal: str
) -> None:
    answer(endpoint, json.dumps(GOOD).replace("3599", literal))

    assert exchange() == Grant(ACCESS, NEXT_REFRESH, 3000)


@pytest.mark.parametrize(
    "odd",
    [
        {"scope": "all"},
        {"scope": "read write"},
        {"scope": ["all"]},
        {"scope": None},
        {"token_type": None},
        {"token_type": "Bearer"},
        {"token_type": 7},
        {"two_factor_state": "Required"},
        {"expires_at": "never"},
        {"id_token": "x" * 5000},
    ],
)
def test_odd_company_costs_no_token(
    endpoint: responses.RequestsMock, exchange: Exchange, odd: dict[str, object]
) -> None:
    answer(endpoint, GOOD | odd)

    assert exchange() == Grant(ACCESS, NEXT_REFRESH, 3599)


@pytest.mark.parametrize("given", [None, "", 7, ["x"], "two words", REFRESH])
def test_without_a_usable_new_refresh_token_the_old_one_stays(
    endpoint: responses.RequestsMock, given: object
) -> None:
    answer(endpoint, {**GOOD, "refresh_token": given})

    assert exchange_refresh(REFRESH).refresh is None


# The transport.


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(
    endpoint: responses.RequestsMock, exchange: Exchange, status: int
) -> None:
    answer(endpoint, "", status, headers={"Location": "https://elsewhere.invalid/token"})

    with pytest.raises(LoketLoginUnavailable):
        exchange()
    assert [call.request.url for call in endpoint.calls] == [TOKEN_URL]


def test_a_proxy_of_the_environment_is_not_used(
    loket: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")

    assert exchange_code(loket.issue_code("api.korenbloem")).access


@pytest.mark.parametrize(
    "disturbance",
    [
        fault.html(502),
        fault.html(200),
        fault.drop(),
        fault.drop(after_operation=True),
        fault.truncate(0),
        fault.truncate(40),
        fault.respond(200, "", {"Content-Encoding": "gzip"}),
        fault.respond(200, "no gzip", {"Content-Encoding": "gzip"}),
    ],
)
def test_a_broken_answer_is_a_disturbance_and_is_not_asked_for_again(
    loket: SandboxServer, disturbance: fault.Action
) -> None:
    loket.faults.add("POST", "/token", action=disturbance)

    with pytest.raises(LoketLoginUnavailable):
        exchange_code(loket.issue_code("api.korenbloem"))
    # A second question would have been answered well.
    assert not loket.faults.pending


def test_nobody_there_is_a_disturbance(settings: Settings, exchange: Exchange) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings.LOKET_OAUTH_URL = f"http://127.0.0.1:{port}"

    with pytest.raises(LoketLoginUnavailable):
        exchange()


def test_silence_is_a_disturbance(
    loket: SandboxServer, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oauth, "TIMEOUT_SECONDS", (1, 0.2))
    loket.faults.add("POST", "/token", action=fault.delay(1))

    with pytest.raises(LoketLoginUnavailable):
        exchange()


def test_a_drip_is_cut_off(
    settings: Settings, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oauth, "DEADLINE_SECONDS", 0.3)
    whole = http(json.dumps(GOOD).encode())

    def drip(_connection: int) -> Iterator[bytes]:
        head, body = whole.split(b"\r\n\r\n")
        yield head + b"\r\n\r\n"
        for byte in body:
            time.sleep(0.1)
            yield bytes([byte])

    with raw_server(drip) as server:
        settings.LOKET_OAUTH_URL = server.url.removesuffix("/v2")
        began = time.monotonic()
        with pytest.raises(LoketLoginUnavailable):
            exchange()
        assert time.monotonic() - began < 3


def test_a_slow_answer_in_time_is_taken(settings: Settings, exchange: Exchange) -> None:
    whole = http(json.dumps(GOOD).encode())

    def pieces(_connection: int) -> Iterator[bytes]:
        for start in range(0, len(whole), 20):
            time.sleep(0.02)
            yield whole[start : start + 20]

    with raw_server(pieces) as server:
        settings.LOKET_OAUTH_URL = server.url.removesuffix("/v2")
        assert exchange().access == ACCESS


def test_a_flood_is_cut_off(settings: Settings, exchange: Exchange) -> None:
    written = []

    def flood(_connection: int) -> Iterator[bytes]:
        yield http(b"", length=10**9)
        for _ in range(10_000):
            written.append(None)
            yield b" " * 10_000

    with raw_server(flood) as server:
        settings.LOKET_OAUTH_URL = server.url.removesuffix("/v2")
        with pytest.raises(LoketLoginUnavailable):
            exchange()
    assert len(written) < 10_000


# Secrecy.


def test_a_grant_does_not_show_its_tokens() -> None:
    assert ACCESS not in repr(Grant(ACCESS, NEXT_REFRESH, 10))
    assert NEXT_REFRESH not in str(Grant(ACCESS, NEXT_REFRESH, 10))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, GOOD),
        (200, {**GOOD, "access_token": f"{ACCESS} {NEXT_REFRESH}"}),
        (200, {**GOOD, "expires_in": NEXT_REFRESH}),
        (200, json.dumps(GOOD)[:-1]),
        (400, {"error": "invalid_grant", "error_description": f"{REFRESH} {CODE}"}),
        (400, {"error": f"{REFRESH} {CODE}"}),
        (401, {"error": "invalid_client", "error_uri": f"https://loket.nl/{REFRESH}?{CODE}"}),
        (302, ""),
        (500, f"{REFRESH} {CODE}"),
    ],
)
def test_no_secret_shows_in_logs_or_errors(
    endpoint: responses.RequestsMock,
    exchange: Exchange,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    status: int,
    body: object,
) -> None:
    settings.LOKET_CLIENT_SECRET = "Secret-of-FinMaster"
    answer(endpoint, body, status, headers={"Location": f"https://elsewhere.invalid/?{REFRESH}"})
    with caplog.at_level("DEBUG"):
        trouble = trouble_of(exchange)
    shown = "".join(traceback.format_exception(trouble)) + repr(trouble) if trouble else ""

    if trouble:
        assert trouble.__context__ is None
        assert trouble.__cause__ is None
    for secret in (CODE, REFRESH, ACCESS, NEXT_REFRESH, "Secret-of-FinMaster"):
        assert secret not in caplog.text + shown


def trouble_of(exchange: Exchange) -> ConnectionTrouble | None:
    try:
        exchange()
    except ConnectionTrouble as trouble:
        return trouble
    return None


def test_a_refused_client_is_an_alarm(
    endpoint: responses.RequestsMock, exchange: Exchange, caplog: pytest.LogCaptureFixture
) -> None:
    answer(endpoint, {"error": "Invalid_client"}, 400)

    with pytest.raises(ClientRefused):
        exchange()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
