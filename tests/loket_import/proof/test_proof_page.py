"""The page that proves a booking: what it shows, to whom, and that tampering is told loudly."""

from http import HTTPStatus

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from loket_import.models import Booking, BookingRules, JournalRun
from loket_import.proof.reckoning import answer_hash
from loket_import.views import proof as view
from tests.database import past_the_guards
from tests.loket_import.browsing import address, line
from tests.loket_import.linked import Linked
from tests.loket_import.reporting.reports import send
from tests.pages import FRAME_QUERIES, client_of, only, statuses
from tests.reading import read

AGREES = "gelijk tot op de cent"
DIFFERS = "komt niet overeen"


@pytest.fixture
def booked(linked: Linked, run: JournalRun) -> Booking:
    """The newest run that can be booked, booked; with its content."""
    made = linked.booked(run)
    with linked.scope():
        return Booking.objects.select_related(
            "content", "entry__journal", "entry__fiscal_year"
        ).get(pk=made.pk)


def url_of(linked: Linked, booking: Booking) -> str:
    """Address of the proof of a booking."""
    return address(linked, "proof", booking.run_id, booking.pk)


def page(client: Client, linked: Linked, booking: Booking, query: str = "") -> str:
    """The proof of a booking."""
    answer = client.get(url_of(linked, booking) + query)
    assert answer.status_code == HTTPStatus.OK
    return answer.content.decode()


def test_it_shows_both_sides_by_account_the_mapping_the_checks_and_the_hash(
    linked: Linked, booked: Booking, bookkeeper: Client
) -> None:
    texts = read(page(bookkeeper, linked, booked)).texts
    html = " ".join(texts)

    assert AGREES in html
    assert f"Bewijs van {booked.entry}" in texts
    assert "Totalen per grootboekrekening" in texts
    assert "1700 Te betalen netto lonen" in texts
    assert texts.count("nee") == 0
    assert "Debet is gelijk aan credit, tot op de cent" in texts
    assert booked.content.answer_sha256 in page(bookkeeper, linked, booked)
    assert "zelfde code" in texts
    assert linked.books.bookkeeper.name in html


def test_every_member_may_see_it_and_nobody_else(linked: Linked, booked: Booking) -> None:
    assert statuses(linked.books, url_of(linked, booked)) == only("viewer", "bookkeeper", "manager")


def test_a_booking_of_another_run_is_not_there(
    linked: Linked, booked: Booking, bookkeeper: Client
) -> None:
    other = linked.stored(linked.loket_runs(4)[0])

    answer = bookkeeper.get(address(linked, "proof", other.pk, booked.pk))

    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_pages_lead_to_it(
    linked: Linked, run: JournalRun, booked: Booking, bookkeeper: Client
) -> None:
    url = url_of(linked, booked)
    for start in (
        address(linked, "content", run.pk),
        address(linked, "files"),
        reverse("entry", args=[linked.slug, booked.entry_id]),
    ):
        assert url in read(bookkeeper.get(start).content.decode()).links, start


def test_a_reversed_booking_is_proved_as_well_and_leads_to_its_reversal(
    linked: Linked, booked: Booking, bookkeeper: Client
) -> None:
    counter = linked.undo(booked.entry)

    found = read(page(bookkeeper, linked, booked))

    assert AGREES in " ".join(found.texts)
    assert reverse("entry", args=[linked.slug, counter.pk]) in found.links
    assert "Gestorneerd met" in found.texts


def test_it_says_whether_loket_was_told(
    linked: Linked, run: JournalRun, booked: Booking, bookkeeper: Client
) -> None:
    send(linked, run)

    assert "Teruggemeld aan Loket.nl" in page(bookkeeper, linked, booked)


def test_an_older_booking_says_what_is_not_known(
    linked: Linked, booked: Booking, bookkeeper: Client
) -> None:
    with past_the_guards() as auditor:
        auditor.execute("UPDATE loket_import_booking SET proof = '{}'")

    html = page(bookkeeper, linked, booked)

    assert "voordat het bewijs werd vastgelegd" in html
    assert DIFFERS not in html
    assert "Totalen per grootboekrekening" not in html
    # The check of the books that ends this test knows nothing else to say either.


def test_the_hash_is_made_from_the_stored_bytes(linked: Linked, booked: Booking) -> None:
    with linked.scope():
        assert answer_hash(booked.content_id) == booked.content.answer_sha256


TAMPERINGS = {
    "a booked line moves to another account": (
        "UPDATE ledger_journalline SET account_id = (SELECT id FROM ledger_account WHERE code ="
        " '1740' AND administration_id = {id}) WHERE entry_id = {entry} AND number = 1",
        "UPDATE ledger_journalline l SET account_id = a.id FROM ledger_account a,"
        " loket_import_runline s WHERE l.entry_id = {entry} AND l.number = 1 AND s.number = 1"
        " AND s.content_id = {content} AND a.code = s.account_code AND a.administration_id = {id}",
    ),
    "a byte of the answer is another": (
        "UPDATE loket_import_runcontent SET pages[1] = pages[1] || ' '::bytea WHERE id = {content}",
        "UPDATE loket_import_runcontent SET pages[1] = substring(pages[1] FROM 1 FOR"
        " octet_length(pages[1]) - 1) WHERE id = {content}",
    ),
    "a line of Loket is another": (
        "UPDATE loket_import_runline SET debit = debit + 1 WHERE content_id = {content}"
        " AND number = 1",
        "UPDATE loket_import_runline SET debit = debit - 1 WHERE content_id = {content}"
        " AND number = 1",
    ),
    "the noted total is another": (
        "UPDATE loket_import_booking SET proof = jsonb_set(proof, '{{total_debit}}', '\"1.00\"')"
        " WHERE id = {booking}",
        "UPDATE loket_import_booking SET proof ="
        " jsonb_set(proof, '{{total_debit}}', proof->'total_credit') WHERE id = {booking}",
    ),
}


@pytest.mark.parametrize(("tamper", "mend"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_tampering_is_told_loudly(
    linked: Linked, booked: Booking, bookkeeper: Client, tamper: str, mend: str
) -> None:
    ids = {
        "id": linked.id,
        "entry": booked.entry_id,
        "content": booked.content_id,
        "booking": booked.pk,
    }
    with past_the_guards() as auditor:
        auditor.execute(tamper.format(**ids))
    try:
        html = page(bookkeeper, linked, booked)
    finally:
        # The check of the books that ends this test would find it as well.
        with past_the_guards() as auditor:
            auditor.execute(mend.format(**ids))

    assert DIFFERS in html
    assert 'role="alert"' in html
    assert AGREES not in html


def test_long_runs_are_shown_by_the_page_and_whole_on_request(
    linked: Linked, bookkeeper: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "LINES_PER_PAGE", 10)
    lines = [line("4000", f"{number}.00") for number in range(1, 26)]
    sent = linked.add_run([*lines, line("1700", "-325.00")])
    booked = linked.booked(linked.fetched(sent))

    second = page(bookkeeper, linked, booked, "?page=2")
    whole = page(bookkeeper, linked, booked, "?alles=1")

    assert second.count('<td class="code" data-label="Regel">') == 20
    assert whole.count('<td class="code" data-label="Regel">') == 52
    assert "?alles=1" in second
    assert "?alles=1" not in whole
    assert "325,00" in second


def test_a_condensed_line_names_the_lines_that_it_stands_for(
    linked: Linked, bookkeeper: Client
) -> None:
    with linked.scope():
        BookingRules.objects.create(condenses=True)
    lines = [line("4000", "1.00"), line("1700", "-9.00"), line("4000", "8.00")]
    booked = linked.booked(linked.fetched(linked.add_run(lines)))
    assert booked.entry.line_count == 2

    html = page(bookkeeper, linked, booked)

    assert ">1, 3</td>" in html
    assert "verdicht per rekening" in html
    assert AGREES in html


def test_the_number_of_queries_does_not_grow_with_the_lines(
    linked: Linked, bookkeeper: Client
) -> None:
    counts = []
    for size in (2, 60):
        lines = [line("4000", f"{number}.00") for number in range(1, size)]
        total = sum(range(1, size))
        booked = linked.booked(
            linked.fetched(linked.add_run([*lines, line("1700", f"-{total}.00")]))
        )
        with CaptureQueriesContext(connection) as caught:
            page(bookkeeper, linked, booked)
        counts.append(len(caught))

    assert counts[0] == counts[1] <= FRAME_QUERIES + 14


def test_it_can_be_printed_with_administration_number_and_date(
    linked: Linked, booked: Booking, bookkeeper: Client
) -> None:
    html = page(bookkeeper, linked, booked)

    (head,) = [part for part in html.split('class="print-only">')[1:] if "·" in part][:1]
    assert linked.books.administration.name in head
    assert str(booked.entry) in head
    assert "Afgedrukt op" in head


def test_a_viewer_sees_no_more_than_is_kept(linked: Linked, booked: Booking) -> None:
    assert "<form" not in page(client_of(linked.books.viewer), linked, booked).split("<main")[1]
