"""A person confirms what only a person can judge; then, and not before, the run is booked."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.db.utils import DatabaseError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledger.models import Account, Journal, JournalEntry
from ledger.posting import Draft, DraftLine, post
from loket_import.booking import BookingRefused, live_booking
from loket_import.judging.confirmations import confirm
from loket_import.judging.twins import twins_of
from loket_import.models import (
    Booking,
    Confirmation,
    JobState,
    JournalRun,
    LoketReport,
    ReportAction,
    ReportState,
)
from loket_import.sandbox.cast import PAYROLL_COLLEAGUE
from loket_import.sandbox.model import JournalRun as LoketRun
from loket_import.sandbox.model import Status
from tests.loket_import.browsing import address, said
from tests.loket_import.linked import Linked
from tests.pages import client_of, only, statuses

BUTTON = re.compile(r'name="problem" value="([^"]+)"')


def shown(client: Client, linked: Linked, run: JournalRun) -> Any:
    """The page of a run."""
    return client.get(address(linked, "content", run.pk))


def press(client: Client, linked: Linked, run: JournalRun) -> Any:
    """Press the one button 'Bevestig' on the page of a run."""
    (key,) = BUTTON.findall(shown(client, linked, run).content.decode())
    return client.post(address(linked, "confirm", run.pk), {"problem": key})


def export_elsewhere(linked: Linked, sent: LoketRun, *, succeeded: bool = True) -> None:
    """Another package fetches the run, or tries to."""
    linked.loket.world.record_export(
        sent.id,
        succeeded=succeeded,
        exported_by=PAYROLL_COLLEAGUE,
        application=(2, "Export per run"),
        message="Kostenplaats niet gevonden",
    )


def report_sent(run: JournalRun, booking: Booking | None, action: ReportAction) -> None:
    """We told Loket what became of a run, and it accepted that."""
    values = {"state": ReportState.SENT, "settled_at": timezone.now(), "message": "Geboekt"}
    if booking is None:
        LoketReport.objects.create(run=run, action=action, **values)
    else:
        LoketReport.objects.update_or_create(
            run=run, booking=booking, defaults={"action": action, **values}
        )


# Exported elsewhere


@pytest.mark.parametrize("succeeded", [True, False])
def test_an_exported_run_is_booked_after_somebody_confirmed_it(
    linked: Linked, bookkeeper: Client, succeeded: bool
) -> None:
    sent = linked.last_ready()
    export_elsewhere(linked, sent, succeeded=succeeded)
    run = linked.fetched(sent)

    listed = bookkeeper.get(address(linked, "runs"))
    row = next(row for row in listed.context["rows"] if row["run"].pk == run.pk)
    assert row["url"]
    assert row["state"].is_bookable is False
    assert "Bekijk de exporthistorie" in listed.content.decode()
    page = shown(bookkeeper, linked, run)
    assert "Export per run" in page.content.decode()
    assert "Bevestig: " in page.content.decode()
    assert 'name="seen"' not in page.content.decode()
    with pytest.raises(BookingRefused):
        linked.order(run)

    press(bookkeeper, linked, run)

    page = shown(bookkeeper, linked, run)
    (warning,) = page.context["warnings"]
    assert linked.books.bookkeeper.name in warning.cure
    assert page.context["state"].is_bookable
    with linked.scope():
        word = Confirmation.objects.get()
    assert word.confirmed_by_id == linked.books.bookkeeper.pk
    assert linked.booked(run).entry.total == sum(line.debet for line in sent.lines)


def test_an_export_after_the_confirmation_asks_again(linked: Linked, bookkeeper: Client) -> None:
    sent = linked.last_ready()
    export_elsewhere(linked, sent)
    run = linked.fetched(sent)
    press(bookkeeper, linked, run)
    job = linked.order(run)
    export_elsewhere(linked, sent)

    after = linked.carry_out(job)

    assert (after.state, after.error_code) == (JobState.FAILED, "has_problems")
    with linked.scope():
        assert not JournalEntry.objects.exists()
    press(bookkeeper, linked, run)
    linked.booked(run)


def test_a_run_that_was_exported_after_the_look_is_not_booked(
    linked: Linked, run: JournalRun
) -> None:
    job = linked.order(run)
    export_elsewhere(linked, linked.last_ready())

    after = linked.carry_out(job)

    assert (after.state, after.error_code) == (JobState.FAILED, "not_ready")


def test_a_run_that_is_being_exported_can_not_be_confirmed(
    linked: Linked, bookkeeper: Client
) -> None:
    sent = linked.last_ready()
    linked.loket.world.set_status(sent.id, Status.EXPORTING)
    run = linked.fetched(sent)

    page = shown(bookkeeper, linked, run)

    assert [error.reason for error in page.context["errors"]]
    assert page.context["to_confirm"] == []
    bookkeeper.post(address(linked, "confirm", run.pk), {"problem": "run_being_exported:none"})
    with linked.scope():
        assert not Confirmation.objects.exists()


# Our own message to Loket


def test_a_run_that_we_reported_as_booked_is_booked_again_after_its_reversal(
    linked: Linked, run: JournalRun, bookkeeper: Client
) -> None:
    booked = linked.booked(run)
    with linked.scope():
        report_sent(run, booked, ReportAction.PROCESSED)
    linked.loket.world.record_export(
        str(run.loket_id),
        succeeded=True,
        exported_by=PAYROLL_COLLEAGUE,
        application=(940, "FinMaster"),
        message=None,
    )
    linked.undo(booked.entry)
    run = linked.fetched(linked.loket.world.run(str(run.loket_id)))

    assert run.status_key == Status.EXPORTED
    page = shown(bookkeeper, linked, run)
    assert page.context["to_confirm"] == page.context["errors"] == []
    assert page.context["state"].is_bookable
    row = next(
        row
        for row in bookkeeper.get(address(linked, "runs")).context["rows"]
        if row["run"].pk == run.pk
    )
    assert row["state"] == page.context["state"]
    assert linked.booked(run).generation == 2


def test_a_run_that_we_reported_as_failed_is_booked_without_asking(
    linked: Linked, run: JournalRun
) -> None:
    with linked.scope():
        report_sent(run, None, ReportAction.FAILED)
    linked.loket.world.record_export(
        str(run.loket_id),
        succeeded=False,
        exported_by=PAYROLL_COLLEAGUE,
        application=(940, "FinMaster"),
        message="Rekening ontbreekt",
    )
    run = linked.fetched(linked.loket.world.run(str(run.loket_id)))

    assert run.status_key == Status.EXPORT_FAILED
    linked.booked(run)


def test_an_export_of_somebody_else_after_ours_is_asked_about(
    linked: Linked, run: JournalRun, bookkeeper: Client
) -> None:
    booked = linked.booked(run)
    with linked.scope():
        report_sent(run, booked, ReportAction.PROCESSED)
    for _time in range(2):
        export_elsewhere(linked, linked.loket.world.run(str(run.loket_id)))
    linked.undo(booked.entry)
    run = linked.fetched(linked.loket.world.run(str(run.loket_id)))

    (asked,) = shown(bookkeeper, linked, run).context["to_confirm"]
    assert asked.key.startswith("run_exported:")
    assert len(asked.exports) == 2


# Twins


def typed(total: str, booked_on: date) -> JournalEntry:
    """An entry that somebody typed, in the scope that is open."""
    debit, credit = Account.objects.get(code="4000"), Account.objects.get(code="1700")
    amount, nothing = Decimal(total), Decimal(0)
    lines = (DraftLine(debit.pk, amount, nothing), DraftLine(credit.pk, nothing, amount))
    journal = Journal.objects.order_by("pk").first()
    assert journal is not None
    return post(Draft(journal.pk, booked_on, "Lonen", lines, None))


def total_of(sent: LoketRun) -> str:
    """The debit side of a run."""
    return str(sum(line.debet for line in sent.lines))


def test_an_entry_with_the_same_total_is_asked_about(
    linked: Linked, run: JournalRun, bookkeeper: Client
) -> None:
    with linked.scope():
        entry = typed(total_of(linked.last_ready()), date(2026, 10, 5))
        name = str(entry)

    page = shown(bookkeeper, linked, run)

    (asked,) = page.context["to_confirm"]
    assert asked.key.startswith(f"twin:{entry.pk}:")
    assert name in asked.shown.reason
    assert f"/memoriaal/{entry.pk}/" in page.content.decode()
    press(bookkeeper, linked, run)
    linked.booked(run)


@pytest.mark.parametrize(
    ("total", "booked_on"),
    [
        # Another total by a cent, another period.
        ("+0.01", date(2026, 10, 31)),
        ("0", date(2026, 9, 30)),
        ("0", date(2026, 11, 1)),
    ],
)
def test_other_entries_are_no_twins(
    linked: Linked, run: JournalRun, total: str, booked_on: date
) -> None:
    amount = Decimal(total_of(linked.last_ready())) + Decimal(total)
    with linked.scope():
        typed(str(amount), booked_on)

        assert linked.seen(run).proposal.problems == ()


def test_a_reversed_entry_is_no_twin_and_neither_is_its_reversal(
    linked: Linked, run: JournalRun
) -> None:
    with linked.scope():
        entry = typed(total_of(linked.last_ready()), date(2026, 10, 5))
    linked.undo(entry)

    with linked.scope():
        assert linked.seen(run).proposal.problems == ()


def test_the_booking_of_another_run_is_no_twin(linked: Linked, run: JournalRun) -> None:
    sent = linked.last_ready()
    month_before = linked.loket_runs(Status.READY)[-2]
    linked.loket.world.replace_lines(month_before.id, sent.lines)
    other = linked.fetched(month_before)
    with linked.scope():
        JournalRun.objects.filter(pk=other.pk).update(booking_date=date(2026, 10, 30))
    linked.booked(other)

    with linked.scope():
        assert linked.seen(run).proposal.problems == ()


def test_an_entry_in_the_period_of_the_booking_date_is_a_twin_wherever_the_wages_are_of(
    linked: Linked, run: JournalRun
) -> None:
    with linked.scope():
        typed(total_of(linked.last_ready()), date(2026, 11, 20))
        JournalRun.objects.filter(pk=run.pk).update(booking_date=date(2026, 11, 2))

        (problem,) = linked.seen(run).proposal.errors
    assert problem.code == "twin"


def test_twins_are_found_in_one_query_however_many_entries_there_are(
    linked: Linked, run: JournalRun
) -> None:
    with linked.scope():
        seen = linked.seen(run)
        for number in range(1, 9):
            typed(f"{number}.00", date(2026, 10, number))
        for _again in range(7):
            typed(total_of(linked.last_ready()), date(2026, 10, 9))
        with CaptureQueriesContext(connection) as queries:
            found = twins_of(run, run.period_end, seen.lines)
    assert len(queries) == 1
    # Five are enough to make somebody look.
    assert len(found) == 5


def test_twins_that_were_looked_at_never_hide_another(linked: Linked, run: JournalRun) -> None:
    with linked.scope():
        for _again in range(7):
            typed(total_of(linked.last_ready()), date(2026, 10, 9))
        for problem in linked.seen(run).proposal.errors:
            confirm(run, problem.confirmation, user=linked.books.bookkeeper)

        proposal = linked.seen(run).proposal

    assert [one.code for one in proposal.errors] == ["twin", "twin"]
    assert len(proposal.warnings) == 5


# Confirming


def test_who_may_confirm(linked: Linked, run: JournalRun) -> None:
    url = address(linked, "confirm", run.pk)

    assert statuses(linked.books, url, method="post") == only("bookkeeper", "manager", status=302)


def test_a_viewer_sees_what_is_to_be_judged_without_a_button(linked: Linked) -> None:
    sent = linked.last_ready()
    export_elsewhere(linked, sent)
    run = linked.fetched(sent)

    text = shown(client_of(linked.books.viewer), linked, run).content.decode()

    assert "Een boekhouder van deze administratie kan dit bevestigen" in text
    assert not BUTTON.findall(text)


@pytest.mark.parametrize("key", ["", "twin:1", "unbalanced:", "replaced_run_booked:1"])
def test_what_is_no_problem_of_the_run_is_not_kept(
    linked: Linked, run: JournalRun, bookkeeper: Client, key: str
) -> None:
    answer = bookkeeper.post(address(linked, "confirm", run.pk), {"problem": key})

    assert "niet bewaard" in said(answer)[0]
    with linked.scope():
        assert not Confirmation.objects.exists()


def test_confirming_twice_keeps_the_first_word(linked: Linked, run: JournalRun) -> None:
    with linked.scope():
        confirm(run, "twin:1", user=linked.books.bookkeeper)
        confirm(run, "twin:1", user=linked.books.manager)

        assert Confirmation.objects.get().confirmed_by_id == linked.books.bookkeeper.pk


@pytest.mark.parametrize("change", [{"problem": "twin:2"}, {"confirmed_at": Now()}])
def test_a_word_that_was_given_never_changes(
    linked: Linked, run: JournalRun, change: dict[str, Any]
) -> None:
    with linked.scope():
        confirm(run, "twin:1", user=linked.books.bookkeeper)
        with pytest.raises(DatabaseError), transaction.atomic():
            Confirmation.objects.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            Confirmation.objects.all().delete()
        assert Confirmation.objects.count() == 1


def test_a_run_of_another_administration_can_not_be_confirmed(
    linked: Linked, run: JournalRun, bookkeeper: Client
) -> None:
    assert bookkeeper.post(address(linked, "confirm", run.pk + 1000)).status_code == 404


# Full wages again


def test_a_second_run_with_all_wages_is_booked_after_somebody_confirmed_it(
    linked: Linked, run: JournalRun, bookkeeper: Client
) -> None:
    sent = linked.last_ready()
    # Three quarters of everything: no difference, and another total.
    lines = [
        replace(
            line,
            debet=(line.debet * 3 / 4).quantize(Decimal("0.01")),
            credit=(line.credit * 3 / 4).quantize(Decimal("0.01")),
        )
        for line in sent.lines
    ]
    rest = sum(line.debet - line.credit for line in lines)
    lines.append(replace(lines[-1], debet=Decimal(0), credit=rest))
    second = linked.fetched(
        linked.add_run(lines, period=sent.period, payroll_run_id=sent.payroll_run_id)
    )
    entry = linked.booked(run).entry

    (asked,) = shown(bookkeeper, linked, second).context["to_confirm"]
    assert asked.key.startswith(f"full_wages_again:{entry.pk}:")
    with pytest.raises(BookingRefused):
        linked.order(second)

    press(bookkeeper, linked, second)
    linked.booked(second)
    with linked.scope():
        assert live_booking(second) is not None
