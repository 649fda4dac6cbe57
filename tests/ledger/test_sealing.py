"""A draft that breaks a rule is refused by the rule's name, whoever writes it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError

from finmaster.errors import violated_constraint
from finmaster.tenancy import administration_scope
from ledger.errors import PostingRefused
from ledger.models import JournalEntry, JournalLine
from ledger.posting import Draft, DraftLine, post, seal
from tests.database import Connection, Writer, set_scope, transaction_as
from tests.ledger.conftest import Guarded
from tests.ledger.drafts import (
    BOOKED_ON,
    Chart,
    RawDraft,
    refusal,
    refused_by,
    write,
)

writers = ("app", "owner", "superuser")
KEY = "same_administration"

# What is wrong -> the guard that names it, and the draft in which nothing else is.
BROKEN: dict[str, tuple[str, Callable[[Guarded], RawDraft]]] = {
    "debit and credit differ by a cent": (
        "entry_balances",
        lambda _: RawDraft(lines=({}, {"credit": Decimal("99.99")})),
    ),
    "one line": ("entry_has_two_lines", lambda _: RawDraft(lines=({},))),
    "no line": ("entry_has_two_lines", lambda _: RawDraft({"line_count": 0, "total": 0}, ())),
    "a line less than the header names": (
        "entry_header_matches_lines",
        lambda _: RawDraft({"line_count": 3}),
    ),
    "another total than the header names": (
        "entry_header_matches_lines",
        lambda _: RawDraft({"total": Decimal("100.01")}),
    ),
    "a total that is no number": (
        "entry_header_matches_lines",
        lambda _: RawDraft({"total": Decimal("NaN")}),
    ),
    "amounts that are no number": (
        "line_amount_is_a_number",
        lambda _: RawDraft(lines=({"debit": Decimal("NaN")}, {"credit": Decimal("NaN")})),
    ),
    "both sides": ("line_has_one_positive_side", lambda _: RawDraft(lines=({"credit": 100}, {}))),
    "neither side": ("line_has_one_positive_side", lambda _: RawDraft(lines=({"debit": 0}, {}))),
    "a negative amount": (
        "line_has_one_positive_side",
        lambda _: RawDraft(lines=({"debit": -100}, {})),
    ),
    "a line number twice": ("line_number_once", lambda _: RawDraft(lines=({}, {"number": 1}))),
    "never sealed": ("entry_is_sealed", lambda _: RawDraft(seal=None)),
    "posted from the start": (
        "entry_begins_as_draft",
        lambda _: RawDraft({"state": "posted", "number": 1, "posted_at": BOOKED_ON}),
    ),
    "a number of its own": ("entry_has_number_when_posted", lambda _: RawDraft({"number": 7})),
    "a time of posting of its own": (
        "entry_has_number_when_posted",
        lambda _: RawDraft({"posted_at": BOOKED_ON}),
    ),
    "a date outside its period": (
        "entry_date_in_period",
        lambda _: RawDraft({"booked_on": BOOKED_ON.replace(month=10)}),
    ),
    "a reason without a reversal": (
        "entry_reversal_has_reason",
        lambda _: RawDraft({"reversal_reason": "Zomaar"}),
    ),
    "a reversal without a reason": (
        "entry_reversal_has_reason",
        lambda guarded: RawDraft({"reverses_id": guarded.entry}),
    ),
    "a reversal of itself": (
        "entry_does_not_reverse_itself",
        lambda _: RawDraft({"id": 999, "reverses_id": 999, "reversal_reason": "Zichzelf"}),
    ),
    "a reversal that is no mirror": (
        "entry_mirrors_its_original",
        lambda guarded: RawDraft(
            {"reverses_id": guarded.entry, "reversal_reason": "Niet gespiegeld"}
        ),
    ),
    "a mirror on other accounts": (
        "entry_mirrors_its_original",
        lambda guarded: mirror(guarded, guarded.entry, account_id=guarded.chart.net_wages),
    ),
    "a mirror without the cost centre": (
        "entry_mirrors_its_original",
        lambda guarded: mirror(guarded, guarded.entry, cost_center_id=None),
    ),
    "a mirror that is dated before its original": (
        "entry_reversed_not_before",
        lambda guarded: dated(mirror(guarded, guarded.entry), BOOKED_ON - timedelta(days=1)),
    ),
    "a reversal of a reversal": (
        "entry_reverses_an_original",
        lambda guarded: RawDraft(
            {"reverses_id": guarded.reversal, "reversal_reason": "Toch wel"},
            ({}, {}),
        ),
    ),
    "a second reversal": (
        "entry_reversed_once",
        lambda guarded: mirror(guarded, guarded.reversed),
    ),
    "a foreign journal": (
        f"ledger_journalentry_journal_id_{KEY}",
        lambda guarded: RawDraft({"journal_id": guarded.foreign.journal}),
    ),
    "a foreign period": (
        f"ledger_journalentry_period_id_{KEY}",
        lambda guarded: RawDraft({"period_id": guarded.foreign.period}),
    ),
    "a foreign fiscal year": (
        f"ledger_journalentry_fiscal_year_id_{KEY}",
        lambda guarded: RawDraft({"fiscal_year_id": guarded.foreign.fiscal_year}),
    ),
    "a foreign account": (
        f"ledger_journalline_account_id_{KEY}",
        lambda guarded: RawDraft(lines=({"account_id": guarded.foreign.wages}, {})),
    ),
    "a foreign cost centre": (
        f"ledger_journalline_cost_center_id_{KEY}",
        lambda guarded: RawDraft(lines=({"cost_center_id": guarded.foreign.cost_center}, {})),
    ),
    "a foreign cost unit": (
        f"ledger_journalline_cost_unit_id_{KEY}",
        lambda guarded: RawDraft(lines=({"cost_unit_id": guarded.foreign.cost_unit}, {})),
    ),
    "an entry that is not there": (
        f"ledger_journalline_entry_id_{KEY}",
        lambda _: RawDraft(lines=({"entry_id": 999_999}, {})),
    ),
}


def mirror(guarded: Guarded, entry: int, **first_line: object) -> RawDraft:
    """The counter-entry of `entry`, whose first line is changed."""
    lines = (
        {"debit": 0, "credit": 100, "cost_center_id": guarded.chart.cost_center} | first_line,
        {"debit": 100, "credit": 0},
    )
    return RawDraft({"reverses_id": entry, "reversal_reason": "Verkeerde maand"}, lines)


def dated(draft: RawDraft, booked_on: date) -> RawDraft:
    """The same draft on another date."""
    return replace(draft, header=draft.header | {"booked_on": booked_on})


@pytest.mark.parametrize("writer", writers)
def test_a_draft_in_which_nothing_is_wrong_is_sealed(guarded: Guarded, writer: Writer) -> None:
    with transaction_as(writer, guarded.chart.administration) as connection:
        entry = write(connection, guarded.chart, RawDraft())
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        found = connection.execute(
            "SELECT number, posted_at IS NOT NULL FROM ledger_journalentry WHERE id = %s", [entry]
        ).fetchone()
        connection.rollback()

    assert found == (4, True)


@pytest.mark.parametrize("writer", writers)
@pytest.mark.parametrize(("guard", "draft"), BROKEN.values(), ids=BROKEN)
def test_a_draft_is_refused_by_the_rule_that_it_breaks(
    guarded: Guarded, guard: str, draft: Callable[[Guarded], RawDraft], writer: Writer
) -> None:
    assert guard == refused_by(
        writer,
        guarded.chart.administration,
        lambda connection: write(connection, guarded.chart, draft(guarded)),
    )


@pytest.mark.parametrize("writer", writers)
@pytest.mark.parametrize(
    "change", ["number = 7", "posted_at = now()", "total = 200", "booked_on = '2026-11-29'"]
)
def test_the_seal_changes_nothing_else(guarded: Guarded, change: str, writer: Writer) -> None:
    error = refusal(
        writer,
        guarded.chart.administration,
        lambda connection: write(
            connection, guarded.chart, RawDraft(seal=f"state = 'posted', {change}")
        ),
    )

    if writer == "app":
        assert isinstance(error, psycopg.errors.InsufficientPrivilege)
    else:
        assert error.diag.constraint_name == "entry_is_only_sealed"


@pytest.mark.parametrize("table", ["ledger_period", "ledger_fiscalyear"])
@pytest.mark.parametrize("writer", writers)
def test_nothing_is_sealed_in_a_closed_period(guarded: Guarded, table: str, writer: Writer) -> None:
    def attempt(connection: Connection) -> None:
        connection.execute(f"UPDATE {table} SET closed_at = now()")  # noqa: S608
        write(connection, guarded.chart, RawDraft())

    assert refused_by(writer, guarded.chart.administration, attempt) == "entry_period_is_open"


@pytest.mark.parametrize("writer", writers)
def test_a_draft_is_found_at_commit_though_the_scope_was_switched(
    guarded: Guarded, writer: Writer
) -> None:
    def attempt(connection: Connection) -> None:
        write(connection, guarded.chart, RawDraft(lines=({}, {"credit": 1}), seal=None))
        set_scope(connection, guarded.foreign.administration)

    assert refused_by(writer, guarded.chart.administration, attempt) == "entry_is_sealed"


def test_a_draft_of_another_scope_is_not_sealed(guarded: Guarded) -> None:
    def attempt(connection: Connection) -> None:
        write(connection, guarded.chart, RawDraft(seal=None))
        set_scope(connection, guarded.foreign.administration)
        sealed = connection.execute("UPDATE ledger_journalentry SET state = 'posted'").rowcount
        assert sealed == 0

    assert refused_by("app", guarded.chart.administration, attempt) == "entry_is_sealed"


def test_a_savepoint_does_not_free_a_draft(guarded: Guarded) -> None:
    def attempt(connection: Connection) -> None:
        with connection.transaction():
            write(connection, guarded.chart, RawDraft(seal=None))

    assert refused_by("app", guarded.chart.administration, attempt) == "entry_is_sealed"


def wages(guarded: Guarded, **first_line: Any) -> Draft:
    """EUR 100 of wages, whose first line is changed."""
    first = DraftLine(guarded.chart.wages, Decimal(100), Decimal(0))
    second = DraftLine(guarded.chart.net_wages, Decimal(0), Decimal(100))
    lines = (replace(first, **first_line), second)
    return Draft(guarded.chart.journal, BOOKED_ON, "Loonjournaal", lines, None)


@pytest.mark.parametrize(
    ("first_line", "constraint"),
    [
        ({"debit": Decimal("99.99")}, "entry_balances"),
        ({"debit": Decimal("100.004")}, "line_is_in_cents"),
        ({"debit": Decimal("NaN")}, "line_is_in_cents"),
        ({"debit": Decimal("Infinity")}, "line_is_in_cents"),
        ({"debit": Decimal(10) ** 12}, ""),
        ({"credit": Decimal(100)}, "line_has_one_positive_side"),
        ({"description": "x" * 256}, ""),
        ({"source_line": -1}, "ledger_journalline_source_line_check"),
        ({"account_id": 999_999}, f"ledger_journalline_account_id_{KEY}"),
    ],
)
def test_posting_says_which_rule_refused(
    guarded: Guarded, first_line: dict[str, object], constraint: str
) -> None:
    with administration_scope(guarded.chart.administration):
        before = JournalEntry.objects.count()
        with pytest.raises(PostingRefused) as refused:
            post(wages(guarded, **first_line))
        assert JournalEntry.objects.count() == before

    assert refused.value.constraint == constraint
    assert str(refused.value)


def seal_one_line(chart: Chart) -> None:
    """A draft with one line, made and sealed by the ORM."""
    with administration_scope(chart.administration):
        entry = JournalEntry.objects.create(
            journal_id=chart.journal,
            fiscal_year_id=chart.fiscal_year,
            period_id=chart.period,
            booked_on=BOOKED_ON,
            description="Loonjournaal",
            line_count=1,
            total=100,
        )
        JournalLine.objects.create(
            entry=entry, number=1, account_id=chart.wages, debit=100, credit=0
        )
        seal(entry)


def test_the_orm_is_held_to_the_same_rules(guarded: Guarded) -> None:
    with pytest.raises(IntegrityError) as refused:
        seal_one_line(guarded.chart)

    assert violated_constraint(refused.value) == "entry_has_two_lines"
