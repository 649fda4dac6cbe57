"""Faults: the next calls go wrong as told, and then all is well again."""

import time

import pytest
import requests

from loket_import.sandbox import faults
from loket_import.sandbox.model import Status

from .conftest import administration_id


def test_a_status_is_answered_a_number_of_times(loket, bakery):
    action = faults.respond(503, "even niet", {"Retry-After": "7"})
    loket.faults.add("GET", "/employers", times=2, action=action)

    answers = [bakery.get("/providers/employers") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].headers["Retry-After"] == "7"


def test_other_calls_are_spared(loket, bakery):
    loket.faults.add("PATCH", "/employers", action=faults.respond(500))
    loket.faults.add("GET", "/results", action=faults.respond(500))

    assert bakery.get("/providers/employers").status_code == 200
    assert len(loket.faults.pending) == 2


def test_the_token_endpoint_can_fail_too(loket):
    loket.faults.add("POST", "/token", action=faults.html(502))

    response = requests.post(f"{loket.url}/token", timeout=10)

    assert response.status_code == 502
    assert response.headers["Content-Type"].startswith("text/html")


def test_a_delay_comes_before_the_answer(loket, bakery):
    loket.faults.add("*", "/user", action=faults.delay(0.2))

    began = time.monotonic()
    assert bakery.get("/user").status_code == 200
    assert time.monotonic() - began >= 0.2


def test_an_answer_can_be_cut_off(loket, bakery):
    loket.faults.add("GET", "/user", action=faults.truncate(20))

    with pytest.raises(requests.exceptions.RequestException):
        bakery.get("/user")
    assert bakery.get("/user").status_code == 200


def test_the_connection_can_break_after_the_operation_happened(loket, bakery):
    run = loket.world.runs_of(administration_id(loket, "Korenbloem"), Status.READY)[-1]
    loket.faults.add("PATCH", "/journalruns/", action=faults.drop(after_operation=True))

    with pytest.raises(requests.exceptions.ConnectionError):
        bakery.patch(run.id, {"action": "MarkAsProcessed"})

    assert run.status == Status.EXPORTED


def test_the_connection_can_break_before_the_operation(loket, bakery):
    run = loket.world.runs_of(administration_id(loket, "Korenbloem"), Status.READY)[-1]
    loket.faults.add("PATCH", "/journalruns/", action=faults.drop())

    with pytest.raises(requests.exceptions.ConnectionError):
        bakery.patch(run.id, {"action": "MarkAsProcessed"})

    assert run.status == Status.READY


def test_totals_can_be_wrong(loket, bakery):
    action = faults.change_envelope(totalSize=99, totalPages=2)
    loket.faults.add("GET", "/employers", action=action)

    answer = bakery.get("/providers/employers").json()

    assert (answer["totalSize"], answer["totalPages"], len(answer["_embedded"])) == (99, 2, 1)


def test_changed_answers_keep_their_amounts(loket, bakery):
    run = loket.world.runs_of(administration_id(loket, "Korenbloem"), Status.READY)[-1]
    path = f"/providers/employers/payrolladministrations/journalruns/{run.id}/results"
    plain = bakery.get(path).text
    loket.faults.add("GET", "/results", action=faults.change_envelope(totalPages=1))

    assert bakery.get(path).text == plain


def test_faults_can_be_taken_away(loket, bakery):
    loket.faults.add("GET", "/user", times=5, action=faults.respond(500))
    loket.faults.clear()

    assert bakery.get("/user").status_code == 200


def test_an_unknown_fault_is_named():
    with pytest.raises(ValueError, match="ontploffing"):
        faults.action_named("ontploffing", {})
