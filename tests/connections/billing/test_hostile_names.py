"""Names that anybody may have given, in files that the operator and offices open."""

import csv
import io
from typing import Any

import openpyxl
import pytest
import time_machine
from django.urls import reverse
from hypothesis import example, given, settings

from connections.billing.closing import close_month
from connections.billing.spreadsheets import as_text, workbook_cell
from tests.connections.billing.conftest import NOVEMBER, Billed
from tests.connections.billing.histories import add_connection, at, make_administration, make_office
from tests.connections.transfer.transferring import nasty_text
from tests.pages import client_of

# What some writers take for XML of their own: the end of a cell, another, and the begin of a third.
SMUGGLED = '<r></r></is></c><c r="F9"><f>1+1</f></c><c t="inlineStr"><is><r></r>'


def cells_of(content: bytes) -> list[tuple[str, object]]:
    """The kind and the value of each cell of a workbook."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [
        (cell.data_type, cell.value)
        for sheet in book
        for row in sheet
        for cell in row
        if cell.value is not None
    ]


@given(nasty_text.filter(str.strip))
@example(SMUGGLED)
@example("<r><t>x</t></r>")
@settings(deadline=None, max_examples=60)
def test_a_name_in_a_workbook_is_one_cell_of_text(text: str) -> None:
    file = io.BytesIO()
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([workbook_cell(sheet, text)])
    book.save(file)

    (found,) = cells_of(file.getvalue())

    assert found[0] == "s"


@given(nasty_text)
def test_a_name_in_a_csv_file_begins_no_formula(text: str) -> None:
    assert not as_text(text).startswith(tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"))


@pytest.mark.parametrize("name", [SMUGGLED, "\uff1d1+1", "\n=1+1"])
def test_a_hostile_office_smuggles_nothing_into_the_months_files(billed: Billed, name: str) -> None:
    assert len(name) <= 100
    office = make_office(name)
    add_connection(make_administration(office, name), [("authorised", at(2026, 12, 2))])
    december = NOVEMBER.replace(month=12)
    with time_machine.travel(at(2027, 1, 3), tick=True):
        close_month(december)
        client = client_of(billed.operator)
        xlsx, sent = (
            read_whole(client.get(reverse("billing:file", args=[december, one])))
            for one in ("xlsx", "csv")
        )

    cells = cells_of(xlsx)
    assert "f" not in {kind for kind, _value in cells}
    assert [value for _kind, value in cells].count(name) == 3
    lines = list(csv.reader(io.StringIO(sent.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert not [cell for line in lines for cell in line if cell[:1] in tuple("=@\n\uff1d")]


def read_whole(answer: Any) -> bytes:
    """What a file holds."""
    return b"".join(answer)
