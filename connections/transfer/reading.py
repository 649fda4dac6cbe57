"""Read an XLSX or CSV file that anybody may have made; what is in it is text, or a fault."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO, StringIO
from typing import Protocol
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from openpyxl.cell.text import Text
from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.constants import ARC_STYLE, SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from connections.transfer.errors import FileRefused
from connections.transfer.rows import MAX_ROWS, PART_WORDS, Cell, Fault, Sheet, same_word
from connections.transfer.writing import rearm

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED_BYTES = 20 * 1024 * 1024
MAX_COLUMNS = 50
MAX_SHEETS = 255
# More rows than this a sheet can't have, and a number format no more characters.
EXCEL_ROWS = 1_048_576
EXCEL_FORMAT_CHARS = 255
# Excel keeps fifteen digits of a number; of a longer code it has lost the end.
EXACT_BELOW = 10**15

XLSX_BEGINS = b"PK"
OLD_EXCEL_BEGINS = b"\xd0\xcf\x11\xe0"
# How a workbook writes characters that XML has no place for, save NUL and halves of characters,
# for which PostgreSQL has none either.
ESCAPED = re.compile("_x(?!0000|[dD][89a-fA-F])([0-9a-fA-F]{4})_")


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


def read_xlsx(content: bytes) -> list[Sheet]:
    """The sheets of a workbook."""
    refuse_bombs(content)
    try:
        reader = TextReader(BytesIO(content), read_only=True, keep_links=False)
        reader.read()
        refuse_parts_twice([sheet.title for sheet in reader.wb.worksheets])
        sheets = [sheet_of(sheet) for sheet in reader.wb.worksheets]
    except FileRefused:
        raise
    # Whatever a file does to the library that reads it, it is the file that can't be read.
    except Exception as error:
        raise FileRefused("damaged") from error
    if all(same_word(sheet.name, PART_WORDS) is None for sheet in sheets):
        raise FileRefused("no_sheet")
    return sheets


def refuse_parts_twice(names: Iterable[str]) -> None:
    """FileRefused where names of sheets differ by a space or a capital only."""
    parts = [part for name in names if (part := same_word(name, PART_WORDS))]
    if len(set(parts)) < len(parts):
        raise FileRefused("part_twice")


def refuse_bombs(content: bytes) -> None:
    """FileRefused for a file that unpacks to far more than a mapping table.

    What an entry says of its size binds: no more is read of it. That is not so for the rare ways
    of packing, which unpack a piece at once however large it is.
    """
    try:
        with ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
    except (BadZipFile, ValueError, NotImplementedError) as error:
        raise FileRefused("damaged") from error
    if any(entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in entries):
        raise FileRefused("damaged")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise FileRefused("too_large_unpacked")


class SheetCell(Protocol):
    """A cell as openpyxl reads it."""

    @property
    def value(self) -> object: ...

    @property
    def data_type(self) -> str: ...

    @property
    def number_format(self) -> str: ...


class TextReader(ExcelReader):
    """openpyxl's reader, which by itself would leave 'x005F_' out of a text.

    And which by itself would work for hours on a small file that asks for it.
    """

    def read_workbook(self) -> None:
        """Read which sheets there are; FileRefused for more than people make.

        A workbook may name one part of the file for many of its sheets: each would be read again.
        """
        self.refuse_long_formats()
        super().read_workbook()
        if len(self.parser.sheets) > MAX_SHEETS:
            raise FileRefused("too_large_unpacked")
        contents = [relation.target for _sheet, relation in self.parser.find_sheets()]
        if len(set(contents)) < len(contents):
            raise FileRefused("damaged")

    def refuse_long_formats(self) -> None:
        """FileRefused for a number format longer than Excel allows.

        To see which of them are of dates, openpyxl takes time by the square of their length.
        """
        if ARC_STYLE not in self.valid_files:
            return
        with self.archive.open(ARC_STYLE) as source:
            for _event, node in iterparse(source):
                if len(node.get("formatCode", "")) > EXCEL_FORMAT_CHARS:
                    raise FileRefused("damaged")
                node.clear()

    def read_chartsheet(self, sheet: object, relation: object) -> None:
        """Leave out a sheet that is a chart: it has no cells, but may have many drawings."""

    def read_strings(self) -> None:
        """Read the texts that cells refer to."""
        part = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        if part is None:
            return
        with self.archive.open(part.PartName[1:]) as source:
            for _event, node in iterparse(source):
                if node.tag == f"{{{SHEET_MAIN_NS}}}si":
                    text = Text.from_tree(node)
                    self.shared_strings.append(text.content if text else "")
                    node.clear()


def sheet_of(sheet: Worksheet) -> Sheet:
    """A sheet; without rows where it is none of the mapping table's."""
    if same_word(sheet.title, PART_WORDS) is None:
        return Sheet(sheet.title, {})
    rows = sheet.iter_rows(max_row=EXCEL_ROWS, max_col=MAX_COLUMNS)
    return Sheet(sheet.title, numbered(texts_of_rows(rows)))


def texts_of_rows(rows: Iterable[Sequence[SheetCell]]) -> Iterator[list[Cell]]:
    """What rows say. Those that are not there are one and the same, and a million cost little."""
    last: Sequence[SheetCell] | None = None
    texts: list[Cell] = []
    for row in rows:
        if row is not last:
            last, texts = row, [cell_text(cell) for cell in row]
        yield texts


def cell_text(cell: SheetCell) -> Cell:
    """What a cell says, as it would be shown; a fault where that can't be known for certain."""
    if cell.value is None:
        return ""
    if cell.data_type == "s":
        return ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(cell.value))
    if cell.data_type == "n" and isinstance(cell.value, int | float):
        return number_text(cell.value, cell.number_format)
    return {"f": Fault.FORMULA, "d": Fault.DATE}.get(cell.data_type, Fault.NOT_TEXT)


def number_text(value: int | float, shown_as: str) -> Cell:
    """The code that a whole number stands for, with the zeros that its format puts before it."""
    if (isinstance(value, float) and not value.is_integer()) or abs(value) >= EXACT_BELOW:
        return Fault.INEXACT_NUMBER
    zeros = len(shown_as) if set(shown_as) == {"0"} else 0
    return str(int(value)).zfill(zeros)


def read_csv(content: bytes) -> Sheet:
    """The rows of a CSV file, divided by semicolons or commas, in UTF-8 or in Excel's own code."""
    text = decoded(content)
    if not text.strip():
        raise FileRefused("empty")
    headings = text.lstrip("\r\n").partition("\n")[0]
    delimiter = "," if headings.count(",") > headings.count(";") else ";"
    lines = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return Sheet("", numbered([rearm(cell) for cell in row[:MAX_COLUMNS]] for row in lines))
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


def numbered(rows: Iterable[Sequence[Cell]]) -> dict[int, Sequence[Cell]]:
    """The rows that are not blank, by number, the first being 1. FileRefused for too many."""
    found: dict[int, Sequence[Cell]] = {}
    for number, row in enumerate(rows, start=1):
        if any(row):
            found[number] = row
            if len(found) > MAX_ROWS + 1:
                raise FileRefused("too_many_rows")
    return found
