"""The token endpoint: both grants, and every way to be refused."""

import re

import pytest
import requests

from .conftest import CALLBACK, caller


def post(loket, **form):
    secrets = {"client_id": loket.client_id, "client_secret": loket.client_secret}
    return requests.post(f"{loket.url}/token", data=secrets | form, timeout=10)


def redeem(loket, good_code, **changes):
    form = {"grant_type": "authorization_code", "code": good_code, "redirect_uri": CALLBACK}
    return post(loket, **form | changes)


def refresh(loket, good_token, **changes):
    return post(loket, **{"grant_type": "refresh_token", "refresh_token": good_token} | changes)


def assert_refused(response, error):
    assert response.status_code == 400
    assert response.json() == {"error": error}


def employers_status(loket, access_token):
    headers = {
        "Authorization": f"Bearer {access_token}",
        "Accept": "application/json;version=2018-01-01",
    }
    url = f"{loket.api_url}/providers/employers"
    return requests.get(url, headers=headers, timeout=10).status_code


def test_a_code_gives_tokens_in_lokets_form(loket):
    response = redeem(loket, loket.issue_code("api.korenbloem"))

    tokens = response.json()
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert tokens["token_type"] == "bearer"
    assert tokens["expires_in"] == 3599
    assert tokens["two_factor_state"] == "None"
    assert tokens["refresh_token"]
    assert re.fullmatch(r"[\w-]+", tokens["access_token"])
    assert employers_status(loket, tokens["access_token"]) == 200


def test_lokets_own_spelling_of_client_id_is_understood(loket):
    code = loket.issue_code("api.korenbloem")
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "client_Id": loket.client_id,
        "client_secret": loket.client_secret,
    }

    assert requests.post(f"{loket.url}/token", data=form, timeout=10).status_code == 200


def test_a_second_use_of_a_code_ends_the_grant(loket):
    code = loket.issue_code("api.korenbloem")
    tokens = redeem(loket, code).json()

    assert_refused(redeem(loket, code), "invalid_grant")

    assert employers_status(loket, tokens["access_token"]) == 401
    assert_refused(refresh(loket, tokens["refresh_token"]), "invalid_grant")


def test_a_code_is_good_for_a_minute(loket):
    code = loket.issue_code("api.korenbloem")
    issued = loket.grants.clock()
    loket.grants.clock = lambda: issued + 60

    assert_refused(redeem(loket, code), "invalid_grant")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_secret": "fout"}, "invalid_client"),
        ({"client_id": "vreemd"}, "invalid_client"),
        ({"client_id": ""}, "invalid_request"),
        ({"redirect_uri": "https://elders.invalid/"}, "invalid_grant"),
        ({"code": "niets"}, "invalid_grant"),
        ({"code": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
    ],
)
def test_a_wrong_request_is_refused_and_leaves_the_code_good(loket, change, error):
    code = loket.issue_code("api.korenbloem")

    assert_refused(redeem(loket, code, **change), error)

    assert redeem(loket, code).status_code == 200


def test_a_refresh_replaces_the_refresh_token(loket):
    first = loket.issue_tokens("api.korenbloem")

    second = refresh(loket, first["refresh_token"]).json()

    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    assert_refused(refresh(loket, first["refresh_token"]), "invalid_grant")
    assert refresh(loket, second["refresh_token"]).status_code == 200


def test_strict_reuse_ends_the_whole_grant(loket):
    loket.settings.strict_reuse = True
    first = loket.issue_tokens("api.korenbloem")
    second = refresh(loket, first["refresh_token"]).json()

    assert_refused(refresh(loket, first["refresh_token"]), "invalid_grant")

    assert_refused(refresh(loket, second["refresh_token"]), "invalid_grant")
    assert employers_status(loket, second["access_token"]) == 401


def test_without_rotation_the_refresh_token_stays(loket):
    loket.settings.rotates_refresh_tokens = False
    first = loket.issue_tokens("api.korenbloem")

    second = refresh(loket, first["refresh_token"]).json()

    assert second["refresh_token"] == first["refresh_token"]
    assert refresh(loket, first["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_secret": ""}, "invalid_client"),
        ({"refresh_token": "niets"}, "invalid_grant"),
        ({"refresh_token": ""}, "invalid_request"),
    ],
)
def test_a_wrong_refresh_is_refused(loket, change, error):
    tokens = loket.issue_tokens("api.korenbloem")

    assert_refused(refresh(loket, tokens["refresh_token"], **change), error)


def test_an_access_token_runs_out(loket):
    loket.settings.access_token_seconds = 30
    tokens = loket.issue_tokens("api.korenbloem")
    issued = loket.grants.clock()

    loket.grants.clock = lambda: issued + 31

    assert employers_status(loket, tokens["access_token"]) == 401


def test_expired_access_tokens_can_be_refreshed(loket):
    tokens = loket.issue_tokens("api.korenbloem")

    loket.expire_access_tokens()

    assert employers_status(loket, tokens["access_token"]) == 401
    fresh = refresh(loket, tokens["refresh_token"]).json()
    assert employers_status(loket, fresh["access_token"]) == 200


def test_revoking_ends_one_users_tokens_only(loket):
    ours = loket.issue_tokens("api.korenbloem")
    theirs = caller(loket, "api.zorggroep")

    loket.revoke_tokens("api.korenbloem")

    assert employers_status(loket, ours["access_token"]) == 401
    assert_refused(refresh(loket, ours["refresh_token"]), "invalid_grant")
    assert theirs.get("/providers/employers").status_code == 200


def test_a_code_spent_before_its_user_is_revoked_does_not_come_back(loket):
    code = loket.issue_code("api.korenbloem")

    loket.revoke_tokens("api.korenbloem")

    assert_refused(redeem(loket, code), "invalid_grant")
