"""Text in files that a spreadsheet opens: shown as it is, never calculated."""

import re

from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.worksheet.worksheet import Worksheet

# In a CSV file a spreadsheet takes a cell that begins so for a formula, or skips its beginning.
HOSTILE = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")  # noqa: RUF001 - wide ones count too
# What XML has no place for, and what a workbook would take for such a character.
UNWRITABLE = re.compile("_(?=x[0-9a-fA-F]{4}_)|[\x01-\x08\x0b-\x1f\ufffe\uffff]")


def text_cell(sheet: Worksheet, text: str) -> Cell:
    """A cell of a workbook that is text, whatever is in it."""
    cell = WriteOnlyCell(sheet, UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text))
    # By itself it would be a formula or an error where it looks like one.
    cell.data_type = "s"
    return cell


def disarm(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would calculate; `rearm` takes it off again."""
    return f"'{text}" if HOSTILE.match(text) else text


def rearm(text: str) -> str:
    """What `disarm` was given."""
    return text[1:] if text.startswith("'") and HOSTILE.match(text) else text
