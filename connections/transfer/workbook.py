"""Read an XLSX file that anybody may have made: its sheets, a cell at a time.

openpyxl knows the form; how much of it is read, and at what cost, is decided here. By itself it
works for hours, or in gigabytes, on a file of a few kilobytes that was made for it: one part named
for many sheets, formulas that are worked out for each cell, long texts under its patterns.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from openpyxl.packaging.relationship import get_rels_path
from openpyxl.reader import excel
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.workbook.defined_name import DefinedNameList
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import ARC_CONTENT_TYPES, ARC_STYLE, SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from connections.transfer.errors import FileRefused
from connections.transfer.rows import (
    MAX_COLUMNS,
    PART_WORDS,
    Cell,
    Fault,
    Sheet,
    numbered,
    same_word,
)

MAX_UNPACKED_BYTES = 20 * 1024 * 1024
MAX_SHEETS = 255
# Elements of a file, and of a part that is read as a whole: the list of sheets, the styles.
MAX_NODES = 2_000_000
MAX_NODES_OF_WHOLE = 100_000
# More rows than this a sheet can't have, and a number format no more characters.
EXCEL_ROWS = 1_048_576
EXCEL_FORMAT_CHARS = 255
# Excel keeps fifteen digits of a number; of a longer code it has lost the end.
EXACT_BELOW = 10**15

# How a workbook writes characters that XML has no place for, save NUL and halves of characters,
# for which PostgreSQL has none either.
ESCAPED = re.compile("_x(?!0000|[dD][89a-fA-F])([0-9a-fA-F]{4})_")

SHEET_DATA, ROW, CELL, STRING, RUN, TEXT = (
    f"{{{SHEET_MAIN_NS}}}{name}" for name in ("sheetData", "row", "c", "si", "r", "t")
)


def read_xlsx(content: bytes) -> list[Sheet]:
    """The sheets of a workbook; without rows those that are none of the mapping table's."""
    refuse_bombs(content)
    try:
        reader = TextReader(BytesIO(content), read_only=True, keep_links=False)
        reader.read()
        sheets = [
            Sheet(name, reader.rows_of(path) if same_word(name, PART_WORDS) else {})
            for name, path in reader.worksheets()
        ]
    except FileRefused:
        raise
    # Whatever a file does to the library that reads it, it is the file that can't be read.
    except Exception as error:
        raise FileRefused("damaged") from error
    if all(same_word(sheet.name, PART_WORDS) is None for sheet in sheets):
        raise FileRefused("no_sheet")
    return sheets


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


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A cell as openpyxl reads it: type 's' is text, 'n' a number, 'f' a formula, 'd' a date."""

    value: object
    data_type: str
    number_format: str


class TextReader(excel.ExcelReader):
    """A reader of what is text in a workbook."""

    nodes_read = 0

    def read_manifest(self) -> None:
        """Read what parts the file has."""
        self.refuse_large(ARC_CONTENT_TYPES)
        super().read_manifest()

    def read_workbook(self) -> None:
        """Read which sheets there are; FileRefused for more than people make."""
        library: Any = excel
        part = library._find_workbook_part(self.package).PartName[1:]
        for name in (ARC_STYLE, part, get_rels_path(part)):  # type: ignore[no-untyped-call]
            self.refuse_large(name)
        super().read_workbook()
        if len(self.parser.sheets) > MAX_SHEETS:
            raise FileRefused("too_large_unpacked")
        # Of names that are defined nothing is used.
        self.parser.defined_names = DefinedNameList()  # type: ignore[attr-defined]

    def refuse_large(self, name: str) -> None:
        """FileRefused for a part that is too much to read as a whole.

        And for a number format longer than Excel allows: to see which are of dates, openpyxl takes
        time by the square of their length.
        """
        if name not in self.valid_files:
            return
        before = self.nodes_read
        for _event, node in self.events(name):
            if self.nodes_read - before > MAX_NODES_OF_WHOLE:
                raise FileRefused("too_large_unpacked")
            if len(node.get("formatCode", "")) > EXCEL_FORMAT_CHARS:
                raise FileRefused("damaged")

    def events(self, name: str) -> Iterator[tuple[str, Any]]:
        """Each element of a part twice, where it starts and where it ends; who reads it clears it.

        FileRefused for a file of more elements than a mapping table has.
        """
        with self.archive.open(name) as source:
            for event, node in iterparse(source, ("start", "end")):
                self.nodes_read += event == "start"
                if self.nodes_read > MAX_NODES:
                    raise FileRefused("too_large_unpacked")
                yield event, node

    def read_strings(self) -> None:
        """Read the texts that cells refer to."""
        part = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
        if part is None:
            return
        whole = None
        for event, node in self.events(part.PartName[1:]):
            whole = node if whole is None else whole
            if event == "end" and node.tag == STRING:
                # By itself openpyxl would leave 'x005F_' out. How a text is pronounced is no text.
                runs = (run.findtext(TEXT, "") for run in node.iterfind(RUN))
                self.shared_strings.append(node.findtext(TEXT, "") + "".join(runs))
                whole.clear()

    def read_properties(self) -> None:
        """Leave alone who made the file, and when."""

    read_custom = read_theme = read_worksheets = read_properties

    def worksheets(self) -> list[tuple[str, str]]:
        """The name of each sheet with cells, and the part of the file that holds them.

        FileRefused where two sheets have one part, or would be one part of the mapping table.
        """
        found = [
            (sheet.name, relation.target)
            for sheet, relation in self.parser.find_sheets()
            if relation.target in self.valid_files and "chartsheet" not in relation.Type
        ]
        if len({path for _name, path in found}) < len(found):
            raise FileRefused("damaged")
        parts = [part for name, _path in found if (part := same_word(name, PART_WORDS))]
        if len(set(parts)) < len(parts):
            raise FileRefused("part_twice")
        return found

    def rows_of(self, path: str) -> dict[int, Sequence[Cell]]:
        """The rows of a sheet that are not blank, by number."""
        return numbered(CellParser(self).rows(self.events(path)))

    def number_format(self, style: int) -> str:
        """How a style shows numbers."""
        book: Any = self.wb
        number = book._cell_styles[style].numFmtId
        if number < BUILTIN_FORMATS_MAX_SIZE:
            return str(BUILTIN_FORMATS.get(number, "General"))
        return str(book._number_formats[number - BUILTIN_FORMATS_MAX_SIZE])


class CellParser(WorkSheetParser):
    """openpyxl's parser of cells, which here forgets each when it has been read."""

    def __init__(self, reader: TextReader) -> None:
        book: Any = reader.wb
        super().__init__(
            BytesIO(),
            reader.shared_strings,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        self.reader = reader

    def rows(self, events: Iterable[tuple[str, Any]]) -> Iterator[tuple[int, list[Cell]]]:
        """The number and the texts of each row; ValueError where rows are not in order."""
        texts: list[Cell] = []
        row: Any = None
        data: Any = None
        for event, node in events:
            if event == "start":
                if node.tag == SHEET_DATA:
                    data = node
                elif node.tag == ROW and data is not None:
                    row, texts = node, []
                    self.begin(node)
            elif node.tag == CELL and row is not None:
                self.take(node, texts)
                row.clear()
            elif node.tag == ROW and row is not None:
                yield self.row_counter, texts
                row = None
                data.clear()

    def begin(self, row: Any) -> None:
        """Count a row; ValueError for one that is not below the last, or below all."""
        number = int(row.get("r", self.row_counter + 1))
        if not self.row_counter < number <= EXCEL_ROWS:
            raise ValueError("rows are not in order")
        self.row_counter, self.col_counter = number, 0

    def take(self, node: Any, texts: list[Cell]) -> None:
        """Add what a cell says, unless it stands beyond all columns."""
        cell = self.parse_cell(node)
        place = cell["column"] - 1
        if 0 <= place < MAX_COLUMNS and cell["value"] is not None:
            texts.extend([""] * (place + 1 - len(texts)))
            shown = self.reader.number_format(cell["style_id"])
            texts[place] = cell_text(SheetCell(cell["value"], cell["data_type"], shown))

    def parse_formula(self, element: Any) -> str:
        """That it is one: openpyxl would work out what it says, anew for each cell."""
        return "="


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
