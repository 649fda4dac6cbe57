"""Files that leave FinMaster: kept by no browser or proxy, and opened by none as a page."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.books import Books
from tests.connections.billing.conftest import NOVEMBER, Billed, billed
from tests.pages import client_of

__all__ = ["billed"]

FILES = ("csv", "xlsx")


def look_at(client: Client, address: str, *, is_file: bool = True) -> str:
    """What an answer holds, after a look at its headers."""
    answer = client.get(address)
    content = b"".join(answer) if answer.streaming else answer.content
    assert answer.status_code == 200, address
    assert answer["Cache-Control"] == "no-store", address
    assert answer["X-Content-Type-Options"] == "nosniff", address
    assert answer["X-Frame-Options"] == "DENY", address
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy, address
    assert "unsafe" not in policy, address
    if is_file:
        name = answer["Content-Disposition"]
        assert re.fullmatch(r'attachment; filename="[a-z0-9.-]+"', name), name
    else:
        assert "Content-Disposition" not in answer
    return content.decode(errors="replace")


@pytest.mark.parametrize("kind", FILES)
def test_the_mapping_table(books: Books, kind: str) -> None:
    address = reverse(f"connections:mappings_{kind}", args=[books.administration.slug])

    look_at(client_of(books.viewer), address)


@pytest.mark.parametrize("kind", FILES)
def test_statements(billed: Billed, kind: str) -> None:
    of_office = reverse("office_fee:file", args=[billed.office.pk, NOVEMBER, kind])

    look_at(client_of(billed.operator), reverse("billing:file", args=[NOVEMBER, kind]))
    look_at(client_of(billed.manager), of_office)


def test_invoices_and_what_is_printed(billed: Billed) -> None:
    client = client_of(billed.operator)

    look_at(client, reverse("billing:invoices", args=[NOVEMBER]))
    page = look_at(client, reverse("billing:print", args=[NOVEMBER]), is_file=False)
    assert "style=" not in page
    assert not re.search(r"<script(?! src=)|<style| on[a-z]+=", page)
