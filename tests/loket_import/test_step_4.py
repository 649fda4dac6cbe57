"""Step 4: a run as it will be booked, its date and description, and the button."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connections.models import Connection
from ledger.models import Account, Journal, JournalEntry, Period
from loket_import.booking import SENTENCES
from loket_import.models import Booking, Job, JobKind, JobState, JournalRun
from loket_import.sandbox.model import Status
from tests.loket_import.browsing import address, line, said, template_of
from tests.loket_import.linked import Linked
from tests.pages import client_of

# Step 4


def test_a_run_is_fetched_by_its_page_and_then_shown(linked: Linked, bookkeeper: Client) -> None:
    linked.fetch_runs()
    run = linked.stored(linked.last_ready())
    page = address(linked, "content", run.pk)

    first = bookkeeper.get(page).context
    assert first["fetch"].is_wanted is True
    assert "preview" not in first
    linked.fetch(JobKind.CONTENT, run.pk)
    context = bookkeeper.get(page).context

    assert context["fetch"].is_wanted is False
    assert context["proposal"].is_bookable is True
    assert (context["errors"], context["warnings"], context["questions"]) == ([], [], [])
    assert context["lines_in"] == len(linked.last_ready().lines)
    assert context["order"] is None
    assert (context["may_book"], context["may_create"]) == (True, False)


def test_a_viewer_sees_a_run_and_can_not_book_it(linked: Linked, run: JournalRun) -> None:
    client = client_of(linked.books.viewer)

    answer = client.get(address(linked, "content", run.pk))

    assert (answer.status_code, answer.context["may_book"]) == (200, False)
    for name in ("edit", "cures"):
        assert client.get(address(linked, name, run.pk)).status_code == 403
    assert client.post(address(linked, "book", run.pk)).status_code == 403


def test_a_refused_booking_is_told_on_the_page_of_the_run(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    page = address(linked, "content", run.pk)
    job = linked.order(run)
    assert bookkeeper.get(page).context["order"].progress is not None
    linked.loket.world.remove_run(str(run.loket_id))
    linked.carry_out(job)

    order = bookkeeper.get(page).context["order"]
    assert order.failed is True
    assert order.job.error_code == "not_ready"


def test_a_refusal_stays_until_the_run_is_looked_at_again(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    page = address(linked, "content", run.pk)
    job = linked.order(run)
    sent = linked.last_ready()
    linked.loket.world.replace_lines(sent.id, sent.lines[:2])
    linked.carry_out(job)
    assert bookkeeper.get(page).context["order"].failed is True

    linked.fetch(JobKind.CONTENT, run.pk)

    assert bookkeeper.get(page).context["order"] is None


def test_a_refusal_of_long_ago_is_not_told_any_more(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    job = linked.order(run)
    linked.loket.world.remove_run(str(run.loket_id))
    linked.carry_out(job)
    with linked.scope():
        Job.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(minutes=16))

    assert bookkeeper.get(address(linked, "content", run.pk)).context["order"] is None


def test_a_fetch_that_fails_leaves_the_refusal_where_it_is(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    job = linked.order(run)
    linked.loket.world.remove_run(str(run.loket_id))
    linked.carry_out(job)
    with linked.scope():
        last = Job.objects.filter(kind=JobKind.CONTENT).latest("pk")
        Job.objects.filter(pk=last.pk).update(
            state=JobState.FAILED, finished_at=timezone.now() + timedelta(minutes=1)
        )

    assert bookkeeper.get(address(linked, "content", run.pk)).context["order"].failed is True


def test_a_booking_that_waits_for_another_try_says_why_and_until_when(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    job = linked.order(run)
    until = timezone.now() + timedelta(minutes=5)
    with linked.scope():
        Job.objects.filter(pk=job.pk).update(error_message="Loket.nl zwijgt.", due_at=until)

    page = bookkeeper.get(address(linked, "content", run.pk))
    part = bookkeeper.get(address(linked, "progress", job.pk))

    progress = page.context["order"].progress
    assert progress == part.context["progress"]
    assert progress.trouble == "Loket.nl zwijgt."
    assert progress.next_try == f"{timezone.localtime(until):%H:%M:%S}"
    assert "zwijgt" not in progress.phase
    for answer in (page, part):
        text = answer.content.decode()
        assert "<p>Loket.nl zwijgt.</p>" in text
        assert progress.next_try in text
        assert "Een ogenblik" not in text


def test_a_run_without_results_is_shown_without_lines(linked: Linked, bookkeeper: Client) -> None:
    linked.fetch_runs()
    failed = linked.stored(next(run for run in linked.loket_runs(2) if run.period.year == 2026))
    linked.fetch(JobKind.CONTENT, failed.pk)

    answer = bookkeeper.get(address(linked, "content", failed.pk))

    assert answer.status_code == 200
    assert "preview" not in answer.context


def test_a_run_that_failed_leads_to_the_one_in_its_place(
    linked: Linked, bookkeeper: Client
) -> None:
    linked.fetch_runs()
    sent = next(run for run in linked.loket_runs(Status.FAILED) if run.period.year == 2026)
    failed = linked.stored(sent)
    linked.fetch(JobKind.CONTENT, failed.pk)
    again = next(
        run
        for run in linked.loket_runs()
        if run.payroll_run_id == sent.payroll_run_id and run.status != Status.FAILED
    )
    way_on = f'href="{address(linked, "content", linked.stored(again).pk)}"'

    page = bookkeeper.get(address(linked, "content", failed.pk)).content.decode()
    assert way_on in page
    assert "Los dit eerst op" not in page

    linked.loket.world.remove_run(again.id)
    linked.fetch_runs()
    page = bookkeeper.get(address(linked, "content", failed.pk)).content.decode()
    assert way_on not in page
    assert "Los dit eerst op in Loket.nl" in page


def test_a_closed_period_has_its_cure_beside_it(linked: Linked, bookkeeper: Client) -> None:
    exported = linked.fetched(linked.loket_runs(Status.EXPORTED)[-1])
    with linked.scope():
        Period.objects.filter(ends_on=exported.period_end).update(closed_at=Now())

    page = bookkeeper.get(address(linked, "content", exported.pk)).content.decode()

    assert (
        page.index('id="problems-errors"')
        < page.index(address(linked, "take_date", exported.pk))
        < page.index('id="problems-confirm"')
    )


def test_without_a_memorial_the_run_says_so(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    with linked.scope():
        Journal.objects.filter(kind="memorial").update(kind="bank")

    answer = bookkeeper.get(address(linked, "content", run.pk))
    assert (answer.status_code, bool(answer.context["trouble"])) == (200, True)
    for name in ("cures", "book"):
        answer = bookkeeper.post(address(linked, name, run.pk))
        assert answer.headers["Location"] == address(linked, "content", run.pk)


def test_a_run_that_is_not_there_is_404(linked: Linked, bookkeeper: Client) -> None:
    for name in ("content", "edit", "cures", "lines"):
        for run_id in (4711, 10**30):
            assert bookkeeper.get(address(linked, name, run_id)).status_code == 404


@pytest.mark.parametrize("role", ["bookkeeper", "manager"])
def test_what_master_data_cures_leads_there(linked: Linked, run: JournalRun, role: str) -> None:
    client = client_of(getattr(linked.books, role))
    with linked.scope():
        used = {one.account.code for one in linked.last_ready().lines}
        account = Account.objects.filter(code__in=used, is_blocked=False).first()
        assert account is not None
        Account.objects.filter(pk=account.pk).update(is_blocked=True)

    (error,) = client.get(address(linked, "content", run.pk)).context["errors"]

    edit = reverse("ledger:account_edit", args=[linked.slug, account.pk])
    assert error.url == (edit if role == "manager" else "")
    assert ("beheerder" in error.cure) == (role != "manager")


def test_a_missing_memorial_leads_managers_to_where_it_is_made(
    linked: Linked, run: JournalRun
) -> None:
    with linked.scope():
        Journal.objects.filter(kind="memorial").update(kind="bank")
    new = reverse("ledger:journal_new", args=[linked.slug])

    for role, links in (("bookkeeper", False), ("manager", True)):
        client = client_of(getattr(linked.books, role))
        page = client.get(address(linked, "content", run.pk)).content.decode()
        assert (f'href="{new}"' in page) == links


# Date and description


def test_date_and_description_are_changed_before_booking(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    page = address(linked, "edit", run.pk)
    with linked.scope():
        before = linked.seen(run).hash

    initial = bookkeeper.get(page).context["form"].initial
    assert initial["booking_date"] == date(2026, 10, 31)
    answer = bookkeeper.post(page, {"booking_date": "02-11-2026", "description": " Lonen oktober "})

    assert said(answer) == ["De boeking is gewijzigd. Er is nog niets geboekt."]
    assert answer.headers["Location"] == address(linked, "content", run.pk)
    with linked.scope():
        stored = JournalRun.objects.get(pk=run.pk)
        assert (stored.booking_date, stored.description) == (date(2026, 11, 2), "Lonen oktober")
        assert linked.seen(run).hash != before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("booking_date", "31-02-2026"),
        ("booking_date", ""),
        ("booking_date", "morgen"),
        ("booking_date", "31-10-0026"),
        ("description", ""),
        ("description", "   "),
        ("description", "x" * 256),
        ("description", "een\x00twee"),
    ],
)
def test_input_that_is_wrong_is_kept_and_explained(
    linked: Linked, bookkeeper: Client, run: JournalRun, field: str, value: str
) -> None:
    typed = {"booking_date": "01-11-2026", "description": "Wat ik typte"} | {field: value}

    answer = bookkeeper.post(address(linked, "edit", run.pk), typed)

    assert answer.status_code == 422
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert {name: form[name].value() for name in typed} == typed
    with linked.scope():
        stored = JournalRun.objects.get(pk=run.pk)
    assert (stored.booking_date, stored.description) == (None, "")


def test_a_date_in_a_closed_or_missing_period_is_a_problem_with_a_way_to_change_it(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    bookkeeper.post(
        address(linked, "edit", run.pk), {"booking_date": "01-01-2031", "description": "Lonen"}
    )

    errors = bookkeeper.get(address(linked, "content", run.pk)).context["errors"]

    assert [error.url for error in errors] == [address(linked, "edit", run.pk)]


# The button


def test_the_button_orders_what_was_seen(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    page = address(linked, "content", run.pk)
    seen = bookkeeper.get(page).context["preview"].hash

    answer = bookkeeper.post(address(linked, "book", run.pk), {"seen": seen})

    assert answer.headers["Location"] == page
    with linked.scope():
        job = Job.objects.get(kind=JobKind.BOOKING)
    assert linked.carry_out(job).state == JobState.DONE
    after = bookkeeper.get(page)
    assert template_of(after) == "loket_import/booked.html"
    assert after.context["entry"].number == 1
    for name in ("edit", "book"):
        assert bookkeeper.post(address(linked, name, run.pk)).headers["Location"] == page


@pytest.mark.parametrize("seen", [None, "", "0" * 64, "x"])
def test_the_button_books_nothing_else_than_what_was_seen(
    linked: Linked, bookkeeper: Client, run: JournalRun, seen: str | None
) -> None:
    answer = bookkeeper.post(
        address(linked, "book", run.pk), {} if seen is None else {"seen": seen}
    )

    assert said(answer) == [str(SENTENCES["changed_here"])]
    with linked.scope():
        assert not Job.objects.filter(kind=JobKind.BOOKING).exists()


def test_the_button_of_a_run_with_problems_books_nothing(
    linked: Linked, bookkeeper: Client, puzzling: JournalRun
) -> None:
    answer = bookkeeper.post(address(linked, "book", puzzling.pk), {"seen": ""})

    assert said(answer) == [str(SENTENCES["has_problems"])]
    with linked.scope():
        assert not Job.objects.filter(kind=JobKind.BOOKING).exists()


def test_the_button_of_a_booked_run_names_the_entry(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    linked.booked(run)

    (message,) = said(bookkeeper.post(address(linked, "book", run.pk), {"seen": "x"}))

    assert "MEM 2026-0001" in message


# Around the wizard


def test_what_was_imported_is_listed_the_newest_first(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    first = linked.booked(run)
    linked.undo(first.entry)
    second = linked.booked(run)

    page = bookkeeper.get(address(linked, "files")).context["page"]

    assert [booking.pk for booking in page] == [second.pk, first.pk]
    assert [bool(booking.reversal_id) for booking in page] == [False, True]


def test_the_lines_of_a_run_are_shown_as_they_were_booked_or_as_they_are(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    sent = linked.last_ready()
    with linked.scope():
        old = linked.seen(run).content
    line_count = len(sent.lines)
    linked.loket.world.replace_lines(sent.id, sent.lines[:2])
    linked.fetch(JobKind.CONTENT, run.pk)
    page = address(linked, "lines", run.pk)
    other = linked.fetched(linked.loket_runs(4)[-2])

    newest = bookkeeper.get(page).context
    assert newest["content"].pk != old.pk
    assert len(newest["page"].object_list) == 2
    earlier = bookkeeper.get(page, {"inhoud": old.pk}).context
    assert earlier["content"] == old
    assert len(earlier["page"].object_list) == line_count
    elsewhere = address(linked, "lines", other.pk)
    assert bookkeeper.get(elsewhere, {"inhoud": old.pk}).status_code == 404
    for asked in ("10" * 20, "-1", "x", "²"):
        assert bookkeeper.get(page, {"inhoud": asked}).status_code in (200, 404)


def test_the_overview_has_the_last_entries_in_the_order_of_the_memorial(
    linked: Linked, bookkeeper: Client
) -> None:
    newest, earlier = linked.loket_runs(4)[-1], linked.loket_runs(4)[-2]
    last = linked.booked(linked.fetched(newest)).entry
    first = linked.booked(linked.fetched(earlier)).entry

    entries = bookkeeper.get(reverse("overview", args=[linked.slug])).context["entries"]

    assert list(entries) == [last, first]


def test_the_totals_of_loket_s_lines_are_exact_and_over_all_pages(
    linked: Linked, bookkeeper: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loket_import.views.imports.LINES_PER_PAGE", 2)
    lines = [line("4000", "0.1005"), line("4000", "1000.00"), line("1700", "-1000.10")]
    run = linked.fetched(linked.add_run(lines))

    page = bookkeeper.get(address(linked, "lines", run.pk)).content.decode()

    assert ">1.000,1005<" in page
    assert ">1.000,10<" in page
    assert f'href="{address(linked, "content", run.pk)}"' in page


def test_the_lines_of_a_run_that_is_out_of_reach_lead_nowhere(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    way = f'href="{address(linked, "content", run.pk)}"'
    page = address(linked, "lines", run.pk)
    with linked.scope():
        Connection.objects.update(state="ended")
    assert way not in bookkeeper.get(page).content.decode()

    with linked.scope():
        Connection.objects.update(state="active")
    linked.booked(run)
    with linked.scope():
        Connection.objects.update(state="ended")
    assert way in bookkeeper.get(page).content.decode()


def test_no_page_reads_the_bodies_of_the_answers(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    content_page = address(linked, "content", run.pk)
    lines_page = address(linked, "lines", run.pk)
    with linked.scope():
        content = linked.seen(run).content
    with CaptureQueriesContext(connection) as before:
        bookkeeper.get(content_page)
        bookkeeper.get(lines_page)
        bookkeeper.get(lines_page, {"inhoud": content.pk})
    entry = linked.booked(run).entry
    with CaptureQueriesContext(connection) as after:
        bookkeeper.get(content_page)
        bookkeeper.get(reverse("entry", args=[linked.slug, entry.pk]))

    read = [query["sql"] for query in (*before.captured_queries, *after.captured_queries)]
    assert any('"loket_import_runcontent"' in sql for sql in read)
    assert [sql for sql in read if '"pages"' in sql] == []


def test_twenty_notes_are_shown_and_the_rest_is_counted(linked: Linked, bookkeeper: Client) -> None:
    lines = [line("4000", "-1.00") for _ in range(12)]
    negative = [replace(one, debet=-one.credit, credit=Decimal(0)) for one in lines]
    opposite = [replace(one, debet=Decimal(0), credit=-one.credit) for one in lines]
    run = linked.fetched(linked.add_run([*negative, *opposite]))

    context = bookkeeper.get(address(linked, "content", run.pk)).context

    assert (len(context["notes"]), context["more_notes"]) == (20, 4)
    assert context["notes"] == context["proposal"].notes[:20]


def test_an_entry_leads_to_the_run_that_it_books_and_its_reversal_too(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    entry = linked.booked(run).entry
    counter = linked.undo(entry)

    for one in (entry, counter):
        answer = bookkeeper.get(reverse("entry", args=[linked.slug, one.pk]))
        origin = answer.context["origin"]
        assert origin.url.startswith(address(linked, "lines", run.pk))
        assert bookkeeper.get(origin.url).status_code == 200


def test_the_page_of_an_entry_undoes_it_and_frees_the_run(
    linked: Linked, bookkeeper: Client, run: JournalRun
) -> None:
    entry = linked.booked(run).entry
    page = reverse("reverse_entry", args=[linked.slug, entry.pk])

    bookkeeper.post(page, {"booked_on": "03-11-2026", "reason": "Verkeerde maand"})

    with linked.scope():
        assert JournalEntry.objects.get(reverses=entry).reversal_reason == "Verkeerde maand"
        assert Booking.objects.get().reversal_id is not None
    answer = bookkeeper.get(address(linked, "content", run.pk))
    assert answer.context["proposal"].is_bookable is True


@pytest.mark.parametrize("role", ["viewer", "bookkeeper", "manager"])
def test_only_a_manager_finds_the_way_to_the_mapping_table(
    linked: Linked, puzzling: JournalRun, role: str
) -> None:
    client = client_of(getattr(linked.books, role))
    table = reverse("connections:mappings", args=[linked.slug])

    shown = client.get(address(linked, "content", puzzling.pk)).content.decode()

    assert (table in shown) is (role == "manager")


def test_a_run_in_which_nothing_is_mapped_has_no_way_to_the_mapping_table(
    linked: Linked, manager: Client
) -> None:
    run = linked.fetched(linked.add_run([line("4000", "10.00"), line("1700", "-10.00")]))

    shown = manager.get(address(linked, "content", run.pk)).content.decode()

    assert "transponeertabel" not in shown
