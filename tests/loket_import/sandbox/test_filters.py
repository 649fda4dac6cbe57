"""Loket's filter and order language, over plain rows."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from loket_import.sandbox.filters import BadQuery, apply_filter, apply_order

ROWS = [
    {
        "id": 1,
        "name": "Café d'Or",
        "address": {"city": "Leiden", "number": 12},
        "end": date(2026, 1, 31),
        "asked": datetime(2026, 2, 1, 7, 30, tzinfo=UTC),
        "amount": Decimal("3.50"),
        "test": False,
        "branch": None,
    },
    {
        "id": 2,
        "name": "bakkerij",
        "address": {"city": "Delft", "number": 3},
        "end": None,
        "asked": datetime(2026, 3, 1, 7, 30, tzinfo=UTC),
        "amount": Decimal("200"),
        "test": True,
        "branch": {"key": 9},
    },
]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (None, [1, 2]),
        ("", [1, 2]),
        ("id eq 1", [1]),
        ("ID NE 1", [2]),
        ("name eq 'BAKKERIJ'", [2]),
        ("name eq 'café d''or'", [1]),
        ("name lk 'bakk'", [2]),
        ("address.city eq 'leiden'", [1]),
        ("address.number ge 3 and address.number lt 12", [2]),
        ("end eq null", [2]),
        ("end ne null", [1]),
        ("end le '2026-01-31'", [1]),
        ("end gt '2026-01-31'", []),
        ("asked ge '2026-02-02'", [2]),
        ("amount gt 3.5", [2]),
        ("amount eq 3.5", [1]),
        ("test eq true", [2]),
        ("branch.key eq 9", [2]),
        ("branch.key eq null", [1]),
        ("id eq 1 or id eq 2 and test eq false", [1]),
        ("(id eq 1 or id eq 2) and test eq true", [2]),
    ],
)
def test_a_filter_keeps_the_rows_it_names(text, ids):
    assert [row["id"] for row in apply_filter(ROWS, text)] == ids


@pytest.mark.parametrize(
    "text",
    [
        "id",
        "id eq",
        "id is 1",
        "id eq een",
        "name eq 'open",
        "id eq 1 id eq 2",
        "id eq 1 and",
        "(id eq 1",
        "unknown eq 1",
        "address.street eq 'x'",
        "id.key eq 1",
        "address eq 1",
        "id gt 'x'",
        "id lk 1",
    ],
)
def test_a_filter_that_cannot_be_read_says_so(text):
    with pytest.raises(BadQuery):
        apply_filter(ROWS, text)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (None, [1, 2]),
        ("-id", [2, 1]),
        ("name", [2, 1]),
        ("address.number", [2, 1]),
        ("end,id", [2, 1]),
        ("-end", [1, 2]),
        ("test,-id", [1, 2]),
        ("-asked", [2, 1]),
    ],
)
def test_an_order_sorts(text, ids):
    assert [row["id"] for row in apply_order(ROWS, text)] == ids


@pytest.mark.parametrize("text", ["id desc", "id,,name", "--id", "unknown", "address"])
def test_an_order_that_cannot_be_read_says_so(text):
    with pytest.raises(BadQuery):
        apply_order(ROWS, text)
