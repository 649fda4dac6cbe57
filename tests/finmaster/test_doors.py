"""What every page has in common: it names its role, keeps nothing, and refuses nonsense."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from finmaster.middleware import KEY, AdministrationMiddleware
from finmaster.models import Role
from tests.books import Books
from tests.pages import client_of

# Below no administration: log-in and out, the office's list, the way back from Loket.
OUTSIDE = {"login", "logout", "office", "loket_callback", "loket_refused"}


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address pattern of the project, with all that stands before it."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one, prefix + str(one.pattern))
        else:
            yield prefix + str(one.pattern), one


PATTERNS = list(patterns(get_resolver()))


@pytest.mark.parametrize(("address", "pattern"), PATTERNS, ids=[address for address, _ in PATTERNS])
def test_each_page_of_an_administration_names_a_role(address: str, pattern: URLPattern) -> None:
    if pattern.name in OUTSIDE:
        assert KEY not in address
    elif address.startswith(("beheer/", "kantoor/")):
        # Of no administration: each names whom it is for.
        audience = "operator" if address.startswith("beheer/") else "office"
        assert getattr(pattern.callback, "audience", None) == audience
    else:
        assert f"<slug:{KEY}>" in address
        assert isinstance(getattr(pattern.callback, "required_role", None), Role)


def test_a_page_that_names_no_role_is_not_served(rf: RequestFactory) -> None:
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    with pytest.raises(ImproperlyConfigured, match="page names no role"):
        AdministrationMiddleware(page).process_view(rf.get("/"), page, (), {KEY: "boeken"})


@pytest.mark.parametrize("name", ["office", "overview", "ledger:accounts"])
def test_no_page_is_kept_by_the_browser(books: Books, name: str) -> None:
    client = client_of(books.viewer)
    arguments = [] if name == "office" else [books.administration.slug]

    assert client.get(reverse(name, args=arguments))["Cache-Control"] == "no-store"


def test_logging_out_makes_the_browser_forget(books: Books) -> None:
    answer = client_of(books.viewer).post(reverse("logout"))

    assert answer["Clear-Site-Data"] == '"cache", "storage"'


def test_a_nul_among_the_words_of_a_search_finds_nothing_amiss(books: Books) -> None:
    client = client_of(books.viewer)

    for address in ("/", reverse("ledger:accounts", args=[books.administration.slug])):
        assert client.get(address, {"zoek": "4\0"}, follow=True).status_code == 200


def test_a_part_of_a_page_moves_to_the_log_in_when_the_session_has_ended(
    client: Client, books: Books
) -> None:
    page = reverse("ledger:accounts", args=[books.administration.slug])

    answer = client.get(
        page,
        headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}?page=2"},
    )

    assert answer["HX-Redirect"] == f"{reverse('login')}?{urlencode({'next': page})}"
    assert answer.content == b""


def test_an_address_for_forms_leads_back_when_it_is_opened(books: Books) -> None:
    slug = books.administration.slug
    answer = client_of(books.bookkeeper).get(reverse("loket_import:start", args=[slug]))

    assert answer.status_code == 302
    assert answer["Location"] == reverse("overview", args=[slug])


def test_a_stranger_to_all_is_asked_to_log_in(client: Client, db: None) -> None:
    assert client.get("/")["Location"].startswith(reverse("login"))
