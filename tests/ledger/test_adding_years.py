"""Managers add the calendar year that follows."""

from datetime import date

import pytest
from django.urls import reverse
from time_machine import travel

from finmaster.tenancy import administration_scope
from ledger import opening
from ledger.calendar_views import YEARS_PER_PAGE
from ledger.errors import YearRefused
from ledger.models import FiscalYear, Period
from tests.books import Books, make_books
from tests.loket_import.threads import at_once
from tests.pages import client_of, only, statuses

pytestmark = pytest.mark.usefixtures("in_november")
TODAY = date(2026, 11, 24)


@pytest.fixture
def in_november() -> object:
    """The books' year 2026 is on."""
    with travel(TODAY, tick=True):
        yield


def address(books: Books, name: str = "ledger:fiscal_year_new") -> str:
    """Of the form that adds a year, or of another page."""
    return reverse(name, args=[books.administration.slug])


def labels(books: Books) -> list[str]:
    """The years that there are."""
    with administration_scope(books.id):
        return sorted(FiscalYear.objects.values_list("label", flat=True))


def add_years(books: Books, *years: tuple[str, date, date]) -> None:
    """Fiscal years in place of those that are there, without periods."""
    with administration_scope(books.id):
        Period.objects.all().delete()
        FiscalYear.objects.all().delete()
        for label, starts_on, ends_on in years:
            FiscalYear.objects.create(label=label, starts_on=starts_on, ends_on=ends_on)


def test_adding_a_year_takes_a_manager(books: Books) -> None:
    assert statuses(books, address(books), method="post") == only("manager", status=302)


def test_a_year_is_added_by_sending_a_form_only(books: Books) -> None:
    assert client_of(books.manager).get(address(books)).status_code == 302


def test_the_next_year_gets_twelve_open_months(books: Books) -> None:
    answer = client_of(books.manager).post(address(books), {"year": "2027"})

    with administration_scope(books.id):
        periods = Period.objects.filter(fiscal_year__label="2027").order_by("number")
        ends = [(period.number, period.ends_on, period.is_open) for period in periods]
    assert answer.headers["Location"] == address(books, "ledger:fiscal_years")
    assert len(ends) == 12
    assert ends[1] == (2, date(2027, 2, 28), True)


def test_pressing_twice_adds_one_year_and_says_so(books: Books) -> None:
    client = client_of(books.manager)
    client.post(address(books), {"year": "2027"})

    answer = client.post(address(books), {"year": "2027"}, follow=True)

    assert labels(books) == ["2026", "2027"]
    assert "banner--error" in answer.content.decode()


def test_two_who_add_a_year_at_once_add_one(
    committed_books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Both have seen that it is the next one before either adds it.
    monkeypatch.setattr(opening, "next_year", lambda today: 2027)

    def add(number: int) -> str:
        with administration_scope(committed_books.id):
            try:
                return str(opening.add_year("2027", today=TODAY))
            except YearRefused as refused:
                return refused.code

    assert sorted(at_once(2, add)) == ["2027", "year_refused"]
    assert labels(committed_books) == ["2026", "2027"]


@pytest.mark.parametrize("year", ["", "2025", "2026", "2028", "²027", "2027 "])
def test_any_other_year_is_refused(books: Books, year: str) -> None:
    client_of(books.manager).post(address(books), {"year": year})

    assert labels(books) == ["2026"]


YEAR_2026 = ("2026", date(2026, 1, 1), date(2026, 12, 31))
YEAR_2027 = ("2027", date(2027, 1, 1), date(2027, 12, 31))
BROKEN = ("2025-2026", date(2025, 7, 1), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("years", "today", "expected"),
    [
        ([], date(2026, 11, 24), 2026),
        ([YEAR_2026], date(2026, 11, 24), 2027),
        ([YEAR_2026], date(2026, 1, 1), 2027),
        ([YEAR_2026], date(2030, 5, 1), 2027),
        ([YEAR_2026], date(2025, 12, 31), None),
        ([YEAR_2026, YEAR_2027], date(2026, 12, 31), None),
        ([YEAR_2026, YEAR_2027], date(2027, 1, 1), 2028),
        ([BROKEN], date(2026, 11, 24), None),
    ],
)
def test_the_year_that_may_be_added_follows_the_last_one(
    books: Books, years: list[tuple[str, date, date]], today: date, expected: int | None
) -> None:
    add_years(books, *years)

    with administration_scope(books.id):
        assert opening.next_year(today) == expected


def test_the_button_is_for_managers_and_for_a_year_that_may_be_added(books: Books) -> None:
    page = address(books, "ledger:fiscal_years")

    for_manager, for_bookkeeper = (
        client_of(user).get(page).content.decode() for user in (books.manager, books.bookkeeper)
    )
    client_of(books.manager).post(address(books), {"year": "2027"})
    afterwards = client_of(books.manager).get(page).content.decode()

    assert 'name="year" value="2027"' in for_manager
    assert 'name="year"' not in for_bookkeeper
    assert 'name="year"' not in afterwards


def test_an_administration_without_years_begins_with_this_one(books: Books) -> None:
    add_years(books)

    page = client_of(books.manager).get(address(books, "ledger:fiscal_years")).content.decode()
    client_of(books.manager).post(address(books), {"year": "2026"})

    assert page.count('value="2026"') == 2
    assert labels(books) == ["2026"]


def test_another_administration_is_left_alone(books: Books) -> None:
    other = make_books("Schildersbedrijf Jansen")

    client_of(books.manager).post(address(books), {"year": "2027"})

    assert labels(other) == ["2026"]


def test_many_years_have_pages(books: Books) -> None:
    with administration_scope(books.id):
        for year in range(2027, 2027 + YEARS_PER_PAGE):
            opening.open_year(year)
    client = client_of(books.viewer)

    first = client.get(address(books, "ledger:fiscal_years")).content.decode()
    second = client.get(address(books, "ledger:fiscal_years"), {"page": 2}).content.decode()

    assert 'id="2027-caption"' in first
    assert 'id="2026-caption"' not in first
    assert 'id="2026-caption"' in second
