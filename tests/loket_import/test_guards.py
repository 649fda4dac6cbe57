"""What Loket said stays as it came, and a run has one live booking at most."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from finmaster.tenancy import administration_scope
from ledger.models import JournalEntry
from ledger.reversal import reverse
from loket_import.models import Booking, Job, JournalRun, RunContent, RunLine
from tests.books import make_books
from tests.database import Connection, Writer
from tests.ledger.drafts import refusal, refused_by
from tests.rows import make_row, post_entry

writers = ("app", "owner", "superuser")
every_writer = pytest.mark.parametrize("writer", writers)


@dataclass(frozen=True, slots=True)
class Runs:
    """Ids: a booked run with its content, and what another booking could name."""

    administration: int
    run: int
    content: int
    booking: int
    entry: int
    free_entry: int
    reversed: int
    reversal: int
    other_run: int
    other_content: int
    foreign_run: int
    foreign_content: int
    foreign_entry: int


@pytest.fixture(scope="module")
def runs(committed_for_module: None) -> Runs:
    """Committed, for tests that change nothing."""
    own, foreign = (make_books(name).id for name in ("Eigen", "Vreemd"))
    with administration_scope(foreign):
        post_entry()
        foreign_entry, foreign_content = JournalEntry.objects.get(), make_row(RunContent)
    with administration_scope(own):
        for _ in range(3):
            post_entry()
        entry, free, reversed_ = JournalEntry.objects.order_by("number")
        reversal = reverse(
            reversed_, booked_on=date(2026, 12, 1), reason="Fout", reversed_by_id=None
        )
        other_run = make_row(JournalRun)
        content = make_row(RunContent, run=make_row(JournalRun))
        other_content = make_row(RunContent, run=other_run)
        for each in (content, other_content):
            make_row(RunLine, content=each, number=1, debit=Decimal(100))
            make_row(RunLine, content=each, number=2, credit=Decimal(100))
        booking = make_row(Booking, run=content.run, content=content, entry=entry)
        make_row(Job, kind="runs", subject="2026")
    return Runs(
        administration=own,
        run=content.run_id,
        content=content.pk,
        booking=booking.pk,
        entry=entry.pk,
        free_entry=free.pk,
        reversed=reversed_.pk,
        reversal=reversal.pk,
        other_run=other_run.pk,
        other_content=other_content.pk,
        foreign_run=foreign_content.run_id,
        foreign_content=foreign_content.pk,
        foreign_entry=foreign_entry.pk,
    )


def book(
    connection: Connection, runs: Runs, *, of: str = "other_", generation: int = 1, **ids: int
) -> None:
    """A booking of the other run on the free entry, but for what is given."""
    values = {
        "run": getattr(runs, f"{of}run"),
        "content": getattr(runs, f"{of}content"),
        "entry": runs.free_entry,
        "reversal": None,
    } | ids
    connection.execute(
        "INSERT INTO loket_import_booking (administration_id, run_id, content_id, generation,"
        " posting_hash, proof, entry_id, reversal_id, booked_at)"
        " VALUES (%(own)s, %(run)s, %(content)s, %(generation)s, '', '{}', %(entry)s,"
        " %(reversal)s, now())",
        values | {"own": runs.administration, "generation": generation},
    )


KEY = "same_administration"


@every_writer
@pytest.mark.parametrize(
    ("guard", "changes"),
    [
        ("one_live_booking_per_run", {"of": "", "generation": 2}),
        ("booking_generation_once", {"of": "", "entry": "reversed", "reversal": "reversal"}),
        ("entry_books_one_run", {"entry": "entry"}),
        (f"loket_import_booking_content_id_{KEY}", {"content": "content"}),
        (f"loket_import_booking_content_id_{KEY}", {"content": "foreign_content"}),
        (f"loket_import_booking_run_id_{KEY}", {"run": "foreign_run"}),
        (f"loket_import_booking_entry_id_{KEY}", {"entry": "foreign_entry"}),
        (f"loket_import_booking_reversal_id_{KEY}", {"reversal": "reversal"}),
        (f"loket_import_booking_reversal_id_{KEY}", {"reversal": "foreign_entry"}),
    ],
)
def test_a_booking_is_refused(
    runs: Runs, guard: str, changes: dict[str, Any], writer: Writer
) -> None:
    values = {
        name: value if name in ("of", "generation") else getattr(runs, value)
        for name, value in changes.items()
    }
    assert guard == refused_by(
        writer, runs.administration, lambda connection: book(connection, runs, **values)
    )


@every_writer
def test_a_booking_in_which_nothing_is_wrong_is_taken(runs: Runs, writer: Writer) -> None:
    def attempt(connection: Connection) -> None:
        book(connection, runs)
        book(connection, runs, of="", generation=2, entry=runs.reversed, reversal=runs.reversal)
        connection.execute("SELECT 1 / 0")

    error = refusal(writer, runs.administration, attempt)

    assert isinstance(error, psycopg.errors.DivisionByZero)


@every_writer
@pytest.mark.parametrize("entry", ["free_entry", "reversal", "foreign_entry"])
def test_a_booking_is_undone_by_the_reversal_of_its_entry_only(
    runs: Runs, entry: str, writer: Writer
) -> None:
    guard = refused_by(
        writer,
        runs.administration,
        lambda connection: connection.execute(
            "UPDATE loket_import_booking SET reversal_id = %s WHERE id = %s",
            [getattr(runs, entry), runs.booking],
        ),
    )
    assert guard == f"loket_import_booking_reversal_id_{KEY}"


@every_writer
@pytest.mark.parametrize("table", ["loket_import_runcontent", "loket_import_runline"])
@pytest.mark.parametrize(
    ("command", "guard"),
    [
        ("UPDATE {} SET administration_id = administration_id", "{}_rows_are_final"),
        ("DELETE FROM {}", "{}_rows_are_final"),
        ("TRUNCATE {} CASCADE", "{}_is_never_emptied"),
    ],
)
def test_what_loket_said_is_never_changed(
    runs: Runs, table: str, command: str, guard: str, writer: Writer
) -> None:
    error = refusal(
        writer,
        runs.administration,
        lambda connection: connection.execute(command.format(table)),
    )
    if writer == "app":
        assert isinstance(error, psycopg.errors.InsufficientPrivilege)
    else:
        assert error.diag.constraint_name == guard.format(table)


@every_writer
@pytest.mark.parametrize(
    ("guard", "statement"),
    [
        (
            "run_line_number_once",
            "INSERT INTO loket_import_runline (administration_id, content_id, number,"
            " account_code, account_description, debit, credit)"
            " VALUES ({runs.administration}, {runs.content}, 1, '', '', 0, 0)",
        ),
        (
            f"loket_import_runline_content_id_{KEY}",
            "INSERT INTO loket_import_runline (administration_id, content_id, number,"
            " account_code, account_description, debit, credit)"
            " VALUES ({runs.administration}, {runs.foreign_content}, 9, '', '', 0, 0)",
        ),
        (
            f"loket_import_runcontent_run_id_{KEY}",
            "INSERT INTO loket_import_runcontent (administration_id, run_id, pages, answer_sha256,"
            " source_hash, line_count, fetched_at)"
            " VALUES ({runs.administration}, {runs.foreign_run}, '{{}}', '', '', 0, now())",
        ),
        (
            "journal_run_once",
            "UPDATE loket_import_journalrun SET loket_id = (SELECT loket_id"
            " FROM loket_import_journalrun WHERE id = {runs.run}) WHERE id = {runs.other_run}",
        ),
        (
            f"loket_import_runcontent_run_id_{KEY}",
            "DELETE FROM loket_import_journalrun WHERE id = {runs.other_run}",
        ),
        (
            "one_unfinished_job",
            'INSERT INTO loket_import_job (administration_id, kind, subject, "order", state, done,'
            " total, result, error_code, error_message, attempts, due_at, created_at)"
            " SELECT administration_id, kind, subject, \"order\", 'running', done, total, result,"
            " '', '', 0, now(), now() FROM loket_import_job",
        ),
        ("job_state_known", "UPDATE loket_import_job SET state = 'lost'"),
    ],
)
def test_a_row_is_refused(runs: Runs, guard: str, statement: str, writer: Writer) -> None:
    assert guard == refused_by(
        writer,
        runs.administration,
        lambda connection: connection.execute(statement.format(runs=runs)),
    )


@pytest.mark.parametrize(
    "command",
    ["UPDATE loket_import_booking SET entry_id = entry_id", "DELETE FROM loket_import_booking"],
)
def test_the_application_undoes_a_booking_and_changes_nothing_else_of_it(
    runs: Runs, command: str
) -> None:
    error = refusal("app", runs.administration, lambda connection: connection.execute(command))

    assert isinstance(error, psycopg.errors.InsufficientPrivilege)
