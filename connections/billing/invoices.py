"""A closed month for an invoicing system: all that a Dutch invoice must hold, as JSON.

Source of what an invoice holds: Wet OB 1968, article 35a. Amounts are text with two decimals, so
that no reader makes floats of them.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import IO, Any

from django.db.models import Prefetch

from connections.billing.months import AMSTERDAM, last_day, written
from connections.models.billing import Statement, StatementLine, StatementVat
from finmaster.models import Office

FORMAT = "finmaster-connection-fee-1"
STATEMENTS_AT_ONCE = 50
# Without these the invoice is no invoice.
REQUIRED_OF_CUSTOMER = ("name", "address", "postal_code", "city")

DESCRIPTIONS = {
    "fee": "Koppeling met Loket.nl",
    "added": "Correctie: koppeling met Loket.nl",
    "withdrawn": "Correctie: geen koppeling met Loket.nl",
    "repriced": "Correctie: andere prijs voor de koppeling met Loket.nl",
}


def customer_of(office: Office) -> dict[str, str]:
    """Who is billed."""
    return {
        "id": str(office.pk),
        "name": office.name,
        "address": office.address,
        "postal_code": office.postal_code,
        "city": office.city,
        "country": "NL",
        "chamber_of_commerce_number": office.chamber_of_commerce_number,
        "vat_number": office.vat_number,
    }


def missing_of(customer: dict[str, str]) -> list[str]:
    """What an invoice to this customer lacks."""
    return [name for name in REQUIRED_OF_CUSTOMER if not customer[name]]


def line_of(line: StatementLine) -> dict[str, Any]:
    """A line whose amount is its quantity times its unit price."""
    quantity, unit_price = quantity_and_price(line)
    return {
        "description": f"{DESCRIPTIONS[line.kind]}, {line.administration_number} "
        f"{line.administration_name}, {written(line.month)}",
        "administration": {"number": line.administration_number, "name": line.administration_name},
        "kind": line.kind,
        "period": period_of(line.month),
        "connected": {
            "from": line.first_day and line.first_day.isoformat(),
            "until": line.last_day and line.last_day.isoformat(),
        },
        "quantity": quantity,
        "unit_price": text(unit_price),
        "amount": text(line.amount),
        "vat_percentage": text(line.vat_percentage),
    }


def quantity_and_price(line: StatementLine) -> tuple[int, Decimal]:
    """As an invoice wants them: what only has another price is one of the difference."""
    quantity = line.quantity or 1
    return quantity, line.amount * quantity


def period_of(month: date) -> dict[str, str]:
    """First and last day of what was supplied: a calendar month at most."""
    return {"from": month.isoformat(), "until": last_day(month).isoformat()}


def text(amount: Decimal) -> str:
    """An amount with two decimals and a point."""
    return f"{amount:.2f}"


def invoice_of(statement: Statement, lines: Iterable[StatementLine]) -> dict[str, Any]:
    """One office's invoice."""
    customer = customer_of(statement.office)
    return {
        "number": statement.reference,
        "date": statement.closed_at.astimezone(AMSTERDAM).date().isoformat(),
        "period": period_of(statement.month),
        "customer": customer,
        "missing": missing_of(customer),
        "lines": [line_of(line) for line in lines],
        "vat": [
            {
                "percentage": text(row.percentage),
                "base": text(row.base),
                "amount": text(row.amount),
            }
            for row in statement.vat_rows.all()
        ],
        "total_excluding_vat": text(statement.subtotal),
        "total_vat": text(statement.vat),
        "total_including_vat": text(statement.total),
    }


def statements_in_parts(month: date) -> Iterator[Statement]:
    """A month's statements in order, with office, lines and VAT, some at a time."""
    found = (
        Statement.objects.filter(month=month)
        .select_related("office")
        .prefetch_related(
            Prefetch("lines", StatementLine.objects.order_by("administration_number", "pk")),
            Prefetch("vat_rows", StatementVat.objects.order_by("-percentage")),
        )
        .order_by("number")
    )
    return found.iterator(chunk_size=STATEMENTS_AT_ONCE)


def write_invoices(file: IO[bytes], month: date, supplier: dict[str, str]) -> None:
    """Write a month's invoices as one JSON object, an invoice at a time."""
    head = json.dumps(
        {
            "format": FORMAT,
            "month": written(month),
            "currency": "EUR",
            "supplier": supplier | {"country": "NL"},
        },
        ensure_ascii=False,
    )
    file.write(head.removesuffix("}").encode() + b', "invoices": [')
    for number, statement in enumerate(statements_in_parts(month)):
        invoice = json.dumps(invoice_of(statement, statement.lines.all()), ensure_ascii=False)
        file.write((b",\n" if number else b"\n") + invoice.encode())
    file.write(b"\n]}\n")
