"""A refusal shows what is no longer as the user saw it; and a new warning is a reason to refuse."""

import re
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils.translation import gettext_lazy as _
from hypothesis import given
from hypothesis import strategies as st

from ledger.models import Account, JournalEntry
from loket_import import orders
from loket_import.comparing.what_changed import what_changed
from loket_import.models import Job, JobKind, JobState, JournalRun
from loket_import.orders import (
    BookingOrder,
    look_of,
    mark_of,
    marks_of,
    read_look,
    unseen_warnings,
)
from loket_import.proposal import Problem, Severity
from loket_import.sandbox.model import Status
from tests.loket_import.browsing import address, said
from tests.loket_import.linked import Linked
from tests.loket_import.test_matching import propose

FIELD = re.compile(r'name="(seen|look)" value="([^"]*)"')


def warning(code: str, target: int | None = None, key: str = "") -> Problem:
    """A warning of the run as a whole."""
    return Problem(code, Severity.WARNING, None, None, _("Why."), _("Do."), (), target, key)


WARNINGS = st.lists(
    st.builds(
        warning,
        st.sampled_from(["comes_on_top", "date_outside_pay_period", "twin"]),
        st.one_of(st.none(), st.integers(1, 3)),
        st.sampled_from(["", "twin:1"]),
    ),
    max_size=6,
)


@given(seen=WARNINGS, now=WARNINGS)
def test_a_warning_is_new_when_none_like_it_was_seen(seen: Any, now: Any) -> None:
    proposal = replace(propose(), problems=tuple(now))
    about = [(one.code, one.target_id, one.confirmation) for one in seen]

    assert unseen_warnings(proposal, marks_of(seen)) == [
        one for one in now if (one.code, one.target_id, one.confirmation) not in about
    ]
    assert unseen_warnings(proposal, marks_of(now)) == []
    assert unseen_warnings(proposal, None) == []


def test_a_mark_does_not_depend_on_the_language() -> None:
    one = warning("twin", 3)

    assert mark_of(one) == mark_of(replace(one, message=_("Otherwise."), cure=_("Else.")))
    assert re.fullmatch("[0-9a-f]{12}", mark_of(one))


@pytest.mark.parametrize("text", ["", "x", "1", "1-", "1-4", "-1-4-", "1-4-g", "1-4-\n", "٣-4-"])
def test_what_is_no_look_is_none(text: str) -> None:
    assert read_look(text) is None


def test_an_order_of_an_earlier_version_is_read() -> None:
    kept = {"content_id": 7, "source_hash": "a", "posting_hash": "b"}

    order = BookingOrder.read(kept)

    assert (order.content_id, order.status_key, order.warnings) == (7, Status.READY, None)
    assert BookingOrder.read(kept | {"unheard_of": 1}) == order


# On the page of the run


def page_of(client: Client, linked: Linked, run: JournalRun, **asked: str) -> Any:
    """The page of a run."""
    return client.get(address(linked, "content", run.pk), asked)


def fields(client: Client, linked: Linked, run: JournalRun) -> dict[str, str]:
    """What the button on the page sends."""
    return dict(FIELD.findall(page_of(client, linked, run).content.decode()))


def double(linked: Linked) -> None:
    """Loket pays everybody twice as much."""
    sent = linked.last_ready()
    linked.loket.world.replace_lines(
        sent.id, [replace(one, debet=2 * one.debet, credit=2 * one.credit) for one in sent.lines]
    )


def test_changed_amounts_are_shown_beside_those_that_were_seen(
    linked: Linked, run: JournalRun, bookkeeper: Client
) -> None:
    job = linked.order(run)
    double(linked)

    assert linked.carry_out(job).error_code == "changed_in_loket"

    page = page_of(bookkeeper, linked, run)
    changed = page.context["changed"]
    assert changed.in_loket.rows
    for row in changed.in_loket.rows:
        old, new, difference = (amount for _heading, amount in row.amounts)
        assert (new, difference) == (2 * old, old)
    assert "Wat er in Loket.nl is gewijzigd" in page.content.decode()
    with linked.scope():
        assert not JournalEntry.objects.exists()


def test_only_what_differs_is_shown(linked: Linked, run: JournalRun, bookkeeper: Client) -> None:
    job = linked.order(run)
    sent = linked.last_ready()
    first, *others = sent.lines
    debet = first.debet + 1
    against = replace(first, debet=Decimal(0), credit=Decimal(1), cost_center=None)
    linked.loket.world.replace_lines(sent.id, [replace(first, debet=debet), *others, against])
    linked.carry_out(job)

    page = page_of(bookkeeper, linked, run)
    table = page.context["changed"].in_loket

    assert sorted(row.amounts[2][1] for row in table.rows) == [-1, 1]
    # What the others add up to would say nothing, and both charts have the same codes.
    assert [amount for _heading, amount in table.totals] == [0]
    assert (table.has_also, table.columns_before_totals) == (False, table.columns_before + 2)


def test_there_is_no_card_with_nothing_in_it(
    linked: Linked, run: JournalRun, bookkeeper: Client
) -> None:
    job = linked.order(run)
    sent = linked.last_ready()
    first, second = [one for one in sent.lines if one.debet][:2]
    moved = {
        id(first): replace(first, debet=first.debet + 1),
        id(second): replace(second, debet=second.debet - 1),
    }
    linked.loket.world.replace_lines(sent.id, [moved.get(id(one), one) for one in sent.lines])
    linked.carry_out(job)

    page = page_of(bookkeeper, linked, run)

    assert (page.context["changed"].changes, page.context["new_warnings"]) == ((), [])
    assert "Wat er in Loket.nl is gewijzigd" in page.content.decode()
    assert "Wat er veranderd is sinds u keek" not in page.content.decode()


def test_what_booking_found_is_said_to_be_fetched_then(
    linked: Linked, run: JournalRun, bookkeeper: Client
) -> None:
    job = linked.order(run)
    double(linked)
    linked.carry_out(job)
    with linked.scope():
        fetched = Job.objects.filter(kind=JobKind.CONTENT)
        fetched.update(finished_at=F("finished_at") - timedelta(minutes=5))
        moment = JournalRun.objects.get(pk=run.pk).content_seen_at

    fetch = page_of(bookkeeper, linked, run).context["fetch"]

    assert fetch.fetched_at == moment
    assert fetch.job.finished_at < moment


def test_lines_that_are_divided_otherwise_are_said_to_add_up_to_the_same(
    linked: Linked, run: JournalRun, bookkeeper: Client
) -> None:
    job = linked.order(run)
    sent = linked.last_ready()
    first, *others = sent.lines
    part = replace(first, debet=Decimal("1.00"))
    linked.loket.world.replace_lines(
        sent.id, [replace(first, debet=first.debet - 1), part, *others]
    )

    assert linked.carry_out(job).error_code == "changed_in_loket"

    page = page_of(bookkeeper, linked, run)
    assert page.context["changed"].in_loket.rows == ()
    assert "komt nog op hetzelfde uit" in page.content.decode()
    assert "Wat er veranderd is sinds u keek" in page.content.decode()


@pytest.mark.parametrize("status", [Status.FAILED, Status.EXPORTING, Status.EXPORTED])
def test_another_status_is_shown_beside_the_one_that_was_seen(
    linked: Linked, run: JournalRun, bookkeeper: Client, status: Status
) -> None:
    job = linked.order(run)
    linked.loket.world.set_status(str(run.loket_id), status)

    assert linked.carry_out(job).error_code == "not_ready"

    page = page_of(bookkeeper, linked, run)
    (change,) = page.context["changed"].changes
    assert change.old == "Klaar om te boeken"
    assert change.new not in ("", change.old)
    assert change.new in page.content.decode()


def change_date() -> None:
    JournalRun.objects.update(booking_date=date(2026, 11, 2))


def change_description() -> None:
    JournalRun.objects.update(description="Lonen oktober")


def rename_code() -> None:
    Account.objects.filter(code="1700").update(code="1700X")
    Account.objects.create(code="1700", name="Nieuw", kind="liability")


@pytest.mark.parametrize(
    ("act", "label"),
    [
        (change_date, "Boekdatum"),
        (change_description, "Omschrijving"),
        (rename_code, ""),
    ],
)
def test_what_changed_here_is_named(
    linked: Linked, run: JournalRun, bookkeeper: Client, act: Callable[[], None], label: str
) -> None:
    job = linked.order(run)
    with linked.scope():
        act()

    assert linked.carry_out(job).error_code == "changed_here"

    changed = page_of(bookkeeper, linked, run).context["changed"]
    labels = [change.label for change in changed.changes]
    assert labels == ([label] if label else [])
    assert bool(changed.here) is not bool(label)
    if changed.here:
        assert {row.account for row in changed.here.rows} == {
            "1700 Te betalen netto lonen",
            "1700 Nieuw",
        }


def test_an_order_from_before_this_was_kept_shows_what_it_can(
    linked: Linked, run: JournalRun, bookkeeper: Client
) -> None:
    job = linked.order(run)
    kept = {name: job.order[name] for name in ("content_id", "source_hash", "posting_hash")}
    with linked.scope():
        Job.objects.filter(pk=job.pk).update(order=kept)
    double(linked)

    assert linked.carry_out(job).error_code == "changed_in_loket"
    assert page_of(bookkeeper, linked, run).context["changed"].in_loket.rows


def test_an_order_from_before_this_was_kept_is_carried_out(linked: Linked, run: JournalRun) -> None:
    job = linked.order(run)
    kept = {name: job.order[name] for name in ("content_id", "source_hash", "posting_hash")}
    with linked.scope():
        Job.objects.filter(pk=job.pk).update(order=kept)

    assert linked.carry_out(job).state == JobState.DONE


def test_a_click_on_what_is_no_longer_there_shows_what_changed(
    linked: Linked, run: JournalRun, bookkeeper: Client
) -> None:
    sent = fields(bookkeeper, linked, run)
    double(linked)
    linked.fetch(JobKind.CONTENT, run.pk)

    answer = bookkeeper.post(address(linked, "book", run.pk), sent, follow=True)

    assert answer.context["changed"].in_loket.rows
    with linked.scope():
        assert not Job.objects.filter(kind=JobKind.BOOKING).exists()


@pytest.mark.parametrize("look", ["0-4-", "99999-4-abc", "x", "1-9999-"])
def test_a_look_at_anything_else_shows_nothing(
    linked: Linked, run: JournalRun, bookkeeper: Client, look: str
) -> None:
    answer = page_of(bookkeeper, linked, run, gezien=look)

    assert answer.status_code == 200
    assert not (answer.context.get("changed") and answer.context["changed"].in_loket)


def test_nothing_changed_is_nothing_to_show(linked: Linked, run: JournalRun) -> None:
    with linked.scope():
        seen = linked.seen(run)
        order = BookingOrder.read(asdict(BookingOrder.of(seen)))

        assert not what_changed(order, seen.run, seen)
        look = read_look(look_of(seen))
        assert look is not None
        assert not what_changed(look, seen.run, seen)


# New warnings


def on_top(linked: Linked) -> tuple[JournalRun, JournalRun]:
    """A run, and one of the same payroll run that holds a small difference."""
    sent = linked.last_ready()
    first = sent.lines[0]
    lines = [
        replace(first, debet=Decimal("1.00"), credit=Decimal(0)),
        replace(first, debet=Decimal(0), credit=Decimal("1.00"), cost_center=None),
    ]
    how = {"period": sent.period, "payroll_run_id": sent.payroll_run_id}
    return linked.fetched(sent), linked.fetched(linked.add_run(lines, **how))


def test_a_warning_that_came_after_the_click_stops_the_booking_and_is_shown(
    linked: Linked, bookkeeper: Client
) -> None:
    run, second = on_top(linked)
    job = linked.order(second)
    entry = linked.booked(run).entry

    after = linked.carry_out(job)

    assert (after.state, after.error_code) == (JobState.FAILED, "changed_here")
    page = page_of(bookkeeper, linked, second)
    (shown,) = page.context["new_warnings"]
    assert str(entry) in shown.reason
    assert "Deze waarschuwingen zijn nieuw" in page.content.decode()
    linked.booked(second)


def test_a_warning_that_came_before_the_click_stops_it(linked: Linked, bookkeeper: Client) -> None:
    run, second = on_top(linked)
    sent = fields(bookkeeper, linked, second)
    linked.booked(run)

    answer = bookkeeper.post(address(linked, "book", second.pk), sent)

    assert "nieuwe waarschuwing" in said(answer)[0]
    again = fields(bookkeeper, linked, second)
    assert again["seen"] == sent["seen"]
    bookkeeper.post(address(linked, "book", second.pk), again)
    with linked.scope():
        assert Job.objects.filter(kind=JobKind.BOOKING, subject=str(second.pk)).count() == 1


def test_a_warning_that_went_away_stops_nothing(linked: Linked) -> None:
    run, second = on_top(linked)
    entry = linked.booked(run).entry
    job = linked.order(second)
    linked.undo(entry)

    assert linked.carry_out(job).state == JobState.DONE
    assert orders.marks_of([]) == []
