"""Write the mapping table to a file that a spreadsheet opens, and in which all is plain text."""

import csv
import re
from collections.abc import Sequence
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from connections.mapping import Dimension
from connections.transfer.rows import PART_WORDS, Column, Row, columns_of, texts_of

# In a CSV file a spreadsheet takes a cell that begins so for a formula, or skips its beginning.
HOSTILE = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")  # noqa: RUF001 - wide ones count too
# What XML has no place for, and what a workbook would take for such a character.
UNWRITABLE = re.compile("_(?=x[0-9a-fA-F]{4}_)|[\x01-\x08\x0b-\x1f\ufffe\uffff]")
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
        sheet.append([text_cell(sheet, column) for column in columns])
        for texts in (texts_of(row) for row in rows if row.part == part):
            sheet.append([text_cell(sheet, texts[column]) for column in columns])
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def text_cell(sheet: Worksheet, text: str) -> Cell:
    """A cell that is text, whatever is in it."""
    cell = WriteOnlyCell(sheet, UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
    # By itself it would be a formula or an error where it looks like one.
    cell.data_type = "s"
    cell.number_format = TEXT_FORMAT
    return cell


def write_csv(rows: Sequence[Row]) -> bytes:
    """A CSV file as a Dutch Excel opens it: semicolons, and UTF-8 that says so."""
    file = StringIO(newline="")
    writer = csv.writer(file, delimiter=";")
    writer.writerow(list(Column))
    writer.writerows([disarm(text) for text in texts_of(row).values()] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def disarm(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would calculate; `rearm` takes it off again."""
    return f"'{text}" if HOSTILE.match(text) else text


def rearm(text: str) -> str:
    """What `disarm` was given."""
    return text[1:] if text.startswith("'") and HOSTILE.match(text) else text
