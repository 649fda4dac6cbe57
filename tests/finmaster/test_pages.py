"""The office's page, the log-in page, and the pages that say no."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from finmaster.models import Administration, Membership, Role, User
from tests.books import PASSWORD, Books, make_books, make_user
from tests.pages import client_of


def make_office_member(books: Books, administrations: int) -> User:
    """A viewer of the whole office, which gets this many more administrations."""
    user = make_user("kantoor@example.nl")
    Membership.objects.create(user=user, office=books.office, role=Role.VIEWER)
    Administration.objects.bulk_create(
        Administration(office=books.office, number=f"N{n:03}", name=f"Zaak {n}", slug=f"zaak-{n}")
        for n in range(administrations)
    )
    return user


def test_who_has_one_administration_goes_straight_to_it(books: Books) -> None:
    answer = client_of(books.viewer).get(reverse("office"))

    assert answer.headers["Location"] == reverse("overview", args=[books.administration.slug])


def test_who_has_several_chooses(books: Books) -> None:
    other = make_books("Schildersbedrijf Jansen", office=books.office)
    make_books("Van een ander kantoor")

    page = client_of(make_office_member(books, 0)).get(reverse("office")).content.decode()

    assert reverse("overview", args=[books.administration.slug]) in page
    assert reverse("overview", args=[other.administration.slug]) in page
    assert "Van een ander kantoor" not in page


def test_administrations_are_found_by_number_and_name(books: Books) -> None:
    client = client_of(make_office_member(books, 3))

    by_number = client.get(reverse("office"), {"zoek": "n001"}).content.decode()
    by_name = client.get(reverse("office"), {"zoek": "korenbloem"}).content.decode()
    nothing = client.get(reverse("office"), {"zoek": "bestaat niet"})

    assert "Zaak 1" in by_number
    assert "Zaak 2" not in by_number
    assert books.administration.name in by_name
    assert nothing.status_code == 200
    assert 'value="bestaat niet"' in nothing.content.decode()


def test_who_is_no_member_anywhere_is_told_so(db: None) -> None:
    page = client_of(make_user("niemand@example.nl")).get(reverse("office"))

    assert page.status_code == 200
    assert "empty-state" in page.content.decode()


def test_a_long_list_costs_as_many_queries_as_a_short_one(
    books: Books, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(make_office_member(books, 250))

    with django_assert_max_num_queries(6):
        page = client.get(reverse("office"), {"page": 2})

    assert "Zaak 150" in page.content.decode()


@pytest.mark.parametrize("name", ["office", "loket_refused"])
def test_who_is_logged_out_is_sent_to_log_in(db: None, name: str) -> None:
    answer = Client().get(reverse(name))

    assert answer.headers["Location"].startswith(reverse("login"))


def test_a_wrong_password_keeps_the_address_that_was_typed(books: Books) -> None:
    page = Client().post(reverse("login"), {"username": books.viewer.email, "password": "mis"})

    assert f'value="{books.viewer.email}"' in page.content.decode()
    assert "error-summary" in page.content.decode()


def test_logging_in_leads_to_the_page_that_was_asked_for(books: Books) -> None:
    asked = reverse("ledger:entries", args=[books.administration.slug])

    answer = Client().post(
        reverse("login"),
        {"username": books.viewer.email, "password": PASSWORD, "next": asked},
    )

    assert answer.headers["Location"] == asked


def test_a_form_without_its_token_is_refused_on_a_page_of_our_own(books: Books) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(books.manager)

    answer = client.post(reverse("logout"))

    assert answer.status_code == 403
    assert "message-page" in answer.content.decode()


def test_refusals_show_the_frame_of_the_administration_only_to_its_members(books: Books) -> None:
    address = reverse("connections:new", args=[books.administration.slug])

    forbidden = client_of(books.viewer).get(address)
    unknown = client_of(make_user("vreemd@example.nl")).get(address)

    assert forbidden.status_code == 403
    assert books.administration.name in forbidden.content.decode()
    assert unknown.status_code == 404
    assert books.administration.name not in unknown.content.decode()
