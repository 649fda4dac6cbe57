"""Fetching: what Loket says is stored as it came, whole, for what is linked, or not at all."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database

from connections.lifecycle import end
from connections.models import Connection, ConnectionState
from finmaster.tenancy import administration_scope
from loket_import import decoding
from loket_import.fetching import RunGone
from loket_import.models import Job, JobKind, JobState, JournalRun, RunContent, RunLine
from loket_import.sandbox import SandboxServer
from loket_import.sandbox import faults as fault
from loket_import.sandbox.model import PayrollPeriod, Status
from loket_import.storing import newest_content
from tests.books import make_books
from tests.loket_import.linked import Linked, connect, link, make_linked


def stored_rows(linked: Linked) -> tuple[int, int, int]:
    """How many runs, contents and lines are stored."""
    with linked.scope():
        return JournalRun.objects.count(), RunContent.objects.count(), RunLine.objects.count()


def lines_of(linked: Linked, run: JournalRun) -> list[RunLine]:
    """The newest lines of a run."""
    with linked.scope():
        content = newest_content(run)
        assert content is not None
        return list(content.lines.order_by("number"))


# Employers and payroll administrations


def test_employers_are_kept_to_choose_from(linked: Linked) -> None:
    job = linked.fetch(JobKind.EMPLOYERS, linked.connection_id)

    employer = linked.loket.world.employer("Korenbloem")
    assert job.state == JobState.DONE
    assert job.result["employers"] == [
        {
            "id": employer.id,
            "name": "Bakkerij De Korenbloem B.V.",
            "number": 20720,
            "kvk": "34112233",
            "city": "Leiden",
        }
    ]


def test_the_only_payroll_is_linked_by_itself_and_its_runs_are_asked_for(
    committed: None, loket: SandboxServer
) -> None:
    books = make_books()
    employer = loket.world.employer("Korenbloem")
    with administration_scope(books.id):
        connection = connect(loket, "api.korenbloem")
        Connection.objects.update(employer_id=employer.id)
    linked = Linked(books, loket, employer.administrations[0], connection.pk)

    job = linked.fetch(JobKind.PAYROLL_ADMINISTRATIONS, connection.pk)

    assert [payroll["name"] for payroll in job.result["payrolls"]] == ["Korenbloem maandloon"]
    with linked.scope():
        connection = linked.connection()
        assert str(connection.payroll_administration_id) == linked.payroll.id
        assert connection.payroll_tax_number == "812345678L01"
        assert connection.payroll_period_key == 1
        asked = Job.objects.get(kind=JobKind.RUNS)
        assert asked.state == JobState.WAITING


def test_what_is_linked_is_not_linked_again(linked: Linked) -> None:
    job = linked.fetch(JobKind.PAYROLL_ADMINISTRATIONS, linked.connection_id)

    assert job.state == JobState.DONE
    with linked.scope():
        assert not Job.objects.filter(kind=JobKind.RUNS).exists()


def test_of_two_payrolls_none_is_linked(committed: None, loket: SandboxServer) -> None:
    books = make_books()
    employer = loket.world.employer("Van den Berg")
    with administration_scope(books.id):
        connection = connect(loket, "api.vandenberg")
        Connection.objects.update(employer_id=employer.id)
    linked = Linked(books, loket, employer.administrations[0], connection.pk)

    job = linked.fetch(JobKind.PAYROLL_ADMINISTRATIONS, connection.pk)

    assert len(job.result["payrolls"]) == 2
    with linked.scope():
        assert linked.connection().payroll_administration_id is None
        assert not Job.objects.filter(kind=JobKind.RUNS).exists()


def test_payrolls_can_not_be_asked_for_before_the_employer(
    committed: None, loket: SandboxServer
) -> None:
    books = make_books()
    with administration_scope(books.id):
        connection = connect(loket, "api.korenbloem")
    linked = Linked(books, loket, loket.world.employer("Van Dijk").administrations[0], 0)

    job = linked.fetch(JobKind.PAYROLL_ADMINISTRATIONS, connection.pk)

    assert (job.state, job.error_code) == (JobState.FAILED, "no_connection")


# Runs


def test_the_runs_of_a_year_are_stored_as_they_came(linked: Linked) -> None:
    linked.fetch_runs(2026)

    expected = {
        run.id: run
        for run in linked.loket.world.runs_of(linked.payroll.id)
        if run.period.year == 2026
    }
    with linked.scope():
        stored = {str(run.loket_id): run for run in JournalRun.objects.all()}
    assert stored.keys() == expected.keys()
    assert {run.status_key for run in stored.values()} >= {2, 3, 4, 7}
    for loket_id, run in stored.items():
        sent = expected[loket_id]
        assert run.environment == "sandbox"
        assert str(run.payroll_administration_id) == linked.payroll.id
        assert str(run.employer_id) == linked.payroll.employer_id
        assert str(run.payroll_run_id) == sent.payroll_run_id
        assert (run.sequence_number, run.status_key) == (sent.sequence_number, sent.status)
        assert (run.year, run.period_number) == (2026, sent.period.number)
        assert (run.period_start, run.period_end) == (sent.period.start, sent.period.end)
        assert run.test_year == sent.period.test_year
        assert (run.requested_at, run.finished_at) == (sent.requested_at, sent.finished_at)
        assert run.removed_at == sent.removed_at


def test_fetching_runs_twice_changes_nothing(linked: Linked) -> None:
    linked.fetch_runs()
    with linked.scope():
        before = list(JournalRun.objects.order_by("pk").values("pk", "loket_id", "status_key"))
    linked.fetch_runs()

    with linked.scope():
        assert before == list(
            JournalRun.objects.order_by("pk").values("pk", "loket_id", "status_key")
        )


def test_another_year_is_fetched_apart(linked: Linked) -> None:
    linked.fetch_runs(2025)

    with linked.scope():
        assert set(JournalRun.objects.values_list("year", flat=True)) == {2025}


def test_a_change_of_status_is_seen_and_what_the_user_chose_stays(linked: Linked) -> None:
    run = linked.last_ready()
    linked.fetch_runs()
    with linked.scope():
        JournalRun.objects.filter(loket_id=run.id).update(
            booking_date=date(2026, 10, 30), description="Oktober"
        )
    linked.loket.world.set_status(run.id, Status.EXPORTING)
    linked.fetch_runs()

    stored = linked.stored(run)
    assert (stored.status_key, stored.status_text) == (5, "Wordt geëxporteerd")
    assert (stored.booking_date, stored.description) == (date(2026, 10, 30), "Oktober")


def test_a_removed_run_stays_in_the_list(linked: Linked) -> None:
    run = linked.last_ready()
    linked.fetch_runs()
    linked.loket.world.remove_run(run.id)
    linked.fetch_runs()

    stored = linked.stored(run)
    assert stored.status_key == 3
    assert stored.removed_at == linked.loket.world.run(run.id).removed_at


def test_an_unknown_status_is_stored_and_nothing_is_asked_of_it(linked: Linked) -> None:
    linked.fetch_runs()
    run = linked.last_ready()
    stored = linked.stored(run)
    status = {"key": 9, "value": "Iets nieuws"}
    change = changed_row(lambda found: found | {"journalRunStatus": status})
    linked.loket.faults.add("GET", f"journalruns/{run.id}", action=change)
    linked.loket.calls.clear()

    job = linked.fetch(JobKind.CONTENT, stored.pk)

    assert job.state == JobState.DONE
    assert linked.stored(run).status_key == 9
    assert linked.loket.calls.matching("GET", "/results") == []


def changed_row(change: Callable[[dict[str, Any]], dict[str, Any]]) -> fault.Action:
    """Answer with a changed content, as a later version of Loket might."""

    def action(request: Any, proceed: Any) -> Any:
        answer = proceed()
        body = fault.loads(answer.get_data(), parse_float=Decimal)
        body["content"] = change(body["content"])
        return fault.Response(fault.to_json(body), content_type=answer.content_type)

    return action


def test_a_period_that_crosses_the_turn_of_the_year_keeps_its_payroll_year(
    committed: None, loket: SandboxServer
) -> None:
    linked = make_linked(loket, username="api.vandenberg", employer="Van den Berg", payroll=1)
    linked.fetch_runs(2026)

    with linked.scope():
        first = JournalRun.objects.filter(period_number=1).first()
    assert first is not None
    assert (first.year, first.period_start) == (2026, date(2025, 12, 29))


# The pin


def test_a_payroll_that_is_no_longer_there_stops_everything(linked: Linked) -> None:
    linked.fetch_runs()
    run = linked.stored(linked.last_ready())
    before = stored_rows(linked)
    employer = linked.loket.world.employer("Korenbloem")
    employer.administrations = ()

    for kind, subject in ((JobKind.RUNS, 2026), (JobKind.CONTENT, run.pk)):
        job = linked.fetch(kind, subject)
        assert (job.state, job.error_code) == (JobState.FAILED, "not_in_sight")
    assert stored_rows(linked) == before


def test_an_employer_that_is_no_longer_in_sight_stops_everything(linked: Linked) -> None:
    linked.loket.world.hide_employer("api.korenbloem", linked.payroll.employer_id)

    job = linked.fetch(JobKind.RUNS, 2026)

    assert (job.state, job.error_code) == (JobState.FAILED, "not_in_sight")
    assert stored_rows(linked) == (0, 0, 0)


def test_a_run_of_another_payroll_is_refused_without_asking_loket(linked: Linked) -> None:
    run = linked.fetched(linked.last_ready())
    other = linked.loket.world.employer("Van den Berg").administrations[0]
    with linked.scope():
        end(linked.connection(), user=linked.books.manager)
        connection = connect(linked.loket, "api.vandenberg")
        link(connection, linked.loket, other)
    linked.loket.calls.clear()

    job = linked.fetch(JobKind.CONTENT, run.pk)

    assert (job.state, job.error_code) == (JobState.FAILED, RunGone.code)
    assert linked.loket.calls.matching("GET", "/journalruns") == []


def test_a_run_that_is_not_there_is_refused(linked: Linked) -> None:
    assert linked.fetch(JobKind.CONTENT, 4711).error_code == RunGone.code


def test_a_run_that_loket_no_longer_knows_is_gone(linked: Linked) -> None:
    run = linked.fetched(linked.last_ready())
    linked.loket.faults.add("GET", f"journalruns/{run.loket_id}", action=fault.respond(404))

    assert linked.fetch(JobKind.CONTENT, run.pk).error_code == RunGone.code


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (ConnectionState.NEW, "no_connection"),
        (ConnectionState.ENDED, "no_connection"),
        (ConnectionState.REAUTHORISE, "not_authorised"),
    ],
)
def test_without_an_authorised_connection_loket_is_not_asked(
    linked: Linked, state: ConnectionState, code: str
) -> None:
    with linked.scope():
        Connection.objects.update(state=state)

    job = linked.fetch(JobKind.RUNS, 2026)

    assert (job.state, job.error_code) == (JobState.FAILED, code)
    assert len(linked.loket.calls) == 0


def test_a_connection_of_another_environment_is_not_used(linked: Linked, settings: Any) -> None:
    settings.LOKET_ENVIRONMENT = "acceptance"

    job = linked.fetch(JobKind.RUNS, 2026)

    assert (job.state, job.error_code) == (JobState.FAILED, "wrong_environment")
    assert len(linked.loket.calls) == 0


def test_a_grant_that_was_withdrawn_asks_for_a_new_one(linked: Linked) -> None:
    linked.loket.revoke_tokens("api.korenbloem")

    job = linked.fetch(JobKind.RUNS, 2026)

    assert (job.state, job.error_code) == (JobState.FAILED, "not_authorised")
    with linked.scope():
        assert linked.connection().state == ConnectionState.REAUTHORISE


def test_an_access_token_that_expired_is_renewed_underway(linked: Linked) -> None:
    linked.loket.expire_access_tokens()

    linked.fetch_runs()

    assert stored_rows(linked)[0] > 0


# Content


def test_lines_are_stored_as_they_came(linked: Linked) -> None:
    run = linked.last_ready()
    lines = lines_of(linked, linked.fetched(run))

    assert [line.number for line in lines] == list(range(1, len(run.lines) + 1))
    for line, sent in zip(lines, run.lines, strict=True):
        assert (line.account_code, line.account_description) == (
            sent.account.code,
            sent.account.description,
        )
        assert line.cost_center_code == (sent.cost_center and sent.cost_center.code)
        assert line.cost_unit_code == (sent.cost_unit and sent.cost_unit.code)
        assert (line.debit, line.credit) == (sent.debet, sent.credit)


@pytest.mark.parametrize(
    "amount",
    ["-500.00", "0.01", "1234567.89", "33.335", "0.000001", "9999999999.99", "-9999999999.99"],
)
def test_amounts_are_kept_to_the_last_decimal(linked: Linked, amount: str) -> None:
    first, second, *_ = linked.last_ready().lines
    value = Decimal(amount)
    sent = linked.add_run(
        [replace(first, debet=value, credit=Decimal(0)), replace(second, debet=-value)]
    )

    lines = lines_of(linked, linked.fetched(sent))

    assert [line.debit for line in lines] == [value, -value]


def test_codes_keep_their_spaces_and_zeros(committed: None, loket: SandboxServer) -> None:
    linked = make_linked(loket, username="api.degroot", employer="De Groot")
    sent = [line for run in linked.loket_runs() for line in run.lines]
    odd = {line.account.code: line for line in sent if line.account.code in ("4300 ", "0160")}
    run = linked.add_run(odd.values())

    codes = {line.account_code for line in lines_of(linked, linked.fetched(run))}
    assert codes == {"4300 ", "0160"}


def test_what_came_is_kept_byte_for_byte_with_a_hash_that_anyone_can_repeat(
    linked: Linked,
) -> None:
    bodies: list[bytes] = []

    def listen(request: Any, proceed: Any) -> Any:
        answer = proceed()
        bodies.append(answer.get_data())
        return answer

    linked.loket.faults.add("GET", "/results", action=listen, times=9)
    stored = linked.fetched(linked.last_ready())

    with linked.scope():
        content = newest_content(stored)
        assert content is not None
        pages = [bytes(page) for page in content.pages]
    digest = hashlib.sha256()
    for page in bodies:
        digest.update(len(page).to_bytes(8, "big") + page)
    assert pages == bodies
    assert content.answer_sha256 == digest.hexdigest()
    again = [row for page in pages for row in decoding.decode_results(page).rows]
    assert [(row.account_code, row.debit, row.credit) for row in again] == [
        (line.account_code, line.debit, line.credit) for line in lines_of(linked, stored)
    ]
    assert decoding.schemas.source_hash(again) == content.source_hash


def test_a_journal_of_several_pages_is_stored_whole(committed: None, loket: SandboxServer) -> None:
    linked = make_linked(loket, username="api.zorggroep", employer="Anker")
    run = max(linked.loket_runs(4), key=lambda run: len(run.lines))
    stored = linked.fetched(run)

    lines = lines_of(linked, stored)
    assert len(lines) == len(run.lines) > 260
    assert [(line.debit, line.credit) for line in lines] == [
        (line.debet, line.credit) for line in run.lines
    ]
    with linked.scope():
        content = newest_content(stored)
        assert content is not None
        assert (len(content.pages), content.line_count) == (2, len(lines))
        job = Job.objects.filter(kind=JobKind.CONTENT).get()
        assert (job.done, job.total) == (len(lines), len(lines))
        assert job.result == {"lines": len(lines)}


def test_the_bodies_of_the_answers_are_not_read_along_with_the_content(linked: Linked) -> None:
    stored = linked.fetched(linked.last_ready())

    with linked.scope():
        content = newest_content(stored)

    assert content is not None
    assert content.get_deferred_fields() == {"pages"}


def test_the_same_content_is_not_stored_twice(linked: Linked) -> None:
    stored = linked.fetched(linked.last_ready())
    before = stored_rows(linked)
    linked.fetch(JobKind.CONTENT, stored.pk)

    assert stored_rows(linked) == before


def test_the_same_lines_in_another_order_are_the_same_content(linked: Linked) -> None:
    run = linked.last_ready()
    stored = linked.fetched(run)
    before = stored_rows(linked)
    linked.loket.world.replace_lines(run.id, run.lines[::-1])
    linked.fetch(JobKind.CONTENT, stored.pk)

    assert stored_rows(linked) == before


def test_changed_content_is_stored_beside_the_old(linked: Linked) -> None:
    run = linked.last_ready()
    stored = linked.fetched(run)
    first, *rest = run.lines
    linked.loket.world.replace_lines(run.id, [replace(first, debet=Decimal("1.23")), *rest])
    linked.fetch(JobKind.CONTENT, stored.pk)

    with linked.scope():
        old, new = RunContent.objects.order_by("pk")
        assert newest_content(stored) == new
        assert old.source_hash != new.source_hash
        assert old.lines.get(number=1).debit == first.debet
        assert new.lines.get(number=1).debit == Decimal("1.23")


def test_two_equal_lines_are_two_lines(linked: Linked) -> None:
    first, second, *_ = linked.last_ready().lines
    sent = linked.add_run([first, first, second])

    assert len(lines_of(linked, linked.fetched(sent))) == 3


@pytest.mark.parametrize(
    "status", [Status.WAITING, Status.NO_RESULTS, Status.FAILED, Status.REMOVED]
)
def test_a_run_without_results_is_not_asked_for_lines(linked: Linked, status: Status) -> None:
    linked.fetch_runs()
    run = linked.last_ready()
    stored = linked.stored(run)
    linked.loket.world.set_status(run.id, status)

    job = linked.fetch(JobKind.CONTENT, stored.pk)

    assert (job.state, job.result) == (JobState.DONE, {"lines": 0})
    assert linked.stored(run).status_key == status
    assert stored_rows(linked)[1:] == (0, 0)
    assert linked.loket.calls.matching("GET", "/results") == []


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (fault.change_envelope(totalSize=10_000), "loket_incomplete"),
        (fault.change_envelope(totalSize=1), "loket_incomplete"),
        (fault.change_envelope(totalSize=None), "loket_unreadable"),
        (fault.change_envelope(_embedded=None), "loket_unreadable"),
        (fault.respond(200, "{", {"Content-Type": "application/json"}), "loket_unreadable"),
        (fault.html(200), "loket_unreadable"),
        (fault.respond(403), "loket_forbidden"),
    ],
)
def test_an_answer_that_is_not_whole_is_never_stored(
    linked: Linked, action: fault.Action, code: str
) -> None:
    linked.fetch_runs()
    stored = linked.stored(linked.last_ready())
    linked.loket.faults.add("GET", "/results", action=action, times=100)

    job = linked.fetch(JobKind.CONTENT, stored.pk)

    assert (job.state, job.error_code) == (JobState.FAILED, code)
    assert job.error_message
    assert stored_rows(linked)[1:] == (0, 0)


@pytest.mark.parametrize("action", [fault.truncate(300), fault.drop(), fault.html(503)])
def test_an_answer_that_is_cut_off_is_asked_for_again_later(
    linked: Linked, action: fault.Action
) -> None:
    linked.fetch_runs()
    stored = linked.stored(linked.last_ready())
    linked.loket.faults.add("GET", "/results", action=action, times=100)

    job = linked.fetch(JobKind.CONTENT, stored.pk)

    assert (job.state, job.error_code) == (JobState.WAITING, "loket_unavailable")
    assert stored_rows(linked)[1:] == (0, 0)


def test_a_journal_of_which_the_second_page_fails_is_not_stored(
    committed: None, loket: SandboxServer
) -> None:
    linked = make_linked(loket, username="api.zorggroep", employer="Anker")
    linked.fetch_runs()
    run = max(linked.loket_runs(4), key=lambda run: len(run.lines))

    def second_page_fails(request: Any, proceed: Any) -> Any:
        return fault.html(503)(request, proceed) if "pageNumber" in request.args else proceed()

    loket.faults.add("GET", "/results", action=second_page_fails, times=100)
    job = linked.fetch(JobKind.CONTENT, linked.stored(run).pk)

    assert (job.state, job.error_code) == (JobState.WAITING, "loket_unavailable")
    assert stored_rows(linked)[1:] == (0, 0)


def test_a_code_that_fits_no_column_is_unreadable(linked: Linked) -> None:
    first, second, *_ = linked.last_ready().lines
    long = replace(first.account, code="4" * 51)
    linked.fetch_runs()
    run = linked.add_run([replace(first, account=long), second])
    linked.fetch_runs()

    job = linked.fetch(JobKind.CONTENT, linked.stored(run).pk)

    assert (job.state, job.error_code) == (JobState.FAILED, "loket_unreadable")
    assert stored_rows(linked)[1:] == (0, 0)


def test_a_period_without_a_number_is_stored(linked: Linked) -> None:
    period = PayrollPeriod(2026, None, date(2026, 10, 1), date(2026, 10, 31))
    run = linked.add_run(linked.last_ready().lines, period=period)

    assert linked.fetched(run).period_number is None


# Tenants


def test_two_administrations_never_see_each_others_runs(linked: Linked) -> None:
    other = make_linked(linked.loket, username="api.zorggroep", employer="Anker")
    linked.fetch_runs()
    other.fetched(other.last_ready())

    with linked.scope():
        mine = set(JournalRun.objects.values_list("loket_id", flat=True))
        assert RunContent.objects.count() == 0
        with database.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM loket_import_journalrun")
            assert cursor.fetchone() == (len(mine),)
    with other.scope():
        theirs = set(JournalRun.objects.values_list("loket_id", flat=True))
        run = JournalRun.objects.first()
    assert mine
    assert theirs
    assert not mine & theirs
    assert run is not None
    assert linked.fetch(JobKind.CONTENT, run.pk).error_code == RunGone.code


def test_one_payroll_in_two_administrations_has_runs_of_its_own_in_each(linked: Linked) -> None:
    linked.fetch_runs()
    with linked.scope():
        end(linked.connection(), user=linked.books.manager)
    other = make_linked(linked.loket, username="api.kantoor")
    other.fetch_runs()

    run = linked.last_ready()
    assert linked.stored(run).pk != other.stored(run).pk
