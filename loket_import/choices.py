"""What steps 1 and 2 let choose from, as it is kept with the job that fetched it."""

from typing import Any
from uuid import UUID

from connections.lifecycle import EmployerLink, PayrollLink
from loket_import.schemas import Employer, PayrollAdministration


def described_employer(employer: Employer) -> dict[str, Any]:
    """What step 1 shows of an employer."""
    return {
        "id": str(employer.id),
        "name": employer.company_name,
        "number": employer.employer_number,
        "kvk": (employer.chamber_of_commerce_number or "")[:20],
        "city": employer.city or "",
    }


def described_payroll(payroll: PayrollAdministration) -> dict[str, Any]:
    """What step 2 shows of a payroll administration."""
    return {
        "id": str(payroll.id),
        "name": payroll.name,
        "tax_number": (payroll.payroll_taxes_number or "")[:20],
        "period_type": payroll.period_type_text[:50],
        "period_key": payroll.period_type_key,
        "ended_on": payroll.end_date.isoformat() if payroll.end_date else "",
    }


def employer_link(described: dict[str, Any]) -> EmployerLink:
    """What is pinned of an employer that was described."""
    return EmployerLink(id=UUID(described["id"]), name=described["name"], kvk=described["kvk"])


def payroll_link(described: dict[str, Any]) -> PayrollLink:
    """What is pinned of a payroll administration that was described."""
    return PayrollLink(
        id=UUID(described["id"]),
        name=described["name"],
        tax_number=described["tax_number"],
        period_type=described["period_type"],
        period_key=described["period_key"],
    )
