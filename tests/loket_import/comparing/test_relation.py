"""How a run relates to earlier ones: what they book together, and what takes the place of what."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from loket_import.comparing.loading import Comparison
from loket_import.models import JobKind, JournalRun
from loket_import.sandbox.model import Status
from tests.loket_import.browsing import address
from tests.loket_import.linked import Linked
from tests.pages import client_of, only, statuses


def tables(client: Client, linked: Linked, run: JournalRun) -> dict[str, Comparison]:
    """The tables on the page, by their ids."""
    answer = client.get(address(linked, "relation", run.pk))
    assert answer.status_code == 200
    return {table.title.id: table for table in answer.context["tables"]}


def rows_of(table: Comparison) -> dict[tuple[str, str, str], list[Decimal]]:
    """The amounts of a table by account, cost centre and cost unit."""
    return {
        (row.account, row.cost_center, row.cost_unit): [amount for _heading, amount in row.amounts]
        for row in table.rows
    }


def links(client: Client, linked: Linked, run: JournalRun) -> bool:
    """Whether the page of the run leads to its relation."""
    page = client.get(address(linked, "content", run.pk)).content.decode()
    return address(linked, "relation", run.pk) in page


def recalculation(linked: Linked) -> tuple[JournalRun, JournalRun]:
    """A run that is booked, and one of the same payroll run that moves 100 to another account."""
    sent = linked.last_ready()
    wages = next(line for line in sent.lines if line.debet and line.account.code == "4000")
    other = next(line for line in sent.lines if line.debet and line.account.code != "4000")
    lines = [
        replace(wages, debet=Decimal(0), credit=Decimal("100.00")),
        replace(other, debet=Decimal("100.00"), credit=Decimal(0)),
    ]
    first = linked.fetched(sent)
    second = linked.fetched(
        linked.add_run(lines, period=sent.period, payroll_run_id=sent.payroll_run_id)
    )
    linked.booked(first)
    return first, second


def test_a_run_on_top_shows_what_both_book_together(linked: Linked, bookkeeper: Client) -> None:
    first, second = recalculation(linked)

    table = tables(bookkeeper, linked, second)["together"]

    with linked.scope():
        booked: dict[tuple[str, str, str], Decimal] = {}
        for line in linked.seen(first).proposal.lines:
            place = (str(line.account), str(line.cost_center or ""), str(line.cost_unit or ""))
            booked[place] = booked.get(place, Decimal(0)) + line.debit - line.credit
    for place, (before, this, together) in rows_of(table).items():
        assert before == booked.get(place, 0)
        assert before + this == together
    changes = [this for _before, this, _both in rows_of(table).values() if this]
    assert sorted(changes) == [Decimal("-100.00"), Decimal("100.00")]
    assert [amount for _heading, amount in table.totals] == [0, 0, 0]
    # Our accounts have Loket's codes beside them.
    assert all(row.also for row in table.rows)


def test_a_cost_that_moves_to_another_cost_unit_is_seen(linked: Linked, bookkeeper: Client) -> None:
    """Loket's own example of a recalculation: the account as a whole stays as it was."""
    sent = next(one for one in linked.loket_runs(Status.READY) if one.note == "recalculation")
    original = next(
        one
        for one in linked.loket_runs()
        if one.payroll_run_id == sent.payroll_run_id and one.id != sent.id
    )
    linked.loket.world.set_status(original.id, Status.READY)
    second = linked.fetched(sent)
    linked.booked(linked.fetched(original))

    rows = rows_of(tables(bookkeeper, linked, second)["together"])

    moved = {place: this for place, (_before, this, _both) in rows.items() if this}
    assert len(moved) == 2
    assert sum(moved.values()) == 0
    assert len({account for account, _center, _unit in moved}) == 1
    assert all(rows[place][0] for place in moved if moved[place] < 0)


def test_once_booked_the_run_still_shows_what_both_book(linked: Linked, bookkeeper: Client) -> None:
    _first, second = recalculation(linked)
    before = tables(bookkeeper, linked, second)["together"]
    linked.booked(second)

    assert rows_of(tables(bookkeeper, linked, second)["together"]) == rows_of(before)
    assert links(bookkeeper, linked, second)


@pytest.mark.parametrize("is_booked", [True, False])
def test_a_run_that_replaces_another_shows_old_new_and_difference(
    linked: Linked, run: JournalRun, bookkeeper: Client, is_booked: bool
) -> None:
    sent = linked.last_ready()
    first = sent.lines[0]
    raised = replace(first, debet=first.debet + Decimal("12.34"))
    paid = replace(first, debet=Decimal(0), credit=Decimal("12.34"))
    second = linked.fetched(
        linked.add_run(
            [raised, *sent.lines[1:], replace(paid, cost_center=None)],
            period=sent.period,
            payroll_run_id=sent.payroll_run_id,
        )
    )
    if is_booked:
        linked.booked(run)
    linked.loket.world.remove_run(sent.id)
    linked.fetch_runs(run.year)

    table = tables(bookkeeper, linked, second)[f"replaced-{run.sequence_number}"]

    differences = {
        place: difference
        for place, (old, new, difference) in rows_of(table).items()
        if difference or old != new
    }
    assert sorted(differences.values()) == [Decimal("-12.34"), Decimal("12.34")]
    for old, new, difference in rows_of(table).values():
        assert old + difference == new
    assert [amount for _heading, amount in table.totals] == [0, 0, 0]
    assert links(bookkeeper, linked, second)


def test_a_booked_run_that_changed_shows_what_loket_has_now(
    linked: Linked, run: JournalRun, bookkeeper: Client
) -> None:
    sent = linked.last_ready()
    linked.booked(run)
    assert not links(bookkeeper, linked, run)
    doubled = [replace(one, debet=2 * one.debet, credit=2 * one.credit) for one in sent.lines]
    linked.loket.world.replace_lines(sent.id, doubled)
    linked.fetch(JobKind.CONTENT, run.pk)

    table = tables(bookkeeper, linked, run)["changed"]

    for old, new, difference in rows_of(table).values():
        assert (new, difference) == (2 * old, old)
    assert links(bookkeeper, linked, run)


def test_a_run_of_its_own_has_nothing_to_tell(
    linked: Linked, run: JournalRun, bookkeeper: Client
) -> None:
    answer = bookkeeper.get(address(linked, "relation", run.pk))

    assert (answer.context["tables"], answer.context["relatives"]) == ([], [])
    assert "Er zijn geen andere runs" in answer.content.decode()
    assert not links(bookkeeper, linked, run)


def test_the_other_runs_are_listed_with_their_entries(linked: Linked, bookkeeper: Client) -> None:
    first, second = recalculation(linked)

    answer = bookkeeper.get(address(linked, "relation", second.pk))

    (relative,) = answer.context["relatives"]
    assert (relative.run.pk, relative.is_same_payroll_run, relative.is_gone) == (
        first.pk,
        True,
        False,
    )
    assert str(relative.booking.entry) in answer.content.decode()


def test_codes_that_stand_for_nothing_yet_are_named_as_loket_does(
    linked: Linked, puzzling: JournalRun, bookkeeper: Client
) -> None:
    same_period = next(
        one
        for one in linked.loket_runs(Status.READY)
        if one.period.start == puzzling.period_start and one.id != str(puzzling.loket_id)
    )
    linked.booked(linked.fetched(same_period))

    rows = rows_of(tables(bookkeeper, linked, puzzling)["together"])

    assert rows["9999X (Te koppelen)", "", ""] == [0, Decimal("10.00"), Decimal("10.00")]


def test_who_may_look(linked: Linked, run: JournalRun) -> None:
    url = address(linked, "relation", run.pk)

    assert statuses(linked.books, url) == only("viewer", "bookkeeper", "manager")
    stranger: Any = client_of(linked.books.viewer)
    assert stranger.get(address(linked, "relation", run.pk + 1000)).status_code == 404
