"""The page that changes a mapping: who may, what it offers, what it keeps."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.urls import NoReverseMatch, reverse

from connections import lifecycle
from connections.mapping import TABLES, TARGETS, Dimension, add_mapping
from connections.models import ChartMode, Mapping
from finmaster.tenancy import administration_scope
from ledger.models import Account, CostCenter, CostUnit
from tests.books import Books, make_books
from tests.pages import client_of, only, statuses

every_dimension = pytest.mark.parametrize("dimension", Dimension)
CODES = {Dimension.ACCOUNT: "4000", Dimension.COST_CENTER: "K100", Dimension.COST_UNIT: "P01"}


@pytest.fixture
def connection(books: Books) -> int:
    """A connection that transposes, with a mapping of each kind for the code MON040; its id."""
    with administration_scope(books.id):
        CostUnit.objects.create(code="P02", name="Gebak")
        for dimension, code in CODES.items():
            add_mapping(
                dimension,
                loket_code="MON040",
                loket_description="Montage",
                target_id=TARGETS[dimension].objects.get(code=code).pk,
                user=books.bookkeeper,
            )
        return lifecycle.create(
            username="api.korenbloem", chart_mode=ChartMode.TRANSPOSE, user=books.manager
        ).pk


def mapping(books: Books, dimension: Dimension) -> Mapping:
    """The one mapping of a kind."""
    with administration_scope(books.id):
        return TABLES[dimension].objects.select_related("set_by").get()


def page_of(books: Books, connection: int, dimension: Dimension) -> str:
    """The address where that one is changed."""
    found = mapping(books, dimension).pk
    return reverse(
        "connections:mapping_change", args=[books.administration.slug, connection, dimension, found]
    )


def offered(answer: Any) -> list[str]:
    """The names in the list."""
    return [str(name) for _, name in answer.context["form"].fields["target"].choices]


def target_id(books: Books, dimension: Dimension, code: str) -> int:
    """Id of what has this code here."""
    with administration_scope(books.id):
        return TARGETS[dimension].objects.get(code=code).pk


@every_dimension
def test_changing_a_mapping_takes_a_manager(
    books: Books, connection: int, dimension: Dimension
) -> None:
    assert statuses(books, page_of(books, connection, dimension)) == only("manager")


@every_dimension
def test_sending_the_change_takes_a_manager_too(
    books: Books, connection: int, dimension: Dimension
) -> None:
    page = page_of(books, connection, dimension)

    assert statuses(books, page, method="post") == only("manager", status=422)


@every_dimension
def test_only_a_manager_is_offered_the_change(
    books: Books, connection: int, dimension: Dimension
) -> None:
    page = page_of(books, connection, dimension)
    table = reverse("connections:mappings", args=[books.administration.slug, connection])
    seen_by = {
        role: page in client_of(getattr(books, role)).get(table).content.decode()
        for role in ("viewer", "bookkeeper", "manager")
    }

    assert seen_by == {"viewer": False, "bookkeeper": False, "manager": True}


@every_dimension
def test_a_mapping_of_another_administration_is_not_there(
    books: Books, connection: int, dimension: Dimension
) -> None:
    other = make_books("Schildersbedrijf Jansen")
    with administration_scope(other.id):
        theirs = lifecycle.create(
            username="api.jansen", chart_mode=ChartMode.TRANSPOSE, user=other.manager
        ).pk
    found = mapping(books, dimension).pk
    slug, client = other.administration.slug, client_of(other.manager)

    for connection_id, mapping_id in ((connection, found), (theirs, found), (theirs, 10**17)):
        page = reverse(
            "connections:mapping_change", args=[slug, connection_id, dimension, mapping_id]
        )
        assert client.get(page).status_code == 404
        assert client.post(page, {"target": 1}).status_code == 404


def test_there_are_no_other_kinds_of_mapping(books: Books, connection: int) -> None:
    page = page_of(books, connection, Dimension.ACCOUNT)

    answer = client_of(books.manager).get(page.replace("rekeningen", "dagboeken"))

    assert answer.status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("connections:mapping_change", args=["x", connection, "journal", 1])


def test_the_page_says_what_stands_and_offers_what_can_be_booked_on(
    books: Books, connection: int
) -> None:
    with administration_scope(books.id):
        Account.objects.filter(code="1700").update(is_blocked=True)
        Account.objects.filter(code="1710").update(is_postable=False)

    answer = client_of(books.manager).get(page_of(books, connection, Dimension.ACCOUNT))

    shown = answer.content.decode()
    for words in ("MON040 Montage", "4000 Bruto lonen", books.bookkeeper.name):
        assert words in shown
    assert [name[:4] for name in offered(answer)[1:]] == ["1740", "4000", "4100"]
    assert answer.context["form"]["target"].value() == target_id(books, Dimension.ACCOUNT, "4000")


@every_dimension
def test_a_change_is_kept_with_who_made_it_and_when(
    books: Books, connection: int, dimension: Dimension
) -> None:
    before = mapping(books, dimension)
    code = {"account": "4100", "cost_center": "K200", "cost_unit": "P02"}[dimension]
    other = target_id(books, dimension, code)

    answer = client_of(books.manager).post(page_of(books, connection, dimension), {"target": other})

    after = mapping(books, dimension)
    assert getattr(after, f"{dimension}_id") == other
    assert after.set_by == books.manager
    assert after.set_at > before.set_at
    assert answer.headers["Location"] == reverse(
        "connections:mappings", args=[books.administration.slug, connection]
    )
    (told,) = get_messages(answer.wsgi_request)
    assert "MON040" in str(told)
    assert code in str(told)


@every_dimension
def test_what_can_not_be_booked_on_is_no_change(
    books: Books, connection: int, dimension: Dimension
) -> None:
    before = mapping(books, dimension)
    foreign = target_id(make_books("Andere"), dimension, CODES[dimension])
    blocked = getattr(before, f"{dimension}_id")
    with administration_scope(books.id):
        TARGETS[dimension].objects.filter(pk=blocked).update(is_blocked=True)
    client, page = client_of(books.manager), page_of(books, connection, dimension)

    for target in ("", "x", 10**30, foreign, blocked):
        answer = client.post(page, {"target": target})
        assert answer.status_code == 422
        assert answer.context["form"].errors == {"target": ["Kies er een uit de lijst."]}
    assert mapping(books, dimension).set_by == books.bookkeeper


def test_a_target_that_was_blocked_since_is_told_but_not_offered(
    books: Books, connection: int
) -> None:
    with administration_scope(books.id):
        CostCenter.objects.filter(code="K100").update(is_blocked=True)

    answer = client_of(books.manager).get(page_of(books, connection, Dimension.COST_CENTER))

    assert "K100 Kantoor" in answer.content.decode()
    assert offered(answer)[1:] == ["K200 Werkplaats"]
