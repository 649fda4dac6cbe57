"""Every page is wholly in the language that the browser asks for."""

import re
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from connections.models import ChartMode, Connection
from loket_import.models import JournalRun
from tests.books import Books
from tests.loket_import.browsing import address
from tests.loket_import.linked import Linked
from tests.pages import client_of
from tests.reading import Page, read, walk

# Words without which hardly a sentence can do, and that the other language doesn't have. What is
# shown of Loket and of the books is Dutch in either language, but no sentences.
FOREIGN = {
    "nl": re.compile(
        r"\b(the|and|with|from|this|that|your|you|not|for|by|are|has|have|nothing|yet|all)\b", re.I
    ),
    "en": re.compile(r"\b(een|niet|wordt|worden|uw|deze|dit|naar|voor|niets|geen)\b", re.I),
}
LANGUAGES = sorted(FOREIGN)

# Where links lead from the overview and from the list of runs.
PAGES = {
    "overview",
    "booking_rules",
    "entry",
    "reverse_entry",
    *("ledger:" + name for name in ("master_data", "accounts", "cost_centers", "cost_units")),
    *("ledger:" + name for name in ("journals", "fiscal_years", "entries")),
    *("connections:" + name for name in ("connections", "connection", "change", "end", "mappings")),
    *("loket_import:" + name for name in ("files", "new", "employer", "payroll", "runs")),
    *("loket_import:" + name for name in ("content", "cures", "edit", "lines", "proof", "report")),
}


def foreign(page: Page, language: str) -> list[str]:
    """The texts of a page that are not in the language, or that could be translated into it."""
    assert page.language == language
    with override(language):
        return [
            text for text in page.texts if FOREIGN[language].search(text) or gettext(text) != text
        ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_pages_of_a_connected_administration(
    linked: Linked, run: JournalRun, puzzling: JournalRun, manager: Client, language: str
) -> None:
    linked.undo(linked.booked(run).entry)
    linked.booked(linked.fetched(linked.loket_runs(4)[-3]))

    starts = [
        reverse("overview", args=[linked.slug]),
        address(linked, "runs"),
        address(linked, "content", puzzling.pk),
    ]

    pages = list(walk(manager, *starts, language=language))

    assert {name for name, _ in pages} >= PAGES
    assert [(name, text) for name, page in pages for text in foreign(page, language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_with_suggestions(
    linked: Linked, run: JournalRun, bookkeeper: Client, language: str
) -> None:
    with linked.scope():
        Connection.objects.update(chart_mode=ChartMode.TRANSPOSE)
    headers = {"Accept-Language": language}
    cures = address(linked, "cures", run.pk)

    for answer in (
        bookkeeper.get(cures, headers=headers),
        bookkeeper.post(cures, {"account-34303030-typed": "x"}, headers=headers),
        bookkeeper.get(address(linked, "sure_suggestions", run.pk), headers=headers),
        bookkeeper.post(address(linked, "sure_suggestions", run.pk), headers=headers),
    ):
        assert answer.status_code in (200, 422)
        assert foreign(read(answer.content.decode()), language) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ["viewer", "manager"])
def test_all_pages_of_an_administration_without_connection(
    books: Books, role: str, language: str
) -> None:
    start = reverse("overview", args=[books.administration.slug])

    pages = list(walk(client_of(getattr(books, role)), start, language=language))

    assert len(pages) > 10
    assert [(name, text) for name, page in pages for text in foreign(page, language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_forms_that_were_refused(books: Books, language: str) -> None:
    client = client_of(books.manager)
    create = reverse("connections:create", args=[books.administration.slug])

    refused = client.post(create, {"username": ""}, headers={"Accept-Language": language})
    log_in = Client().post(
        reverse("login"), {"username": ""}, headers={"Accept-Language": language}
    )

    assert "error-summary" in refused.content.decode()
    assert "error-summary" in log_in.content.decode()
    assert foreign(read(refused.content.decode()), language) == []
    assert foreign(read(log_in.content.decode()), language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_that_say_no(books: Books, language: str) -> None:
    headers = {"Accept-Language": language}
    absent = client_of(books.viewer).get("/a/bestaat-niet/", headers=headers)
    forbidden = client_of(books.viewer).get(address(books, "new"), headers=headers)

    assert absent.status_code == HTTPStatus.NOT_FOUND
    assert forbidden.status_code == HTTPStatus.FORBIDDEN
    assert foreign(read(absent.content.decode()), language) == []
    assert foreign(read(forbidden.content.decode()), language) == []
