"""Entries written in raw SQL, to be refused: right in everything but what a test changes."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg
import pytest
from psycopg import sql

from finmaster.tenancy import administration_scope
from ledger.models import Account, CostCenter, CostUnit, FiscalYear, Journal, Period
from tests.books import Books
from tests.database import Connection, Writer, connect_as, set_scope

BOOKED_ON = date(2026, 11, 30)


@dataclass(frozen=True, slots=True)
class Chart:
    """Ids of what an entry of one administration refers to."""

    administration: int
    journal: int
    fiscal_year: int
    period: int
    wages: int
    net_wages: int
    cost_center: int
    cost_unit: int


def chart_of(books: Books) -> Chart:
    """The ids in these books, with the period of BOOKED_ON."""
    with administration_scope(books.id):
        return Chart(
            administration=books.id,
            journal=Journal.objects.get(code="MEM").pk,
            fiscal_year=FiscalYear.objects.get(label="2026").pk,
            period=Period.objects.get(number=11).pk,
            wages=Account.objects.get(code="4000").pk,
            net_wages=Account.objects.get(code="1700").pk,
            cost_center=CostCenter.objects.get(code="K100").pk,
            cost_unit=CostUnit.objects.get(code="P01").pk,
        )


@dataclass(frozen=True, slots=True)
class RawDraft:
    """A header and its lines, by column; `seal` is the SET of the statement that seals it."""

    header: dict[str, Any] = field(default_factory=dict)
    lines: tuple[dict[str, Any], ...] = ({}, {})
    seal: str | None = "state = 'posted'"


def insert(connection: Connection, table: str, row: dict[str, Any]) -> int:
    """Insert a row and return its id."""
    statement = sql.SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING id").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(sql.Placeholder() * len(row)),
    )
    found = connection.execute(statement, list(row.values())).fetchone()
    assert found
    return int(found[0])


def insert_header(connection: Connection, chart: Chart, **changes: Any) -> int:
    """The draft of an entry of two lines of EUR 100, and its id."""
    return insert(
        connection,
        "ledger_journalentry",
        {
            "administration_id": chart.administration,
            "journal_id": chart.journal,
            "fiscal_year_id": chart.fiscal_year,
            "period_id": chart.period,
            "booked_on": BOOKED_ON,
            "description": "Loonjournaal",
            "state": "draft",
            "line_count": 2,
            "total": 100,
            "reversal_reason": "",
        }
        | changes,
    )


def insert_line(
    connection: Connection, chart: Chart, entry: int, position: int, **changes: Any
) -> int:
    """A line of EUR 100, debit when its position is odd, and its id."""
    is_debit = position % 2 == 1
    return insert(
        connection,
        "ledger_journalline",
        {
            "administration_id": chart.administration,
            "entry_id": entry,
            "number": position,
            "account_id": chart.wages if is_debit else chart.net_wages,
            "debit": 100 if is_debit else 0,
            "credit": 0 if is_debit else 100,
            "description": "",
        }
        | changes,
    )


def write(connection: Connection, chart: Chart, draft: RawDraft) -> int:
    """Insert the header and the lines, seal, and return the entry's id."""
    entry = insert_header(connection, chart, **draft.header)
    for position, changes in enumerate(draft.lines, 1):
        insert_line(connection, chart, entry, position, **changes)
    if draft.seal:
        connection.execute(f"UPDATE ledger_journalentry SET {draft.seal} WHERE id = {entry}")  # noqa: S608
    return entry


def refusal(
    writer: Writer, administration_id: int, attempt: Callable[[Connection], object]
) -> psycopg.Error:
    """The error that meets an attempt in this scope, at its commit at the latest."""
    with closing(connect_as(writer)) as connection:
        try:
            set_scope(connection, administration_id)
            attempt(connection)
            connection.commit()
        except psycopg.Error as error:
            return error
    pytest.fail("Nothing was refused.")


def refused_by(
    writer: Writer, administration_id: int, attempt: Callable[[Connection], object]
) -> str | None:
    """Name of the constraint or guard that refuses an attempt."""
    return refusal(writer, administration_id, attempt).diag.constraint_name
