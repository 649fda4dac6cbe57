"""Small files that would keep a reader busy for minutes or hours."""

import time
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from connections.mapping import Dimension
from connections.transfer.errors import FileRefused
from connections.transfer.reading import MAX_BYTES, read_sheets
from connections.transfer.rows import MAX_ROWS, Fault, Row, read_rows
from connections.transfer.workbook import EXCEL_FORMAT_CHARS, MAX_NODES_OF_WHOLE, MAX_SHEETS
from connections.transfer.writing import write_xlsx
from tests.connections.transfer.transferring import saved, workbook

SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
LAST_ROW = '<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row>'


def package(
    names: list[str], rows: str, *, styles: str = "", names_of: str = "", shares: bool = False
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
            f'<Relationship Id="r{number}" Type="{RELATIONS}/worksheet"'
            f' Target="sheet{number}.xml"/>'
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


def test_more_sheets_than_people_make_are_refused() -> None:
    names = [f"blad{number}" for number in range(MAX_SHEETS)]

    assert read_sheets(package([*names[1:], "Rekeningen"], ""))
    assert refusal(package([*names, "Rekeningen"], "")) == "too_large_unpacked"


def test_two_sheets_for_one_part_are_refused() -> None:
    """Else a file of a few kilobytes has a million rows to look at for each of its sheets."""
    names = ["Rekeningen", "rekeningen "]

    assert refusal(package(names, LAST_ROW)) == "part_twice"
    assert refusal(workbook(**{name: [] for name in names})) == "part_twice"


def test_formulas_are_not_worked_out_cell_by_cell() -> None:
    """A shared one of 300 kilobytes takes a second for each of these cells."""
    formula = f'<c r="A1"><f t="shared" si="0" ref="A1:A9">{"+A1" * 100_000}</f></c>'
    cells = '<c><f t="shared" si="0"/></c>' * 1000
    begun = time.process_time()

    (sheet,) = read_sheets(package(["Rekeningen"], f'<row r="1">{formula}{cells}</row>'))

    assert set(sheet.rows[1]) == {Fault.FORMULA}
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("name", ["Print_Titles", "Print_Area"])
def test_what_is_printed_of_a_sheet_is_not_looked_at(name: str) -> None:
    """openpyxl takes time by the square of the length of such a text: here a day."""
    text = "a" * 10_000_000
    named = f'<definedName name="_xlnm.{name}" localSheetId="0">{text}</definedName>'
    begun = time.process_time()

    assert read_sheets(package(["Rekeningen"], "", names_of=named))
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("nodes", ["<cellXfs>{}</cellXfs>", "<a>{}</a>"])
def test_styles_that_take_a_minute_and_gigabytes_are_refused(nodes: str) -> None:
    styles = nodes.format("<xf/>" * (MAX_NODES_OF_WHOLE + 1))

    assert refusal(package(["Rekeningen"], "", styles=styles)) == "too_large_unpacked"


@pytest.mark.parametrize("rows", ["<row/>" * 3000, f"<row>{'<c/>' * 3000}</row>", "<x/>" * 3000])
def test_more_elements_than_a_table_has_are_refused(
    rows: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = package(["Rekeningen"], rows)
    assert read_sheets(content)

    monkeypatch.setattr("connections.transfer.workbook.MAX_NODES", 3000)
    assert refusal(content) == "too_large_unpacked"


def test_the_largest_table_is_read_in_time() -> None:
    rows = [
        Row(part, str(number), f"omschrijving {number}", "4000", f"naam {number}")
        for part in Dimension
        for number in range(MAX_ROWS)
    ]
    content = write_xlsx(rows)
    begun = time.process_time()

    found = read_rows(read_sheets(content))

    assert [placed.row for placed in found.rows] == rows
    assert time.process_time() - begun < 30


@pytest.mark.parametrize(
    "rows", ['<row r="2"/><row r="2"/>', '<row r="2"/><row r="1"/>', '<row r="0"/>', LAST_ROW * 2]
)
def test_rows_out_of_order_are_refused(rows: str) -> None:
    assert refusal(package(["Rekeningen"], rows)) == "damaged"


def test_rows_and_cells_that_do_not_say_where_they_are_follow_each_other() -> None:
    text = '<c t="inlineStr"><is><t>x</t></is></c>'
    rows = f'<row>{text}<c/>{text}</row><row r="5">{text}<c r="D5" t="str"><v>y</v></c></row><row/>'

    (sheet,) = read_sheets(package(["Rekeningen"], rows + f"<row>{text}</row>"))

    assert sheet.rows == {1: ["x", "", "x"], 5: ["x", "", "", "y"], 7: ["x"]}


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
