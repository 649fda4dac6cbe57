"""What Loket tells of a run that is not ready: its exports and its errors, without any people."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from loket_import.decoding import decode_exports, decode_faults
from loket_import.errors import LoketUnreadable
from loket_import.judging.exports import read_trail
from loket_import.judging.faults import read_faults
from loket_import.models import JobKind, JournalRun
from loket_import.sandbox.faults import respond
from loket_import.sandbox.model import JournalRun as LoketRun
from loket_import.sandbox.model import Status
from loket_import.storing import store_told
from tests.loket_import.browsing import address
from tests.loket_import.linked import Linked

AUDIT_TRAIL = "GetJournalRunExportAuditTrailByJournalRunId"
ERRORS = "GetJournalRunErrorsByJournalRunId"
EMPLOYEE = 987_654_321


def page(row: dict[str, Any]) -> bytes:
    """An answer with one row."""
    return json.dumps({"_embedded": [row], "totalSize": 1, "currentPage": 1}).encode()


def export_row(**values: Any) -> dict[str, Any]:
    """A row of the audit trail as Loket describes it."""
    return {
        "id": str(uuid4()),
        "sequenceNumber": 8,
        "exportStatus": {"key": 4, "value": "Downloaded"},
        "exportedBy": {"id": str(uuid4()), "lastName": "Jong", "formattedName": "Jong, I"},
        "exportedOn": "2026-11-03T09:30:00Z",
        "exportedTo": {"key": 2, "value": "Finance Plus"},
        "methodOfExporting": {"key": 2, "value": "Download"},
        "returendErrorMessage": None,
    } | values


def fault_row(**values: Any) -> dict[str, Any]:
    """An error as Loket describes it."""
    return {
        "id": str(uuid4()),
        "error": {"key": 4, "value": "Geen verdeling gevonden"},
        "PayrollEmployeeNumber": EMPLOYEE,
        "payrollComponent": {"key": 286, "description": "KINDEROPV.BEL"},
        "generalLedgerAccount": {"key": 4, "code": "4002020", "description": "Cars"},
        "costCenter": {"key": 2, "code": "SAL073", "description": "Sales Den Bosch"},
        "costUnit": None,
    } | values


# Decoding


@pytest.mark.parametrize("name", ["returendErrorMessage", "returnedErrorMessage"])
def test_why_an_export_failed_is_read_however_loket_spells_it(name: str) -> None:
    row = export_row(returendErrorMessage=None) | {name: "Could not find\n cost center Sales"}

    (export,) = decode_exports(page(row)).rows

    assert export.error == "Could not find cost center Sales"
    assert not export.succeeded
    assert (export.to, export.status_key, export.status_text) == ("Finance Plus", 4, "Downloaded")
    assert export.at == datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


def test_without_an_error_an_export_counts_as_one_that_went_well() -> None:
    (export,) = decode_exports(page(export_row())).rows

    assert export.succeeded


def test_who_exported_and_whose_wages_are_wrong_is_not_read() -> None:
    (export,) = decode_exports(page(export_row())).rows
    (fault,) = decode_faults(page(fault_row())).rows

    assert "Jong" not in repr(export)
    assert str(EMPLOYEE) not in repr(fault)
    assert (fault.text, fault.component, fault.account_code, fault.cost_center_code) == (
        "Geen verdeling gevonden",
        "KINDEROPV.BEL",
        "4002020",
        "SAL073",
    )


def test_an_error_may_be_about_nothing_in_particular() -> None:
    row = fault_row(payrollComponent=None, generalLedgerAccount=None, costCenter=None)

    (fault,) = decode_faults(page(row)).rows

    assert (fault.component_key, fault.account_code, fault.cost_center, fault.cost_unit) == (
        None,
        "",
        "",
        "",
    )


@pytest.mark.parametrize("name", ["id", "exportStatus", "exportedOn"])
def test_a_row_without_what_it_is_about_is_unreadable(name: str) -> None:
    row = export_row()
    del row[name]

    with pytest.raises(LoketUnreadable):
        decode_exports(page(row))


# Fetching, from the real sandbox


@pytest.fixture
def exported(linked: Linked) -> LoketRun:
    """A run that another package has fetched."""
    return linked.loket_runs(Status.EXPORTED)[-1]


@pytest.fixture
def failed(linked: Linked) -> LoketRun:
    """A run that Loket could not make, of an employee with a number that occurs nowhere else."""
    found = linked.loket_runs(Status.FAILED)[-1]
    found.errors = tuple(replace(error, employee_number=EMPLOYEE) for error in found.errors)
    return found


def test_the_audit_trail_is_fetched_with_the_content(linked: Linked, exported: LoketRun) -> None:
    trail = read_trail(linked.fetched(exported).exports)

    assert trail is not None
    assert trail.exports is not None
    (sent,), (export,) = exported.exports, trail.exports
    assert (str(export.id), export.to, export.at, export.succeeded) == (
        sent.id,
        "Export per run",
        sent.exported_at,
        True,
    )
    assert trail.last == export


def test_a_ready_run_is_not_asked_for_exports_or_errors(linked: Linked) -> None:
    run = linked.fetched(linked.last_ready())

    assert (run.exports, run.faults) == ([], [])


def test_a_user_who_may_not_see_the_trail_fetches_the_run_all_the_same(
    linked: Linked, exported: LoketRun, bookkeeper: Client
) -> None:
    linked.loket.world.denied_activities.add(AUDIT_TRAIL)

    run = linked.fetched(exported)

    trail = read_trail(run.exports)
    assert trail is not None
    assert trail.exports is None
    assert run.missing_since is None
    text = bookkeeper.get(address(linked, "content", run.pk)).content.decode()
    assert "mag de exporthistorie niet inzien" in text


def remove_what_was_made_anew(linked: Linked, failed: LoketRun) -> None:
    """The failed run is the last word on its payroll run."""
    for other in linked.loket_runs():
        if other.payroll_run_id == failed.payroll_run_id and other.id != failed.id:
            linked.loket.world.remove_run(other.id)


def test_a_failed_run_leads_to_the_one_that_was_made_anew(
    linked: Linked, failed: LoketRun, bookkeeper: Client
) -> None:
    run = linked.fetched(failed)

    text = bookkeeper.get(address(linked, "content", run.pk)).content.decode()
    assert "Intussen opnieuw gemaakt" in text
    assert "deze fouten in Loket.nl" not in text


def test_errors_are_fetched_and_shown_without_the_employee(
    linked: Linked, failed: LoketRun, bookkeeper: Client
) -> None:
    remove_what_was_made_anew(linked, failed)
    run = linked.fetched(failed)

    faults = read_faults(run.faults)
    assert faults is not None
    assert faults.faults is not None
    (fault,), (sent,) = faults.faults, failed.errors
    assert fault.text == sent.text
    listed = bookkeeper.get(address(linked, "runs"), {"jaar": run.year})
    row = next(row for row in listed.context["rows"] if row["run"].pk == run.pk)
    assert row["url"] == address(linked, "content", run.pk)
    assert "Waarom?" in listed.content.decode()
    page_of_run = bookkeeper.get(row["url"]).content.decode()
    assert sent.text in page_of_run
    assert "KINDEROPV.BEL" in page_of_run
    assert "deze fouten in Loket.nl" in page_of_run
    assert str(EMPLOYEE) not in page_of_run


def test_the_number_of_an_employee_is_stored_nowhere(linked: Linked, failed: LoketRun) -> None:
    linked.fetched(failed)

    with linked.scope(), connection.cursor() as cursor:
        for model in apps.get_models():
            cursor.execute(
                f'SELECT count(*) FROM "{model._meta.db_table}" t '  # noqa: S608 - our own tables
                "WHERE t::text LIKE %s",
                [f"%{EMPLOYEE}%"],
            )
            assert cursor.fetchone() == (0,), model


def test_a_user_who_may_not_see_the_errors_is_told_so(
    linked: Linked, failed: LoketRun, bookkeeper: Client
) -> None:
    remove_what_was_made_anew(linked, failed)
    linked.loket.world.denied_activities.add(ERRORS)

    run = linked.fetched(failed)

    text = bookkeeper.get(address(linked, "content", run.pk)).content.decode()
    assert "vertelt deze gebruiker niet waarom de run mislukte" in text


def test_what_was_asked_for_earlier_never_takes_the_place_of_what_is_newer(
    linked: Linked, exported: LoketRun
) -> None:
    run = linked.fetched(exported)
    old = {"asked_at": "2020-01-01T00:00:00Z", "exports": None}

    with linked.scope():
        store_told(run.pk, exports=old, faults=None)

    assert linked.stored(exported).exports == run.exports


def test_a_trail_that_does_not_answer_is_asked_for_again_later(
    linked: Linked, exported: LoketRun
) -> None:
    linked.fetch_runs(exported.period.year)
    run = linked.stored(exported)
    linked.loket.faults.add("GET", "/exportAuditTrail", times=9, action=respond(503))

    job = linked.fetch(JobKind.CONTENT, run.pk)

    assert job.state == "waiting"
    with linked.scope():
        assert JournalRun.objects.get(pk=run.pk).exports == []
