"""Who may call what: tokens, versions, activities, ids, rights and products."""

import pytest
import requests

from loket_import.sandbox.model import RIGHT_EXPORT, RIGHT_READ

from .conftest import ACCEPT, RUNS, LoketCaller, administration_id, caller

DENIED = {"message": "Authorization has been denied for this request."}


def runs_path(loket, employer="Korenbloem"):
    return f"{RUNS}/{administration_id(loket, employer)}/journalruns"


def assert_forbidden(response):
    assert response.status_code == 403
    message = response.json()["message"]
    assert message.startswith('Insufficient rights for this request, reason "')


@pytest.mark.parametrize("authorization", [None, "", "Bearer ", "Bearer niets", "Basic abc"])
def test_without_a_good_token_the_answer_is_401(loket, authorization):
    headers = {"Accept": ACCEPT, "Authorization": authorization}

    response = requests.get(f"{loket.api_url}/user", headers=headers, timeout=10)

    assert response.status_code == 401
    assert response.json() == DENIED


@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "application/json",
        "application/json;version=2018",
        "application/json;version=2018-02-30",
        "application/json;version=2017-12-31",
        "text/html;version=2018-01-01",
    ],
)
def test_accept_must_name_a_version(bakery, accept):
    response = bakery.get("/providers/employers", accept=accept)

    assert response.status_code == 400
    assert response.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("asked", "given", "field"),
    [
        ("2018-01-01", "2018-01-01", "name"),
        ("2019-02-10", "2018-01-01", "name"),
        ("2019-02-11", "2019-02-11", "description"),
        ("2026-11-24", "2019-02-11", "description"),
    ],
)
def test_the_version_is_the_newest_on_or_before_the_date(loket, bakery, asked, given, field):
    employer = loket.world.employer("Korenbloem")

    answer = bakery.get(
        f"/providers/employers/{employer.id}/authorizations",
        accept=f"application/json;version={asked}",
    )

    assert answer.json()["version"] == {"obsoleteDate": None, "resourceVersion": given}
    assert "GetJournalRunsByPayrollAdministrationId" in {
        row[field] for row in answer.json()["_embedded"]
    }


def test_an_employer_of_somebody_else_is_forbidden_not_missing(loket, bakery):
    stranger = loket.world.employer("De Groot")
    run = loket.world.runs_of(stranger.administrations[0].id)[0]

    assert_forbidden(bakery.get(f"/providers/employers/{stranger.id}/payrolladministrations"))
    assert_forbidden(bakery.get(f"/providers/employers/{stranger.id}/authorizations"))
    assert_forbidden(bakery.get(runs_path(loket, "De Groot")))
    for part in ("", "/results", "/errors", "/exportAuditTrail"):
        assert_forbidden(bakery.get(f"{RUNS}/journalruns/{run.id}{part}"))


def test_an_id_that_does_not_exist_is_forbidden_too(bakery):
    nobody = "00000000-0000-4000-8000-000000000000"

    assert_forbidden(bakery.get(f"/providers/employers/{nobody}/payrolladministrations"))
    assert_forbidden(bakery.get(f"{RUNS}/{nobody}/journalruns"))
    assert_forbidden(bakery.get(f"{RUNS}/journalruns/{nobody}"))
    assert_forbidden(bakery.get(f"{RUNS}/journalruns/geen-id/results"))


def test_without_the_right_to_read_the_employer_is_seen_and_its_runs_are_not(loket):
    limited = caller(loket, "api.beperkt")

    employers = limited.get("/providers/employers").json()["_embedded"]

    assert [row["companyName"] for row in employers] == ["Drukkerij Van Dijk B.V."]
    assert_forbidden(limited.get(runs_path(loket, "Van Dijk")))


def test_a_right_can_be_granted_and_taken(loket):
    limited = caller(loket, "api.beperkt")
    employer_id = loket.world.employer("Van Dijk").id

    loket.world.grant_right("api.beperkt", employer_id, RIGHT_READ)
    granted = limited.get(runs_path(loket, "Van Dijk"))
    loket.world.revoke_right("api.beperkt", employer_id, RIGHT_READ)

    assert granted.json()["totalSize"] == 22
    assert_forbidden(limited.get(runs_path(loket, "Van Dijk")))


def test_reading_does_not_give_the_right_to_patch(loket):
    reader = caller(loket, "api.zorggroep")
    run = loket.world.runs_of(administration_id(loket, "Anker"), 4)[0]

    assert_forbidden(reader.patch(run.id, {"action": "MarkAsProcessed"}))

    assert run.status == 4


def test_authorizations_tell_what_the_user_may_do(loket, bakery):
    employer = loket.world.employer("Korenbloem")
    path = f"/providers/employers/{employer.id}/authorizations"

    before = {row["name"] for row in bakery.get(path).json()["_embedded"]}
    loket.world.revoke_right("api.korenbloem", employer.id, RIGHT_EXPORT)
    after = {row["name"] for row in bakery.get(path).json()["_embedded"]}

    assert before - after == {"PatchJournalRunByJournalRunId"}


def test_with_an_older_way_of_journalising_the_list_is_empty(loket):
    old = caller(loket, "api.oud")

    answer = old.get(runs_path(loket, "Oud"))

    assert answer.status_code == 200
    assert answer.json()["totalSize"] == answer.json()["totalPages"] == 0


def test_without_a_journalising_product_the_runs_are_forbidden(loket, bakery):
    loket.world.set_product(loket.world.employer("Korenbloem").id, None)

    assert_forbidden(bakery.get(runs_path(loket)))


def test_an_activity_can_be_closed_to_the_application(loket, bakery):
    loket.world.denied_activities.add("GetEmployersByUserId")

    assert_forbidden(bakery.get("/providers/employers"))
    assert bakery.get("/user").status_code == 200


def test_a_user_without_employers_gets_an_empty_list(loket):
    answer = caller(loket, "api.leeg").get("/providers/employers").json()

    assert answer["_embedded"] == []
    assert answer["totalPages"] == 0


def test_the_offices_user_sees_three_employers(loket):
    answer = caller(loket, "api.kantoor").get("/providers/employers", orderBy="companyName")

    names = [row["companyName"] for row in answer.json()["_embedded"]]
    assert names == [
        "Bakkerij De Korenbloem B.V.",
        "Installatiebedrijf Van den Berg B.V.",
        "Zorggroep Het Anker",
    ]


def test_access_to_an_employer_can_go(loket, bakery):
    loket.world.hide_employer("api.korenbloem", loket.world.employer("Korenbloem").id)

    assert bakery.get("/providers/employers").json()["_embedded"] == []
    assert_forbidden(bakery.get(runs_path(loket)))


def test_ids_are_understood_in_upper_case_and_braces(loket, bakery):
    identity = administration_id(loket, "Korenbloem")

    for form in (identity.upper(), f"{{{identity}}}"):
        assert bakery.get(f"{RUNS}/{form}/journalruns").status_code == 200


@pytest.mark.parametrize("path", ["/providers", "/providers//employers", "/iets"])
def test_other_addresses_are_not_found(bakery, path):
    assert bakery.get(path).status_code == 404


def test_the_user_is_who_logged_in(loket):
    content = caller(loket, "api.degroot").get("/user").json()["content"]

    assert content["personalDetails"]["lastName"] == "Groot"
    assert content["contactInformation"]["emailAddress"].startswith("api.degroot@")


def test_a_token_of_a_forgotten_user_is_denied(loket, bakery):
    del loket.world.users["api.korenbloem"]

    assert bakery.get("/user").json() == DENIED
    assert isinstance(bakery, LoketCaller)
