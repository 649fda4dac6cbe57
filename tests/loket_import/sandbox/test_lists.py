"""Lists over HTTP: pages, filters and order; details, results and errors of a run."""

import json
from decimal import Decimal

import pytest

from loket_import.sandbox.model import Status
from loket_import.sandbox.payroll import difference

from .conftest import RUNS, administration_id, caller


def runs_path(loket, employer="Korenbloem", index=0):
    return f"{RUNS}/{administration_id(loket, employer, index)}/journalruns"


def run_path(run, part=""):
    return f"{RUNS}/journalruns/{run.id}{part}"


def test_a_list_comes_in_pages(loket, bakery):
    first = bakery.get(runs_path(loket), pageSize=10).json()
    third = bakery.get(runs_path(loket), pageSize=10, pageNumber=3).json()
    beyond = bakery.get(runs_path(loket), pageSize=10, pageNumber=4).json()

    numbers = [row["sequenceNumber"] for row in first["_embedded"]]
    assert numbers == list(range(1, 11))
    assert (first["totalSize"], first["totalPages"], first["currentPage"]) == (26, 3, 1)
    assert len(third["_embedded"]) == 6
    assert beyond["_embedded"] == []


def test_a_page_holds_at_most_250(loket, bakery):
    assert bakery.get(runs_path(loket)).json()["pageSize"] == 250
    assert bakery.get(runs_path(loket), pageSize=2000).json()["pageSize"] == 250


@pytest.mark.parametrize("query", [{"pageNumber": 0}, {"pageSize": -1}, {"pageSize": "x"}])
def test_a_page_that_cannot_be_is_refused(loket, bakery, query):
    response = bakery.get(runs_path(loket), **query)

    assert response.status_code == 400
    assert response.json()["messages"][0]["type"] == "BrokenBusinessRule"


def test_a_filter_and_an_order(loket, bakery):
    answer = bakery.get(
        runs_path(loket),
        filter="journalRunStatus.key eq 4 and payrollRun.payrollPeriod.year eq 2026"
        " and payrollRun.payrollPeriod.testYear eq false",
        orderBy="-sequenceNumber",
    ).json()

    assert [row["sequenceNumber"] for row in answer["_embedded"]] == [26, 25, 24, 23]


@pytest.mark.parametrize(
    "query",
    [{"filter": "journalRunStatus.key is 4"}, {"filter": "onbekend eq 1"}, {"orderBy": "a b"}],
)
def test_a_query_that_cannot_be_read_is_refused(loket, bakery, query):
    response = bakery.get(runs_path(loket), **query)

    assert response.status_code == 400
    assert response.json()["messages"][0]["type"] == "BrokenBusinessRule"


def test_a_detail_shows_what_the_list_shows_and_has_an_etag(loket, bakery):
    listed = bakery.get(runs_path(loket)).json()["_embedded"][-1]
    run = loket.world.run(listed["id"])

    before = bakery.get(run_path(run))
    loket.world.set_status(run.id, Status.EXPORTING)
    after = bakery.get(run_path(run))

    assert before.json()["content"] == listed
    assert before.headers["ETag"] != after.headers["ETag"]


def test_results_add_up_to_what_the_world_holds(loket, bakery):
    run = loket.world.runs_of(administration_id(loket, "Korenbloem"), Status.READY)[-1]

    answer = bakery.get(run_path(run, "/results"))

    lines = json.loads(answer.text, parse_float=Decimal)["_embedded"]
    assert sum(Decimal(row["debetAmount"]) for row in lines) == sum(x.debet for x in run.lines)
    assert sum(row["debetAmount"] - row["creditAmount"] for row in lines) == 0
    assert all("e" not in str(row["debetAmount"]).lower() for row in lines)


def test_amounts_are_written_digit_for_digit(loket, bakery):
    run = loket.world.runs_of(administration_id(loket, "Korenbloem"), Status.READY)[-1]
    first, second, *_ = run.lines
    text = bakery.get(run_path(run, "/results")).text

    assert f'"debetAmount": {first.debet}, "creditAmount": 0' in text
    assert str(first.debet).count(".") == 1
    assert len(str(second.credit or second.debet).split(".")[1]) == 2


@pytest.mark.parametrize("status", [0, 1, 2, 3])
def test_without_results_the_address_of_results_refuses(loket, bakery, status):
    run = loket.world.runs_of(administration_id(loket, "Korenbloem"))[0]
    loket.world.set_status(run.id, status)

    response = bakery.get(run_path(run, "/results"))

    assert response.status_code == 400
    assert response.json()["messages"][0]["type"] == "BrokenBusinessRule"


@pytest.mark.parametrize("status", [4, 5, 6, 7])
def test_other_statuses_have_results(loket, bakery, status):
    run = loket.world.runs_of(administration_id(loket, "Korenbloem"))[0]
    loket.world.set_status(run.id, status)

    assert bakery.get(run_path(run, "/results")).json()["totalSize"] == len(run.lines)


def big_run(loket):
    runs = loket.world.runs_of(administration_id(loket, "Anker"))
    return max(runs, key=lambda run: len(run.lines))


def test_a_long_journal_comes_in_two_pages(loket):
    run = big_run(loket)
    care = caller(loket, "api.zorggroep")

    pages = [care.get(run_path(run, "/results"), pageNumber=number).json() for number in (1, 2)]

    assert [len(page["_embedded"]) for page in pages] == [250, len(run.lines) - 250]
    assert {page["totalSize"] for page in pages} == {len(run.lines)}


def test_a_long_journal_can_come_in_one_piece(loket):
    loket.settings.pages_results = False
    run = big_run(loket)

    answer = caller(loket, "api.zorggroep").get(run_path(run, "/results"), pageNumber=2).json()

    assert len(answer["_embedded"]) == answer["totalSize"] == len(run.lines)
    assert answer["totalPages"] == 1


def test_a_failed_run_says_why(loket, bakery):
    run = loket.world.runs_of(administration_id(loket, "Korenbloem"), Status.FAILED)[0]

    (error,) = bakery.get(run_path(run, "/errors")).json()["_embedded"]

    assert error["error"]["value"].startswith("Geen verdeling gevonden")
    assert error["PayrollEmployeeNumber"] == 202


def test_an_exported_run_shows_who_exported_it(loket, bakery):
    run = loket.world.runs_of(administration_id(loket, "Korenbloem"), Status.EXPORTED)[0]

    (export,) = bakery.get(run_path(run, "/exportAuditTrail")).json()["_embedded"]

    assert export["exportedTo"]["value"] == "Export per run"
    assert export["returendErrorMessage"] is None


def test_replaced_lines_are_shown(loket, bakery):
    run = loket.world.runs_of(administration_id(loket, "Korenbloem"), Status.READY)[-1]
    loket.world.replace_lines(run.id, run.lines[:2])

    assert bakery.get(run_path(run, "/results")).json()["totalSize"] == 2


def test_an_added_run_is_the_last_one(loket, bakery):
    identity = administration_id(loket, "Korenbloem")
    lines = loket.world.runs_of(identity)[-1].lines

    added = loket.world.add_run(identity, lines)

    last = bakery.get(runs_path(loket), orderBy="-sequenceNumber", pageSize=1).json()
    assert last["_embedded"][0]["id"] == added.id
    assert last["_embedded"][0]["sequenceNumber"] == 27
    assert difference(added.lines) == 0


def test_an_ended_administration_shows_its_end(loket, bakery):
    employer = loket.world.employer("Korenbloem")
    loket.world.close_administration(employer.administrations[0].id, loket.world.today)

    path = f"/providers/employers/{employer.id}/payrolladministrations"
    (row,) = bakery.get(path).json()["_embedded"]

    assert row["endDate"] == "2026-11-24"
    assert row["payrollTaxesNumber"] == "812345678L01"
    assert row["payrollPeriodType"]["key"] == 1
