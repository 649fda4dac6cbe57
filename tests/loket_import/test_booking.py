"""Booking: what the user saw becomes one entry, whoever presses how often, or nothing does."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.models import Value
from django.db.models.functions import Now

from connections.lifecycle import end
from connections.mapping import Dimension, add_mapping, change_mapping, mapping_of
from connections.models import ChartMode, Connection
from finmaster.errors import violated_constraint
from finmaster.models import Membership, Role, User
from ledger import calendar, posting
from ledger.errors import AlreadyReversed
from ledger.models import Account, CostCenter, JournalEntry, NumberSeries, Period
from loket_import import booking, jobs
from loket_import.booking import BookingOrder, BookingRefused, book, live_booking, order_booking
from loket_import.fetching import NoConnection
from loket_import.judging.confirmations import confirm
from loket_import.models import Booking, Job, JobKind, JobState, JournalRun, RunContent
from loket_import.sandbox import SandboxServer
from loket_import.sandbox.model import JournalRun as LoketRun
from loket_import.sandbox.model import Status
from loket_import.storing import newest_content
from loket_import.tasks import HANDLERS
from tests.loket_import.linked import Linked, connect, link, make_linked
from tests.loket_import.threads import at_once

ZERO = Decimal("0.00")


def entries(linked: Linked) -> list[JournalEntry]:
    """All entries of the administration, by number."""
    with linked.scope():
        return list(JournalEntry.objects.order_by("number"))


def assert_refused(linked: Linked, job: Job, code: str) -> Job:
    """The job ends with this code and a sentence, and the books are as empty as before."""
    after = linked.carry_out(job)
    assert (after.state, after.error_code) == (JobState.FAILED, code)
    assert after.error_message
    assert_nothing_booked(linked)
    return after


def assert_nothing_booked(linked: Linked) -> None:
    """No entry, no booking, and no number spent."""
    with linked.scope():
        assert not JournalEntry.objects.exists()
        assert not Booking.objects.exists()
        assert not NumberSeries.objects.exists()


def make_due(linked: Linked, job: Job) -> None:
    """Let the wait before the next attempt be over."""
    with linked.scope():
        Job.objects.filter(pk=job.pk).update(due_at=Now() - Value(timedelta(seconds=1)))


# What is booked


def test_a_run_is_booked_line_by_line_on_the_accounts_of_the_same_code(
    linked: Linked, run: JournalRun
) -> None:
    sent = linked.last_ready().lines
    found = linked.booked(run)

    entry = found.entry
    with linked.scope():
        lines = list(
            entry.lines.order_by("number").values_list(
                "source_line",
                "account__code",
                "cost_center__code",
                "cost_unit__code",
                "debit",
                "credit",
            )
        )
    assert lines == [
        (
            number,
            line.account.code,
            line.cost_center and line.cost_center.code,
            line.cost_unit and line.cost_unit.code,
            line.debet,
            line.credit,
        )
        for number, line in enumerate(sent, start=1)
    ]
    assert entry.total == sum(line.debet for line in sent)
    assert entry.booked_on == run.period_end == date(2026, 10, 31)
    assert entry.description == f"Loonjournaal 2026 periode 10 run {run.sequence_number}"
    assert (entry.number, entry.journal.code, entry.posted_by_id) == (
        1,
        "MEM",
        linked.books.bookkeeper.pk,
    )
    assert (found.generation, found.booked_by_id) == (1, linked.books.bookkeeper.pk)


def test_what_the_user_chose_is_booked(linked: Linked, run: JournalRun) -> None:
    with linked.scope():
        JournalRun.objects.update(booking_date=date(2026, 11, 2), description="Lonen oktober")

    entry = linked.booked(run).entry

    assert (entry.booked_on, entry.description) == (date(2026, 11, 2), "Lonen oktober")


def test_a_recalculation_is_an_entry_of_its_own_with_negatives_on_the_other_side(
    linked: Linked,
) -> None:
    ready = linked.loket_runs(4)
    sent = next(one for one in ready if one.note == "recalculation")
    original = next(one for one in linked.loket_runs() if one.period == sent.period)
    assert original.payroll_run_id == sent.payroll_run_id
    negative, positive = sent.lines

    entry = linked.booked(linked.fetched(sent)).entry

    with linked.scope():
        lines = list(entry.lines.order_by("number").values_list("debit", "credit"))
    assert lines == [(ZERO, -negative.debet), (positive.debet, ZERO)]


def test_two_runs_with_the_same_lines_are_two_entries(linked: Linked, run: JournalRun) -> None:
    twin = linked.fetched(linked.add_run(linked.last_ready().lines))
    first = linked.booked(run)
    with linked.scope():
        (asked,) = linked.seen(twin).proposal.errors
        assert asked.confirmation.startswith(f"same_wages_booked:{first.entry_id}:")
        confirm(twin, asked.confirmation, user=linked.books.bookkeeper)
    linked.booked(twin)

    with linked.scope():
        hashes = set(RunContent.objects.values_list("source_hash", flat=True))
    assert len(hashes) == 1
    assert [entry.number for entry in entries(linked)] == [1, 2]


@pytest.fixture
def transposing(committed: None, loket: SandboxServer) -> Linked:
    """The installer's office, whose accounts of seven digits all have a mapping."""
    linked = make_linked(
        loket, username="api.vandenberg", employer="Van den Berg", mode=ChartMode.TRANSPOSE
    )
    lines = linked.last_ready().lines
    with linked.scope():
        for code in {line.account.code for line in lines}:
            ours = "4000" if code.startswith("4") else "1700"
            map_to(linked, Dimension.ACCOUNT, code, Account.objects.get(code=ours).pk)
        for code in {line.cost_center.code for line in lines if line.cost_center}:
            center = CostCenter.objects.get(code="K100")
            map_to(linked, Dimension.COST_CENTER, code, center.pk)
    return linked


def map_to(linked: Linked, dimension: Dimension, code: str, target_id: int) -> None:
    """Set a mapping, in the scope that is open."""
    add_mapping(
        dimension,
        loket_code=code,
        loket_description="",
        target_id=target_id,
        user=linked.books.manager,
    )


def test_a_transposed_run_is_booked_on_what_its_codes_are_mapped_to(transposing: Linked) -> None:
    sent = transposing.last_ready()
    entry = transposing.booked(transposing.fetched(sent)).entry

    with transposing.scope():
        lines = list(
            entry.lines.order_by("number").values_list(
                "account__code", "cost_center__code", "debit", "credit"
            )
        )
    assert lines == [
        (
            "4000" if line.account.code.startswith("4") else "1700",
            "K100" if line.cost_center else None,
            line.debet,
            line.credit,
        )
        for line in sent.lines
    ]


def test_a_journal_of_several_pages_is_booked_whole(committed: None, loket: SandboxServer) -> None:
    linked = make_linked(
        loket, username="api.zorggroep", employer="Anker", mode=ChartMode.TRANSPOSE
    )
    sent = max(linked.loket_runs(4), key=lambda run: len(run.lines))
    with linked.scope():
        for code in {line.account.code for line in sent.lines}:
            map_to(linked, Dimension.ACCOUNT, code, Account.objects.get(code="4000").pk)
        for code in {line.cost_center.code for line in sent.lines if line.cost_center}:
            center = CostCenter.objects.get(code="K100")
            map_to(linked, Dimension.COST_CENTER, code, center.pk)

    entry = linked.booked(linked.fetched(sent)).entry

    assert entry.line_count == len(sent.lines) > 260
    assert entry.total == sum(max(line.debet, ZERO) for line in sent.lines)


@pytest.fixture
def caterer(committed: None, loket: SandboxServer) -> Linked:
    """A payroll whose runs are odd; its cost centres are mapped."""
    linked = make_linked(loket, username="api.degroot", employer="De Groot")
    with linked.scope():
        center = CostCenter.objects.get(code="K600")
        for code in ("CAFE", "KEUKEN", "KNT"):
            map_to(linked, Dimension.COST_CENTER, code, center.pk)
    return linked


def test_a_line_with_two_sides_becomes_two_and_one_of_nothing_none(caterer: Linked) -> None:
    sent = caterer.last_ready()
    number = next(
        number for number, line in enumerate(sent.lines, 1) if line.debet > 0 and line.credit > 0
    )
    zero = next(
        number for number, line in enumerate(sent.lines, 1) if not (line.debet or line.credit)
    )

    entry = caterer.booked(caterer.fetched(sent)).entry

    line = sent.lines[number - 1]
    with caterer.scope():
        halves = list(
            entry.lines.filter(source_line=number)
            .order_by("number")
            .values_list("debit", "credit", "account__code")
        )
        assert not entry.lines.filter(source_line=zero).exists()
    code = line.account.code
    assert halves == [(line.debet, ZERO, code), (ZERO, line.credit, code)]


# Once


def test_ten_workers_with_one_job_book_once(linked: Linked, run: JournalRun) -> None:
    job = linked.order(run)

    at_once(10, lambda number: jobs.run(linked.id, job.pk, HANDLERS))

    assert linked.look(job).state == JobState.DONE
    assert [entry.number for entry in entries(linked)] == [1]


def test_ten_workers_that_all_believe_to_hold_the_job_book_once(
    linked: Linked, run: JournalRun
) -> None:
    with linked.scope():
        order = BookingOrder.of(linked.seen(run))

    def one(number: int) -> int:
        with linked.scope():
            return book(run.pk, order, user_id=linked.books.bookkeeper.pk).entry_id

    assert len(set(at_once(10, one))) == 1
    assert len(entries(linked)) == 1


def test_a_job_that_is_delivered_again_and_again_books_once(
    linked: Linked, run: JournalRun
) -> None:
    job = linked.order(run)
    for _ in range(4):
        linked.carry_out(job)

    assert len(entries(linked)) == 1


def test_a_second_order_of_the_same_gives_the_same_entry(linked: Linked, run: JournalRun) -> None:
    with linked.scope():
        seen = linked.seen(run)
    first = linked.booked(run)
    with linked.scope():
        late = order_booking(seen, user=linked.books.manager)

    after = linked.carry_out(late)

    assert (after.state, after.result) == (JobState.DONE, {"entry": first.entry_id})
    assert len(entries(linked)) == 1


def test_the_job_of_a_colleague_who_was_quicker_is_joined(linked: Linked, run: JournalRun) -> None:
    first = linked.order(run, user=linked.books.bookkeeper)
    second = linked.order(run, user=linked.books.manager)

    assert first.pk == second.pk


def test_the_job_of_a_colleague_who_saw_something_else_is_not_taken_for_ones_own(
    linked: Linked, run: JournalRun
) -> None:
    first = linked.order(run, user=linked.books.bookkeeper)
    with linked.scope():
        JournalRun.objects.update(description="Lonen oktober")

    with pytest.raises(BookingRefused) as refused:
        linked.order(run, user=linked.books.manager)

    assert refused.value.code == "another_order_pending"
    assert linked.look(first).state == JobState.WAITING


def test_an_order_of_something_else_than_was_booked_is_refused(
    linked: Linked, run: JournalRun
) -> None:
    linked.booked(run)
    with linked.scope():
        order = replace(BookingOrder.of(linked.seen(run)), posting_hash="0" * 64)
        with pytest.raises(BookingRefused) as refused:
            book(run.pk, order, user_id=linked.books.bookkeeper.pk)

    assert refused.value.code == "booked_otherwise"
    assert len(entries(linked)) == 1


def test_the_database_refuses_a_second_live_booking(linked: Linked, run: JournalRun) -> None:
    first = linked.booked(run)
    with linked.scope():
        draft = booking.draft_of(linked.seen(run), None)
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            Booking.objects.create(
                run=run,
                content=first.content,
                generation=2,
                posting_hash=first.posting_hash,
                entry=posting.post(draft),
            )

    assert violated_constraint(refused.value) == "one_live_booking_per_run"
    assert len(entries(linked)) == 1


def test_who_does_not_see_that_it_is_booked_is_stopped_by_the_database(
    linked: Linked, run: JournalRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    with linked.scope():
        seen = linked.seen(run)
    linked.booked(run)
    monkeypatch.setattr(booking, "live_booking", lambda run: None)
    with linked.scope():
        late = order_booking(seen, user=linked.books.manager)

    after = linked.carry_out(late)

    assert (after.state, after.error_code) == (JobState.FAILED, "booked_otherwise")
    assert [entry.number for entry in entries(linked)] == [1]


# What changed at Loket between the look and the booking


def change_lines(linked: Linked, sent: LoketRun) -> None:
    """Make each amount twice what it was, as if everybody had been paid double."""
    linked.loket.world.replace_lines(
        sent.id,
        [replace(line, debet=2 * line.debet, credit=2 * line.credit) for line in sent.lines],
    )


def test_content_that_changed_at_loket_is_not_booked_but_shown(
    linked: Linked, run: JournalRun
) -> None:
    job = linked.order(run)
    change_lines(linked, linked.last_ready())

    assert_refused(linked, job, "changed_in_loket")

    with linked.scope():
        content = newest_content(run)
        assert content is not None
        assert content.pk != job.order["content_id"]
        assert linked.seen(run).content == content
    entry = linked.booked(run).entry
    assert entry.total == sum(line.debet for line in linked.last_ready().lines)


def test_content_that_a_colleague_refreshed_meanwhile_is_not_booked_unseen(
    linked: Linked, run: JournalRun
) -> None:
    job = linked.order(run)
    change_lines(linked, linked.last_ready())
    linked.fetch(JobKind.CONTENT, run.pk)

    assert_refused(linked, job, "changed_in_loket")


def test_content_that_a_colleague_refreshed_under_the_booking_is_not_booked_unseen(
    linked: Linked, run: JournalRun
) -> None:
    with linked.scope():
        order = BookingOrder.of(linked.seen(run))
    change_lines(linked, linked.last_ready())
    linked.fetch(JobKind.CONTENT, run.pk)
    with linked.scope(), pytest.raises(BookingRefused) as refused:
        book(run.pk, order, user_id=linked.books.bookkeeper.pk)

    assert refused.value.code == "changed_in_loket"
    assert_nothing_booked(linked)


def test_lines_in_another_order_are_the_same_entry(linked: Linked, run: JournalRun) -> None:
    job = linked.order(run)
    sent = linked.last_ready()
    linked.loket.world.replace_lines(sent.id, sent.lines[::-1])

    assert linked.carry_out(job).state == JobState.DONE


@pytest.mark.parametrize(
    "status",
    [
        Status.WAITING,
        Status.FAILED,
        Status.EXPORTING,
        Status.EXPORT_FAILED,
        Status.EXPORTED,
    ],
)
def test_a_run_that_is_no_longer_ready_is_not_booked(
    linked: Linked, run: JournalRun, status: Status
) -> None:
    job = linked.order(run)
    linked.loket.world.set_status(str(run.loket_id), status)

    assert_refused(linked, job, "not_ready")
    assert linked.stored(linked.loket.world.run(str(run.loket_id))).status_key == status


def test_a_run_that_was_removed_is_not_booked(linked: Linked, run: JournalRun) -> None:
    job = linked.order(run)
    linked.loket.world.remove_run(str(run.loket_id))

    assert_refused(linked, job, "not_ready")
    with linked.scope():
        assert JournalRun.objects.get(pk=run.pk).removed_at is not None


def test_a_run_of_a_payroll_that_is_out_of_sight_is_not_booked(
    linked: Linked, run: JournalRun
) -> None:
    job = linked.order(run)
    linked.loket.world.hide_employer("api.korenbloem", linked.payroll.employer_id)

    assert_refused(linked, job, "not_in_sight")


# What changed here between the look and the booking


def change_date(linked: Linked) -> None:
    JournalRun.objects.update(booking_date=date(2026, 11, 1))


def change_description(linked: Linked) -> None:
    JournalRun.objects.update(description="Iets anders")


def map_cost_center(linked: Linked) -> None:
    map_to(linked, Dimension.COST_CENTER, "K200", CostCenter.objects.get(code="K300").pk)


def block_account(linked: Linked) -> None:
    Account.objects.filter(code="4000").update(is_blocked=True)


def rename_code(linked: Linked) -> None:
    Account.objects.filter(code="4000").update(code="4000X")


def block_cost_center(linked: Linked) -> None:
    CostCenter.objects.filter(code="K200").update(is_blocked=True)


def change_mode(linked: Linked) -> None:
    Connection.objects.update(chart_mode=ChartMode.TRANSPOSE)


def close_period(linked: Linked) -> None:
    calendar.close(Period.objects.get(starts_on=date(2026, 10, 1)))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (change_date, "changed_here"),
        (change_description, "changed_here"),
        (map_cost_center, "changed_here"),
        (block_account, "has_problems"),
        (rename_code, "has_problems"),
        (block_cost_center, "has_problems"),
        (change_mode, "has_problems"),
        (close_period, "has_problems"),
    ],
)
def test_what_changed_here_after_the_look_is_not_booked_unseen(
    linked: Linked, run: JournalRun, change: Callable[[Linked], None], code: str
) -> None:
    job = linked.order(run)
    with linked.scope():
        change(linked)

    assert_refused(linked, job, code)


def test_a_mapping_that_changed_is_not_booked_unseen(transposing: Linked) -> None:
    run = transposing.fetched(transposing.last_ready())
    job = transposing.order(run)
    with transposing.scope():
        other = Account.objects.get(code="4100").pk
        mapping = mapping_of(Dimension.ACCOUNT, "4002010")
        assert mapping is not None
        change_mapping(Dimension.ACCOUNT, mapping, target_id=other, user=transposing.books.manager)

    assert_refused(transposing, job, "changed_here")
    transposing.booked(run)


def test_the_name_of_an_account_is_not_part_of_what_was_seen(
    linked: Linked, run: JournalRun
) -> None:
    job = linked.order(run)
    with linked.scope():
        Account.objects.filter(code="4000").update(name="Lonen")

    assert linked.carry_out(job).state == JobState.DONE


def test_a_period_that_closes_under_the_booking_stops_it_with_a_sentence(
    linked: Linked, run: JournalRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = linked.order(run)
    look = booking.preview

    def look_then_close(*arguments: Any) -> Any:
        seen = look(*arguments)
        in_another_session(linked, lambda: close_period(linked))
        return seen

    monkeypatch.setattr(booking, "preview", look_then_close)

    after = assert_refused(linked, job, "posting_refused:entry_period_is_open")
    assert "closed" in after.error_message or "gesloten" in after.error_message


def in_another_session(linked: Linked, act: Callable[[], None]) -> None:
    """Do something in a scope and transaction of another thread."""

    def do() -> None:
        try:
            with linked.scope():
                act()
        finally:
            connections.close_all()

    thread = Thread(target=do)
    thread.start()
    thread.join()


def take_membership(user: User) -> None:
    Membership.objects.filter(user=user).delete()


def make_viewer(user: User) -> None:
    Membership.objects.filter(user=user).update(role=Role.VIEWER)


def deactivate(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize("change", [take_membership, make_viewer, deactivate])
def test_who_lost_the_right_after_the_click_does_not_book(
    linked: Linked, run: JournalRun, change: Callable[[User], None]
) -> None:
    job = linked.order(run)
    change(linked.books.bookkeeper)

    assert_refused(linked, job, "not_allowed")


def test_a_connection_that_was_ended_after_the_click_books_nothing(
    linked: Linked, run: JournalRun
) -> None:
    job = linked.order(run)
    with linked.scope():
        end(linked.connection(), user=linked.books.manager)

    assert_refused(linked, job, NoConnection.code)


def test_a_connection_that_ends_under_the_booking_books_nothing(
    linked: Linked, run: JournalRun
) -> None:
    with linked.scope():
        order = BookingOrder.of(linked.seen(run))
        end(linked.connection(), user=linked.books.manager)
    with linked.scope(), pytest.raises(NoConnection):
        book(run.pk, order, user_id=linked.books.bookkeeper.pk)

    assert_nothing_booked(linked)


def test_a_new_connection_with_the_same_payroll_books_what_the_old_one_fetched(
    linked: Linked, run: JournalRun
) -> None:
    with linked.scope():
        end(linked.connection(), user=linked.books.manager)
        connection = connect(linked.loket, "api.kantoor")
        link(connection, linked.loket, linked.payroll)
    renewed = replace(linked, connection_id=connection.pk)

    renewed.booked(run)

    assert len(entries(linked)) == 1


# Crashes


class Crash(BaseException):
    """Ends a worker in the midst of its work, past every handler of errors."""


POINTS = (
    (booking, "hold_role"),
    (booking, "live_booking"),
    (booking, "connection_of"),
    (booking, "preview"),
    (booking, "draft_of"),
    (posting, "hold_period"),
    (posting, "insert_lines"),
    (posting, "seal"),
    (booking, "post"),
    (booking, "take_slot"),
    (jobs.Claimed, "finish"),
)


@pytest.mark.parametrize("error", [RuntimeError, Crash])
@pytest.mark.parametrize(("place", "name"), POINTS, ids=[name for _, name in POINTS])
def test_a_crash_at_any_point_leaves_nothing_and_the_next_attempt_books(
    linked: Linked,
    run: JournalRun,
    monkeypatch: pytest.MonkeyPatch,
    place: Any,
    name: str,
    error: type[BaseException],
) -> None:
    job = linked.order(run)
    work = getattr(place, name)

    def work_then_crash(*arguments: Any, **options: Any) -> None:
        work(*arguments, **options)
        raise error

    with monkeypatch.context() as crashing:
        crashing.setattr(place, name, work_then_crash)
        if error is Crash:
            with pytest.raises(Crash):
                linked.carry_out(job)
        else:
            assert linked.carry_out(job).state == JobState.WAITING
    assert_nothing_booked(linked)
    make_due(linked, job)

    assert linked.carry_out(job).state == JobState.DONE
    assert [entry.number for entry in entries(linked)] == [1]


def test_a_crash_right_after_the_commit_costs_nothing(
    linked: Linked, run: JournalRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = linked.order(run)
    work = booking.handle_booking

    def work_then_crash(claimed: jobs.Claimed) -> None:
        work(claimed)
        raise Crash

    with pytest.raises(Crash):
        jobs.run(linked.id, job.pk, {JobKind.BOOKING: work_then_crash})
    make_due(linked, job)

    assert linked.carry_out(job).state == JobState.DONE
    assert len(entries(linked)) == 1


# What is never booked


@pytest.mark.parametrize(("back", "problem"), [(2, "unbalanced"), (3, "amount_not_in_cents")])
def test_a_run_that_is_wrong_in_itself_is_never_bookable(
    caterer: Linked, back: int, problem: str
) -> None:
    run = caterer.fetched(caterer.loket_runs(4)[-back])
    with caterer.scope():
        assert {one.code for one in caterer.seen(run).proposal.errors} == {problem}

    assert_never_bookable(caterer, run)


def test_a_run_of_a_test_year_is_never_bookable(linked: Linked) -> None:
    sent = next(
        run for run in linked.loket.world.runs_of(linked.payroll.id) if run.period.test_year
    )
    assert_never_bookable(linked, linked.fetched(sent))


@pytest.mark.parametrize("count", [0, 1])
def test_a_run_with_hardly_any_lines_is_never_bookable(linked: Linked, count: int) -> None:
    sent = linked.add_run(linked.last_ready().lines[:count])
    assert_never_bookable(linked, linked.fetched(sent))


def assert_never_bookable(linked: Linked, run: JournalRun) -> None:
    """Neither by the button nor by an order that was made up."""
    with linked.scope():
        seen = linked.seen(run)
        assert seen.hash == ""
        with pytest.raises(BookingRefused) as refused:
            order_booking(seen, user=linked.books.bookkeeper)
        forged = jobs.request_job(
            JobKind.BOOKING,
            subject=str(run.pk),
            order=asdict(BookingOrder.of(seen)),
            requested_by=linked.books.bookkeeper,
        )
    assert refused.value.code == "has_problems"
    assert_refused(linked, forged, "has_problems")


# Reversal


def test_a_reversal_frees_the_run_which_can_be_booked_again(
    linked: Linked, run: JournalRun
) -> None:
    first = linked.booked(run)
    counter = linked.undo(first.entry)
    with linked.scope():
        assert live_booking(run) is None
        assert Booking.objects.get().reversal_id == counter.pk

    second = linked.booked(run)

    assert (first.generation, second.generation) == (1, 2)
    assert [entry.number for entry in entries(linked)] == [1, 2, 3]
    assert second.entry.number == 3


def test_ten_who_reverse_at_once_reverse_once(linked: Linked, run: JournalRun) -> None:
    entry = linked.booked(run).entry

    def one(number: int) -> bool:
        try:
            linked.undo(entry)
        except AlreadyReversed:
            return False
        return True

    assert sum(at_once(10, one)) == 1
    assert len(entries(linked)) == 2


def test_a_reversal_that_is_refused_leaves_the_run_booked(linked: Linked, run: JournalRun) -> None:
    entry = linked.booked(run).entry
    with linked.scope():
        calendar.close(Period.objects.get(starts_on=date(2026, 11, 1)))
    with pytest.raises(posting.PostingRefused):
        linked.undo(entry)

    with linked.scope():
        assert live_booking(run) is not None


def test_an_old_order_after_a_reversal_books_anew(linked: Linked, run: JournalRun) -> None:
    """Who pressed 'Boeken' before a colleague reversed gets what was seen: the run is free."""
    with linked.scope():
        seen = linked.seen(run)
    linked.undo(linked.booked(run).entry)
    with linked.scope():
        late = order_booking(seen, user=linked.books.manager)

    assert linked.carry_out(late).state == JobState.DONE
    assert len(entries(linked)) == 3
