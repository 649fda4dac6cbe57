"""The trip to Loket's page and back: once, by the one who left, and without a trace of the code."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from django.db.models import Value
from django.db.models.functions import Now
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from connections import lifecycle, oauth
from connections.errors import REFUSALS, LoketLoginUnavailable
from connections.lifecycle import EmployerLink, PayrollLink
from connections.models import AuthorisationAttempt, Connection, ConnectionState, TokenSet
from connections.views import BROWSER, REFUSAL
from finmaster.models import Membership, Role
from finmaster.tenancy import administration_scope
from loket_import.demo.loket_user import authorise
from loket_import.pinning import OtherEmployer, PinNotChecked
from loket_import.sandbox import SandboxServer
from loket_import.sandbox import faults as fault
from tests.books import Books, make_books, make_user
from tests.connections.connected import (
    Connected,
    at_once,
    is_accepted,
    make_connection,
    token_calls,
)

USER = "api.korenbloem"
BACK = reverse("loket_callback")
REFUSED = reverse("loket_refused")


@dataclass(frozen=True, slots=True)
class Trip:
    """A manager who has left for Loket's page, and what Loket would send back with."""

    connected: Connected
    loket: SandboxServer
    client: Client
    url: str

    @property
    def state(self) -> str:
        return parse_qs(urlsplit(self.url).query)["state"][0]

    @property
    def answer(self) -> dict[str, str]:
        return {"state": self.state, "code": self.loket.issue_code(USER)}

    def back(self, answer: object) -> HttpResponse:
        return self.client.get(BACK, answer)


def logged_in(user: object) -> Client:
    client = Client()
    client.force_login(user)
    return client


def leave(client: Client, connected: Connected) -> str:
    """Press 'Authorise at Loket.nl'; the address to which the browser is sent."""
    slug = connected.books.administration.slug
    address = reverse("connections:authorise", args=[slug, connected.connection_id])
    response = client.post(address)
    assert response.status_code == 302
    return response["Location"]


def begin(books: Books, loket: SandboxServer, *, connected: Connected | None = None) -> Trip:
    connected = connected or make_connection(books, USER)
    client = logged_in(books.manager)
    return Trip(connected, loket, client, leave(client, connected))


@pytest.fixture
def trip(books: Books, loket: SandboxServer) -> Trip:
    return begin(books, loket)


def page_of(connected: Connected) -> str:
    slug = connected.books.administration.slug
    return reverse("connections:connection", args=[slug, connected.connection_id])


def assert_refused(client: Client, response: HttpResponse, sentence: object) -> None:
    """The answer is a redirect to an address without a code, to a page that says why."""
    assert (response.status_code, response["Location"]) == (302, REFUSED)
    assert client.session[REFUSAL] == str(sentence)
    page = client.get(REFUSED)
    assert page.status_code == 400
    assert str(sentence) in page.content.decode().replace("&#x27;", "'")


def assert_untouched(trip: Trip) -> None:
    """Loket was not asked for tokens, and the connection has none."""
    assert token_calls(trip.loket) == 0
    with administration_scope(trip.connected.books.id):
        assert not TokenSet.objects.exists()
    assert trip.connected.connection.state != ConnectionState.ACTIVE


# The whole trip.


def test_a_manager_authorises_at_loket_s_own_page(trip: Trip) -> None:
    assert trip.url.startswith(f"{trip.loket.oauth_url}/authorize?")
    response = trip.back(authorise(trip.url, USER))

    assert (response.status_code, response["Location"]) == (302, page_of(trip.connected))
    assert trip.client.get(response["Location"]).status_code == 200
    assert trip.connected.connection.state == ConnectionState.ACTIVE
    assert trip.connected.history == [("created", USER), ("authorised", "")]
    assert is_accepted(trip.loket, trip.connected.tokens.current())
    assert token_calls(trip.loket) == 1
    assert not AuthorisationAttempt.objects.exists()


@pytest.mark.parametrize(
    ("is_linked", "said"), [(False, "Koppel nu"), (True, "klaar voor gebruik")]
)
def test_a_permission_says_what_is_next(trip: Trip, is_linked: bool, said: str) -> None:
    if is_linked:
        pin(trip)

    response = trip.back(trip.answer)

    assert said in trip.client.get(response["Location"]).content.decode()


def test_the_history_says_who_authorised_and_when(trip: Trip) -> None:
    trip.back(trip.answer)

    with administration_scope(trip.connected.books.id):
        event = Connection.objects.get().events.order_by("-pk")[0]
        assert event.user == trip.connected.books.manager
        assert event.happened_at


def test_no_address_and_no_referrer_keeps_the_code(trip: Trip) -> None:
    for answer in (trip.answer, trip.answer):
        response = trip.back(answer)
        assert "?" not in response["Location"]
        assert answer["code"] not in response["Location"] + response.content.decode()
        assert response["Referrer-Policy"] == "same-origin"


def test_saying_no_at_loket_s_page_leaves_the_connection_new(trip: Trip) -> None:
    response = trip.back(authorise(trip.url, USER, allow=False))

    assert_refused(trip.client, response, REFUSALS["denied"])
    assert_untouched(trip)
    assert trip.connected.history == [("created", USER), ("refused", "denied")]


def test_after_a_refusal_another_trip_succeeds(trip: Trip) -> None:
    trip.back({"state": trip.state, "error": "access_denied"})
    trip.back(authorise(leave(trip.client, trip.connected), USER))

    assert trip.connected.connection.state == ConnectionState.ACTIVE


def test_what_is_stored_of_a_trip_does_not_give_its_secrets(trip: Trip) -> None:
    attempt = AuthorisationAttempt.objects.get()
    stored = repr(vars(attempt))

    assert trip.state not in stored
    assert trip.client.session[BROWSER] not in stored
    assert trip.client.session[BROWSER] not in trip.url
    assert len(trip.state) >= 43


def test_every_trip_has_a_state_of_its_own(trip: Trip) -> None:
    assert len({trip.url, *(leave(trip.client, trip.connected) for _ in range(5))}) == 6
    assert AuthorisationAttempt.objects.count() == 1


def test_an_answer_that_names_the_right_issuer_is_taken(trip: Trip) -> None:
    trip.back(trip.answer | {"iss": trip.loket.oauth_url})

    assert trip.connected.connection.state == ConnectionState.ACTIVE


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BOOKKEEPER])
def test_only_a_manager_leaves_for_loket(books: Books, loket: SandboxServer, role: Role) -> None:
    connected = make_connection(books, USER)
    address = reverse(
        "connections:authorise", args=[books.administration.slug, connected.connection_id]
    )

    assert logged_in(getattr(books, role.value)).post(address).status_code == 403
    assert not AuthorisationAttempt.objects.exists()


def test_leaving_takes_a_form_and_coming_back_does_not(trip: Trip) -> None:
    slug = trip.connected.books.administration.slug
    address = reverse("connections:authorise", args=[slug, trip.connected.connection_id])

    assert trip.client.get(address).status_code == 302
    assert trip.client.post(f"{BACK}?state={trip.state}&code=x").status_code == 405
    assert trip.client.head(BACK, trip.answer).status_code == 405
    assert_untouched(trip)


def test_nobody_leaves_with_a_connection_of_another_environment(
    books: Books, loket: SandboxServer, settings: Settings
) -> None:
    connected = make_connection(books, USER)
    settings.LOKET_ENVIRONMENT = "acceptance"

    assert leave(logged_in(books.manager), connected) == page_of(connected)
    assert not AuthorisationAttempt.objects.exists()


def test_an_authorisation_ends_up_at_the_administration_it_began_at(trip: Trip) -> None:
    other = make_books()
    Membership.objects.create(
        user=trip.connected.books.manager,
        office=other.office,
        administration=other.administration,
        role=Role.MANAGER,
    )
    elsewhere = make_connection(other, "api.zorggroep")
    url = leave(trip.client, elsewhere)
    state = parse_qs(urlsplit(url).query)["state"][0]
    response = trip.back(trip.answer | {"state": state})

    assert response["Location"] == page_of(elsewhere)
    assert elsewhere.connection.state == ConnectionState.ACTIVE
    assert trip.connected.connection.state == ConnectionState.NEW


# Abuse. Each gives the answer to send and who sends it; Loket must not be asked for tokens.

Abuse = Callable[[Trip, Settings], tuple[Client, object]]


def with_state(change: Callable[[str], str]) -> Abuse:
    return lambda trip, _settings: (trip.client, trip.answer | {"state": change(trip.state)})


def with_answer(**changes: str) -> Abuse:
    return lambda trip, _settings: (trip.client, trip.answer | changes)


def without(*names: str) -> Abuse:
    def abuse(trip: Trip, _settings: Settings) -> tuple[Client, object]:
        return trip.client, {k: v for k, v in trip.answer.items() if k not in names}

    return abuse


def two_states(trip: Trip, _settings: Settings) -> tuple[Client, object]:
    return trip.client, trip.answer | {"state": [trip.state, "other"]}


def another_manager(trip: Trip, _settings: Settings) -> tuple[Client, object]:
    books = trip.connected.books
    colleague = make_user("collega@example.nl")
    Membership.objects.create(
        user=colleague, office=books.office, administration=None, role=Role.MANAGER
    )
    return logged_in(colleague), trip.answer


def a_stranger(trip: Trip, _settings: Settings) -> tuple[Client, object]:
    return logged_in(make_books().manager), trip.answer


def a_stranger_who_also_left(trip: Trip, _settings: Settings) -> tuple[Client, object]:
    theirs = make_books()
    client = logged_in(theirs.manager)
    leave(client, make_connection(theirs, "api.zorggroep"))
    return client, trip.answer


def a_colleague_in_the_same_browser(trip: Trip, settings: Settings) -> tuple[Client, object]:
    client, answer = another_manager(trip, settings)
    session = client.session
    session[BROWSER] = trip.client.session[BROWSER]
    session.save()
    return client, answer


def another_browser(trip: Trip, _settings: Settings) -> tuple[Client, object]:
    return logged_in(trip.connected.books.manager), trip.answer


def another_browser_that_also_left(trip: Trip, _settings: Settings) -> tuple[Client, object]:
    other = make_books(office=trip.connected.books.office)
    manager = trip.connected.books.manager
    Membership.objects.create(
        user=manager, office=other.office, administration=other.administration, role=Role.MANAGER
    )
    client = logged_in(manager)
    leave(client, make_connection(other, "api.zorggroep"))
    return client, trip.answer


def after_logging_out_and_in(trip: Trip, _settings: Settings) -> tuple[Client, object]:
    trip.client.logout()
    trip.client.force_login(trip.connected.books.manager)
    return trip.client, trip.answer


def a_trip_that_was_begun_anew(trip: Trip, _settings: Settings) -> tuple[Client, object]:
    leave(trip.client, trip.connected)
    return trip.client, trip.answer


def a_trip_that_was_refused(trip: Trip, _settings: Settings) -> tuple[Client, object]:
    trip.back({"state": trip.state, "error": "access_denied"})
    return trip.client, trip.answer


def too_late(trip: Trip, _settings: Settings) -> tuple[Client, object]:
    AuthorisationAttempt.objects.update(expires_at=Now() - Value(timedelta(seconds=1)))
    return trip.client, trip.answer


def no_longer_manager(trip: Trip, _settings: Settings) -> tuple[Client, object]:
    Membership.objects.filter(user=trip.connected.books.manager).update(role=Role.BOOKKEEPER)
    return trip.client, trip.answer


def no_longer_member(trip: Trip, _settings: Settings) -> tuple[Client, object]:
    Membership.objects.filter(user=trip.connected.books.manager).delete()
    return trip.client, trip.answer


def end(connected: Connected) -> None:
    with administration_scope(connected.books.id):
        lifecycle.end(Connection.objects.get(), user=connected.books.manager)


def ended_meanwhile(trip: Trip, _settings: Settings) -> tuple[Client, object]:
    end(trip.connected)
    return trip.client, trip.answer


def another_environment(trip: Trip, settings: Settings) -> tuple[Client, object]:
    settings.LOKET_ENVIRONMENT = "acceptance"
    return trip.client, trip.answer


def a_user_who_was_shut_out(trip: Trip, _settings: Settings) -> tuple[Client, object]:
    manager = trip.connected.books.manager
    manager.is_active = False
    manager.save()
    return trip.client, trip.answer


def nobody(trip: Trip, _settings: Settings) -> tuple[Client, object]:
    return Client(), trip.answer


def logged_out(trip: Trip, _settings: Settings) -> tuple[Client, object]:
    trip.client.logout()
    return trip.client, trip.answer


@pytest.mark.parametrize(
    ("abuse", "reason"),
    [
        (without("state"), "unknown_state"),
        (without("state", "code"), "unknown_state"),
        (with_state(lambda _: ""), "unknown_state"),
        (with_state(lambda _: "x" * 43), "unknown_state"),
        (with_state(lambda state: state[:-1]), "unknown_state"),
        (with_state(str.swapcase), "unknown_state"),
        (with_state(lambda state: f" {state}"), "unknown_state"),
        (with_state(lambda state: f"{state}\0"), "unknown_state"),
        (with_state(lambda _: "%' OR '1'='1"), "unknown_state"),
        (two_states, "unknown_state"),
        (another_manager, "unknown_state"),
        (a_stranger, "unknown_state"),
        (a_stranger_who_also_left, "unknown_state"),
        (a_colleague_in_the_same_browser, "unknown_state"),
        (another_browser, "unknown_state"),
        (another_browser_that_also_left, "unknown_state"),
        (after_logging_out_and_in, "unknown_state"),
        (a_trip_that_was_begun_anew, "unknown_state"),
        (a_trip_that_was_refused, "unknown_state"),
        (too_late, "expired"),
        (no_longer_manager, "not_allowed"),
        (no_longer_member, "not_allowed"),
        (ended_meanwhile, "ended"),
        (another_environment, "wrong_issuer"),
        (with_answer(iss="https://oauth.loket.nl"), "wrong_issuer"),
        (with_answer(iss=""), "wrong_issuer"),
        (with_answer(error="access_denied"), "denied"),
        (with_answer(error="server_error"), "no_code"),
        (with_answer(error=""), "no_code"),
        (with_answer(code=""), "no_code"),
        (without("code"), "no_code"),
    ],
)
def test_abuse_is_refused_without_asking_loket(
    trip: Trip, settings: Settings, abuse: Abuse, reason: str
) -> None:
    client, answer = abuse(trip, settings)

    assert_refused(client, client.get(BACK, answer), REFUSALS[reason])
    assert_untouched(trip)


@pytest.mark.parametrize("abuse", [nobody, logged_out, a_user_who_was_shut_out])
def test_who_is_not_logged_in_is_refused_without_the_code_in_an_address(
    trip: Trip, settings: Settings, abuse: Abuse
) -> None:
    client, answer = abuse(trip, settings)
    response = client.get(BACK, answer, follow=True)

    assert [address for address, _ in response.redirect_chain] == [
        REFUSED,
        f"{reverse('login')}?next={REFUSED}",
    ]
    assert_untouched(trip)


def test_and_reads_why_after_logging_in(trip: Trip) -> None:
    trip.client.logout()
    trip.back(trip.answer)
    trip.client.force_login(trip.connected.books.manager)

    page = trip.client.get(REFUSED)
    assert str(REFUSALS["unknown_state"]) in page.content.decode().replace("&#x27;", "'")


def test_a_stranger_s_attempt_does_not_spoil_the_trip(trip: Trip) -> None:
    for user in (make_books().manager, trip.connected.books.manager):
        logged_in(user).get(BACK, trip.answer)
    trip.back(trip.answer)

    assert trip.connected.connection.state == ConnectionState.ACTIVE


def test_an_answer_serves_once(trip: Trip) -> None:
    answer = trip.answer
    trip.back(answer)
    generation = trip.connected.row.generation

    for again in (answer, trip.answer):
        assert_refused(trip.client, trip.back(again), REFUSALS["unknown_state"])
    assert token_calls(trip.loket) == 1
    assert trip.connected.row.generation == generation


def test_of_twenty_equal_answers_at_once_one_serves(
    committed_books: Books, loket: SandboxServer
) -> None:
    trip = begin(committed_books, loket)
    answer, cookies = trip.answer, trip.client.cookies

    def back(_: int) -> str:
        client = Client()
        client.cookies = cookies
        return str(client.get(BACK, answer)["Location"])

    locations = at_once(back, range(20))

    assert sorted(locations) == sorted([page_of(trip.connected)] + [REFUSED] * 19)
    assert token_calls(loket) == 1
    assert trip.connected.history == [("created", USER), ("authorised", "")]


# What Loket's token endpoint may answer.


def test_a_code_that_loket_did_not_give_is_refused(trip: Trip) -> None:
    response = trip.back(trip.answer | {"code": "made-up"})

    assert_refused(trip.client, response, REFUSALS["code_refused"])
    assert trip.connected.history[1:] == [("refused", "code_refused")]


def test_a_disturbance_leaves_the_connection_as_it_was(trip: Trip) -> None:
    trip.loket.faults.add("POST", "/token", action=fault.html(502))

    assert_refused(trip.client, trip.back(trip.answer), LoketLoginUnavailable.message)
    assert trip.connected.connection.state == ConnectionState.NEW
    assert trip.connected.history[1:] == [("refused", "loket_login_unavailable")]
    assert token_calls(trip.loket) == 1


def test_an_authorisation_that_can_not_be_refreshed_is_none(trip: Trip) -> None:
    trip.loket.faults.add("POST", "/token", action=fault.respond(200, '{"access_token": "a"}'))

    assert_refused(trip.client, trip.back(trip.answer), REFUSALS["code_refused"])
    assert trip.connected.connection.state == ConnectionState.NEW


def test_a_connection_that_ends_while_loket_is_asked_stays_ended(
    trip: Trip, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = oauth.exchange_code

    def exchange_while_a_colleague_ends_it(code: str) -> oauth.Grant:
        end(trip.connected)
        return exchange(code)

    monkeypatch.setattr(oauth, "exchange_code", exchange_while_a_colleague_ends_it)

    assert_refused(trip.client, trip.back(trip.answer), REFUSALS["ended"])
    assert trip.connected.connection.state == ConnectionState.ENDED
    with administration_scope(trip.connected.books.id):
        assert not TokenSet.objects.exists()


def test_a_manager_who_is_shut_out_while_loket_is_asked_authorises_nothing(
    trip: Trip, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = oauth.exchange_code

    def exchange_while_the_membership_ends(code: str) -> oauth.Grant:
        Membership.objects.filter(user=trip.connected.books.manager).delete()
        return exchange(code)

    monkeypatch.setattr(oauth, "exchange_code", exchange_while_the_membership_ends)

    assert_refused(trip.client, trip.back(trip.answer), REFUSALS["not_allowed"])
    assert trip.connected.connection.state == ConnectionState.NEW


def test_what_is_linked_while_loket_is_asked_was_not_checked(
    trip: Trip, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = oauth.exchange_code

    def exchange_while_a_colleague_links(code: str) -> oauth.Grant:
        pin(trip)
        return exchange(code)

    monkeypatch.setattr(oauth, "exchange_code", exchange_while_a_colleague_links)

    assert_refused(trip.client, trip.back(trip.answer), REFUSALS["linked_meanwhile"])
    assert trip.connected.connection.state == ConnectionState.NEW


# Authorising again, with what the connection is pinned to.


def pin(trip: Trip, *, employer: str | None = None, payroll: str | None = None) -> None:
    """Link the bakery and its payroll administration, or others."""
    bakery = trip.loket.world.employer("Korenbloem")
    books = trip.connected.books
    with administration_scope(books.id):
        connection = Connection.objects.get()
        lifecycle.link_employer(
            connection,
            EmployerLink(UUID(employer or bakery.id), "Bakkerij", "34112233"),
            user=books.manager,
        )
        lifecycle.link_payroll(
            connection,
            PayrollLink(UUID(payroll or bakery.administrations[0].id), "Loon", "L01", "maand", 1),
            user=books.manager,
        )


def again(trip: Trip, loket_user: str) -> HttpResponse:
    return trip.back(authorise(leave(trip.client, trip.connected), loket_user))


@pytest.fixture
def pinned(trip: Trip) -> Trip:
    """A connection that is authorised and linked."""
    trip.back(trip.answer)
    pin(trip)
    return trip


def test_who_sees_the_linked_employer_may_authorise_again(pinned: Trip) -> None:
    before = pinned.connected.tokens.current()

    assert again(pinned, "api.kantoor")["Location"] == page_of(pinned.connected)
    after = pinned.connected.tokens.current()
    assert after != before
    assert pinned.loket.grants.username_of(after) == "api.kantoor"


@pytest.mark.parametrize("stranger", ["api.zorggroep", "api.leeg"])
def test_who_does_not_see_it_is_refused_and_the_old_tokens_stay(
    pinned: Trip, stranger: str
) -> None:
    before = pinned.connected.tokens.current()

    assert_refused(pinned.client, again(pinned, stranger), OtherEmployer.message)
    assert pinned.connected.tokens.current() == before
    assert is_accepted(pinned.loket, before)
    assert pinned.connected.connection.state == ConnectionState.ACTIVE
    assert pinned.connected.history[-1] == ("refused", "other_employer")
    pinned.connected.make_due()
    assert is_accepted(pinned.loket, pinned.connected.tokens.current())


def test_the_payroll_administration_must_be_in_sight_as_well(trip: Trip) -> None:
    trip.back(trip.answer)
    pin(trip, payroll=str(uuid4()))

    assert_refused(trip.client, again(trip, USER), OtherEmployer.message)


def test_what_could_not_be_checked_is_refused(pinned: Trip) -> None:
    before = pinned.connected.tokens.current()
    pinned.loket.faults.add("GET", "/employers", action=fault.respond(500), times=10)

    assert_refused(pinned.client, again(pinned, USER), PinNotChecked.message)
    assert pinned.connected.tokens.current() == before
    assert pinned.connected.history[-1] == ("refused", "pin_not_checked")


def test_a_connection_that_was_given_up_is_active_again(pinned: Trip) -> None:
    pinned.loket.revoke_tokens(USER)
    pinned.connected.make_due()
    with administration_scope(pinned.connected.books.id):
        Connection.objects.update(state=ConnectionState.REAUTHORISE, trouble="not_authorised")
    again(pinned, USER)

    assert pinned.connected.connection.state == ConnectionState.ACTIVE
    assert pinned.connected.connection.trouble == ""
    assert is_accepted(pinned.loket, pinned.connected.tokens.current())


def test_a_stranger_does_not_revive_a_connection_that_was_given_up(pinned: Trip) -> None:
    with administration_scope(pinned.connected.books.id):
        Connection.objects.update(state=ConnectionState.REAUTHORISE)
    again(pinned, "api.zorggroep")

    assert pinned.connected.connection.state == ConnectionState.REAUTHORISE
