"""Marking a run as processed, or as failed."""

import pytest

from loket_import.sandbox.model import Status

from .conftest import RUNS, administration_id


@pytest.fixture
def run(loket):
    return loket.world.runs_of(administration_id(loket, "Korenbloem"), Status.READY)[-1]


def trail(bakery, run):
    return bakery.get(f"{RUNS}/journalruns/{run.id}/exportAuditTrail").json()["_embedded"]


def test_processed_makes_the_run_exported(bakery, run):
    body = {"action": "MarkAsProcessed", "application": {"key": 77}, "message": "2026-0012"}

    response = bakery.patch(run.id, body)

    assert response.status_code == 200
    assert response.json()["content"] == {}
    assert run.status == Status.EXPORTED
    (row,) = trail(bakery, run)
    assert row["exportedTo"] == {"key": 77, "value": "Applicatie 77"}
    assert row["exportStatus"]["value"] == "Verwerkt"


def test_failed_makes_the_run_failed_and_shows_the_message(bakery, run):
    body = {"action": "MarkAsProcessingFailed", "message": "Rekening 4005 ontbreekt"}

    response = bakery.patch(run.id, body)

    assert response.status_code == 200
    assert run.status == Status.EXPORT_FAILED
    assert trail(bakery, run)[0]["returendErrorMessage"] == "Rekening 4005 ontbreekt"


@pytest.mark.parametrize("status", [4, 5, 6])
def test_a_run_with_results_can_be_marked(loket, bakery, run, status):
    loket.world.set_status(run.id, status)

    assert bakery.patch(run.id, {"action": "MarkAsProcessed"}).status_code == 200


@pytest.mark.parametrize("status", [0, 1, 2, 3, 7])
@pytest.mark.parametrize("action", ["MarkAsProcessed", "MarkAsProcessingFailed"])
def test_other_statuses_conflict(loket, bakery, run, status, action):
    loket.world.set_status(run.id, status)

    response = bakery.patch(run.id, {"action": action})

    assert response.status_code == 409
    assert response.json()["messages"][0]["type"] == "BrokenBusinessRule"
    assert run.status == status


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "markAsSuccessfullyExported"},
        {"action": ["MarkAsProcessed"]},
        {"action": "MarkAsProcessed", "message": "x" * 256},
        {"action": "MarkAsProcessed", "message": 12},
        {"action": "MarkAsProcessed", "application": None},
        {"action": "MarkAsProcessed", "application": {"key": "2"}},
        ["MarkAsProcessed"],
        b"geen json",
    ],
)
def test_a_body_that_is_not_lokets_is_refused(bakery, run, body):
    assert bakery.patch(run.id, body).status_code == 400
    assert run.status == Status.READY


@pytest.mark.parametrize("content_type", ["text/plain", "application/json;version=2018-01-01"])
def test_the_content_type_is_plain_json(bakery, run, content_type):
    response = bakery.patch(run.id, {"action": "MarkAsProcessed"}, content_type)

    assert response.status_code == 415


def test_a_message_may_have_255_characters(bakery, run):
    body = {"action": "MarkAsProcessed", "message": "é" * 255}

    assert bakery.patch(run.id, body).status_code == 200
