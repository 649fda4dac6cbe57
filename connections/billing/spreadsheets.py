"""The lines of a month as CSV and XLSX, a row at a time so that memory does not grow."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import IO, Any
from xml.sax.saxutils import escape

import xlsxwriter
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from connections.billing.months import written
from connections.models.billing import Statement, StatementLine
from connections.transfer.writing import disarm
from finmaster.templatetags.finmaster import amount as written_amount
from finmaster.templatetags.finmaster import nl_date, nl_datetime

ROWS_AT_ONCE = 2000
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
DATE_FORMAT, AMOUNT_FORMAT = "dd-mm-yyyy", "#,##0.00"

Cell = str | int | Decimal | date | None


def headings() -> list[str]:
    """What each column is."""
    return [
        _("Statement"),
        _("Office"),
        _("Number"),
        _("Administration"),
        _("Month"),
        _("What"),
        _("First day"),
        _("Last day"),
        _("Connected on"),
        _("Connected by"),
        _("Price"),
        _("Amount excl. VAT"),
        _("VAT rate"),
    ]


def rows(statements: QuerySet[Statement]) -> Iterator[list[Cell]]:
    """The cells of each line, in the order of the statements."""
    found = (
        StatementLine.objects.filter(statement__in=statements)
        .select_related("statement", "connected_by")
        .order_by("statement__month", "statement__number", "administration_number", "pk")
    )
    for line in found.iterator(chunk_size=ROWS_AT_ONCE):
        yield [
            line.statement.reference,
            line.statement.office_name,
            line.administration_number,
            line.administration_name,
            written(line.month),
            str(line.get_kind_display()),
            line.first_day,
            line.last_day,
            nl_datetime(line.connected_at),
            line.connected_by.name if line.connected_by else "",
            line.price,
            line.amount,
            line.vat_percentage,
        ]


def write_csv(file: IO[bytes], statements: QuerySet[Statement]) -> None:
    """Write lines with semicolons and a byte order mark, as a Dutch spreadsheet opens them."""
    wrapped = io.TextIOWrapper(file, "utf-8-sig", newline="")
    writer = csv.writer(wrapped, delimiter=";")
    writer.writerow(headings())
    for row in rows(statements):
        writer.writerow([as_text(cell) for cell in row])
    # The file stays open for whoever sends it.
    wrapped.detach()


def as_text(cell: Cell) -> str:
    """A cell as people write it; text that would be a formula gets a quote in front."""
    match cell:
        case None:
            return ""
        case Decimal():
            return written_amount(cell)
        case date():
            return nl_date(cell)
        case str():
            return disarm(cell)
        case _other:
            return str(cell)


def total_headings() -> list[str]:
    """What each column of the totals is."""
    return [
        _("Statement"),
        _("Office"),
        _("Administrations"),
        _("Total excl. VAT"),
        _("VAT"),
        _("Total incl. VAT"),
    ]


def total_rows(statements: QuerySet[Statement]) -> Iterator[list[Cell]]:
    """The totals of each statement, and of all."""
    for one in statements.order_by("month", "number").iterator(chunk_size=ROWS_AT_ONCE):
        yield [
            *(one.reference, one.office_name, one.administrations),
            *(one.subtotal, one.vat, one.total),
        ]
    whole = statements.aggregate(
        administrations=Sum("administrations"),
        subtotal=Sum("subtotal"),
        vat=Sum("vat"),
        total=Sum("total"),
    )
    yield [_("Total"), "", *(value or Decimal(0) for value in whole.values())]


def write_xlsx(file: IO[bytes], statements: QuerySet[Statement]) -> None:
    """Write totals and lines as two sheets; amounts are numbers and dates are dates."""
    with xlsxwriter.Workbook(file, OPTIONS) as workbook:
        bold = workbook.add_format({"bold": True})
        formats: dict[type, Any] = {
            Decimal: workbook.add_format({"num_format": AMOUNT_FORMAT}),
            date: workbook.add_format({"num_format": DATE_FORMAT}),
        }
        for name, head, body in (
            (_("Totals"), total_headings(), total_rows(statements)),
            (_("Lines"), headings(), rows(statements)),
        ):
            sheet = workbook.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(head) - 1, 16)
            sheet.write_row(0, 0, head, bold)
            for number, row in enumerate(body, start=1):
                for column, cell in enumerate(row):
                    write_cell(sheet, number, column, cell, formats)


def write_cell(sheet: Any, number: int, column: int, cell: Cell, formats: dict[type, Any]) -> None:
    """Write a cell as what it is."""
    match cell:
        case None:
            return
        case Decimal():
            sheet.write_number(number, column, cell, formats[Decimal])
        case int():
            sheet.write_number(number, column, cell)
        case date():
            sheet.write_datetime(number, column, cell, formats[date])
        case _other:
            sheet.write_string(number, column, unmarked(str(cell)))


def unmarked(text: str) -> str:
    """A text for xlsxwriter, which takes one between these two marks for XML of its own making.

    It would write that as it is, and thereby whatever cells and formulas somebody put in a name.
    """
    if text.startswith("<r>") and text.endswith("</r>"):
        return f'<r><t xml:space="preserve">{escape(text)}</t></r>'
    return text


WRITERS: dict[str, tuple[str, Callable[[IO[bytes], QuerySet[Statement]], None]]] = {
    "csv": ("text/csv; charset=utf-8", write_csv),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        write_xlsx,
    ),
}
