"""The world's things as Loket's API shows them: one function for each kind of row."""

from __future__ import annotations

from . import model
from .model import PERIOD_TYPE_TEXTS, STATUS_TEXTS

Row = dict[str, object]


def employer_row(employer: model.Employer) -> Row:
    """An employer, in the list of employers."""
    return {
        "id": employer.id,
        "employerNumber": employer.number,
        "companyName": employer.name,
        "address": _address(employer.address),
        "deviatingPostalAddress": None,
        "contactInformation": None,
        "contact": None,
        "branch": None,
        "sbi": None,
        "legalForm": {"key": 1, "value": "B.V."} if employer.name.endswith("B.V.") else None,
        "chamberOfCommerceNumber": employer.chamber_of_commerce_number,
        "employerLogo": None,
        "providerLogo": None,
        "providerSettings": {
            "administrationNumber": None,
            "groupCode": None,
            "parentEmployerForConsolidatedOverviews": None,
            "sendEmailWhenSalarySlipIsAvailable": True,
        },
    }


def administration_row(
    administration: model.PayrollAdministration, employer: model.Employer
) -> Row:
    """A payroll administration, in the list of an employer."""
    period_type = administration.period_type
    return {
        "id": administration.id,
        "clientNumber": administration.client_number,
        "name": administration.name,
        "shortName": None,
        "description": administration.name[:50],
        "administrationNumber": None,
        "groupCode": 40,
        "groupClassification": None,
        "payrollPeriodType": {"key": int(period_type), "value": PERIOD_TYPE_TEXTS[period_type]},
        "payrollTaxesNumber": administration.payroll_taxes_number,
        "cao": {"key": 184, "value": "Geen cao"},
        "loonmodel": {"key": 184, "value": "Algemeen"},
        "claTaxReturnCBSCode": None,
        "startDate": administration.start_date,
        "endDate": administration.end_date,
        "address": _address(employer.address),
        "deviatingPostalAddress": None,
        "contact": None,
    }


def run_row(run: model.JournalRun) -> Row:
    """A journal run; the list and the detail show the same fields."""
    return {
        "id": run.id,
        "sequenceNumber": run.sequence_number,
        "journalRunStatus": {"key": int(run.status), "value": STATUS_TEXTS[run.status]},
        # Key 2 is the only value that Loket's description shows.
        "methodOfCreation": {"key": 2, "value": "Individueel"},
        "payrollRun": {
            "payrollRunId": run.payroll_run_id,
            "sequenceNumberApproved": run.payroll_run_number,
            "payrollPeriod": {
                "year": run.period.year,
                "periodNumber": run.period.number,
                "periodStartDate": run.period.start,
                "periodEndDate": run.period.end,
                "testYear": run.period.test_year,
            },
        },
        "requestTime": run.requested_at,
        "requestedBy": _person(run.requested_by),
        "processingFinishedTime": run.finished_at,
        "removeTime": run.removed_at,
        "removedBy": _person(run.removed_by) if run.removed_by else None,
    }


def line_row(line: model.Line) -> Row:
    """A result line of a journal run."""
    return {
        "generalLedgerAccount": _coded(line.account),
        "costCenter": _coded(line.cost_center),
        "costUnit": _coded(line.cost_unit),
        "payrollComponent": _component(line.component),
        "debetAmount": line.debet,
        "creditAmount": line.credit,
    }


def error_row(error: model.RunError) -> Row:
    """A reason why a run failed; Loket writes this one field with a capital."""
    return {
        "id": error.id,
        "error": {"key": error.key, "value": error.text},
        "PayrollEmployeeNumber": error.employee_number,
        "payrollComponent": _component(error.component),
        "generalLedgerAccount": _coded(error.account),
        "costCenter": _coded(error.cost_center),
        "costUnit": _coded(error.cost_unit),
    }


def export_row(export: model.ExportAttempt) -> Row:
    """A row of the export audit trail, with Loket's spelling ``returendErrorMessage``."""
    status = {"key": 3, "value": "Verwerkt"} if export.succeeded else {"key": 5, "value": "Mislukt"}
    return {
        "id": export.id,
        "sequenceNumber": export.sequence_number,
        "exportStatus": status,
        "exportedBy": _person(export.exported_by),
        "exportedOn": export.exported_at,
        "exportedTo": {"key": export.application_key, "value": export.application_name},
        "methodOfExporting": {"key": 1, "value": "API"},
        "returendErrorMessage": export.error_message,
    }


def user_content(user: model.LoketUser) -> Row:
    """Who is connected; Loket gives no id here."""
    person = user.person
    return {
        "personalDetails": {
            "firstName": person.first_name,
            "initials": person.initials,
            "prefix": person.prefix,
            "lastName": person.last_name,
        },
        "contactInformation": {
            "emailAddress": f"{user.username}@loket.invalid",
            "phoneNumber": None,
            "placeOfEmployment": None,
        },
        "user": {"userSpecifiedRole": None, "userCustomSpecifiedRole": None},
        "photo": None,
    }


def _address(address: model.Address) -> Row:
    return {
        "street": address.street,
        "houseNumber": address.house_number,
        "houseNumberAddition": None,
        "furtherIndication": None,
        "location": None,
        "postalCode": address.postal_code,
        "city": address.city,
        "province": None,
        "country": {"key": 530, "value": "Nederland", "isoCode": "NL"},
    }


def _person(person: model.Person) -> Row:
    return {
        "id": person.id,
        "initials": person.initials,
        "prefix": person.prefix,
        "lastName": person.last_name,
        "formattedName": person.formatted_name,
    }


def _coded(coded: model.Coded | None) -> Row | None:
    if coded is None:
        return None
    return {"key": coded.key, "code": coded.code, "description": coded.description}


def _component(component: model.Component | None) -> Row | None:
    if component is None:
        return None
    return {"key": component.key, "description": component.description}
