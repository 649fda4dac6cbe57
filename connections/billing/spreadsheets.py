"""The lines of a month as CSV and XLSX, a row at a time so that memory does not grow."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import IO

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell as WorkbookCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from connections.billing.months import written
from connections.models.billing import Statement, StatementLine
from connections.spreadsheets import disarm, text_cell
from finmaster.templatetags.finmaster import amount as written_amount
from finmaster.templatetags.finmaster import nl_date, nl_datetime

ROWS_AT_ONCE = 2000
DATE_FORMAT, AMOUNT_FORMAT = "dd-mm-yyyy", "#,##0.00"
WIDTH = 16

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
    book = Workbook(write_only=True)
    for name, head, body in (
        (_("Totals"), total_headings(), total_rows(statements)),
        (_("Lines"), headings(), rows(statements)),
    ):
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for number in range(1, len(head) + 1):
            sheet.column_dimensions[get_column_letter(number)].width = WIDTH
        sheet.append([heading_cell(sheet, text) for text in head])
        for row in body:
            sheet.append([workbook_cell(sheet, cell) for cell in row])
    book.save(file)


def heading_cell(sheet: Worksheet, text: str) -> WorkbookCell:
    """What a column is called."""
    cell = text_cell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def workbook_cell(sheet: Worksheet, cell: Cell) -> WorkbookCell | None:
    """A cell as what it is."""
    if cell is None:
        return None
    if isinstance(cell, str):
        return text_cell(sheet, cell)
    made = WriteOnlyCell(sheet)
    made.value = cell
    if isinstance(cell, Decimal):
        made.number_format = AMOUNT_FORMAT
    elif isinstance(cell, date):
        made.number_format = DATE_FORMAT
    return made


WRITERS: dict[str, tuple[str, Callable[[IO[bytes], QuerySet[Statement]], None]]] = {
    "csv": ("text/csv; charset=utf-8", write_csv),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        write_xlsx,
    ),
}
