"""One refresh at a time, a winner for every race, and no authorisation given up without need."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.db.models import Value
from django.db.models.functions import Now
from pytest_django.fixtures import Settings

from connections import lifecycle, oauth, tokens
from connections.errors import (
    ClientRefused,
    ConnectionTrouble,
    KeyMissing,
    LoketLoginUnavailable,
    NotAuthorised,
    WrongEnvironment,
)
from connections.models import Connection, ConnectionState, TokenSet
from connections.oauth import Grant
from finmaster.tenancy import administration_scope
from loket_import.client import LoketClient
from loket_import.sandbox import SandboxServer
from loket_import.sandbox import faults as fault
from tests.books import Books, make_books
from tests.connections.connected import (
    Connected,
    at_once,
    connect,
    grant_of,
    is_accepted,
    make_connection,
    token_calls,
)
from tests.database import transaction_as

LEASE = timedelta(seconds=0.4)
USER = "api.korenbloem"


class Killed(BaseException):
    """A worker that is gone from one moment to the next."""


def once(act: Callable[[], object]) -> Callable[[str], Grant]:
    """The exchange with Loket, but `act` happens the first time, before its answer is used."""
    left = [act]
    exchange = oauth.exchange_refresh

    def exchange_refresh(refresh: str) -> Grant:
        act = left.pop() if left else None
        try:
            return exchange(refresh)
        finally:
            if act:
                act()

    return exchange_refresh


def die() -> None:
    raise Killed


# The simple cases.


def test_a_fresh_token_is_used_without_a_call(connected: Connected, loket: SandboxServer) -> None:
    assert is_accepted(loket, connected.tokens.current())
    assert connected.tokens.current() == connected.tokens.current()
    assert token_calls(loket) == 0


def test_a_due_token_is_refreshed_once(connected: Connected, loket: SandboxServer) -> None:
    before = connected.tokens.current()
    connected.make_due()
    after = connected.tokens.current()

    assert before != after == connected.tokens.current()
    assert is_accepted(loket, after)
    assert token_calls(loket) == 1
    assert connected.row.generation == 2


@pytest.mark.parametrize("rotates", [True, False])
def test_refreshing_goes_on_and_on(
    connected: Connected, loket: SandboxServer, rotates: bool
) -> None:
    loket.settings.rotates_refresh_tokens = rotates
    loket.settings.strict_reuse = True
    for round_ in range(1, 5):
        connected.make_due()
        assert is_accepted(loket, connected.tokens.current())
        assert token_calls(loket) == round_
    assert (connected.row.previous_refresh is not None) == rotates


def test_a_refused_token_is_renewed_and_an_older_one_is_not(
    connected: Connected, loket: SandboxServer
) -> None:
    refused = connected.tokens.current()
    renewed = connected.tokens.renew(refused)

    assert renewed != refused
    assert connected.tokens.renew(refused) == renewed
    assert token_calls(loket) == 1


def test_a_client_of_loket_s_api_renews_by_itself(
    connected: Connected, loket: SandboxServer
) -> None:
    loket.expire_access_tokens()
    client = LoketClient(api_url=loket.api_url, tokens=connected.tokens)

    assert len(client.employers()) == 1
    client.close()
    assert token_calls(loket) == 1


@pytest.mark.parametrize("life", [1, 60, 3599, 86_400])
def test_a_token_is_refreshed_before_it_ends(connected: Connected, life: int) -> None:
    connected.store(Grant("access", "refresh", life))
    row = connected.row

    early = row.expires_at - row.refresh_at
    assert timedelta(0) <= early <= timedelta(seconds=min(360, life * 0.12))


def test_tokens_lie_encrypted_in_the_database(connected: Connected) -> None:
    connected.store(Grant("canary-access", "canary-refresh", 3599))
    row = connected.row

    assert b"canary" not in bytes(row.access) + bytes(row.refresh)
    assert "canary" not in repr(connected.tokens) + repr(row) + str(row)
    assert connected.tokens.current() == "canary-access"


def test_a_claim_does_not_show_its_tokens() -> None:
    claim = tokens.Claim(id=uuid4(), generation=1, refresh="canary-1", previous="canary-2")

    assert "canary" not in repr(claim)


# Many at once.


def test_of_twenty_workers_on_each_of_twenty_connections_one_refreshes(
    committed: None, loket: SandboxServer
) -> None:
    loket.settings.strict_reuse = True
    all_connected = [connect(make_books(), loket, f"api.{n}", loket_user=USER) for n in range(20)]
    for one in all_connected:
        one.make_due()

    given = at_once(
        lambda one: (one.connection_id, one.tokens.current()),
        [one for one in all_connected for _ in range(20)],
    )

    assert len(given) == 400
    assert len(set(given)) == 20
    assert token_calls(loket) == 20
    assert all(is_accepted(loket, access) for _, access in given)
    for one in all_connected:
        one.make_due()
        assert is_accepted(loket, one.tokens.current())
    assert token_calls(loket) == 40


def test_twenty_workers_whose_token_is_refused_renew_it_once(
    committed_books: Books, loket: SandboxServer
) -> None:
    loket.settings.strict_reuse = True
    connected = connect(committed_books, loket, USER)
    refused = connected.tokens.current()

    renewed = at_once(lambda one: one.tokens.renew(refused), [connected] * 20)

    assert len(set(renewed)) == 1
    assert renewed[0] != refused
    assert token_calls(loket) == 1


def test_ten_workers_with_a_dead_authorisation_note_it_once(
    committed_books: Books, loket: SandboxServer
) -> None:
    connected = connect(committed_books, loket, USER)
    connected.make_due()
    loket.revoke_tokens(USER)

    def ask(one: Connected) -> str:
        with pytest.raises(NotAuthorised):
            one.tokens.current()
        return one.connection.state

    assert set(at_once(ask, [connected] * 10)) == {ConnectionState.REAUTHORISE}
    assert connected.history[1:] == [("reauthorise", "")]
    assert token_calls(loket) == 1


# Workers that die.


@pytest.mark.usefixtures("impatient")
def test_a_worker_that_dies_before_asking_only_costs_its_lease(
    connected: Connected, loket: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "CLAIM", LEASE)
    connected.make_due()
    with monkeypatch.context() as patch:
        patch.setattr(tokens.ConnectionTokens, "_refresh", lambda _self, _claim: die())
        with pytest.raises(Killed):
            connected.tokens.current()

    with pytest.raises(LoketLoginUnavailable):
        connected.tokens.current()
    assert token_calls(loket) == 0
    time.sleep(LEASE.total_seconds())
    assert is_accepted(loket, connected.tokens.current())


@pytest.mark.parametrize("point", ["answered", "sealing", "storing"])
@pytest.mark.usefixtures("impatient")
def test_a_worker_that_dies_with_the_answer_costs_nothing_where_the_old_token_stays(
    connected: Connected, loket: SandboxServer, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    loket.settings.rotates_refresh_tokens = False
    die_at(point, connected, monkeypatch)

    assert is_accepted(loket, connected.tokens.current())
    assert connected.connection.state == ConnectionState.ACTIVE
    assert token_calls(loket) == 2


@pytest.mark.parametrize("point", ["answered", "sealing", "storing"])
@pytest.mark.usefixtures("impatient")
def test_where_tokens_rotate_it_costs_one_new_authorisation(
    connected: Connected, loket: SandboxServer, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    die_at(point, connected, monkeypatch)

    for _ in range(3):
        with pytest.raises(NotAuthorised):
            connected.tokens.current()
    assert connected.history[1:] == [("reauthorise", "")]


def die_at(point: str, connected: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a worker die once Loket has answered, and its lease pass."""
    monkeypatch.setattr(tokens, "CLAIM", LEASE)
    connected.make_due()
    with monkeypatch.context() as patch:
        match point:
            case "answered":
                patch.setattr(oauth, "exchange_refresh", once(die))
            case "sealing":
                patch.setattr(tokens, "seal", lambda *_: die())
            case "storing":
                patch.setattr(tokens.ConnectionTokens, "_held", lambda *_: die())
        with pytest.raises(Killed):
            connected.tokens.current()
    with pytest.raises(LoketLoginUnavailable):
        connected.tokens.current()
    time.sleep(LEASE.total_seconds())


def test_a_claim_outlasts_two_conversations() -> None:
    connect_, read = oauth.TIMEOUT_SECONDS
    longest = 2 * connect_ + oauth.DEADLINE_SECONDS + read

    assert timedelta(seconds=2 * longest) < tokens.CLAIM


# Losers of a race.


def test_a_worker_that_took_too_long_uses_what_another_stored(
    connected: Connected, loket: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    loket.settings.rotates_refresh_tokens = False
    monkeypatch.setattr(tokens, "CLAIM", timedelta(0))
    winner: list[str] = []
    overtaken = once(lambda: winner.append(connected.tokens.current()))
    monkeypatch.setattr(oauth, "exchange_refresh", overtaken)
    connected.make_due()

    assert [connected.tokens.current()] == winner
    assert connected.row.generation == 2
    assert token_calls(loket) == 2


@pytest.mark.parametrize(
    "answer", [fault.respond(400, '{"error": "invalid_grant"}'), fault.html(502), fault.delay(0)]
)
@pytest.mark.usefixtures("impatient")
def test_a_worker_that_took_too_long_leaves_the_claim_of_the_next_one_alone(
    connected: Connected,
    loket: SandboxServer,
    monkeypatch: pytest.MonkeyPatch,
    answer: fault.Action,
) -> None:
    loket.faults.add("POST", "/token", action=answer)
    of_the_next_one = {"claim": uuid4(), "claimed_until": Now() + Value(timedelta(minutes=1))}
    overtaken = once(lambda: connected.change(**of_the_next_one))
    monkeypatch.setattr(oauth, "exchange_refresh", overtaken)
    connected.make_due()

    with pytest.raises(LoketLoginUnavailable):
        connected.tokens.current()
    assert connected.row.claim == of_the_next_one["claim"]
    assert connected.row.generation == 1
    assert connected.connection.state == ConnectionState.ACTIVE
    assert connected.connection.trouble == ""


def test_a_new_authorisation_wins_from_a_refresh_under_way(
    connected: Connected, loket: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed = grant_of(loket, USER)
    monkeypatch.setattr(oauth, "exchange_refresh", once(lambda: connected.store(renewed)))
    connected.make_due()

    assert connected.tokens.current() == renewed.access
    assert connected.row.generation == 2
    connected.make_due()
    assert is_accepted(loket, connected.tokens.current())


def test_a_refusal_does_not_end_an_authorisation_that_was_renewed_meanwhile(
    connected: Connected, loket: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    loket.revoke_tokens(USER)
    renewed = grant_of(loket, USER)
    monkeypatch.setattr(oauth, "exchange_refresh", once(lambda: connected.store(renewed)))
    connected.make_due()

    assert connected.tokens.current() == renewed.access
    assert connected.connection.state == ConnectionState.ACTIVE
    assert connected.history == [("created", USER)]


def test_a_disturbance_leaves_no_mark_on_an_authorisation_that_was_renewed_meanwhile(
    connected: Connected, loket: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    loket.faults.add("POST", "/token", action=fault.html(502))
    renewed = grant_of(loket, USER)
    monkeypatch.setattr(oauth, "exchange_refresh", once(lambda: connected.store(renewed)))
    connected.make_due()

    with pytest.raises(LoketLoginUnavailable):
        connected.tokens.current()
    assert connected.connection.trouble == ""
    assert connected.tokens.current() == renewed.access


def test_authorising_and_giving_up_at_once_do_not_lock_each_other_out(
    committed_books: Books, loket: SandboxServer
) -> None:
    connected = connect(committed_books, loket, USER)
    connected.make_due()
    loket.revoke_tokens(USER)
    renewed = grant_of(loket, USER)

    def refresh() -> str:
        try:
            return connected.tokens.current()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with administration_scope(committed_books.id):
            held = Connection.objects.select_for_update().get()
            worker = pool.submit(refresh)
            while token_calls(loket) == 0:
                time.sleep(0.01)
            time.sleep(0.3)
            tokens.store(held, renewed)
        assert worker.result(10) == renewed.access
    assert connected.connection.state == ConnectionState.ACTIVE


def test_ending_while_a_refresh_is_under_way_leaves_no_tokens(
    connected: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end() -> None:
        with administration_scope(connected.books.id):
            lifecycle.end(Connection.objects.get(), user=connected.books.manager)

    monkeypatch.setattr(oauth, "exchange_refresh", once(end))
    connected.make_due()

    with pytest.raises(NotAuthorised):
        connected.tokens.current()
    with administration_scope(connected.books.id):
        assert not TokenSet.objects.exists()
    assert connected.connection.state == ConnectionState.ENDED


def test_tokens_that_are_destroyed_at_that_moment_are_no_authorisation(
    connected: Connected, loket: SandboxServer
) -> None:
    with administration_scope(connected.books.id):
        TokenSet.objects.all().delete()

    with pytest.raises(NotAuthorised):
        connected.tokens.current()
    assert token_calls(loket) == 0


# What Loket says.


def test_a_dead_authorisation_is_noted_once_and_not_asked_about_again(
    connected: Connected, loket: SandboxServer
) -> None:
    connected.make_due()
    loket.revoke_tokens(USER)

    for _ in range(3):
        with pytest.raises(NotAuthorised):
            connected.tokens.current()
    assert token_calls(loket) == 1
    assert connected.connection.state == ConnectionState.REAUTHORISE
    assert connected.connection.trouble == "not_authorised"
    assert connected.history == [("created", USER), ("reauthorise", "")]


def test_the_refresh_token_before_is_tried_once(connected: Connected, loket: SandboxServer) -> None:
    connected.make_due()
    connected.tokens.current()
    connected.make_due()
    loket.revoke_tokens(USER)
    loket.calls.clear()

    with pytest.raises(NotAuthorised):
        connected.tokens.current()
    assert token_calls(loket) == 2
    assert connected.history[1:] == [("reauthorise", "")]


@pytest.mark.parametrize("rotates", [True, False])
def test_and_saves_the_authorisation_if_it_still_holds(
    connected: Connected, loket: SandboxServer, rotates: bool
) -> None:
    loket.settings.rotates_refresh_tokens = rotates
    never_given = '{"access_token": "a", "refresh_token": "never-given", "expires_in": 3599}'
    loket.faults.add("POST", "/token", action=fault.respond(200, never_given))
    connected.make_due()
    assert connected.tokens.current() == "a"

    saved = connected.tokens.renew("a")
    assert is_accepted(loket, saved)
    assert token_calls(loket) == 3
    connected.make_due()
    assert is_accepted(loket, connected.tokens.current())
    assert token_calls(loket) == 4
    assert connected.connection.state == ConnectionState.ACTIVE
    assert connected.history == [("created", USER)]


def test_a_disturbance_at_the_second_try_gives_nothing_up(
    connected: Connected, loket: SandboxServer
) -> None:
    connected.make_due()
    connected.tokens.current()
    connected.make_due()
    refused = fault.respond(400, '{"error": "invalid_grant"}')
    loket.faults.add("POST", "/token", action=refused)
    loket.faults.add("POST", "/token", action=fault.html(502))

    with pytest.raises(LoketLoginUnavailable):
        connected.tokens.current()
    assert connected.connection.state == ConnectionState.ACTIVE
    assert is_accepted(loket, connected.tokens.current())


@pytest.mark.parametrize(
    "disturbance",
    [
        fault.html(502),
        fault.html(200),
        fault.respond(500),
        fault.respond(429, "", {"Retry-After": "60"}),
        fault.respond(400, '{"error": "server_error"}'),
        fault.drop(),
    ],
)
def test_a_disturbance_keeps_the_connection_and_is_over_when_it_is_over(
    connected: Connected, loket: SandboxServer, disturbance: fault.Action
) -> None:
    loket.faults.add("POST", "/token", action=disturbance)
    connected.make_due()

    with pytest.raises(LoketLoginUnavailable):
        connected.tokens.current()
    assert connected.connection.state == ConnectionState.ACTIVE
    assert connected.connection.trouble == "loket_login_unavailable"
    assert connected.row.claim is None

    assert is_accepted(loket, connected.tokens.current())
    assert connected.connection.trouble == ""
    assert connected.history == [("created", USER)]


def test_an_answer_that_was_lost_after_rotation_costs_one_new_authorisation(
    connected: Connected, loket: SandboxServer
) -> None:
    loket.faults.add("POST", "/token", action=fault.drop(after_operation=True))
    connected.make_due()
    with pytest.raises(LoketLoginUnavailable):
        connected.tokens.current()

    for _ in range(2):
        with pytest.raises(NotAuthorised):
            connected.tokens.current()
    assert connected.history == [("created", USER), ("reauthorise", "")]


def test_a_refused_client_keeps_every_connection(
    connected: Connected, loket: SandboxServer, settings: Settings
) -> None:
    ours = settings.LOKET_CLIENT_SECRET
    settings.LOKET_CLIENT_SECRET = "of-another"
    connected.make_due()
    with pytest.raises(ClientRefused):
        connected.tokens.current()
    assert connected.connection.state == ConnectionState.ACTIVE
    assert connected.connection.trouble == "client_refused"

    settings.LOKET_CLIENT_SECRET = ours
    assert is_accepted(loket, connected.tokens.current())
    assert connected.connection.trouble == ""


def test_an_answer_without_a_refresh_token_keeps_the_old_one(
    connected: Connected, loket: SandboxServer
) -> None:
    loket.faults.add(
        "POST", "/token", action=fault.respond(200, '{"access_token": "a", "expires_in": "3599"}')
    )
    before = bytes(connected.row.refresh)
    connected.make_due()

    assert connected.tokens.current() == "a"
    assert bytes(connected.row.refresh) == before
    assert is_accepted(loket, connected.tokens.renew("a"))


# What never reaches Loket.


def assert_refused_unasked(
    connected: Connected, loket: SandboxServer, trouble: type[ConnectionTrouble]
) -> None:
    for ask in (connected.tokens.current, lambda: connected.tokens.renew("refused")):
        with pytest.raises(trouble):
            ask()
    assert len(loket.calls) == 0


@pytest.mark.parametrize("column", ["access", "refresh"])
def test_a_token_of_another_administration_is_never_sent(
    committed: None, loket: SandboxServer, column: str
) -> None:
    ours, theirs = (
        connect(make_books(), loket, user) for user in ("api.korenbloem", "api.zorggroep")
    )
    with transaction_as("superuser") as raw:
        raw.execute(
            f"UPDATE connections_tokenset mine SET {column} = other.{column}"  # noqa: S608
            " FROM connections_tokenset other WHERE other.id <> mine.id"
        )

    for one in (ours, theirs):
        one.make_due()
        assert_refused_unasked(one, loket, KeyMissing)
        assert one.connection.state == ConnectionState.ACTIVE


def test_a_token_of_another_field_is_never_sent(connected: Connected, loket: SandboxServer) -> None:
    connected.change(access=bytes(connected.row.refresh))

    assert_refused_unasked(connected, loket, KeyMissing)


def test_tokens_without_their_key_are_kept_and_an_alarm(
    connected: Connected,
    loket: SandboxServer,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ring = settings.TOKEN_KEYS
    settings.TOKEN_KEYS = {"other": bytes(32)}
    assert_refused_unasked(connected, loket, KeyMissing)
    assert {record.levelname for record in caplog.records} == {"ERROR"}

    settings.TOKEN_KEYS = {"other": bytes(32)} | ring
    connected.make_due()
    assert is_accepted(loket, connected.tokens.current())
    settings.TOKEN_KEYS = {"other": bytes(32)}
    assert is_accepted(loket, connected.tokens.current())


@pytest.mark.parametrize("environment", ["acceptance", "production"])
def test_a_connection_of_another_environment_is_never_used(
    connected: Connected, loket: SandboxServer, settings: Settings, environment: str
) -> None:
    connected.make_due()
    settings.LOKET_ENVIRONMENT = environment

    assert_refused_unasked(connected, loket, WrongEnvironment)


@pytest.mark.parametrize(
    "state", [ConnectionState.NEW, ConnectionState.REAUTHORISE, ConnectionState.ENDED]
)
def test_only_an_active_connection_gives_a_token(
    connected: Connected, loket: SandboxServer, state: ConnectionState
) -> None:
    with administration_scope(connected.books.id):
        Connection.objects.update(state=state)

    assert_refused_unasked(connected, loket, NotAuthorised)


def test_a_connection_that_nobody_authorised_gives_none(books: Books, loket: SandboxServer) -> None:
    assert_refused_unasked(make_connection(books, USER), loket, NotAuthorised)


def test_the_tokens_of_another_administration_s_connection_are_out_of_reach(
    connected: Connected,
) -> None:
    stranger = tokens.ConnectionTokens(
        administration_id=make_books().id, connection_id=connected.connection_id
    )

    with pytest.raises(Connection.DoesNotExist):
        stranger.current()


def test_no_token_shows_in_the_log(
    connected: Connected, loket: SandboxServer, caplog: pytest.LogCaptureFixture
) -> None:
    with administration_scope(connected.books.id):
        connection = Connection.objects.get()
        row = TokenSet.objects.get()
        secrets = {
            tokens.unseal(connection, name, getattr(row, name)) for name in ("access", "refresh")
        }
    with caplog.at_level("DEBUG"):
        connected.make_due()
        secrets.add(connected.tokens.current())
        loket.revoke_tokens(USER)
        connected.make_due()
        with pytest.raises(NotAuthorised):
            connected.tokens.current()

    assert not [secret for secret in secrets if secret in caplog.text]
