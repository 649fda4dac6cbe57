"""The browser's side of OAuth: logging in, allowing, refusing, and what never redirects."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from .conftest import CALLBACK


def begin(loket, browser, **changes):
    query = {
        "client_id": loket.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "all",
        "state": "st&te+1",
    }
    return browser.get(f"{loket.url}/authorize", params=query | changes, allow_redirects=False)


def fields(page):
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    return {name: unescape(value) for name, value in found}


def send(loket, browser, page, **values):
    return browser.post(f"{loket.url}/authorize", data=fields(page) | values, allow_redirects=False)


def log_in(loket, browser, username="api.korenbloem"):
    page = begin(loket, browser)
    return send(loket, browser, page, step="login", username=username, password="zandbak")


def answer_in(response):
    assert response.status_code == 302
    location = response.headers["Location"]
    assert location.startswith(f"{CALLBACK}?state=")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


@pytest.fixture
def browser():
    with requests.Session() as session:
        yield session


def test_allowing_sends_a_code_back_that_can_be_redeemed(loket, browser):
    consent = log_in(loket, browser)

    answer = answer_in(send(loket, browser, consent, decision="allow"))

    assert "FinMaster" in consent.text
    assert "api.korenbloem" in consent.text
    assert "Bakkerij De Korenbloem B.V." in consent.text
    assert answer["state"] == "st&te+1"
    assert loket.grants.redeem_code(answer["code"], CALLBACK)["token_type"] == "bearer"


def test_refusing_sends_access_denied_back(loket, browser):
    consent = log_in(loket, browser)

    answer = answer_in(send(loket, browser, consent, decision="deny"))

    assert answer == {"state": "st&te+1", "error": "access_denied"}
    assert not loket.grants.grants


@pytest.mark.parametrize(
    ("username", "password"), [("api.korenbloem", "fout"), ("<b>niemand</b>", "zandbak")]
)
def test_a_wrong_password_or_user_name_gives_the_form_again(loket, browser, username, password):
    page = begin(loket, browser)

    again = send(loket, browser, page, step="login", username=username, password=password)

    assert again.status_code == 422
    assert 'role="alert"' in again.text
    assert "<b>niemand" not in again.text
    assert send(loket, browser, again, decision="allow").status_code == 400


@pytest.mark.parametrize(
    "change",
    [{"client_id": "vreemd"}, {"redirect_uri": "https://elders.invalid/"}, {"redirect_uri": ""}],
)
def test_an_unknown_application_or_return_address_is_never_redirected_to(loket, browser, change):
    page = begin(loket, browser, **change)

    assert page.status_code == 400
    assert "Location" not in page.headers
    assert "kan niet worden verwerkt" in page.text


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "openid"}, "invalid_scope"),
    ],
)
def test_a_wrong_protocol_goes_back_as_an_error(loket, browser, change, error):
    assert answer_in(begin(loket, browser, **change))["error"] == error


def test_another_browser_cannot_use_the_form(loket, browser):
    page = begin(loket, browser)
    with requests.Session() as stranger:
        begin(loket, stranger)

        stolen = send(loket, stranger, page, username="api.korenbloem", password="zandbak")

    assert stolen.status_code == 400


def test_a_form_with_a_forged_token_is_refused(loket, browser):
    page = begin(loket, browser)

    forged = send(loket, browser, page, token="x", username="api.korenbloem", password="zandbak")

    assert forged.status_code == 400


def test_consent_needs_a_log_in_first(loket, browser):
    page = begin(loket, browser)

    assert send(loket, browser, page, decision="allow").status_code == 400


def test_a_decision_counts_once(loket, browser):
    consent = log_in(loket, browser)
    send(loket, browser, consent, decision="allow")

    assert send(loket, browser, consent, decision="allow").status_code == 400
    assert len(loket.grants.codes) == 1


def test_a_form_is_out_of_date_after_a_quarter_of_an_hour(loket, browser):
    consent = log_in(loket, browser)
    began = loket.grants.clock()
    loket.grants.clock = lambda: began + 901

    assert send(loket, browser, consent, decision="allow").status_code == 400


def test_pages_say_that_this_is_the_sandbox(loket, browser):
    page = begin(loket, browser)

    assert "Loket.nl zandbak" in page.text
    assert '<html lang="nl">' in page.text
