"""Ids of another administration, in addresses and in forms, of somebody who may enter both."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connections.mapping import TABLES, Dimension, add_mapping
from connections.models import AccountMapping, ChartMode, Connection, MappingChange
from finmaster.models import Membership, Role
from ledger.models import Account, CostCenter, Journal, JournalEntry
from loket_import.models import Booking, BookingRules, Confirmation, JournalRun, LoketReport
from loket_import.sandbox import SandboxServer
from tests.loket_import.browsing import address, line
from tests.loket_import.linked import Linked, make_linked


@dataclass(frozen=True, slots=True)
class Theirs:
    """What another administration has."""

    linked: Linked
    run: JournalRun
    booking: Booking
    change: MappingChange
    mapping: AccountMapping
    account: Account
    cost_center: CostCenter
    journal: Journal


@pytest.fixture
def theirs(linked: Linked, loket: SandboxServer) -> Theirs:
    """Another office's books with a booked run; the manager of the bakery manages them too."""
    made = make_linked(loket, username="api.vandenberg", employer="Van den Berg")
    Membership.objects.create(
        user=linked.books.manager,
        office=made.books.office,
        administration=made.books.administration,
        role=Role.MANAGER,
    )
    lines = [line("4000", "10.00"), line("1700", "-10.00")]
    run = made.fetched(made.add_run(lines))
    booking = made.booked(run)
    with made.scope():
        account = Account.objects.get(code="4000")
        add_mapping(
            Dimension.ACCOUNT,
            loket_code="9999X",
            loket_description="",
            target_id=account.pk,
            user=made.books.manager,
        )
        return Theirs(
            made,
            run,
            booking,
            MappingChange.objects.latest("pk"),
            AccountMapping.objects.get(),
            account,
            CostCenter.objects.earliest("pk"),
            Journal.objects.earliest("pk"),
        )


def test_nothing_of_theirs_is_found_below_our_address(
    linked: Linked, theirs: Theirs, manager: Client
) -> None:
    slug, run, booking = linked.slug, theirs.run.pk, theirs.booking
    mine = linked.fetched(linked.last_ready())
    addresses = [
        *(
            address(linked, name, run)
            for name in (
                *("content", "edit", "take_date", "book", "cures", "sure_suggestions"),
                *("confirm", "relation", "lines", "report", "report_retry"),
            )
        ),
        address(linked, "proof", run, booking.pk),
        # Of a run of ours the booking of another one.
        address(linked, "proof", mine.pk, booking.pk),
        f"{address(linked, 'lines', mine.pk)}?inhoud={booking.content_id}",
        reverse("entry", args=[slug, booking.entry_id]),
        reverse("mapping_restore", args=[slug, theirs.change.pk]),
        reverse("connections:mapping_change", args=[slug, "account", theirs.mapping.pk]),
        reverse("connections:connection", args=[slug, theirs.linked.connection_id]),
        # Another office's table is none to copy from.
        reverse("mappings_copy_from", args=[slug, theirs.linked.slug]),
    ]

    for place in addresses:
        opened = manager.get(place)
        # Pages for forms lead back when they are opened.
        is_back = opened.get("Location") == reverse("overview", args=[slug])
        assert opened.status_code == 404 or is_back, place
        assert manager.post(place, {"message": "Nee", "seen": "0"}).status_code == 404, place
    with theirs.linked.scope():
        assert Booking.objects.get().reversal_id is None
        assert not LoketReport.objects.filter(action="MarkAsProcessingFailed").exists()
        assert MappingChange.objects.count() == 1


def test_nothing_of_theirs_is_chosen_in_our_forms(
    linked: Linked, theirs: Theirs, puzzling: JournalRun, manager: Client
) -> None:
    slug, account = linked.slug, theirs.account.pk
    with linked.scope():
        Connection.objects.update(chart_mode=ChartMode.TRANSPOSE)
    keys = {"account": b"9999X".hex(), "cost_center": b"ZZ9".hex()}
    answers = {
        f"account-{keys['account']}-target": account,
        f"cost_center-{keys['cost_center']}-target": theirs.cost_center.pk,
    }
    mapping = {
        "dimension": "account",
        "code": "9999X",
        "target": account,
        "cost_center_rule": "as_sent",
        "seen": 0,
    }
    fixed = mapping | {
        "target": ours(linked),
        "cost_center_rule": "fixed",
        "cost_center": theirs.cost_center.pk,
    }
    rules = {"detail": "per_line", "date_rule": "period_end", "month_rule": "ends_in"}
    rules |= {"notable_percentage": "10", "notable_amount": "10"}
    entry = {"booking_date": "25-11-2026", "description": "x", "journal": theirs.journal.pk}
    consequences = reverse("mapping_consequences", args=[slug])

    for place, values in (
        (address(linked, "cures", puzzling.pk), answers),
        (consequences, mapping),
        (consequences, fixed),
        (reverse("connections:mapping_new", args=[slug, "account"]), mapping),
        (reverse("booking_rules", args=[slug]), rules | {"journal": theirs.journal.pk}),
        (address(linked, "edit", puzzling.pk), entry),
    ):
        assert manager.post(place, values).status_code == 422, place

    label = f"{theirs.account.code} {theirs.account.name}"
    sure = address(linked, "sure_suggestions", puzzling.pk)
    manager.post(sure, {"accept": [f"account-{keys['account']} {account} {label}"]})
    with linked.scope():
        assert not any(table.objects.exists() for table in TABLES.values())
        assert not BookingRules.objects.exists()
        assert JournalRun.objects.get(pk=puzzling.pk).journal_id is None


def ours(linked: Linked) -> int:
    """The id of an account of ours."""
    with linked.scope():
        return Account.objects.get(code="4000").pk


def test_a_word_that_was_given_elsewhere_is_none_here(
    linked: Linked, theirs: Theirs, manager: Client
) -> None:
    mine = linked.fetched(linked.last_ready())
    keys = [f"twin:{theirs.booking.entry_id}", f"run_exported:{theirs.run.loket_id}", "x" * 500]

    for key in keys:
        manager.post(address(linked, "confirm", mine.pk), {"problem": key})

    with linked.scope():
        assert not Confirmation.objects.exists()


def test_the_database_refuses_what_a_form_would_let_through(linked: Linked, theirs: Theirs) -> None:
    def kept(**columns: Any) -> None:
        AccountMapping.objects.create(loket_code="1", **columns)

    for columns in (
        {"account_id": theirs.account.pk},
        {
            "account_id": ours(linked),
            "cost_center_id": theirs.cost_center.pk,
            "cost_center_rule": "fixed",
        },
    ):
        with pytest.raises(Exception, match="violates foreign key"), linked.scope():
            kept(**columns)
    with linked.scope():
        assert not JournalEntry.objects.filter(pk=theirs.booking.entry_id).exists()
