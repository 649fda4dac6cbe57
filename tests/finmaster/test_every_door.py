"""Every address of an administration, opened and sent to by those who should not get in."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern

from finmaster.models import Role
from tests.books import Books, make_books
from tests.finmaster.test_doors import PATTERNS
from tests.pages import client_of

# What may stand in an address, of the right form and of nothing that is there.
NOTHING = {
    "int": "999999999",
    "slug": "niet-hier",
    "str": "runs",
    "dimension": "rekeningen",
    "month": "2026-11",
    "spreadsheet": "csv",
}
INSIDE = [one for one in PATTERNS if one[0].startswith("a/<slug:administration>/")]
METHODS = ("get", "post")


def place(address: str, slug: str = "") -> str:
    """An address of nothing, in the administration that is called so."""
    found = address.replace("<slug:administration>", slug)
    return "/" + re.sub("<([a-z]+):[a-z_]+>", lambda converter: NOTHING[converter[1]], found)


def every_door() -> "pytest.MarkDecorator":
    """Once for each address of an administration."""
    return pytest.mark.parametrize(
        ("address", "pattern"), INSIDE, ids=[address for address, _pattern in INSIDE]
    )


@every_door()
def test_who_is_no_member_finds_nothing(books: Books, address: str, pattern: URLPattern) -> None:
    """Also who may do everything in another administration of the same office."""
    for stranger in (make_books(office=books.office).manager, make_books().manager):
        client = client_of(stranger)
        for method in METHODS:
            answer = getattr(client, method)(place(address, books.administration.slug))
            assert answer.status_code == 404, method


@every_door()
def test_a_role_below_the_one_that_is_needed_is_refused(
    books: Books, address: str, pattern: URLPattern
) -> None:
    needed: Role = pattern.callback.required_role  # type: ignore[attr-defined]
    for role in Role:
        client = client_of(getattr(books, role.value))
        for method in METHODS:
            answer = getattr(client, method)(place(address, books.administration.slug))
            if not role.includes(needed):
                # Pages for one method refuse the other before they look at who asks.
                turned_away = {403} | ({302} if method == "get" else {405})
                assert answer.status_code in turned_away, (role, method)
            assert answer.status_code < 500, (role, method)


@pytest.mark.parametrize(("address", "pattern"), PATTERNS, ids=[one for one, _ in PATTERNS])
def test_a_form_of_another_site_is_refused(books: Books, address: str, pattern: URLPattern) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(books.manager)

    answer = client.post(place(address, books.administration.slug), {"x": "1"})

    assert (answer.status_code, not getattr(pattern.callback, "csrf_exempt", False)) == (403, True)
