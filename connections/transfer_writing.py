"""Write the mapping table to a file that a spreadsheet opens, and in which all is plain text."""

import csv
import re
from collections.abc import Sequence
from io import BytesIO, StringIO

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from connections.mapping import Dimension
from connections.transfer_rows import PART_WORDS, Column, Row, columns_of, texts_of

# In a CSV file a spreadsheet takes a cell that begins so for a formula, or skips its beginning.
HOSTILE = re.compile(r"'*[=+\-@\t\r\n]")
TEXT_ONLY = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
WIDTHS = {Column.LOKET_DESCRIPTION: 40, Column.OUR_NAME: 40}
WIDTH = 18


def write_xlsx(rows: Sequence[Row]) -> bytes:
    """An Excel workbook with a sheet for each part, whose cells are text: 0040 stays 0040."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, **TEXT_ONLY}) as workbook:
        bold = workbook.add_format({"bold": True})
        # What is typed below the last row is text as well.
        text = workbook.add_format({"num_format": "@"})
        for part in Dimension:
            sheet, columns = workbook.add_worksheet(PART_WORDS[part]), columns_of(part)
            sheet.freeze_panes(1, 0)
            for at, column in enumerate(columns):
                sheet.set_column(at, at, WIDTHS.get(column, WIDTH), text)
                sheet.write_string(0, at, column.value, bold)
            of_part = (texts_of(row) for row in rows if row.part == part)
            for number, texts in enumerate(of_part, start=1):
                for at, column in enumerate(columns):
                    write_text(sheet, number, at, texts[column])
    return file.getvalue()


def write_text(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Write a cell that is text, whatever is in it."""
    if text.startswith("<r>"):
        # XlsxWriter takes what begins so for XML that it made itself; divided, it is only text.
        sheet.write_rich_string(row, column, text[:1], text[1:])
    else:
        sheet.write_string(row, column, text)


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
