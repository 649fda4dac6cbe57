"""Pages of master data and of the memorial: who sees them, and what they do."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db.models.functions import Now
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from finmaster.tenancy import administration_scope
from ledger import calendar, reversal
from ledger.entry_views import LINES_PER_PAGE
from ledger.models import Account, CostCenter, FiscalYear, Journal, JournalEntry, Period
from ledger.period_names import period_name
from ledger.posting import Draft, DraftLine, post
from tests.books import Books, make_books
from tests.pages import FRAME_QUERIES, client_of, only, statuses

Act = Callable[[], object]


def address(books: Books, name: str, *args: int) -> str:
    """The address of a page of these books."""
    return reverse(name, args=[books.administration.slug, *args])


def post_wages(books: Books, *, booked_on: date = date(2026, 1, 31), pairs: int = 1) -> int:
    """An entry of EUR 1,234.56 on each side for each pair of lines; its id."""
    amount, nothing = Decimal("1234.56"), Decimal("0.00")
    with administration_scope(books.id):
        wages, net = (Account.objects.get(code=code).pk for code in ("4000", "1700"))
        branch = CostCenter.objects.get(code="K100").pk
        lines = [
            DraftLine(wages, amount, nothing, cost_center_id=branch),
            DraftLine(net, nothing, amount),
        ] * pairs
        journal = Journal.objects.get(code="MEM").pk
        return post(
            Draft(journal, booked_on, "Loonjournaal januari", lines, books.bookkeeper.pk)
        ).pk


def reverse_wages(books: Books, entry: int) -> int:
    """Reverse an entry; the id of the reversal."""
    with administration_scope(books.id):
        return reversal.reverse(
            JournalEntry.objects.get(pk=entry),
            booked_on=date(2026, 2, 1),
            reason="Verkeerde maand",
            reversed_by_id=books.bookkeeper.pk,
        ).pk


def period_of(books: Books, number: int) -> Period:
    """A period of 2026 as it is in the database now."""
    with administration_scope(books.id):
        return Period.objects.select_related("fiscal_year").get(number=number)


@pytest.mark.parametrize(
    "name",
    [
        "ledger:master_data",
        "ledger:accounts",
        "ledger:cost_centers",
        "ledger:cost_units",
        "ledger:journals",
        "ledger:fiscal_years",
        "ledger:entries",
    ],
)
def test_every_member_sees_the_books_and_nobody_else(books: Books, name: str) -> None:
    everyone = only("viewer", "bookkeeper", "manager")

    assert statuses(books, address(books, name)) == everyone


def test_every_member_sees_an_entry_and_only_a_bookkeeper_its_reversal(books: Books) -> None:
    entry = post_wages(books)

    assert statuses(books, address(books, "entry", entry)) == only(
        "viewer", "bookkeeper", "manager"
    )


def test_reversing_takes_a_bookkeeper(books: Books) -> None:
    entry = post_wages(books)

    assert statuses(books, address(books, "reverse_entry", entry)) == only("bookkeeper", "manager")


def test_closing_a_period_takes_a_manager(books: Books) -> None:
    closing = address(books, "ledger:period", period_of(books, 1).pk)

    assert statuses(books, closing, method="post") == only("manager", status=302)


def test_an_entry_of_another_administration_is_not_there(books: Books) -> None:
    other = make_books("Schildersbedrijf Jansen")
    entry = post_wages(other)

    assert client_of(books.manager).get(address(books, "entry", entry)).status_code == 404


def test_an_entry_shows_its_lines_and_totals(books: Books) -> None:
    entry = post_wages(books, pairs=2)

    page = client_of(books.viewer).get(address(books, "entry", entry)).content.decode()

    assert "4000 Bruto lonen" in page
    assert "K100 Kantoor" in page
    assert page.count("1.234,56") == 4
    assert page.count("2.469,12") == 2
    assert "0,00" in page


def test_a_long_entry_has_pages_and_the_totals_of_all_its_lines_on_each(books: Books) -> None:
    entry = post_wages(books, pairs=LINES_PER_PAGE // 2 + 1)
    client = client_of(books.viewer)
    url = address(books, "entry", entry)

    first = client.get(url).content.decode()
    second = client.get(url, {"page": 2}).content.decode()

    assert first.count("1.234,56") == LINES_PER_PAGE
    assert second.count("1.234,56") == 2
    assert first.count("155.554,56") == second.count("155.554,56") == 2
    assert "page=2" in first


def test_an_entry_and_its_reversal_name_each_other(books: Books) -> None:
    entry = post_wages(books)
    counter = reverse_wages(books, entry)
    client = client_of(books.bookkeeper)

    original_page = client.get(address(books, "entry", entry)).content.decode()
    counter_page = client.get(address(books, "entry", counter)).content.decode()

    assert address(books, "entry", counter) in original_page
    assert address(books, "entry", entry) in counter_page
    assert "Verkeerde maand" in original_page
    assert "Verkeerde maand" in counter_page


def test_the_button_to_reverse_is_there_once_and_for_bookkeepers_only(books: Books) -> None:
    entry = post_wages(books)
    button = address(books, "reverse_entry", entry)
    page = address(books, "entry", entry)

    for_bookkeeper = client_of(books.bookkeeper).get(page).content.decode()
    for_viewer = client_of(books.viewer).get(page).content.decode()
    reverse_wages(books, entry)
    afterwards = client_of(books.bookkeeper).get(page).content.decode()

    assert button in for_bookkeeper
    assert button not in for_viewer
    assert button not in afterwards


def test_reversing_ends_on_the_counter_entry(books: Books) -> None:
    entry = post_wages(books)

    answer = client_of(books.bookkeeper).post(
        address(books, "reverse_entry", entry), {"booked_on": "1-2-2026", "reason": "Fout"}
    )

    with administration_scope(books.id):
        counter = JournalEntry.objects.get(reverses=entry)
    assert answer.headers["Location"] == address(books, "entry", counter.pk)
    assert counter.booked_on == date(2026, 2, 1)


def test_a_reversal_before_the_entry_is_refused_at_the_field(books: Books) -> None:
    entry = post_wages(books)

    answer = client_of(books.bookkeeper).post(
        address(books, "reverse_entry", entry), {"booked_on": "30-01-2026", "reason": "Fout"}
    )

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["booked_on"]
    assert "31-01-2026" in answer.context["form"].errors["booked_on"][0]


def test_a_wrong_date_is_kept_and_explained(books: Books) -> None:
    entry = post_wages(books)

    answer = client_of(books.bookkeeper).post(
        address(books, "reverse_entry", entry), {"booked_on": "31-31-2026", "reason": "Mijn reden"}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="31-31-2026"' in page
    assert 'value="Mijn reden"' in page
    assert 'href="#id_booked_on"' in page


def test_a_reversal_in_a_closed_period_is_refused_and_what_was_typed_stays(books: Books) -> None:
    entry = post_wages(books)
    with administration_scope(books.id):
        calendar.close(Period.objects.get(number=1))

    answer = client_of(books.bookkeeper).post(
        address(books, "reverse_entry", entry), {"booked_on": "31-01-2026", "reason": "Mijn reden"}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "posting_refused:entry_period_is_open" in page
    assert 'value="Mijn reden"' in page


def test_a_manager_closes_a_period_and_opens_it_again(books: Books) -> None:
    client = client_of(books.manager)
    first = address(books, "ledger:period", period_of(books, 1).pk)

    answer = client.post(first, {"act": "close"}, follow=True)
    closed = period_of(books, 1).is_open
    client.post(first, {"act": "open"})

    assert "Januari 2026 (periode\N{NO-BREAK SPACE}1) is afgesloten." in answer.content.decode()
    assert not closed
    assert period_of(books, 1).is_open


def test_buttons_to_close_are_for_managers_and_for_open_years(books: Books) -> None:
    years = address(books, "ledger:fiscal_years")
    button = address(books, "ledger:period", period_of(books, 1).pk)

    for_manager = client_of(books.manager).get(years).content.decode()
    for_bookkeeper = client_of(books.bookkeeper).get(years).content.decode()
    with administration_scope(books.id):
        year = FiscalYear.objects.get()
        FiscalYear.objects.filter(pk=year.pk).update(closed_at=Now())
    in_closed_year = client_of(books.manager).get(years).content.decode()

    assert button in for_manager
    assert button not in for_bookkeeper
    assert button not in in_closed_year


@pytest.mark.parametrize(
    ("words", "found"), [("17", True), ("netto", True), ("4000", False), ("BVor", True)]
)
def test_accounts_are_searched_by_code_name_and_rgs_code(
    books: Books, words: str, found: bool
) -> None:
    with administration_scope(books.id):
        Account.objects.filter(code="1700").update(rgs_code="BVorNlo")

    page = client_of(books.viewer).get(address(books, "ledger:accounts"), {"zoek": words})

    assert ("1700 Te betalen netto lonen" in page.content.decode()) is found


def test_a_search_without_result_offers_all_accounts(books: Books) -> None:
    page = client_of(books.viewer).get(address(books, "ledger:accounts"), {"zoek": "xyz"})

    assert 'value="xyz"' in page.content.decode()
    assert "empty-state" in page.content.decode()


@pytest.mark.parametrize(
    ("name", "fill"),
    [
        (
            "ledger:accounts",
            lambda: Account.objects.bulk_create(
                Account(code=f"9{n:03}", name="Vol", kind="income") for n in range(120)
            ),
        ),
        (
            "ledger:cost_centers",
            lambda: CostCenter.objects.bulk_create(
                CostCenter(code=f"X{n}", name="Vol") for n in range(120)
            ),
        ),
    ],
)
def test_long_lists_of_master_data_have_pages_and_few_queries(
    books: Books,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    name: str,
    fill: Act,
) -> None:
    with administration_scope(books.id):
        fill()
    client = client_of(books.viewer)

    with django_assert_max_num_queries(FRAME_QUERIES + 2):
        page = client.get(address(books, name))

    assert "page=2" in page.content.decode()


def test_the_memorial_takes_as_many_queries_for_fifty_entries_as_for_one(
    books: Books, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    entries = [post_wages(books) for _ in range(52)]
    counter = reverse_wages(books, entries[-1])
    client = client_of(books.viewer)

    with django_assert_max_num_queries(FRAME_QUERIES + 2):
        page = client.get(address(books, "ledger:entries")).content.decode()

    assert address(books, "entry", counter) in page
    assert address(books, "entry", entries[0]) not in page


def test_an_entry_takes_as_many_queries_for_many_lines_as_for_two(
    books: Books, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    entry = post_wages(books, pairs=100)
    client = client_of(books.viewer)

    with django_assert_max_num_queries(FRAME_QUERIES + 5):
        client.get(address(books, "entry", entry))


def test_fiscal_years_take_as_many_queries_for_twelve_periods_as_for_one(
    books: Books, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(books.manager)

    with django_assert_max_num_queries(FRAME_QUERIES + 4):
        client.get(address(books, "ledger:fiscal_years"))


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "expected"),
    [
        (date(2026, 12, 1), date(2026, 12, 31), "2026"),
        (date(2026, 2, 1), date(2026, 2, 28), "2026"),
        (date(2026, 1, 1), date(2026, 1, 28), "01-01-2026"),
        (date(2026, 1, 1), date(2026, 2, 28), "28-02-2026"),
    ],
)
def test_only_a_calendar_month_is_named_by_its_month(
    starts_on: date, ends_on: date, expected: str
) -> None:
    name = period_name(Period(number=12, starts_on=starts_on, ends_on=ends_on))

    assert expected in name
    assert ("-" in name) is ("-" in expected)
    assert "12" in name
