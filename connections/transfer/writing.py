"""Write the mapping table to a file that a spreadsheet opens, and in which all is plain text."""

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from connections.mapping import Dimension
from connections.spreadsheets import disarm, text_cell
from connections.transfer.rows import PART_WORDS, Column, Row, columns_of, texts_of

TEXT_FORMAT = "@"
WIDTHS = {Column.LOKET_DESCRIPTION: 40, Column.OUR_NAME: 40}
WIDTH = 18


def write_xlsx(rows: Sequence[Row]) -> bytes:
    """An Excel workbook with a sheet for each part, whose cells are text: 0040 stays 0040."""
    book = Workbook(write_only=True)
    for part in Dimension:
        columns = columns_of(part)
        sheet = book.create_sheet(PART_WORDS[part])
        sheet.freeze_panes = "A2"
        for number, column in enumerate(columns, start=1):
            dimension = sheet.column_dimensions[get_column_letter(number)]
            dimension.width = WIDTHS.get(column, WIDTH)
            # What is typed below the last row is text as well.
            dimension.number_format = TEXT_FORMAT
        sheet.append([always_text(sheet, column) for column in columns])
        for texts in (texts_of(row) for row in rows if row.part == part):
            sheet.append([always_text(sheet, texts[column]) for column in columns])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def always_text(sheet: Worksheet, text: str) -> Cell:
    """A cell that stays text when somebody types in it."""
    cell = text_cell(sheet, text)
    cell.number_format = TEXT_FORMAT
    return cell


def write_csv(rows: Sequence[Row]) -> bytes:
    """A CSV file as a Dutch Excel opens it: semicolons, and UTF-8 that says so."""
    file = StringIO(newline="")
    writer = csv.writer(file, delimiter=";")
    writer.writerow(list(Column))
    writer.writerows([disarm(text) for text in texts_of(row).values()] for row in rows)
    return file.getvalue().encode("utf-8-sig")
