"""Small files that would keep a reader busy for minutes or hours."""

import time
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from connections.transfer.errors import FileRefused
from connections.transfer.reading import EXCEL_FORMAT_CHARS, MAX_BYTES, MAX_SHEETS, read_sheets
from connections.transfer.rows import read_rows
from tests.connections.transfer.transferring import saved, workbook

SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
LAST_ROW = '<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row>'


def package(
    names: list[str], rows: str, *, styles: str = "", kind: str = "worksheet", shares: bool = False
) -> bytes:
    """A workbook with these sheets; with `shares` all of them are one part of the file."""
    parts = names[:1] if shares else names
    ids = [1 if shares else number for number in range(1, len(names) + 1)]
    sheets = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="r{id}"/>'
        for number, (name, id) in enumerate(zip(names, ids, strict=True), start=1)
    )
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as made:
        made.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Override PartName="/xl/workbook.xml"'
            ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml'
            '.sheet.main+xml"/></Types>',
        )
        made.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{SHEETS}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets>'
            "</workbook>",
        )
        relations = "".join(
            f'<Relationship Id="r{number}" Type="{RELATIONS}/{kind}" Target="sheet{number}.xml"/>'
            for number in range(1, len(parts) + 1)
        )
        made.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>',
        )
        for number in range(1, len(parts) + 1):
            made.writestr(
                f"xl/sheet{number}.xml",
                f'<worksheet xmlns="{SHEETS}"><sheetData>{rows}</sheetData></worksheet>',
            )
        if styles:
            made.writestr("xl/styles.xml", f'<styleSheet xmlns="{SHEETS}">{styles}</styleSheet>')
    return file.getvalue()


def refusal(content: bytes) -> str:
    """Why a file is refused."""
    with pytest.raises(FileRefused) as caught:
        read_sheets(content)
    return caught.value.reason


def formatted(code: str) -> bytes:
    """A workbook with a number format that is in use."""
    return package(
        ["Rekeningen"],
        "",
        styles=f'<numFmts><numFmt numFmtId="200" formatCode="{code}"/></numFmts>'
        '<cellXfs><xf numFmtId="200"/></cellXfs>',
    )


@pytest.mark.filterwarnings("ignore:Workbook contains no default style")
def test_a_number_format_that_takes_hours_to_look_at_is_refused() -> None:
    begun = time.process_time()

    # By the square of its length: 80,000 characters take two seconds, these five hours.
    assert refusal(formatted("[" * 8_000_000)) == "damaged"
    assert time.process_time() - begun < 20
    assert refusal(formatted("[" * (EXCEL_FORMAT_CHARS + 1))) == "damaged"
    assert read_sheets(formatted("[" * EXCEL_FORMAT_CHARS))


def test_one_content_for_many_sheets_is_refused() -> None:
    assert refusal(package(["Rekeningen", "Uitleg"], "", shares=True)) == "damaged"
    assert refusal(package(["a", "b"], "", shares=True, kind="chartsheet")) == "damaged"


def test_more_sheets_than_people_make_are_refused() -> None:
    names = [f"blad{number}" for number in range(MAX_SHEETS)]

    assert read_sheets(package([*names[1:], "Rekeningen"], ""))
    assert refusal(package([*names, "Rekeningen"], "")) == "too_large_unpacked"


def test_two_sheets_for_one_part_are_refused() -> None:
    """Else a file of a few kilobytes has a million rows to look at for each of its sheets."""
    names = ["Rekeningen", "rekeningen "]

    assert refusal(package(names, LAST_ROW)) == "part_twice"
    assert refusal(workbook(**{name: [] for name in names})) == "part_twice"


def test_a_million_rows_that_are_not_there_cost_little() -> None:
    content = package(["Rekeningen", "Kostenplaatsen", "Kostendragers"], LAST_ROW)
    begun = time.process_time()

    sheets = read_sheets(content)

    assert [list(sheet.rows) for sheet in sheets] == [[1_048_576]] * 3
    # Cell by cell it is six seconds and more.
    assert time.process_time() - begun < 4


def test_a_chart_is_not_read() -> None:
    made = openpyxl.load_workbook(BytesIO(workbook(Rekeningen=[("4001", "", "4000")])))
    made.create_chartsheet("Grafiek")

    (placed,) = read_rows(read_sheets(saved(made))).rows

    assert placed.row.loket_code == "4001"


def test_columns_of_a_csv_file_end_somewhere() -> None:
    headings = "Onderdeel;Code in Loket.nl;Omschrijving in Loket.nl;Onze code;Regel;Kostenplaats"
    line = "Rekeningen;4001;;4000;;"
    content = f"{headings}\r\n{line}".encode()
    content += b";" * (MAX_BYTES - len(content))

    reading = read_rows(read_sheets(content))

    assert [placed.row.loket_code for placed in reading.rows] == ["4001"]
    (sheet,) = read_sheets(content)
    assert max(len(cells) for cells in sheet.rows.values()) <= 50
