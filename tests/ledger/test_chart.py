"""What the chart of accounts, the journals and the number series refuse."""

from typing import Any

import pytest

from tests.database import Connection, Writer
from tests.ledger.conftest import Guarded
from tests.ledger.drafts import RawDraft, insert, refused_by, write

ACCOUNT = {
    "code": "9990",
    "name": "Tijdelijk",
    "kind": "asset",
    "rgs_code": "",
    "is_postable": True,
    "is_blocked": False,
    "requires_cost_center": False,
}
COST_CENTER = {"code": "K999", "name": "Tijdelijk", "is_blocked": False}
JOURNAL = {"code": "TMP", "name": "Tijdelijk", "kind": "memorial"}


@pytest.mark.parametrize("writer", ["app", "owner", "superuser"])
@pytest.mark.parametrize(
    ("guard", "table", "row"),
    [
        ("account_code_once", "ledger_account", ACCOUNT | {"code": "4000"}),
        ("account_kind_known", "ledger_account", ACCOUNT | {"kind": "wages"}),
        ("account_code_without_outer_spaces", "ledger_account", ACCOUNT | {"code": ""}),
        ("account_code_without_outer_spaces", "ledger_account", ACCOUNT | {"code": " 9990"}),
        ("account_code_without_outer_spaces", "ledger_account", ACCOUNT | {"code": "9990\t"}),
        ("cost_center_code_once", "ledger_costcenter", COST_CENTER | {"code": "K100"}),
        ("cost_unit_code_once", "ledger_costunit", COST_CENTER | {"code": "P01"}),
        ("journal_code_once", "ledger_journal", JOURNAL | {"code": "MEM"}),
        ("journal_kind_known", "ledger_journal", JOURNAL | {"kind": "diary"}),
    ],
)
def test_a_row_is_refused(
    guarded: Guarded, guard: str, table: str, row: dict[str, Any], writer: Writer
) -> None:
    own = guarded.chart.administration
    assert guard == refused_by(
        writer, own, lambda connection: insert(connection, table, row | {"administration_id": own})
    )


@pytest.mark.parametrize("writer", ["owner", "superuser"])
@pytest.mark.parametrize(
    ("guard", "key"),
    [
        ("number_series_once", "journal"),
        ("ledger_numberseries_journal_id_same_administration", "foreign journal"),
        ("ledger_numberseries_fiscal_year_id_same_administration", "foreign year"),
    ],
)
def test_a_number_series_is_refused(guarded: Guarded, guard: str, key: str, writer: Writer) -> None:
    own, foreign = guarded.chart, guarded.foreign
    row = {
        "administration_id": own.administration,
        "journal_id": foreign.journal if key == "foreign journal" else own.journal,
        "fiscal_year_id": foreign.fiscal_year if key == "foreign year" else own.fiscal_year,
        "last_number": 0,
    }
    assert guard == refused_by(
        writer,
        own.administration,
        lambda connection: insert(connection, "ledger_numberseries", row),
    )


@pytest.mark.parametrize("writer", ["owner", "superuser"])
def test_a_number_is_given_once(guarded: Guarded, writer: Writer) -> None:
    """Were the series set back, the key on the entries would hold."""

    def attempt(connection: Connection) -> None:
        connection.execute("UPDATE ledger_numberseries SET last_number = 0")
        write(connection, guarded.chart, RawDraft())

    assert refused_by(writer, guarded.chart.administration, attempt) == "entry_number_once"
