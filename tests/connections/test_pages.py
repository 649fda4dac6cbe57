"""Pages of external connections: who sees them, what they say in each state, what they do."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from connections import lifecycle
from connections.history import record
from connections.models import ChartMode, Connection, ConnectionState, EventKind
from finmaster.tenancy import administration_scope
from tests.books import Books, make_books
from tests.connections.agreed import AGREED
from tests.pages import FRAME_QUERIES, client_of, only, statuses

EVERYONE = only("viewer", "bookkeeper", "manager")


def address(books: Books, name: str, *args: int) -> str:
    """The address of a page of these books."""
    return reverse(f"connections:{name}", args=[books.administration.slug, *args])


@pytest.fixture
def connection(books: Books) -> int:
    """A connection that nobody authorised yet; its id."""
    with administration_scope(books.id):
        return lifecycle.create(
            username="api.korenbloem", chart_mode=ChartMode.TRANSPOSE, user=books.manager
        ).pk


def set_columns(books: Books, connection: int, **values: Any) -> None:
    """Overwrite columns of a connection."""
    with administration_scope(books.id):
        Connection.objects.filter(pk=connection).update(**values)


def now(books: Books, connection: int) -> Connection:
    """A connection as it is in the database now."""
    with administration_scope(books.id):
        return Connection.objects.get(pk=connection)


def page_for(books: Books, role: str, name: str, *args: int) -> str:
    """What a member with this role sees."""
    return client_of(getattr(books, role)).get(address(books, name, *args)).content.decode()


def test_every_member_sees_a_connection(books: Books, connection: int) -> None:
    assert statuses(books, address(books, "connection", connection)) == EVERYONE


def test_a_connection_leads_to_the_mapping_table(books: Books, connection: int) -> None:
    assert address(books, "mappings") in page_for(books, "viewer", "connection", connection)


def test_every_member_sees_the_list(books: Books) -> None:
    assert statuses(books, address(books, "connections")) == EVERYONE


@pytest.mark.parametrize("name", ["new", "create"])
def test_making_a_connection_takes_a_manager(books: Books, name: str) -> None:
    assert statuses(books, address(books, name)) == only("manager")


@pytest.mark.parametrize("name", ["change", "end"])
def test_changing_and_ending_take_a_manager(books: Books, connection: int, name: str) -> None:
    assert statuses(books, address(books, name, connection)) == only("manager")


def test_authorising_takes_a_manager(books: Books, connection: int) -> None:
    authorising = address(books, "authorise", connection)

    assert statuses(books, authorising, method="post") == only("manager", status=302)


@pytest.mark.parametrize("name", ["connection", "change", "end"])
def test_a_connection_of_another_administration_is_not_there(
    books: Books, connection: int, name: str
) -> None:
    other = make_books("Schildersbedrijf Jansen")

    answer = client_of(other.manager).get(address(other, name, connection))

    assert answer.status_code == 404


def test_only_a_manager_is_offered_a_new_connection(books: Books) -> None:
    button = address(books, "new")

    assert button in page_for(books, "manager", "connections")
    assert button not in page_for(books, "bookkeeper", "connections")


def test_a_new_connection_says_what_comes_first_and_who_authorises(
    books: Books, connection: int
) -> None:
    button = address(books, "authorise", connection)

    for_manager = page_for(books, "manager", "connection", connection)
    for_bookkeeper = page_for(books, "bookkeeper", "connection", connection)

    for words in ("Raadplegen journaaloutput", "940", "Journaal Basis", "Journaalmodule"):
        assert words in for_manager
    assert button in for_manager
    assert button not in for_bookkeeper


def test_an_active_connection_leads_bookkeepers_to_the_import(
    books: Books, connection: int
) -> None:
    set_columns(books, connection, state=ConnectionState.ACTIVE)
    button = reverse("loket_import:start", args=[books.administration.slug])

    assert button in page_for(books, "bookkeeper", "connection", connection)
    assert button not in page_for(books, "viewer", "connection", connection)


def test_a_lost_authorisation_can_be_given_again_by_a_manager(
    books: Books, connection: int
) -> None:
    set_columns(books, connection, state=ConnectionState.REAUTHORISE)
    button = address(books, "authorise", connection)

    for_manager = page_for(books, "manager", "connection", connection)
    for_bookkeeper = page_for(books, "bookkeeper", "connection", connection)

    assert "banner--warning" in for_manager
    assert button in for_manager
    assert "banner--warning" in for_bookkeeper
    assert button not in for_bookkeeper


def test_an_ended_connection_can_only_be_looked_at(books: Books, connection: int) -> None:
    set_columns(books, connection, state=ConnectionState.ENDED)

    page = page_for(books, "manager", "connection", connection)

    assert address(books, "new") in page
    for name in ("change", "end", "authorise"):
        assert address(books, name, connection) not in page


def test_a_connection_of_another_environment_is_not_authorised(
    books: Books, connection: int, settings: Settings
) -> None:
    settings.LOKET_ENVIRONMENT = "acceptance"

    page = page_for(books, "manager", "connection", connection)

    assert "banner--error" in page
    assert address(books, "authorise", connection) not in page


def test_the_last_trouble_of_an_active_connection_is_told(books: Books, connection: int) -> None:
    set_columns(books, connection, state=ConnectionState.ACTIVE, trouble="loket_login_unavailable")

    assert "loket_login_unavailable" in page_for(books, "viewer", "connection", connection)


@pytest.mark.parametrize("name", ["new", "create"])
def test_a_second_connection_is_answered_before_anything_is_filled_in(
    books: Books, connection: int, name: str
) -> None:
    page = page_for(books, "manager", name)

    assert f'class="button" href="{address(books, "connection", connection)}"' in page
    assert 'name="username"' not in page
    assert address(books, "create") not in page


def test_a_second_connection_is_refused_all_the_same(books: Books, connection: int) -> None:
    answer = client_of(books.manager).post(
        address(books, "create"), {"username": "api.tweede", "chart_mode": "adopt"} | AGREED
    )

    assert answer.status_code == 422
    assert "connection_exists" in answer.content.decode()
    assert 'value="api.tweede"' in answer.content.decode()


def test_managers_may_authorise_a_connected_connection_again(books: Books, connection: int) -> None:
    set_columns(books, connection, state=ConnectionState.ACTIVE)
    act = f'action="{address(books, "authorise", connection)}"'

    assert act in page_for(books, "manager", "connection", connection)
    assert act not in page_for(books, "bookkeeper", "connection", connection)


def test_who_may_not_import_is_not_told_to(books: Books, connection: int) -> None:
    set_columns(books, connection, state=ConnectionState.ACTIVE)

    for role, is_told in (("viewer", False), ("bookkeeper", True)):
        page = page_for(books, role, "connection", connection)
        assert ("koppelt u de werkgever" in page) == is_told
        assert ("Een boekhouder van deze administratie" in page) != is_told


def test_after_an_end_there_is_no_active_connection(books: Books, connection: int) -> None:
    set_columns(books, connection, state=ConnectionState.ENDED)

    assert "Geen actieve connectie" in page_for(books, "manager", "connections")


def test_key_facts_and_history_are_in_words(books: Books, connection: int) -> None:
    set_columns(
        books,
        connection,
        employer_id=uuid4(),
        employer_name="Bakkerij De Korenbloem B.V.",
        employer_kvk="12345678",
        payroll_administration_id=uuid4(),
        payroll_name="Maandloon",
        payroll_tax_number="123456789L01",
        payroll_period_type="Maand",
    )
    with administration_scope(books.id):
        held = Connection.objects.get()
        record(held, EventKind.REFUSED, user_id=books.manager.pk, detail="denied")
        record(held, EventKind.REFUSED, user_id=books.manager.pk, detail="other_employer")
        record(held, EventKind.REFUSED, user_id=books.manager.pk, detail="pin_not_checked")
        record(held, EventKind.MODE_CHANGED, user_id=books.manager.pk, detail="adopt")

    page = page_for(books, "viewer", "connection", connection)

    for words in ("Bakkerij De Korenbloem B.V.", "12345678", "Maandloon", "123456789L01", "Maand"):
        assert words in page
    assert books.manager.name in page
    assert page.count("timeline__text") == 5
    for code in ("denied", "other_employer", "pin_not_checked", "adopt"):
        assert f">{code}<" not in page


def test_a_long_history_takes_as_many_queries_as_a_short_one(
    books: Books, connection: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with administration_scope(books.id):
        for _ in range(30):
            record(Connection.objects.get(), EventKind.REFUSED, user_id=books.manager.pk)
    client = client_of(books.viewer)

    with django_assert_max_num_queries(FRAME_QUERIES + 3):
        client.get(address(books, "connection", connection))


def test_making_a_connection_ends_on_its_page(books: Books) -> None:
    answer = client_of(books.manager).post(
        address(books, "create"), {"username": " api.nieuw ", "chart_mode": "transpose"} | AGREED
    )

    with administration_scope(books.id):
        made = Connection.objects.get()
    assert answer.headers["Location"] == address(books, "connection", made.pk)
    assert made.username == "api.nieuw"


def test_what_was_filled_in_stays_when_something_is_missing(books: Books) -> None:
    client = client_of(books.manager)

    without_mode = client.post(address(books, "create"), {"username": "api.nieuw"})
    without_name = client.post(address(books, "create"), {"chart_mode": "transpose"})

    assert without_mode.status_code == without_name.status_code == 422
    assert 'value="api.nieuw"' in without_mode.content.decode()
    assert 'value="transpose" id="id_chart_mode_1" checked' in without_name.content.decode()
    assert 'href="#id_username"' in without_name.content.decode()


def test_a_loket_user_of_another_administration_is_refused_and_stays_filled_in(
    books: Books, connection: int
) -> None:
    other = make_books("Schildersbedrijf Jansen")

    answer = client_of(other.manager).post(
        address(other, "create"), {"username": "API.Korenbloem", "chart_mode": "adopt"} | AGREED
    )

    assert answer.status_code == 422
    assert "username_taken" in answer.content.decode()
    assert 'value="API.Korenbloem"' in answer.content.decode()


def test_the_user_name_is_fixed_once_it_was_authorised(books: Books, connection: int) -> None:
    client = client_of(books.manager)
    filled_in = {"username": "iemand.anders", "chart_mode": "adopt"}

    client.post(address(books, "change", connection), filled_in)
    before = now(books, connection).username
    set_columns(books, connection, state=ConnectionState.ACTIVE, username="api.korenbloem")
    answer = client.post(address(books, "change", connection), filled_in, follow=True)

    assert "De connectie is opgeslagen." in answer.content.decode()
    assert before == "iemand.anders"
    assert now(books, connection).username == "api.korenbloem"
    assert now(books, connection).chart_mode == ChartMode.ADOPT


def test_ending_asks_first_and_then_ends(books: Books, connection: int) -> None:
    client = client_of(books.manager)

    client.get(address(books, "end", connection))
    after_looking = now(books, connection).is_live
    client.post(address(books, "end", connection))

    assert after_looking
    assert not now(books, connection).is_live


def test_an_authorisation_that_failed_is_explained_and_nothing_else_is(books: Books) -> None:
    client = client_of(books.manager)

    out_of_the_blue = client.get(reverse("loket_refused"))
    session = client.session
    session["loket_refusal"] = "U gaf geen toestemming."
    session.save()
    explained = client.get(reverse("loket_refused"))

    assert out_of_the_blue.status_code == 404
    assert explained.status_code == 400
    assert "U gaf geen toestemming." in explained.content.decode()
