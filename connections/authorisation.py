"""The trip to Loket's authorisation page and back: bound to one user, browser and connection."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Now

from connections import oauth, tokens
from connections.errors import ConnectionTrouble, LoginRefused, NotAuthorised
from connections.history import record
from connections.models import AuthorisationAttempt, Connection, ConnectionState, EventKind
from finmaster.models import Membership, Role, User
from finmaster.permissions import hold_role
from finmaster.tenancy import administration_in_scope, administration_scope

LIFE = timedelta(minutes=10)

# Asked after the exchange with the new access token; raises a UserError when the Loket user
# that authorised does not see what the connection is pinned to.
PinCheck = Callable[[Connection, str], None]


def digest(secret: str) -> str:
    """What is stored of a secret."""
    return sha256(secret.encode()).hexdigest()


def begin(connection: Connection, *, user: User, browser: str) -> str:
    """Note that `user` leaves for Loket's page in this browser, and return that page's address.

    `browser` is a secret that the user's session holds. The answer is accepted once, within ten
    minutes, from the same user and browser (RFC 6749, section 10.12; RFC 9700, section 4.7).
    """
    state = secrets.token_urlsafe(32)
    AuthorisationAttempt.objects.filter(connection_id=connection.pk, user=user).delete()
    AuthorisationAttempt.objects.create(
        state_hash=digest(state),
        session_hash=digest(browser),
        user=user,
        administration_id=administration_in_scope(),
        connection_id=connection.pk,
        environment=connection.environment,
        expires_at=Now() + Value(LIFE),
    )
    return oauth.authorisation_url(state)


def complete(
    answer: dict[str, str], *, user: User, browser: str, check_pin: PinCheck
) -> AuthorisationAttempt:
    """Take Loket's answer (the callback's query) and make the connection active.

    Returns the attempt, which names administration and connection. LoginRefused, or what
    `check_pin` raises, leaves the connection and its earlier tokens as they were. The attempt is
    used up whichever way it ends. No scope or transaction may be open, for Loket is called.
    """
    attempt = take_attempt(answer.get("state", ""), user=user, browser=browser)
    try:
        connection = connection_of(attempt)
        code = code_in(answer)
        grant = collect(code)
        if connection.employer_id:
            check_pin(connection, grant.access)
    except LoginRefused as refusal:
        note_refusal(attempt, refusal.reason)
        raise
    except ConnectionTrouble as trouble:
        note_refusal(attempt, trouble.code)
        raise
    try:
        with administration_scope(attempt.administration_id):
            activate(attempt, connection, grant)
    except LoginRefused as refusal:
        note_refusal(attempt, refusal.reason)
        raise
    return attempt


def take_attempt(state: str, *, user: User, browser: str) -> AuthorisationAttempt:
    """The attempt of this state, user and browser, removed so that it serves once."""
    with transaction.atomic():
        attempt = (
            AuthorisationAttempt.objects.select_for_update()
            .annotate(now=Now())
            .filter(state_hash=digest(state), session_hash=digest(browser), user=user)
            .first()
        )
        if attempt is None:
            raise LoginRefused("unknown_state")
        AuthorisationAttempt.objects.filter(pk=attempt.pk).delete()
    if attempt.now > attempt.expires_at:
        raise LoginRefused("expired")
    return attempt


def connection_of(attempt: AuthorisationAttempt) -> Connection:
    """The connection to authorise, if its user may still do so and it is still there to be."""
    membership = Membership.objects.of(attempt.user, attempt.administration)
    if membership is None or not Role(membership.role).includes(Role.MANAGER):
        raise LoginRefused("not_allowed")
    with administration_scope(attempt.administration_id):
        connection = Connection.objects.filter(pk=attempt.connection_id).first()
    if connection is None or not connection.is_live:
        raise LoginRefused("ended")
    if attempt.environment != settings.LOKET_ENVIRONMENT:
        raise LoginRefused("wrong_issuer")
    return connection


def code_in(answer: dict[str, str]) -> str:
    """The code of a callback's query; LoginRefused when there is none to use."""
    if answer.get("iss", settings.LOKET_OAUTH_URL) != settings.LOKET_OAUTH_URL:
        raise LoginRefused("wrong_issuer")
    if "error" in answer:
        raise LoginRefused("denied" if answer["error"] == "access_denied" else "no_code")
    if not answer.get("code"):
        raise LoginRefused("no_code")
    return answer["code"]


def collect(code: str) -> oauth.Grant:
    """Exchange the code; LoginRefused when Loket refuses it or gives nothing to refresh with."""
    try:
        grant = oauth.exchange_code(code)
    except NotAuthorised:
        raise LoginRefused("code_refused") from None
    if grant.refresh is None:
        raise LoginRefused("code_refused")
    return grant


def activate(attempt: AuthorisationAttempt, asked: Connection, grant: oauth.Grant) -> None:
    """Store the tokens and note who authorised, in the scope that is open.

    `asked` is the connection as it was before Loket was called: much may have happened since.
    """
    try:
        hold_role(attempt.user_id, Role.MANAGER)
    except PermissionDenied:
        raise LoginRefused("not_allowed") from None
    connection = Connection.objects.select_for_update().get(pk=attempt.connection_id)
    if not connection.is_live:
        raise LoginRefused("ended")
    if pins_of(connection) != pins_of(asked):
        raise LoginRefused("linked_meanwhile")
    tokens.store(connection, grant)
    connection.state = ConnectionState.ACTIVE
    connection.trouble = ""
    connection.save(update_fields=["state", "trouble"])
    # Who logged in at Loket.nl is not told us, so the name that was filled in here proves nothing.
    record(connection, EventKind.AUTHORISED, user_id=attempt.user_id)


def pins_of(connection: Connection) -> tuple[UUID | None, UUID | None]:
    """What the connection is linked to; the check of the pin was about these."""
    return connection.employer_id, connection.payroll_administration_id


def note_refusal(attempt: AuthorisationAttempt, reason: str) -> None:
    """Add the refusal to the connection's history; a stranger to it leaves no mark."""
    if reason == "not_allowed":
        return
    with administration_scope(attempt.administration_id):
        connection = Connection.objects.filter(pk=attempt.connection_id).first()
        if connection is not None:
            record(connection, EventKind.REFUSED, user_id=attempt.user_id, detail=reason)
