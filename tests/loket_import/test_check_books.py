"""`check_books` finds what a superuser did past the guards, and names it by its invariant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from finmaster.tenancy import administration_scope
from ledger.models import Account, JournalEntry, Period
from ledger.reversal import reverse
from loket_import.management.commands.check_books import INVARIANTS
from loket_import.models import Booking, LoketReport, ReportAction, RunContent, RunLine
from tests.books import make_books
from tests.database import empty_database, past_the_guards
from tests.rows import make_row, post_entry


@dataclass(frozen=True, slots=True)
class Ids:
    """What a test tampers with: an entry, one that is reversed, and one that books a run."""

    administration: int
    entry: int
    reversal: int
    booked: int
    booking: int
    report: int
    content: int
    foreign_account: int
    foreign_period: int


def make_ids() -> Ids:
    """Books in which everything is as it must be."""
    own, foreign = (make_books(name).id for name in ("Eigen", "Vreemd"))
    with administration_scope(foreign):
        account, period = Account.objects.get(code="4000"), Period.objects.get(number=11)
    with administration_scope(own):
        for _ in range(3):
            post_entry()
        entry, reversed_, booked = JournalEntry.objects.order_by("number")
        reversal = reverse(
            reversed_, booked_on=date(2026, 12, 1), reason="Fout", reversed_by_id=None
        )
        content = make_row(RunContent)
        # Signed as Loket may send them: a negative credit counts as debit.
        make_row(RunLine, content=content, number=1, debit=Decimal(60))
        make_row(RunLine, content=content, number=2, credit=Decimal(-40))
        make_row(RunLine, content=content, number=3, credit=Decimal(100))
        proof = {
            "total_debit": "100.00",
            "total_credit": "100.00",
            "answer_sha256": content.answer_sha256,
            "posting_hash": "gezien",
        }
        booking = make_row(
            Booking,
            run=content.run,
            content=content,
            entry=booked,
            posting_hash="gezien",
            proof=proof,
        )
        report = make_row(
            LoketReport, run=content.run, booking=booking, action=ReportAction.PROCESSED
        )
    return Ids(
        own,
        entry.pk,
        reversal.pk,
        booked.pk,
        booking.pk,
        report.pk,
        content.pk,
        account.pk,
        period.pk,
    )


@pytest.fixture
def ids(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Ids]:
    """Committed, and thrown away past the guards without the check that ends other tests."""
    with django_db_blocker.unblock():
        try:
            yield make_ids()
        finally:
            for connection in connections.all():
                connection.close()
            empty_database()


def check_books() -> tuple[str, str]:
    """What the command writes on stdout and stderr; CommandError when something is wrong."""
    out, err = StringIO(), StringIO()
    try:
        call_command("check_books", stdout=out, stderr=err)
    except CommandError as error:
        err.write(str(error))
    return out.getvalue(), err.getvalue()


def test_books_in_order_are_ok(ids: Ids) -> None:
    out, err = check_books()

    assert err == ""
    assert [line.split()[:2] for line in out.splitlines()] == [
        ["ok", invariant.code] for invariant in INVARIANTS
    ]


def reverse_booked_entry(ids: Ids) -> None:
    """By the ledger's own function, which knows of no booking."""
    with administration_scope(ids.administration):
        entry = JournalEntry.objects.get(pk=ids.booked)
        reverse(entry, booked_on=date(2026, 12, 1), reason="Fout", reversed_by_id=None)


@dataclass(frozen=True, slots=True)
class Tampering:
    """A statement, the invariants that it breaks, and the row that is named."""

    statement: str
    broken: set[str]
    named: str


TAMPERINGS = {
    "a line is taken away": Tampering(
        "DELETE FROM ledger_journalline WHERE entry_id = {ids.entry} AND number = 1",
        {"I1", "I13"},
        "entry {ids.entry}",
    ),
    "both sides are raised": Tampering(
        "UPDATE ledger_journalline SET debit = debit * 2, credit = credit * 2"
        " WHERE entry_id = {ids.entry}",
        {"I1"},
        "entry {ids.entry}",
    ),
    "the total is another": Tampering(
        "UPDATE ledger_journalentry SET total = 99 WHERE id = {ids.entry}",
        {"I1"},
        "entry {ids.entry}",
    ),
    "an amount is another": Tampering(
        "UPDATE ledger_journalline SET debit = 99 WHERE entry_id = {ids.entry} AND number = 1",
        {"I1", "I13"},
        "all lines",
    ),
    "an entry is taken away with its lines": Tampering(
        "DELETE FROM ledger_journalline WHERE entry_id = {ids.entry};"
        "DELETE FROM ledger_journalentry WHERE id = {ids.entry}",
        {"I3"},
        "journal",
    ),
    "a number is skipped": Tampering(
        "UPDATE ledger_journalentry SET number = 99 WHERE id = {ids.entry}", {"I3"}, "journal"
    ),
    "the series runs ahead": Tampering(
        "UPDATE ledger_numberseries SET last_number = last_number + 1", {"I3"}, "journal"
    ),
    "the series is gone": Tampering("DELETE FROM ledger_numberseries", {"I3"}, "journal"),
    "a draft stays": Tampering(
        "INSERT INTO ledger_journalentry (administration_id, journal_id, fiscal_year_id, period_id,"
        " booked_on, description, state, line_count, total, reversal_reason)"
        " SELECT administration_id, journal_id, fiscal_year_id, period_id, booked_on, 'Concept',"
        " 'draft', 0, 0, '' FROM ledger_journalentry WHERE id = {ids.entry}",
        {"I4"},
        "is a draft",
    ),
    "the lines that Loket sent are others": Tampering(
        "UPDATE loket_import_runline SET debit = 61 WHERE content_id = {ids.content} AND debit > 0",
        {"I5"},
        "booking {ids.booking}",
    ),
    "the lines that Loket sent are gone": Tampering(
        "DELETE FROM loket_import_runline", {"I5"}, "booking {ids.booking}"
    ),
    "a booking is of another entry": Tampering(
        "UPDATE ledger_journalline SET debit = debit / 2, credit = credit / 2"
        " WHERE entry_id = {ids.booked};"
        "UPDATE ledger_journalentry SET total = total / 2 WHERE id = {ids.booked}",
        {"I5", "I14"},
        "booking {ids.booking}",
    ),
    "a booked entry and its number are gone": Tampering(
        "DELETE FROM ledger_journalline WHERE entry_id = {ids.booked};"
        "DELETE FROM ledger_journalentry WHERE id = {ids.booked};"
        "UPDATE ledger_journalentry SET number = 3 WHERE id = {ids.reversal};"
        "UPDATE ledger_numberseries SET last_number = 3",
        {"I5", "I14"},
        "booking {ids.booking}",
    ),
    "a booking is called reversed": Tampering(
        "UPDATE loket_import_booking SET reversal_id = {ids.reversal}",
        {"I2"},
        "booking {ids.booking}: is not live although its entry stands",
    ),
    "a proof notes another total": Tampering(
        "UPDATE loket_import_booking SET proof = jsonb_set(proof, '{{total_debit}}', '\"1.00\"')",
        {"I14"},
        "booking {ids.booking}",
    ),
    "the noted hash of the answer is another": Tampering(
        "UPDATE loket_import_runcontent SET answer_sha256 = 'x' WHERE id = {ids.content}",
        {"I14"},
        "booking {ids.booking}",
    ),
    "a report is of another run": Tampering(
        "UPDATE loket_import_loketreport SET run_id = 999999",
        {"I15"},
        "report {ids.report}: is of another run than its booking",
    ),
    "a report was sent at no moment": Tampering(
        "UPDATE loket_import_loketreport SET state = 'sent'",
        {"I15"},
        "report {ids.report}: is sent, settled at no moment",
    ),
    "a line is on a foreign account": Tampering(
        "UPDATE ledger_journalline SET account_id = {ids.foreign_account}"
        " WHERE entry_id = {ids.entry} AND number = 1",
        {"I6"},
        "entry {ids.entry} line 1",
    ),
    "a line is on an account that is gone": Tampering(
        "UPDATE ledger_journalline SET account_id = 999999"
        " WHERE entry_id = {ids.entry} AND number = 1",
        {"I6"},
        "entry {ids.entry} line 1",
    ),
    "an entry is in a foreign period": Tampering(
        "UPDATE ledger_journalentry SET period_id = {ids.foreign_period} WHERE id = {ids.entry}",
        {"I6"},
        "entry {ids.entry}",
    ),
    "a reversal is on another account": Tampering(
        "UPDATE ledger_journalline SET account_id = (SELECT min(id) FROM ledger_account"
        " WHERE code = '4100' AND administration_id = {ids.administration})"
        " WHERE entry_id = {ids.reversal} AND number = 1",
        {"I7"},
        "entry {ids.reversal}",
    ),
    "a reversal is reversed": Tampering(
        "UPDATE ledger_journalentry SET reverses_id = {ids.reversal}, reversal_reason = 'x'"
        " WHERE id = {ids.entry}",
        {"I7"},
        "entry {ids.entry}",
    ),
    "an original is gone": Tampering(
        "UPDATE ledger_journalentry SET reverses_id = 999999 WHERE id = {ids.reversal}",
        {"I7"},
        "entry {ids.reversal}",
    ),
    "an entry is dated in another period": Tampering(
        "UPDATE ledger_journalentry SET booked_on = '2026-10-31' WHERE id = {ids.entry}",
        {"I12"},
        "entry {ids.entry}",
    ),
    "a period was closed before the posting": Tampering(
        "UPDATE ledger_period SET closed_at = '2026-01-01' WHERE number = 12",
        {"I12"},
        "entry {ids.reversal}",
    ),
    "a month is billed twice": Tampering(
        "INSERT INTO connections_statementline (office_id, statement_id, administration_id,"
        " administration_number, administration_name, month, kind, quantity, price, amount,"
        " vat_percentage)"
        " SELECT 1, n, {ids.administration}, '', '', '2026-11-01', 'added', 1, 1.50, 1.50, 21"
        " FROM generate_series(1, 2) n",
        {"I16"},
        "fee of 2026-11: is billed 2 times",
    ),
    "a year was closed before the posting": Tampering(
        "UPDATE ledger_fiscalyear SET closed_at = '2026-01-01'", {"I12"}, "entry {ids.entry}"
    ),
}


@pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=TAMPERINGS)
def test_tampering_is_found_and_named(ids: Ids, tampering: Tampering) -> None:
    with past_the_guards() as connection:
        connection.execute(tampering.statement.format(ids=ids))

    out, err = check_books()

    failed = {line.split()[1] for line in out.splitlines() if line.startswith("FAIL")}
    assert failed == tampering.broken
    assert tampering.named.format(ids=ids) in err
    assert f"administration {ids.administration}:" in err
    assert err.endswith("violations.")


def test_a_booking_whose_entry_is_reversed_without_it_is_found(ids: Ids) -> None:
    reverse_booked_entry(ids)

    out, err = check_books()

    assert [line.split()[1] for line in out.splitlines() if line.startswith("FAIL")] == ["I2"]
    assert f"booking {ids.booking}: is live although its entry is reversed" in err


def test_every_invariant_was_broken_once() -> None:
    assert {"I2"}.union(*(tampering.broken for tampering in TAMPERINGS.values())) == {
        invariant.code for invariant in INVARIANTS
    }


def test_without_the_auditor_s_address_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATABASES", {"default": settings.DATABASES["default"]})

    with pytest.raises(CommandError, match="DATABASE_AUDIT_URL"):
        call_command("check_books")
