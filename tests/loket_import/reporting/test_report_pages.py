"""What the pages say of the reports to Loket, and who may do what about them."""

from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse

from connections.models import Connection
from loket_import.models import JobKind, JournalRun, LoketReport, ReportState
from loket_import.sandbox import SandboxServer
from loket_import.sandbox import faults as fault
from loket_import.sandbox.model import RIGHT_EXPORT, Status
from tests.loket_import.browsing import address, said
from tests.loket_import.linked import Linked
from tests.loket_import.reporting.reports import at_loket, may_report, report_job, report_of, send
from tests.pages import client_of, only, statuses


def page(client: Client, linked: Linked, run: JournalRun) -> str:
    """The page of a run."""
    answer = client.get(address(linked, "content", run.pk))
    assert answer.status_code == HTTPStatus.OK
    return answer.content.decode()


def connection_page(client: Client, linked: Linked) -> str:
    """The page of the connection."""
    url = reverse("connections:connection", args=[linked.slug, linked.connection_id])
    return client.get(url).content.decode()


# On the page of the run


def test_a_booked_run_says_that_it_is_being_reported_and_then_that_it_was(
    linked: Linked, run: JournalRun, bookkeeper: Client
) -> None:
    linked.booked(run)
    assert "Wordt aan Loket.nl gemeld" in page(bookkeeper, linked, run)

    report = send(linked, run)

    html = page(bookkeeper, linked, run)
    assert "Teruggemeld aan Loket.nl" in html
    assert report.message in html
    assert "melden/opnieuw" not in html


def test_a_delay_is_told_and_needs_no_act(
    linked: Linked, run: JournalRun, bookkeeper: Client
) -> None:
    linked.booked(run)
    linked.loket.faults.add("PATCH", "journalruns/", action=fault.respond(503))
    send(linked, run)

    html = page(bookkeeper, linked, run)

    assert "FinMaster probeert het vanzelf opnieuw" in html
    assert "melden/opnieuw" not in html


def test_what_nobody_tries_any_more_can_be_tried_again(
    linked: Linked, run: JournalRun, bookkeeper: Client
) -> None:
    linked.booked(run)
    linked.loket.faults.add("PATCH", "journalruns/", action=fault.respond(503), times=5)
    for _attempt in range(5):
        send(linked, run)
    html = page(bookkeeper, linked, run)
    assert "Niet teruggemeld aan Loket.nl" in html
    assert "In de boekhouding verandert niets" in html
    assert "melden/opnieuw" in html
    assert "melden/opnieuw" not in page(client_of(linked.books.viewer), linked, run)

    answer = bookkeeper.post(address(linked, "report_retry", run.pk))

    assert answer.status_code == HTTPStatus.FOUND
    assert said(answer) == ["De melding gaat opnieuw naar Loket.nl."]
    assert send(linked, run).state == ReportState.SENT


def test_nothing_left_to_tell_is_said(linked: Linked, run: JournalRun, bookkeeper: Client) -> None:
    answer = bookkeeper.post(address(linked, "report_retry", run.pk))

    assert said(answer) == ["Er is niets meer aan Loket.nl te melden."]


def test_who_may_try_again(linked: Linked, run: JournalRun) -> None:
    url = address(linked, "report_retry", run.pk)

    assert statuses(linked.books, url, method="post") == only("bookkeeper", "manager", status=302)


# A refusal


def test_a_run_that_can_not_be_booked_offers_to_tell_loket(
    linked: Linked, puzzling: JournalRun, bookkeeper: Client
) -> None:
    url = address(linked, "report", puzzling.pk)

    assert url in page(bookkeeper, linked, puzzling)
    assert url not in page(client_of(linked.books.viewer), linked, puzzling)


def test_a_run_that_can_be_booked_offers_no_such_thing(
    linked: Linked, run: JournalRun, bookkeeper: Client
) -> None:
    assert address(linked, "report", run.pk) not in page(bookkeeper, linked, run)


def test_the_reason_is_filled_in_and_counted(
    linked: Linked, puzzling: JournalRun, bookkeeper: Client
) -> None:
    html = bookkeeper.get(address(linked, "report", puzzling.pk)).content.decode()

    reason = (
        "FinMaster kan deze run niet boeken: onbekende grootboekrekening 9999X Omschrijving 9999X; "
        "onbekende kostenplaats ZZ9 Afdeling ZZ9."
    )
    assert reason in html
    assert f"{len(reason)} van hoogstens 255 tekens" in html


def test_a_message_is_sent_as_it_was_changed_and_seen_in_the_history(
    linked: Linked, puzzling: JournalRun, bookkeeper: Client
) -> None:
    url = address(linked, "report", puzzling.pk)

    answer = bookkeeper.post(url, {"message": " Rekening 9999X \r\n kennen wij niet "})

    assert answer.status_code == HTTPStatus.FOUND
    report = send(linked, puzzling)
    assert (report.state, report.message) == (
        ReportState.SENT,
        "Rekening 9999X kennen wij niet",
    )
    assert at_loket(linked, puzzling).status == Status.EXPORT_FAILED
    html = page(bookkeeper, linked, puzzling)
    assert "Teruggemeld aan Loket.nl" in html
    assert report.message in html
    assert linked.books.bookkeeper.name in html


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("", "Vul in waarom"),
        ("x" * 256, "256"),
        ("Rekening 4000 is 1.234,56 te hoog", "Laat bedragen weg"),
    ],
)
def test_a_message_that_will_not_do_is_refused_and_kept(
    linked: Linked, puzzling: JournalRun, bookkeeper: Client, message: str, told: str
) -> None:
    answer = bookkeeper.post(address(linked, "report", puzzling.pk), {"message": message})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert told in answer.content.decode()
    assert message in answer.content.decode()
    with linked.scope():
        assert not LoketReport.objects.exists()


def test_a_second_message_waits_for_the_first(
    linked: Linked, puzzling: JournalRun, bookkeeper: Client
) -> None:
    url = address(linked, "report", puzzling.pk)
    bookkeeper.post(url, {"message": "Een"})

    answer = bookkeeper.post(url, {"message": "Twee"})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "al een melding over deze run naar Loket.nl onderweg" in answer.content.decode()
    assert report_of(linked, puzzling).message == "Een"


def test_without_the_right_the_form_says_how_to_get_it(
    linked: Linked, puzzling: JournalRun, bookkeeper: Client
) -> None:
    with linked.scope():
        Connection.objects.update(may_report=False)

    html = bookkeeper.get(address(linked, "report", puzzling.pk)).content.decode()

    assert "Exporteren journaalrun" in html
    assert "<textarea" not in html


def test_who_may_refuse(linked: Linked, puzzling: JournalRun) -> None:
    url = address(linked, "report", puzzling.pk)

    assert statuses(linked.books, url) == only("bookkeeper", "manager")


def test_a_run_of_another_administration_is_not_there(
    linked: Linked, puzzling: JournalRun, bookkeeper: Client
) -> None:
    for name in ("report", "report_retry"):
        answer = bookkeeper.post(address(linked, name, puzzling.pk + 999), {"message": "x"})
        assert answer.status_code == HTTPStatus.NOT_FOUND


# The right, on the page of the connection


def test_the_page_of_the_connection_says_what_is_known_of_the_right(
    linked: Linked, run: JournalRun, manager: Client
) -> None:
    assert "blijkt bij de eerste boeking" in connection_page(manager, linked)
    linked.booked(run)
    send(linked, run)

    assert "Werkt" in connection_page(manager, linked)


def forbidden(linked: Linked, run: JournalRun) -> set[str]:
    """A booking of which Loket forbade the report; the rights of its user."""
    rights = linked.loket.world.users["api.korenbloem"].rights[linked.payroll.employer_id]
    rights.discard(RIGHT_EXPORT)
    linked.booked(run)
    assert send(linked, run).state == ReportState.NOT_ALLOWED
    return rights


def test_without_the_right_it_says_how_to_grant_it_and_tries_again(
    linked: Linked, run: JournalRun, manager: Client
) -> None:
    rights = forbidden(linked, run)
    html = connection_page(manager, linked)
    assert "api.korenbloem bij Bakkerij De Korenbloem B.V. het recht" in html
    assert "Exporteren journaalrun" in html
    assert "#terugmelden" in page(manager, linked, run)
    rights.add(RIGHT_EXPORT)

    answer = manager.post(address(linked, "report_allow"))

    assert said(answer) == [
        "Er wordt 1 melding naar Loket.nl gestuurd. Op deze pagina ziet u of het mocht."
    ]
    assert send(linked, run).state == ReportState.SENT
    assert may_report(linked) is True


def test_only_a_manager_has_the_right_tried_again(linked: Linked, run: JournalRun) -> None:
    forbidden(linked, run)
    url = address(linked, "report_allow")

    assert url not in connection_page(client_of(linked.books.bookkeeper), linked)
    assert statuses(linked.books, url, method="post") == only("manager", status=302)


def test_the_job_of_a_report_leads_to_its_run(
    linked: Linked, run: JournalRun, bookkeeper: Client
) -> None:
    linked.booked(run)
    job = report_job(linked, run)
    assert job.kind == JobKind.REPORT
    send(linked, run)

    answer = bookkeeper.get(address(linked, "progress", job.pk))

    assert answer.headers["Location"] == address(linked, "content", run.pk)


def test_a_loket_user_of_the_sandbox_lacks_the_right(loket: SandboxServer) -> None:
    """So that the demo can show what is said then."""
    rights = loket.world.users["api.zorggroep"].rights

    assert not any(RIGHT_EXPORT in names for names in rights.values())
