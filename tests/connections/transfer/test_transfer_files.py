"""Files of the mapping table: what is written is read back, and what others made is distrusted."""

import csv
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import example, given, settings
from openpyxl import Workbook
from openpyxl.xml import DEFUSEDXML

from connections.models import CostCenterRule
from connections.spreadsheets import disarm, rearm
from connections.transfer.errors import FileRefused
from connections.transfer.reading import MAX_BYTES, read_sheets
from connections.transfer.rows import (
    MAX_ROWS,
    Fault,
    Row,
    columns_of,
    read_rows,
)
from connections.transfer.workbook import number_text
from connections.transfer.writing import write_csv, write_xlsx
from tests.connections.transfer.transferring import (
    ACCOUNT,
    CENTER,
    PIECES,
    UNIT,
    csv_file,
    nasty_text,
    saved,
    tables,
    workbook,
)

HOSTILE = set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
ALL_PIECES = [
    Row(ACCOUNT, f"c{number}", piece, f"{piece}x", piece) for number, piece in enumerate(PIECES)
]


def rows_in(content: bytes) -> list[Row]:
    """The rows of a file in which nothing is wrong."""
    reading = read_rows(read_sheets(content))
    assert reading.troubles == []
    return [placed.row for placed in reading.rows]


def refusal(content: bytes) -> str:
    """Why a file is refused."""
    with pytest.raises(FileRefused) as caught:
        read_sheets(content)
    return caught.value.reason


@given(tables())
@example(ALL_PIECES)
@settings(deadline=None, max_examples=60)
def test_a_workbook_is_read_back_as_it_was(rows: list[Row]) -> None:
    assert rows_in(write_xlsx(rows)) == rows


@given(tables())
@example(ALL_PIECES)
@settings(deadline=None, max_examples=60)
def test_a_csv_file_is_read_back_as_it_was(rows: list[Row]) -> None:
    assert rows_in(write_csv(rows)) == rows


@given(tables())
@example(ALL_PIECES)
@settings(deadline=None, max_examples=30)
def test_every_cell_of_a_workbook_is_text(rows: list[Row]) -> None:
    content = write_xlsx(rows)

    book = openpyxl.load_workbook(BytesIO(content))
    assert book.sheetnames == ["Rekeningen", "Kostenplaatsen", "Kostendragers"]
    kinds = {
        cell.data_type
        for sheet in book
        for line in sheet
        for cell in line
        if cell.value is not None
    }
    assert kinds == {"s"}
    with ZipFile(BytesIO(content)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        assert sheets
        assert not any(b"<f" in archive.read(name) for name in sheets)
        assert not any(b"hyperlink" in archive.read(name) for name in sheets)


def test_an_empty_table_gives_the_headings() -> None:
    book = openpyxl.load_workbook(BytesIO(write_xlsx([])))

    for part, sheet in zip((ACCOUNT, CENTER, UNIT), book, strict=True):
        assert [[cell.value for cell in line] for line in sheet] == [list(columns_of(part))]
    assert write_csv([]).decode("utf-8-sig").split("\r\n") == [
        "Onderdeel;Code in Loket.nl;Omschrijving in Loket.nl;Onze code;Onze naam"
        ";Regel;Kostenplaats",
        "",
    ]
    assert rows_in(write_xlsx([])) == rows_in(write_csv([])) == []


@given(tables())
@example(ALL_PIECES)
@settings(deadline=None, max_examples=60)
def test_no_cell_of_a_csv_file_begins_a_formula(rows: list[Row]) -> None:
    text = write_csv(rows).decode("utf-8-sig")

    for line in csv.reader(StringIO(text, newline=""), delimiter=";"):
        assert not [cell for cell in line if cell[:1] in HOSTILE]


@given(nasty_text)
def test_the_apostrophe_is_taken_off_again(text: str) -> None:
    assert rearm(disarm(text)) == text


@pytest.mark.parametrize(
    ("value", "shown_as", "text"),
    [
        (4000, "General", "4000"),
        (4000.0, "General", "4000"),
        (4000, "0.00", "4000"),
        (40, "0000", "0040"),
        (40, "@", "40"),
        (0, "General", "0"),
        (999_999_999_999_999, "General", "999999999999999"),
        (10**15, "General", Fault.INEXACT_NUMBER),
        (1e20, "General", Fault.INEXACT_NUMBER),
        (4000.5, "General", Fault.INEXACT_NUMBER),
        (float("inf"), "General", Fault.INEXACT_NUMBER),
    ],
)
def test_a_number_is_a_code_where_its_digits_are_certain(
    value: float, shown_as: str, text: str
) -> None:
    assert number_text(value, shown_as) == text


def test_numbers_in_a_workbook_are_codes() -> None:
    content = workbook(Rekeningen=[(4001, 2026, 4000.0, None, None, None)])

    assert rows_in(content) == [Row(ACCOUNT, "4001", "2026", "4000")]


def test_texts_in_the_way_of_excel_are_read_exactly() -> None:
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False}) as made:
        sheet = made.add_worksheet("Kostendragers")
        sheet.write_row(0, 0, columns_of(UNIT))
        sheet.write_row(1, 0, ["x005F_", "two\r\nlines _x0041_", "=1", "", ""])
        sheet.write_rich_string(2, 0, "b", made.add_format({"bold": True}), "ol", "d")
        sheet.write_row(2, 1, ["", "P01", "", ""])

    assert rows_in(file.getvalue()) == [
        Row(UNIT, "x005F_", "two\r\nlines _x0041_", "=1"),
        Row(UNIT, "bold", "", "P01"),
    ]


@pytest.mark.parametrize(
    ("delimiter", "encoding"),
    [(";", "utf-8"), (";", "utf-8-sig"), (",", "utf-8"), (",", "utf-8-sig"), (";", "cp1252")],
)
def test_csv_files_of_every_habit_are_read(delimiter: str, encoding: str) -> None:
    content = csv_file("Rekeningen;0040;Café €;4000;;weglaten;", encoding=encoding)
    if delimiter == ",":
        content = content.replace(b";", b",")

    assert rows_in(content) == [Row(ACCOUNT, "0040", "Café €", "4000", rule=CostCenterRule.DROP)]


def test_the_reader_of_workbooks_is_the_guarded_one() -> None:
    assert DEFUSEDXML


def with_entry(name: str, content: bytes, *, packing: int = ZIP_DEFLATED) -> bytes:
    """A sound workbook with one more file in it, or another content of one."""
    file = BytesIO()
    with ZipFile(BytesIO(write_xlsx([]))) as sound, ZipFile(file, "w", packing) as made:
        for entry in sound.namelist():
            if entry != name:
                made.writestr(entry, sound.read(entry), ZIP_DEFLATED)
        made.writestr(name, content)
    return file.getvalue()


NESTED = (
    b'<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1"><c r="A1" t="str"><v>&b;</v></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"x" * (MAX_BYTES + 1), "too_large"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_or_locked"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b"%PDF-1.7 \x00\x01\x02", "not_a_table"),
        (b"\x81\x8d\x8f", "not_a_table"),
        ("Onderdeel;Code".encode("utf-16"), "not_a_table"),
        (b'Onderdeel;"Code', "broken_csv"),
        (with_entry("xl/media/image1.png", bytes(21 * 1024 * 1024)), "too_large_unpacked"),
        (with_entry("xl/media/image1.png", b"x", packing=ZIP_LZMA), "damaged"),
        (with_entry("xl/worksheets/sheet1.xml", NESTED), "damaged"),
        (with_entry("xl/workbook.xml", b"<workbook"), "damaged"),
        (with_entry("[Content_Types].xml", b"<Types/>"), "damaged"),
        (workbook(Blad1=[("4000",)]), "no_sheet"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(content: bytes, reason: str) -> None:
    assert refusal(content) == reason


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    file = BytesIO()
    with ZipFile(file, "w") as made:
        made.writestr("brief.txt", "Geachte heer")

    assert refusal(file.getvalue()) == "damaged"


def test_more_rows_than_a_table_has_are_refused() -> None:
    lines = [f"Rekeningen;{code};;4000;;;" for code in range(MAX_ROWS)]

    assert len(rows_in(csv_file(*lines))) == MAX_ROWS
    assert refusal(csv_file(*lines, "Rekeningen;x;;4000;;;")) == "too_many_rows"


def test_rows_far_below_are_read_with_their_number() -> None:
    made = openpyxl.load_workbook(BytesIO(write_xlsx([])))
    made["Rekeningen"].cell(1_048_576, 1, "4001")
    made["Rekeningen"].cell(1_048_576, 3, "4000")

    (placed,) = read_rows(read_sheets(saved(made))).rows

    assert (placed.place.sheet, placed.place.row) == ("Rekeningen", 1_048_576)


def test_other_sheets_are_told_and_not_read() -> None:
    reading = read_rows(read_sheets(workbook(Uitleg=[("=1",)], Kostendragers=[])))

    assert (reading.rows, reading.troubles, reading.ignored) == ([], [], ["Uitleg"])


def test_a_workbook_without_a_sheet_that_can_be_read_is_refused() -> None:
    made = Workbook()
    assert made.active is not None
    made.active.title = "Kosten plaatsen"

    assert refusal(saved(made)) == "no_sheet"
