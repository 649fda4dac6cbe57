"""Managers keep accounts, cost centres, cost units and journals; the others look at them."""

from typing import Any

import pytest
from django.db import IntegrityError
from django.http import HttpResponse
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from finmaster.tenancy import administration_scope
from ledger.chart_parts import ACCOUNTS, COST_CENTERS, COST_UNITS, JOURNALS, ROWS_PER_PAGE, Part
from ledger.models import Account, CostCenter, Journal
from tests.books import Books, make_books
from tests.loket_import.threads import at_once
from tests.pages import FRAME_QUERIES, client_of, only, statuses

PARTS = (ACCOUNTS, COST_CENTERS, COST_UNITS, JOURNALS)
every_part = pytest.mark.parametrize("part", PARTS, ids=[part.name for part in PARTS])

# A row that is there, by its code, and what is sent for a new one.
CODES = {"account": "4000", "cost_center": "K100", "cost_unit": "P01", "journal": "MEM"}
NEW = {"code": "X1", "name": "Nieuw", "kind": "expense"}
NEW_JOURNAL = NEW | {"kind": "payroll"}
THERE_ALREADY = {
    "account": "Er is al een rekening met deze code.",
    "cost_center": "Er is al een kostenplaats met deze code.",
    "cost_unit": "Er is al een kostendrager met deze code.",
    "journal": "Er is al een dagboek met deze code.",
}


def new_row(part: Part, **values: str) -> dict[str, str]:
    """What a manager types to add a row."""
    return (NEW_JOURNAL if part is JOURNALS else NEW) | values


def row_of(books: Books, part: Part, code: str = "") -> Any:
    """A row as it is in the database now: the one of this code, or one that was there first."""
    with administration_scope(books.id):
        return part.all().get(code=code or CODES[part.name])


def address(books: Books, part: Part, *, edit: bool = False) -> str:
    """Of the form that adds a row, or of the one that changes the first one."""
    slug = books.administration.slug
    if edit:
        return reverse(part.edit, args=[slug, row_of(books, part).pk])
    return reverse(part.new, args=[slug])


def rows_url(books: Books, part: Part) -> str:
    """Of the list."""
    return reverse(part.rows, args=[books.administration.slug])


def send(books: Books, part: Part, values: dict[str, str], *, edit: bool = False) -> Any:
    """What a manager gets who sends a form, in Dutch."""
    return client_of(books.manager).post(
        address(books, part, edit=edit), values, headers={"Accept-Language": "nl"}
    )


def seen(books: Books, url: str, *, who: str = "manager", **query: str) -> str:
    """The page as this member sees it."""
    answer: HttpResponse = client_of(getattr(books, who)).get(url, query)
    return answer.content.decode()


@every_part
@pytest.mark.parametrize("edit", [False, True], ids=["new", "edit"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_a_manager_gets_at_the_forms(
    books: Books, part: Part, edit: bool, method: str
) -> None:
    # An empty form is put right first.
    served = 422 if method == "post" else 200

    found = statuses(books, address(books, part, edit=edit), method=method)

    assert found == only("manager", status=served)


@every_part
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_row_of_another_administration_is_not_there(
    books: Books, part: Part, method: str
) -> None:
    other = make_books("Schildersbedrijf Jansen")
    row = row_of(other, part)
    url = reverse(part.edit, args=[books.administration.slug, row.pk])

    answer = getattr(client_of(books.manager), method)(url, new_row(part))

    assert answer.status_code == 404
    assert row_of(other, part).name == row.name


@every_part
def test_a_new_row_ends_in_the_list(books: Books, part: Part) -> None:
    answer = send(books, part, new_row(part))

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{rows_url(books, part)}?page=1"
    assert str(row_of(books, part, "X1")) == "X1 Nieuw"


@every_part
def test_the_same_code_in_another_administration_is_a_code_of_its_own(
    books: Books, part: Part
) -> None:
    other = make_books("Schildersbedrijf Jansen")
    send(other, part, new_row(part))

    assert send(books, part, new_row(part)).status_code == 302


@every_part
def test_a_code_that_is_there_is_refused_beside_its_field_and_what_was_typed_stays(
    books: Books, part: Part
) -> None:
    answer = send(books, part, new_row(part, code=CODES[part.name], name="Mijn naam"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"code": [THERE_ALREADY[part.name]]}
    assert 'href="#id_code"' in page
    assert f'value="{CODES[part.name]}"' in page
    assert 'value="Mijn naam"' in page


@every_part
def test_two_who_add_a_code_at_once_add_it_once(committed_books: Books, part: Part) -> None:
    client = client_of(committed_books.manager)
    url = address(committed_books, part)

    answers = at_once(2, lambda number: client.post(url, new_row(part, name=f"Naam {number}")))

    assert sorted(answer.status_code for answer in answers) == [302, 422]
    assert row_of(committed_books, part, "X1").name.startswith("Naam")


def test_another_refusal_than_of_the_code_is_not_explained_away(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ACCOUNTS.form, "code_once", "another_constraint")

    with pytest.raises(IntegrityError, match="account_code_once"):
        send(books, ACCOUNTS, NEW | {"code": "4000"})


@every_part
@pytest.mark.parametrize("missing", ["code", "name"])
def test_what_is_missing_is_asked_for_and_the_rest_stays(
    books: Books, part: Part, missing: str
) -> None:
    answer = send(books, part, new_row(part, **{missing: "  "}))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [missing]
    kept = "X1" if missing == "name" else "Nieuw"
    assert f'value="{kept}"' in answer.content.decode()


@every_part
def test_the_address_fills_in_code_and_name(books: Books, part: Part) -> None:
    page = seen(books, address(books, part), code="4711", naam='Kosten <"nieuw">')

    assert 'value="4711"' in page
    assert 'value="Kosten &lt;&quot;nieuw&quot;&gt;"' in page


@every_part
def test_a_code_stays_as_it_was_given(books: Books, part: Part) -> None:
    form = seen(books, address(books, part, edit=True))
    answer = send(books, part, new_row(part, name="Anders"), edit=True)

    assert 'name="code"' not in form
    assert answer.status_code == 302
    assert row_of(books, part).name == "Anders"


def test_a_journal_keeps_its_kind(books: Books) -> None:
    send(books, JOURNALS, {"name": "Memo", "kind": "bank"}, edit=True)

    assert row_of(books, JOURNALS).name == "Memo"
    assert row_of(books, JOURNALS).kind == "memorial"


@pytest.mark.parametrize("part", [ACCOUNTS, COST_CENTERS, COST_UNITS], ids=lambda part: part.name)
def test_blocking_shows_in_the_list_and_is_undone_the_same_way(books: Books, part: Part) -> None:
    values = {"name": "Naam", "kind": "expense"}

    send(books, part, values | {"is_blocked": "on"}, edit=True)
    blocked = row_of(books, part).is_blocked
    page = client_of(books.viewer).get(rows_url(books, part), headers={"Accept-Language": "nl"})
    send(books, part, values, edit=True)

    assert blocked
    assert "Geblokkeerd" in page.content.decode()
    assert not row_of(books, part).is_blocked


def test_everything_of_an_account_but_its_code_is_changed(books: Books) -> None:
    send(
        books,
        ACCOUNTS,
        {"name": "Vordering", "kind": "asset", "rgs_code": "BVor", "requires_cost_center": "on"},
        edit=True,
    )

    account = row_of(books, ACCOUNTS)
    assert (account.name, account.kind, account.rgs_code) == ("Vordering", "asset", "BVor")
    assert (account.is_postable, account.requires_cost_center) == (False, True)


def test_an_account_of_an_unknown_kind_is_refused(books: Books) -> None:
    answer = send(books, ACCOUNTS, NEW | {"kind": "wages"})

    assert list(answer.context["form"].errors) == ["kind"]


def test_a_refused_name_does_not_become_the_title(books: Books) -> None:
    answer = send(books, ACCOUNTS, {"name": "Getypt", "kind": ""}, edit=True)

    assert answer.context["title"] == "4000 Bruto lonen wijzigen"
    assert 'value="Getypt"' in answer.content.decode()


@every_part
def test_the_lists_lead_to_the_forms_for_managers_only(books: Books, part: Part) -> None:
    links = [address(books, part), address(books, part, edit=True)]

    for_manager, for_bookkeeper, for_viewer = (
        seen(books, rows_url(books, part), who=who) for who in ("manager", "bookkeeper", "viewer")
    )

    assert [link in for_manager for link in links] == [True, True]
    assert [link in for_bookkeeper for link in links] == [False, False]
    assert [link in for_viewer for link in links] == [False, False]


@every_part
def test_an_empty_list_offers_a_manager_to_begin(books: Books, part: Part) -> None:
    with administration_scope(books.id):
        part.all().delete()

    page = seen(books, rows_url(books, part))

    assert "empty-state" in page
    assert page.count(address(books, part)) == 2


def test_a_saved_row_is_shown_on_its_page_of_a_long_list(books: Books) -> None:
    with administration_scope(books.id):
        CostCenter.objects.bulk_create(
            CostCenter(code=f"A{n:03}", name="Vol") for n in range(ROWS_PER_PAGE)
        )

    answer = client_of(books.manager).post(
        address(books, COST_CENTERS), {"code": "Z9", "name": "Laatste"}, follow=True
    )

    assert answer.redirect_chain[-1][0].endswith("?page=2")
    assert "Z9" in answer.content.decode()
    assert "banner--success" in answer.content.decode()


@pytest.mark.parametrize(
    ("part", "model", "values"),
    [(ACCOUNTS, Account, {"kind": "income"}), (JOURNALS, Journal, {"kind": "bank"})],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_list_takes_as_many_queries_when_it_is_long(
    books: Books,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    part: Part,
    model: type[Account | Journal],
    values: dict[str, str],
) -> None:
    with administration_scope(books.id):
        model.objects.bulk_create(model(code=f"9{n:03}", name="Vol", **values) for n in range(120))
    client = client_of(books.manager)

    with django_assert_max_num_queries(FRAME_QUERIES + 2):
        page = client.get(rows_url(books, part)).content.decode()

    assert "page=2" in page


@every_part
def test_saving_takes_few_queries(
    books: Books, django_assert_max_num_queries: DjangoAssertNumQueries, part: Part
) -> None:
    """The row, the change in a savepoint, a check of its kind, and where it stands in the list."""
    client = client_of(books.manager)
    url = address(books, part, edit=True)

    with django_assert_max_num_queries(FRAME_QUERIES + 8):
        client.post(url, {"name": "Anders", "kind": "expense"})
