"""Read an XLSX or CSV file that anybody may have made; what is in it is text, or a fault."""

import csv
from io import StringIO

from connections.spreadsheets import rearm
from connections.transfer.errors import FileRefused
from connections.transfer.rows import MAX_COLUMNS, Sheet, numbered
from connections.transfer.workbook import read_xlsx

MAX_BYTES = 5 * 1024 * 1024

XLSX_BEGINS = b"PK"
OLD_EXCEL_BEGINS = b"\xd0\xcf\x11\xe0"


def read_sheets(content: bytes) -> list[Sheet]:
    """The sheets of a workbook, or the one of a CSV file. FileRefused for what can't be read.

    What kind of file it is, it says itself; its name is of no account.
    """
    if len(content) > MAX_BYTES:
        raise FileRefused("too_large")
    if content.startswith(OLD_EXCEL_BEGINS):
        raise FileRefused("old_or_locked")
    if content.startswith(XLSX_BEGINS):
        return read_xlsx(content)
    return [read_csv(content)]


def read_csv(content: bytes) -> Sheet:
    """The rows of a CSV file, divided by semicolons or commas, in UTF-8 or in Excel's own code."""
    text = decoded(content)
    if not text.strip():
        raise FileRefused("empty")
    headings = text.lstrip("\r\n").partition("\n")[0]
    delimiter = "," if headings.count(",") > headings.count(";") else ";"
    lines = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = ([rearm(cell) for cell in row[:MAX_COLUMNS]] for row in lines)
        return Sheet("", numbered(enumerate(rows, start=1)))
    except csv.Error as error:
        raise FileRefused("broken_csv") from error


def decoded(content: bytes) -> str:
    """The text of a file; FileRefused where it holds something else."""
    if b"\0" in content:
        raise FileRefused("not_a_table")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused("not_a_table")
