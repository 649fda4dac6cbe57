"""Texts of Loket, of offices and of users are shown as text, on every page and in every place."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from connections.mapping import TARGETS, Dimension, add_mapping, bookable_targets
from connections.models import ChartMode, Connection, MappingChange
from finmaster.models import Administration, Membership, Office, Role, User
from finmaster.tenancy import administration_scope
from ledger.models import Account, Journal
from loket_import.models import BookingRules, JournalRun
from loket_import.sandbox.model import Coded, Component, Line
from tests.books import Books, make_books
from tests.loket_import.browsing import address
from tests.loket_import.linked import Linked
from tests.pages import client_of

MARK = "zzz"
# Ends an attribute, an element, a title and a drawing, and begins a script.
HOSTILE = f"""{MARK}"'></option></title></svg><script>alert(1)</script><img src=x onerror=a>"""
MAPPED = {Dimension.ACCOUNT: "<b>1", Dimension.COST_CENTER: "<i>K", Dimension.COST_UNIT: "<i>P"}


def hostile_line(code: str, debit: str = "0", credit: str = "0", *, center: str = "") -> Line:
    """A line of which Loket calls everything by a hostile name."""
    return Line(
        account=Coded(1, code, HOSTILE),
        debet=Decimal(debit),
        credit=Decimal(credit),
        cost_center=Coded(1, center, HOSTILE) if center else None,
        cost_unit=Coded(1, "<i>P", HOSTILE) if center else None,
        component=Component(7, f"{MARK}\"'><script>x</script>"),
    )


def map_all(user: User, codes: dict[Dimension, str]) -> None:
    """Map a code of each part on the first thing there is, in the scope that is open."""
    for part, code in codes.items():
        target = bookable_targets(part).first()
        assert target is not None
        add_mapping(
            part,
            loket_code=code,
            loket_description=HOSTILE,
            target_id=target.pk,
            user=user,
        )


def call_all_hostile() -> None:
    """Give everything a hostile name that has one."""
    for table in (*TARGETS.values(), Journal):
        table.objects.update(name=HOSTILE)


@pytest.fixture
def run(linked: Linked) -> JournalRun:
    """A run with hostile texts; one code of each part is mapped, another account's is not."""
    with linked.scope():
        call_all_hostile()
        Connection.objects.update(
            chart_mode=ChartMode.TRANSPOSE, employer_name=HOSTILE, payroll_name=HOSTILE
        )
        map_all(linked.books.manager, MAPPED)
    lines = [hostile_line("<b>1", "10.00", center="<i>K"), hostile_line("<b>2", credit="10.00")]
    found = linked.fetched(linked.add_run(lines))
    User.objects.update(name=HOSTILE)
    Office.objects.update(name=HOSTILE)
    return found


@pytest.fixture
def neighbour(linked: Linked) -> Books:
    """Another administration of the office, which knows the code that is not mapped."""
    other = make_books("Buren", office=linked.books.office)
    with administration_scope(other.id):
        call_all_hostile()
        map_all(other.manager, {Dimension.ACCOUNT: "<b>2", Dimension.COST_CENTER: "<i>K2"})
    Membership.objects.create(
        user=linked.books.manager,
        office=linked.books.office,
        administration=other.administration,
        role=Role.VIEWER,
    )
    return other


def looked_at(answer: Any) -> str:
    """A page in which every hostile text is text."""
    html: str = answer.content.decode()
    assert answer.status_code in (200, 409, 422), answer.request["PATH_INFO"]
    for piece in (f"{MARK}\"'", "<script>", "<img src=x", "<b>1", "<b>2", "<i>K", "<i>P"):
        assert piece not in html, (answer.request["PATH_INFO"], piece)
    assert MARK in html, answer.request["PATH_INFO"]
    return html


def test_nothing_that_was_written_elsewhere_is_markup(
    neighbour: Books, linked: Linked, run: JournalRun, manager: Client
) -> None:
    Administration.objects.update(name=HOSTILE)
    slug, fee = linked.slug, {"user": linked.books.manager, "role": Role.MANAGER}
    Membership.objects.create(office=linked.books.office, administration=None, **fee)
    with linked.scope():
        change = MappingChange.objects.earliest("pk")
        mapping = TARGETS[Dimension.ACCOUNT].objects.order_by("code").last()
        table = reverse("connections:mappings", args=[slug])
    assert mapping is not None

    for name in ("content", "cures", "edit", "report", "lines", "relation"):
        looked_at(manager.get(address(linked, name, run.pk)))
    looked_at(manager.get(address(linked, "runs")))
    looked_at(manager.get(reverse("booking_rules", args=[slug])))
    looked_at(manager.get(reverse("overview", args=[slug])))
    looked_at(manager.get(table))
    looked_at(manager.get(reverse("connections:mapping_history", args=[slug])))
    looked_at(manager.get(reverse("connections:mappings_copy", args=[slug])))
    other = neighbour.administration.slug
    looked_at(manager.get(reverse("mappings_copy_from", args=[slug, other])))
    looked_at(manager.get(reverse("mapping_restore", args=[slug, change.pk])))
    looked_at(manager.get(reverse("connections:connections", args=[slug])))
    looked_at(manager.get(reverse("office_fee:office_fee", args=[linked.books.office.pk])))
    for part in ("rekeningen", "kostenplaatsen", "kostendragers"):
        looked_at(manager.get(f"{table}{part}/nieuw/", {"code": HOSTILE, "description": HOSTILE}))
    asked: dict[str, Any] = {
        "dimension": "account",
        "code": "<b>1",
        "target": mapping.pk,
        "seen": change.pk,
    }
    asked |= {"cost_center_rule": "as_sent", "description": HOSTILE}
    consequences = reverse("mapping_consequences", args=[slug])
    looked_at(manager.get(consequences, asked))
    looked_at(manager.get(consequences, asked | {"seen": 0}))
    looked_at(manager.get(consequences, asked | {"target": "", "description": HOSTILE}))


def test_nothing_that_is_sent_along_is_markup(
    linked: Linked, run: JournalRun, manager: Client
) -> None:
    slug = linked.slug
    for place, words in (
        (reverse("connections:mappings", args=[slug]), {"zoek": HOSTILE, "deel": HOSTILE}),
        (reverse("connections:mapping_history", args=[slug]), {"code": HOSTILE, "zoek": HOSTILE}),
        (address(linked, "content", run.pk), {"gezien": HOSTILE, "page": HOSTILE}),
        (address(linked, "cures", run.pk), {"vanaf": HOSTILE}),
    ):
        looked_at(manager.get(place, words))
    key = f"account-{b'<b>2'.hex()}"
    looked_at(manager.post(address(linked, "cures", run.pk), {f"{key}-typed": HOSTILE}))
    looked_at(manager.post(address(linked, "cures", run.pk), {f"{key}-target": HOSTILE}))
    looked_at(manager.post(address(linked, "report", run.pk), {"message": f"{HOSTILE} 1.234,56"}))
    rules = {"description_template": "{" + HOSTILE + "}", "notable_amount": HOSTILE}
    looked_at(manager.post(reverse("booking_rules", args=[slug]), rules))
    looked_at(manager.post(reverse("booking_rules_examples", args=[slug]), rules))
    looked_at(manager.post(address(linked, "edit", run.pk), {"description": HOSTILE * 9}))


def test_nothing_in_a_file_is_markup(linked: Linked, run: JournalRun, manager: Client) -> None:
    def sent(*lines: str) -> str:
        head = "Onderdeel;Code in Loket.nl;Omschrijving in Loket.nl;Onze code;Regel;Kostenplaats"
        quoted = [
            ";".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in line.split("|"))
            for line in lines
        ]
        content = "\r\n".join((head, *quoted)).encode()
        file = SimpleUploadedFile(f"{MARK}.csv", content)
        return looked_at(
            manager.post(reverse("mappings_import", args=[linked.slug]), {"file": file})
        )

    sent(f"Rekeningen|{HOSTILE[:50]}|{HOSTILE}|4000||")
    sent(f"{HOSTILE}|{HOSTILE}|{HOSTILE}|{HOSTILE}|{HOSTILE}|{HOSTILE}")
    sent(f"Rekeningen|{HOSTILE}|{HOSTILE}|{HOSTILE}|{HOSTILE}|{HOSTILE}")


def test_nothing_that_is_booked_is_markup(linked: Linked, run: JournalRun, manager: Client) -> None:
    with linked.scope():
        map_all(linked.books.manager, {Dimension.ACCOUNT: "<b>2"})
        BookingRules.objects.create(description_template="{werkgever}", condenses=True)
        Account.objects.update(requires_cost_center=False)
    booked = linked.booked(run)

    looked_at(manager.get(address(linked, "content", run.pk)))
    looked_at(manager.get(address(linked, "files")))
    looked_at(manager.get(address(linked, "relation", run.pk)))
    for query in ("", "?alles=1"):
        looked_at(manager.get(address(linked, "proof", run.pk, booked.pk) + query))
    looked_at(manager.get(reverse("entry", args=[linked.slug, booked.entry_id])))
    looked_at(client_of(linked.books.viewer).get(reverse("overview", args=[linked.slug])))
