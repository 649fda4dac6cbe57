"""The sandbox's answers against Loket's published description of its API.

The description lies beside this project, not in it, so elsewhere than in CI the tests are skipped
without it. Each answer must hold every field that is described and no other one, which is more
than the description asks (it requires nothing): a field that the sandbox forgets, or spells
otherwise, would make a client look right that isn't.
"""

import json
import os
from pathlib import Path

import pytest
from openapi_schema_validator import OAS30Validator, oas30_format_checker

from loket_import.sandbox.api import OPERATIONS
from loket_import.sandbox.model import RIGHT_READ, Status

from .conftest import ACCEPT, RUNS, administration_id, caller

DOCUMENT = Path(__file__).parents[4] / "shared" / "loket" / "openapi.json"
RUN = f"{RUNS}/journalruns/{{journalrunId}}"
DETAILS = [RUN, f"{RUN}/results", f"{RUN}/errors", f"{RUN}/exportAuditTrail"]
EMPLOYER = "/providers/employers/{employerId}"
LISTS = [
    "/providers/employers",
    f"{EMPLOYER}/payrolladministrations",
    f"{EMPLOYER}/authorizations",
    f"{RUNS}/{{payrollAdministrationId}}/journalruns",
]
GETS = ["/user", *LISTS, *DETAILS]
USERS = ["api.korenbloem", "api.vandenberg", "api.zorggroep", "api.degroot"]


@pytest.fixture(scope="module")
def document():
    if not DOCUMENT.exists() and os.environ.get("CI") != "true":
        pytest.skip(f"Loket's description of its API is not at {DOCUMENT}")
    return json.loads(DOCUMENT.read_text("utf-8"))


def closed(schema, *, complete):
    """The schema with all its parts in one, allowing only (and requiring all) that it names."""
    if "allOf" in schema:
        parts = [closed(part, complete=complete) for part in schema["allOf"]]
        properties = {name: s for part in parts for name, s in part["properties"].items()}
        return _object(properties, schema, complete)
    if "properties" in schema:
        named = schema["properties"].items()
        properties = {name: closed(part, complete=complete) for name, part in named}
        return _object(properties, schema, complete)
    if schema.get("type") == "array":
        return schema | {"items": closed(schema["items"], complete=complete)}
    if "pattern" in schema:
        # The description's ids are in capitals, its own examples and Loket's answers aren't.
        return schema | {"pattern": f"(?i){schema['pattern']}"}
    return schema


def _object(properties, schema, complete):
    return {
        "type": "object",
        "nullable": schema.get("nullable", False),
        "properties": properties,
        "required": sorted(properties) if complete else [],
        "additionalProperties": False,
    }


def check(document, path, method, response):
    """Hold an answer to what is described for its operation, status and content type."""
    operation = document["paths"][path][method]
    described = operation["responses"][str(response.status_code)]
    content_type = response.headers["Content-Type"]
    assert content_type in described["content"]
    complete = response.status_code in (200, 401, 403)
    schema = closed(described["content"][content_type]["schema"], complete=complete)
    validator = OAS30Validator(schema, format_checker=oas30_format_checker)
    errors = [f"{e.json_path}: {e.message}" for e in validator.iter_errors(response.json())]
    assert errors == []
    assert set(described.get("headers", {})) - {"ETag"} <= set(response.headers)


def filled(loket, path, employer="Korenbloem", run=None):
    identity = administration_id(loket, employer)
    run = run or loket.world.runs_of(identity)[-1]
    return path.format(
        employerId=loket.world.employer(employer).id,
        payrollAdministrationId=identity,
        journalrunId=run.id,
    )


def test_every_operation_of_the_description_is_answered(document):
    described = {
        operation["operationId"]
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in ("get", "patch", "post", "put", "delete")
    }

    assert {operation.activity for operation in OPERATIONS} == described


@pytest.mark.parametrize("path", GETS)
def test_an_answer_is_as_described(document, loket, bakery, path):
    response = bakery.get(filled(loket, path))

    assert response.status_code == 200
    check(document, path, "get", response)


def test_the_newer_authorizations_are_as_described(document, loket, bakery):
    path = f"{EMPLOYER}/authorizations"

    response = bakery.get(filled(loket, path), accept="application/json;version=2026-01-01")

    assert response.headers["Content-Type"].endswith("version=2019-02-11")
    check(document, path, "get", response)


@pytest.mark.parametrize("username", USERS)
def test_all_employers_administrations_and_runs_are_as_described(document, loket, username):
    client = caller(loket, username)
    check(document, LISTS[0], "get", client.get(LISTS[0]))
    for employer in loket.world.visible_employers(username):
        administrations = f"{EMPLOYER}/payrolladministrations"
        check(
            document,
            administrations,
            "get",
            client.get(filled(loket, administrations, employer.id)),
        )
        for administration in employer.administrations:
            path = LISTS[3]
            url = path.format(payrollAdministrationId=administration.id)
            check(document, path, "get", client.get(url))


@pytest.mark.parametrize("employer", ["Korenbloem", "Van den Berg", "Anker", "De Groot"])
def test_runs_of_every_status_are_as_described(document, loket, employer):
    client = caller(loket, "api.kantoor")
    loket.world.grant_right("api.kantoor", loket.world.employer(employer).id, RIGHT_READ)
    runs = loket.world.runs_of(administration_id(loket, employer))
    one_of_each = {run.status: run for run in runs}.values()

    for run in one_of_each:
        for path in DETAILS:
            response = client.get(filled(loket, path, employer, run))
            check(document, path, "get", response)
            assert (response.status_code == 400) is (
                path.endswith("/results") and not run.status.has_results
            )


def test_details_have_the_etag_that_is_described(document, loket, bakery):
    described = document["paths"][RUN]["get"]["responses"]["200"]["headers"]

    assert set(described) <= set(bakery.get(filled(loket, RUN)).headers)


def test_a_patch_is_answered_as_described(document, loket, bakery):
    run = loket.world.runs_of(administration_id(loket, "Korenbloem"), Status.READY)[-1]
    body = {"action": "MarkAsProcessed", "application": {"key": 2}, "message": "2026-0012"}

    done, conflict = bakery.patch(run.id, body), bakery.patch(run.id, body)
    wrong = bakery.patch(run.id, {"action": "x"})

    assert [r.status_code for r in (done, conflict, wrong)] == [200, 409, 400]
    for response in (done, conflict, wrong):
        check(document, RUN, "patch", response)


def test_the_actions_of_a_patch_are_those_described(document, bakery, loket):
    request = document["paths"][RUN]["patch"]["requestBody"]["content"]
    actions = request[ACCEPT]["schema"]["properties"]["action"]["enum"]

    for action in actions:
        run = loket.world.runs_of(administration_id(loket, "Korenbloem"), Status.READY)[-1]
        assert bakery.patch(run.id, {"action": action}).status_code == 200


@pytest.mark.parametrize("path", GETS)
def test_a_denied_call_is_answered_as_described(document, loket, path):
    loket.grants.reset()
    stranger = caller(loket, "api.korenbloem")
    loket.revoke_tokens("api.korenbloem")

    response = stranger.get(filled(loket, path))

    assert response.status_code == 401
    check(document, path, "get", response)


@pytest.mark.parametrize("path", GETS)
def test_a_forbidden_call_is_answered_as_described(document, loket, bakery, path):
    loket.world.denied_activities.update(operation.activity for operation in OPERATIONS)

    response = bakery.get(filled(loket, path))

    assert response.status_code == 403
    check(document, path, "get", response)


def test_a_denied_or_forbidden_patch_is_answered_as_described(document, loket, bakery):
    run_id = filled(loket, "{journalrunId}")
    loket.world.hide_employer("api.korenbloem", loket.world.employer("Korenbloem").id)
    forbidden = bakery.patch(run_id, {"action": "MarkAsProcessed"})
    loket.revoke_tokens("api.korenbloem")
    denied = bakery.patch(run_id, {"action": "MarkAsProcessed"})

    assert (forbidden.status_code, denied.status_code) == (403, 401)
    check(document, RUN, "patch", forbidden)
    check(document, RUN, "patch", denied)


@pytest.mark.parametrize("path", [LISTS[0], LISTS[1], LISTS[3], DETAILS[3]])
def test_a_refused_query_is_answered_as_described(document, loket, bakery, path):
    response = bakery.get(filled(loket, path), pageSize="veel")

    assert response.status_code == 400
    check(document, path, "get", response)
