"""How runs are booked: by the rules of the administration, unless a run says otherwise."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connections.models import AccountMapping, CostCenterMapping, CostCenterRule
from ledger.models import CostCenter, Journal, Period
from loket_import.booking import BookingRefused, order_booking
from loket_import.models import BookingRules, JournalRun
from loket_import.rules.effective import (
    Terms,
    booking_rules,
    change_rules,
    choose,
    follow_rules,
    is_chosen,
    journals,
    terms_by_rules,
)
from loket_import.sandbox import SandboxServer
from tests.loket_import.browsing import line
from tests.loket_import.linked import Linked, make_linked

CHOICES = {
    "condenses": True,
    "date_rule": "payment_day",
    "payment_day": 25,
    "is_paid_next_month": True,
    "description_template": "Lonen {periodenaam} {jaar} {werkgever}",
}


@pytest.fixture
def payroll_journal(linked: Linked) -> Journal:
    """A journal for payroll runs, beside the memorial."""
    with linked.scope():
        return Journal.objects.create(code="LON", name="Loonjournaal", kind="payroll")


@pytest.fixture
def detailed(linked: Linked) -> JournalRun:
    """A run in which Loket sends one line for each component."""
    sent = linked.last_ready()
    lines = [
        *(line("4000", amount, center="K100") for amount in ("1000.00", "200.00", "-50.00")),
        line("4000", "300.00", center="K200"),
        *(line("1700", amount) for amount in ("-900.00", "-550.00")),
    ]
    linked.loket.world.replace_lines(sent.id, lines)
    return linked.fetched(sent)


def by_rules(linked: Linked, run: JournalRun) -> Terms:
    """What the rules say of a run, in the scope that is open."""
    return terms_by_rules(run, linked.connection(), booking_rules(), list(journals()))


def test_without_rules_a_run_is_booked_as_it_always_was(linked: Linked, run: JournalRun) -> None:
    with linked.scope():
        seen = linked.seen(run)

        assert BookingRules.objects.count() == 0
        assert seen.journal.code == "MEM"
        assert seen.options.booking_date == run.period_end
        assert seen.options.description == f"Loonjournaal 2026 periode 10 run {run.sequence_number}"
        assert seen.options.condenses is False
        assert seen.rules.notable_percentage == 25


def test_rules_are_kept_once_and_changed(linked: Linked) -> None:
    with linked.scope():
        change_rules({"condenses": True}, user=linked.books.manager)
        change_rules({"date_rule": "month_end"}, user=linked.books.manager)

        (kept,) = BookingRules.objects.all()
        assert (kept.condenses, kept.date_rule) == (True, "month_end")
        assert kept.changed_by == linked.books.manager


def test_rules_decide_what_is_booked(
    linked: Linked, detailed: JournalRun, payroll_journal: Journal
) -> None:
    with linked.scope():
        change_rules(CHOICES | {"journal": payroll_journal}, user=linked.books.manager)

    entry = linked.booked(detailed).entry

    with linked.scope():
        lines = list(
            entry.lines.order_by("number").values_list(
                "account__code", "cost_center__code", "debit", "credit", "source_line"
            )
        )
    # A line of the entry names the line of Loket's only where there is one.
    assert [
        (*codes, str(debit), str(credit), source) for *codes, debit, credit, source in lines
    ] == [
        ("4000", "K100", "1200.00", "0.00", None),
        ("4000", "K100", "0.00", "50.00", 3),
        ("4000", "K200", "300.00", "0.00", 4),
        ("1700", None, "0.00", "1450.00", None),
    ]
    assert (entry.booked_on, entry.journal, entry.number) == (
        date(2026, 11, 25),
        payroll_journal,
        1,
    )
    assert (
        entry.description == f"Lonen oktober 2026 {linked.loket.world.employer('Korenbloem').name}"
    )


def test_a_run_overrules_the_rules_one_by_one(
    linked: Linked, detailed: JournalRun, payroll_journal: Journal
) -> None:
    run = detailed
    with linked.scope():
        change_rules(CHOICES | {"journal": payroll_journal}, user=linked.books.manager)
        memorial = Journal.objects.get(code="MEM")
        for column, value, read in (
            ("booking_date", date(2026, 10, 30), lambda seen: seen.options.booking_date),
            ("description", "Lonen", lambda seen: seen.options.description),
            ("condenses", False, lambda seen: seen.options.condenses),
            ("journal", memorial, lambda seen: seen.journal),
        ):
            before = linked.seen(run)
            JournalRun.objects.filter(pk=run.pk).update(**{column: value})
            after = linked.seen(run)
            assert read(before) != value
            assert read(after) == value
            assert after.hash != before.hash


def test_only_what_differs_from_the_rules_is_kept_with_a_run(
    linked: Linked, run: JournalRun
) -> None:
    with linked.scope():
        ruled = by_rules(linked, run)
        choose(
            run,
            ruled,
            booking_date=ruled.booking_date,
            description=ruled.description,
            journal=None,
            condenses=None,
        )
        assert is_chosen(JournalRun.objects.get(pk=run.pk)) is False

        choose(
            run,
            ruled,
            booking_date=ruled.booking_date,
            description="Lonen",
            journal=None,
            condenses=False,
        )
        stored = JournalRun.objects.get(pk=run.pk)
        assert (stored.booking_date, stored.description, stored.condenses) == (None, "Lonen", False)
        change_rules({"date_rule": "payment_day", "payment_day": 20}, user=linked.books.manager)
        assert linked.seen(run).options.booking_date == date(2026, 10, 20)

        follow_rules(stored)
        assert is_chosen(JournalRun.objects.get(pk=run.pk)) is False


@pytest.mark.parametrize("rules", [{"condenses": True}, {"description_template": "Lonen {run}"}])
def test_what_was_seen_before_the_rules_changed_is_not_booked(
    linked: Linked, detailed: JournalRun, rules: dict[str, object]
) -> None:
    run = detailed
    job = linked.order(run)
    with linked.scope():
        change_rules(rules, user=linked.books.manager)

    refused = linked.carry_out(job)

    assert (refused.state, refused.error_code) == ("failed", "changed_here")
    with linked.scope():
        seen = linked.seen(run)
        assert order_booking(seen, user=linked.books.bookkeeper).pk != job.pk


def test_what_is_booked_stays_as_it_is(linked: Linked, run: JournalRun) -> None:
    booked = linked.booked(run)
    with linked.scope():
        before = list(booked.entry.lines.values_list("number", "debit", "credit", "description"))
        change_rules(CHOICES, user=linked.books.manager)
        entry = type(booked.entry).objects.get(pk=booked.entry_id)
        assert entry.booked_on == booked.entry.booked_on
        assert list(entry.lines.values_list("number", "debit", "credit", "description")) == before


def test_memorials_come_before_payroll_journals(
    linked: Linked, payroll_journal: Journal, run: JournalRun
) -> None:
    with linked.scope():
        Journal.objects.create(code="AAA", name="Bank", kind="bank")
        Journal.objects.create(code="ZZZ", name="Tweede memoriaal", kind="memorial")

        assert [one.code for one in journals()] == ["MEM", "ZZZ", "LON"]
        assert linked.seen(run).journal.code == "MEM"


def test_the_rule_of_an_account_and_a_code_that_is_left_out_are_loaded(linked: Linked) -> None:
    found = linked.fetched(
        linked.add_run(
            [
                line("4000", "10.00", center="K100"),
                line("4100", "5.00", center="WEG"),
                line("1700", "-15.00"),
            ]
        )
    )
    with linked.scope():
        fixed = CostCenter.objects.get(code="K200")
        AccountMapping.objects.create(
            loket_code="4000", cost_center_rule=CostCenterRule.FIXED, cost_center=fixed
        )
        CostCenterMapping.objects.create(loket_code="WEG", cost_center=None)
        lines = linked.seen(found).proposal.lines

    centers = [one.cost_center and one.cost_center.code for one in lines]
    assert centers == ["K200", None, None]


def test_a_closed_period_has_the_next_open_one_beside_it(linked: Linked, run: JournalRun) -> None:
    with linked.scope():
        assert linked.seen(run).next_open is None
        Period.objects.filter(
            fiscal_year__starts_on__year=2026, starts_on__month__in=(10, 11)
        ).update(closed_at=timezone.now())

        found = linked.seen(run)

    assert found.proposal.is_bookable is False
    assert found.next_open is not None
    assert found.next_open.starts_on == date(2026, 12, 1)


def test_a_preview_takes_as_many_queries_however_long_the_run_is(linked: Linked) -> None:
    def queries(lines: int) -> int:
        sent = [line("4000", "1.00", center="K100") for _ in range(lines)]
        run = linked.fetched(linked.add_run([*sent, line("1700", f"-{lines}.00")]))
        with linked.scope(), CaptureQueriesContext(connection) as captured:
            linked.seen(run)
        return len(captured)

    first = queries(2)
    assert queries(200) <= first + 1  # one more run of the period may be booked on top of


@pytest.fixture
def fitters(committed: None, loket: SandboxServer) -> Linked:
    """The installer's payroll of four weeks."""
    return make_linked(loket, username="api.vandenberg", employer="Van den Berg", payroll=1)


def test_a_payroll_of_four_weeks_is_booked_in_the_month_that_the_rule_says(
    fitters: Linked,
) -> None:
    fitters.fetch_runs()
    with fitters.scope():
        first = JournalRun.objects.get(year=2026, period_number=1, test_year=False)
        assert (first.period_start, first.period_end) == (date(2025, 12, 29), date(2026, 1, 25))

        def booked_on(**rules: object) -> date:
            change_rules(rules, user=fitters.books.manager)
            return by_rules(fitters, first).booking_date

        assert booked_on() == date(2026, 1, 25)
        assert booked_on(month_rule="begins_in") == date(2025, 12, 31)
        assert booked_on(keeps_payroll_year=True) == date(2026, 1, 1)
        assert booked_on(month_rule="most_days", date_rule="month_end") == date(2026, 1, 31)
        change_rules({"description_template": "{periodenaam}"}, user=fitters.books.manager)
        assert by_rules(fitters, first).description == "periode 1 (4 weken)"


def test_thresholds_are_amounts(linked: Linked) -> None:
    with linked.scope():
        change_rules({"notable_amount": Decimal("12.50")}, user=linked.books.manager)

        assert booking_rules().notable_amount == Decimal("12.50")


def test_a_run_with_errors_is_not_ordered_whatever_the_rules(
    linked: Linked, puzzling: JournalRun
) -> None:
    with linked.scope():
        change_rules({"condenses": True}, user=linked.books.manager)
        with pytest.raises(BookingRefused):
            order_booking(linked.seen(puzzling), user=linked.books.bookkeeper)
