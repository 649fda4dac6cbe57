"""Steering from another process, and the log of calls."""

import pytest
import requests
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from loket_import.sandbox.model import RIGHT_READ, Status
from loket_import.sandbox.resources import line_row

from .conftest import RUNS, administration_id


@pytest.fixture
def run(loket):
    return loket.world.runs_of(administration_id(loket, "Korenbloem"), Status.READY)[-1]


def command(loket, name, **body):
    return requests.post(f"{loket.url}/_sandbox/{name}", json=body, timeout=10)


def look(loket, name):
    return requests.get(f"{loket.url}/_sandbox/{name}", timeout=10).json()


def test_the_world_can_be_seen(loket, run):
    world = look(loket, "world")

    assert world["today"] == "2026-11-24"
    assert len(world["users"]) == 8
    assert "Zorggroep Het Anker" in {row["companyName"] for row in world["employers"]}
    (row,) = [row for row in world["runs"] if row["id"] == run.id]
    assert row["lineCount"] == len(run.lines)
    assert row["payrollAdministrationId"] == run.administration_id
    assert "zandbak" not in str(world["users"])


def test_a_run_can_be_given_a_status_and_removed(loket, run):
    assert command(loket, "status", run=run.id, status=5).status_code == 200
    assert run.status == Status.EXPORTING

    assert command(loket, "remove", run=run.id).status_code == 200
    assert run.status == Status.REMOVED
    assert run.removed_at


def test_lines_can_be_replaced(loket, run):
    lines = [line_row(line) for line in run.lines[:1]]
    rows = [row | {"debetAmount": 12, "creditAmount": 0} for row in lines]

    assert command(loket, "replace-lines", run=run.id, lines=rows).status_code == 200

    assert [line.debet for line in run.lines] == [12]


def test_tokens_and_rights_can_be_taken(loket, bakery):
    employer = loket.world.employer("Korenbloem").id
    path = f"{RUNS}/{administration_id(loket, 'Korenbloem')}/journalruns"
    words = {"username": "api.korenbloem", "employer": employer, "right": RIGHT_READ}

    command(loket, "revoke", **words)
    assert bakery.get(path).status_code == 403
    command(loket, "grant", **words)
    assert bakery.get(path).status_code == 200
    command(loket, "revoke", username="api.korenbloem")
    assert bakery.get(path).status_code == 401


def test_access_tokens_can_be_let_run_out(loket, bakery):
    command(loket, "expire")

    assert bakery.get("/user").status_code == 401


def test_a_fault_can_be_asked_for(loket, bakery):
    options = {"status": 429, "headers": {"Retry-After": "1"}}
    command(loket, "fault", method="GET", path="/user", kind="respond", options=options)

    assert [bakery.get("/user").status_code for _ in range(2)] == [429, 200]


def test_reset_forgets_what_happened(loket, bakery, run):
    loket.world.set_status(run.id, Status.EXPORTED)

    command(loket, "reset")

    assert loket.world.run(run.id).status == Status.READY
    assert bakery.get("/user").status_code == 401
    assert len(loket.calls) == 1


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("status", {"run": "nergens", "status": 4}),
        ("status", {"status": 4}),
        ("fault", {"path": "/", "kind": "ontploffing"}),
        ("fault", {"path": "/", "kind": "respond", "options": {"kleur": "rood"}}),
        ("replace-lines", {"run": "nergens", "lines": []}),
        ("revoke", {"username": "niemand", "employer": "x", "right": "y"}),
    ],
)
def test_a_command_that_cannot_be_done_is_refused(loket, name, body):
    assert command(loket, name, **body).status_code == 400


def test_an_unknown_command_is_not_found(loket):
    assert command(loket, "ontploffing").status_code == 404


def test_a_form_cannot_steer(loket):
    response = requests.post(f"{loket.url}/_sandbox/reset", data={"a": "b"}, timeout=10)

    assert response.status_code == 415


def test_other_machines_cannot_steer(loket):
    environ = EnvironBuilder(environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).get_environ()

    assert loket.control.answer(Request(environ), "world").status_code == 403


def test_calls_are_logged_without_secrets(loket, bakery, run):
    bakery.get("/user", extra="1")
    bakery.patch(run.id, {"action": "MarkAsProcessed"})
    form = {
        "grant_type": "refresh_token",
        "refresh_token": "ververs-geheim",
        "client_secret": loket.client_secret,
    }
    requests.post(f"{loket.url}/token", data=form, timeout=10)

    user, patch, token = look(loket, "calls")["calls"]

    assert (user["method"], user["path"], user["query"]) == ("GET", "/v2/user", "extra=1")
    assert user["username"] == "api.korenbloem"
    assert patch["body"] == '{"action": "MarkAsProcessed"}'
    assert (token["grant_type"], token["status"]) == ("refresh_token", 400)
    everything = str(list(loket.calls))
    assert "ververs-geheim" not in everything
    assert loket.client_secret not in everything
    assert bakery.access_token not in everything
    assert loket.calls.matching("PATCH")[0].status == 200
    assert loket.calls[-1].path == "/token"


def test_latency_can_be_set(loket, bakery):
    loket.settings.latency_ms = 150

    assert bakery.get("/user").elapsed.total_seconds() >= 0.15
