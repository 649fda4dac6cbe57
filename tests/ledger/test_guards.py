"""What is posted stays: by the ORM, and in raw SQL by the application, the owner, a superuser."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError
from django.db.models import ProtectedError

from finmaster.errors import violated_constraint
from finmaster.tenancy import administration_scope
from ledger.models import EntryState, JournalEntry, JournalLine
from tests.database import Connection, Writer, set_scope
from tests.ledger.conftest import Guarded
from tests.ledger.drafts import Chart, RawDraft, insert_line, refusal, refused_by, write

writers = ("app", "owner", "superuser")


@dataclass(frozen=True, slots=True)
class Change:
    """A statement about entry `e`, and the guard that refuses it.

    `denied` when the application hasn't even the right to try.
    """

    statement: str
    guard: str
    denied: bool = True


FINAL_LINE = "ledger_journalline_rows_are_final"
EMPTIED_LINES = "ledger_journalline_is_never_emptied"
CHANGES = {
    "describe": Change(
        "UPDATE ledger_journalentry SET description = 'Anders' WHERE id = %(e)s", "entry_is_final"
    ),
    "renumber": Change(
        "UPDATE ledger_journalentry SET number = 9 WHERE id = %(e)s", "entry_is_final"
    ),
    "postdate": Change(
        "UPDATE ledger_journalentry SET booked_on = '2026-11-01' WHERE id = %(e)s",
        "entry_is_final",
    ),
    "reopen": Change(
        "UPDATE ledger_journalentry SET state = 'draft' WHERE id = %(e)s", "entry_is_final", False
    ),
    "seal again": Change(
        "UPDATE ledger_journalentry SET state = 'posted' WHERE id = %(e)s", "entry_is_final", False
    ),
    "overwrite": Change(
        "INSERT INTO ledger_journalentry SELECT * FROM ledger_journalentry WHERE id = %(e)s"
        " ON CONFLICT (id) DO UPDATE SET description = 'Anders'",
        "entry_begins_as_draft",
    ),
    "delete the entry": Change(
        "DELETE FROM ledger_journalentry WHERE id = %(e)s", "entry_is_never_deleted"
    ),
    "empty the entries": Change(
        "TRUNCATE ledger_journalentry CASCADE", "entries_are_never_emptied"
    ),
    "change a line": Change(
        "UPDATE ledger_journalline SET debit = 1 WHERE entry_id = %(e)s AND debit > 0", FINAL_LINE
    ),
    "move a line": Change(
        "UPDATE ledger_journalline SET entry_id = entry_id + 1 WHERE entry_id = %(e)s", FINAL_LINE
    ),
    "delete a line": Change("DELETE FROM ledger_journalline WHERE entry_id = %(e)s", FINAL_LINE),
    "empty the lines": Change("TRUNCATE ledger_journalline", EMPTIED_LINES),
    "empty the accounts": Change("TRUNCATE ledger_account CASCADE", EMPTIED_LINES),
}


@pytest.mark.parametrize("writer", writers)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_posted_entry_stays_as_it_is(guarded: Guarded, change: Change, writer: Writer) -> None:
    error = refusal(
        writer,
        guarded.chart.administration,
        lambda connection: connection.execute(change.statement, {"e": guarded.entry}),
    )

    if writer == "app" and change.denied:
        assert isinstance(error, psycopg.errors.InsufficientPrivilege)
    else:
        assert error.diag.constraint_name == change.guard


@pytest.mark.parametrize("writer", writers)
def test_no_line_is_added_to_a_posted_entry(guarded: Guarded, writer: Writer) -> None:
    guard = refused_by(
        writer,
        guarded.chart.administration,
        lambda connection: insert_line(connection, guarded.chart, guarded.entry, 3),
    )

    assert guard == "line_enters_a_draft"


@pytest.mark.parametrize("writer", writers)
@pytest.mark.parametrize(
    ("table", "attribute", "column"),
    [
        ("ledger_account", "wages", "account_id"),
        ("ledger_costcenter", "cost_center", "cost_center_id"),
        ("ledger_journal", "journal", "journal_id"),
        ("ledger_period", "period", "period_id"),
        ("ledger_fiscalyear", "fiscal_year", "fiscal_year_id"),
    ],
)
def test_what_an_entry_refers_to_is_not_deleted(
    guarded: Guarded, table: str, attribute: str, column: str, writer: Writer
) -> None:
    key = getattr(guarded.chart, attribute)
    guard = refused_by(
        writer,
        guarded.chart.administration,
        lambda connection: connection.execute(f"DELETE FROM {table} WHERE id = {key}"),  # noqa: S608
    )

    assert guard
    assert guard.endswith(f"_{column}_same_administration")


def entry_of(guarded: Guarded) -> JournalEntry:
    return JournalEntry.objects.get(pk=guarded.entry)


def save_entry(guarded: Guarded) -> None:
    entry = entry_of(guarded)
    entry.description = "Anders"
    entry.save()


def reopen_entry(guarded: Guarded) -> None:
    JournalEntry.objects.filter(pk=guarded.entry).update(state=EntryState.DRAFT)


def save_line(guarded: Guarded) -> None:
    line = entry_of(guarded).lines.first()
    assert line
    line.debit = Decimal(1)
    line.save()


def update_lines_in_bulk(guarded: Guarded) -> None:
    lines = list(entry_of(guarded).lines.all())
    JournalLine.objects.bulk_update(lines, ["description"])


def late_line(chart: Chart, entry: int, number: int) -> JournalLine:
    return JournalLine(
        entry_id=entry,
        number=number,
        account_id=chart.wages,
        debit=Decimal(1),
        credit=Decimal(0),
    )


def add_line(guarded: Guarded) -> None:
    late_line(guarded.chart, guarded.entry, 3).save()


def add_lines_in_bulk(guarded: Guarded) -> None:
    JournalLine.objects.bulk_create(
        [late_line(guarded.chart, guarded.entry, number) for number in (3, 4)]
    )


@pytest.mark.parametrize(
    ("change", "error", "guard"),
    [
        (save_entry, ProgrammingError, ""),
        (reopen_entry, IntegrityError, "entry_is_final"),
        (lambda guarded: entry_of(guarded).delete(), ProtectedError, ""),
        (lambda guarded: entry_of(guarded).lines.all().delete(), ProgrammingError, ""),
        (save_line, ProgrammingError, ""),
        (update_lines_in_bulk, ProgrammingError, ""),
        (add_line, IntegrityError, "line_enters_a_draft"),
        (add_lines_in_bulk, IntegrityError, "line_enters_a_draft"),
    ],
)
def test_the_orm_changes_nothing_either(
    guarded: Guarded, change: Callable[[Guarded], None], error: type[Exception], guard: str
) -> None:
    with (
        pytest.raises(error) as refused,
        administration_scope(guarded.chart.administration),
    ):
        change(guarded)

    if isinstance(refused.value, DatabaseError):
        assert violated_constraint(refused.value) == guard


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT next_entry_number(%(administration)s, %(journal)s, %(year)s)",
        "SELECT check_entry_balances(%(entry)s, 2, 100)",
        "UPDATE ledger_numberseries SET last_number = 0",
        "INSERT INTO ledger_numberseries (administration_id, journal_id, fiscal_year_id,"
        " last_number) VALUES (%(administration)s, %(journal)s, %(year)s, 7)",
        "DELETE FROM ledger_numberseries",
    ],
)
def test_the_application_can_not_number_or_sum_by_itself(guarded: Guarded, statement: str) -> None:
    values = {
        "administration": guarded.foreign.administration,
        "journal": guarded.foreign.journal,
        "year": guarded.foreign.fiscal_year,
        "entry": guarded.entry,
    }
    error = refusal(
        "app",
        guarded.chart.administration,
        lambda connection: connection.execute(statement, values),
    )

    assert isinstance(error, psycopg.errors.InsufficientPrivilege)


def test_a_line_past_the_guard_is_found_at_commit_though_its_scope_has_gone(
    guarded: Guarded,
) -> None:
    """Sums under row-level security see only what is in scope, and nothing is in balance."""

    def attempt(connection: Connection) -> None:
        connection.execute("ALTER TABLE ledger_journalline DISABLE TRIGGER line_enters_a_draft")
        entry = write(connection, guarded.chart, RawDraft())
        insert_line(connection, guarded.chart, entry, 3)
        set_scope(connection, guarded.foreign.administration)

    assert refused_by("owner", guarded.chart.administration, attempt) == "entry_balances"
