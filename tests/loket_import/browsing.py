"""Pages of the import as its users see them."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from loket_import.models import JournalRun
from loket_import.sandbox.model import Coded, Line
from tests.books import Books
from tests.loket_import.linked import Linked
from tests.pages import client_of


def address(books: Books | Linked, name: str, *arguments: object) -> str:
    """Address of a page of the import."""
    slug = books.slug if isinstance(books, Linked) else books.administration.slug
    return reverse(f"loket_import:{name}", args=[slug, *arguments])


def said(answer: Any) -> list[str]:
    """The messages that the user sees next."""
    return [str(message) for message in get_messages(answer.wsgi_request)]


def template_of(answer: Any) -> str:
    """Name of the template that made a page."""
    return str(answer.templates[0].name)


@pytest.fixture
def bookkeeper(linked: Linked) -> Client:
    """The bookkeeper's browser."""
    return client_of(linked.books.bookkeeper)


@pytest.fixture
def manager(linked: Linked) -> Client:
    """The manager's browser."""
    return client_of(linked.books.manager)


@pytest.fixture
def run(linked: Linked) -> JournalRun:
    """The newest run that can be booked, with its lines."""
    return linked.fetched(linked.last_ready())


def line(code: str, amount: str, *, center: str | None = None) -> Line:
    """A line with a debit, or a credit when the amount is negative."""
    value = Decimal(amount)
    return Line(
        account=Coded(1, code, f"Omschrijving {code}"),
        debet=max(value, Decimal(0)),
        credit=max(-value, Decimal(0)),
        cost_center=Coded(2, center, f"Afdeling {center}") if center else None,
    )


@pytest.fixture
def puzzling(linked: Linked) -> JournalRun:
    """A run with an account and a cost centre that are unknown here."""
    return linked.fetched(
        linked.add_run([line("9999X", "10.00", center="ZZ9"), line("1700", "-10.00")])
    )
