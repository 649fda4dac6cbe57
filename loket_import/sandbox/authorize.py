"""The authorization endpoint: a browser comes in, logs in, says yes or no, and is sent back.

An unknown application or return address gets a page and never a redirect; everything else goes
back to the application with an ``error`` (RFC 6749, 4.1.2.1).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from secrets import token_bytes, token_urlsafe
from threading import Lock
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from . import pages
from .model import LoketUser
from .oauth import Grants
from .settings import SandboxSettings
from .world import World

COOKIE = "loket_zandbak"
REQUEST_SECONDS = 900
MAX_PENDING = 500

EXPIRED = "Het formulier is verlopen of hoort niet bij deze browser. Er is geen toegang gegeven."


@dataclass(slots=True)
class PendingRequest:
    """An application's request that a user is answering; who, once logged in."""

    redirect_uri: str
    state: str
    expires_at: float
    username: str | None = None


class AuthorizationEndpoint:
    """Answers ``/authorize``; a request's form works only in the browser that began it."""

    def __init__(self, settings: SandboxSettings, world: World, grants: Grants) -> None:
        """Start without pending requests."""
        self.settings, self.world, self.grants = settings, world, grants
        self.key = token_bytes(32)
        self.lock = Lock()
        self.pending: dict[str, PendingRequest] = {}

    def answer(self, request: Request) -> Response:
        """A page, or the redirect back to the application."""
        if request.method == "POST":
            return self._answer_form(request)
        return self._begin(request)

    def _begin(self, request: Request) -> Response:
        asked = request.args
        redirect_uri = asked.get("redirect_uri", "")
        if asked.get("client_id") != self.settings.client_id:
            return _html(pages.error_page("Deze toepassing is niet bekend bij Loket.nl."), 400)
        if redirect_uri not in self.settings.redirect_uris:
            return _html(pages.error_page("Het retouradres hoort niet bij deze toepassing."), 400)
        state = asked.get("state", "")
        if error := _protocol_error(asked):
            return _redirect(redirect_uri, state=state, error=error)
        expires_at = self.grants.clock() + REQUEST_SECONDS
        request_id = self._remember(PendingRequest(redirect_uri, state, expires_at))
        browser = request.cookies.get(COOKIE) or token_urlsafe(18)
        response = _html(self._login_page(request_id, browser))
        response.set_cookie(COOKIE, browser, httponly=True, samesite="Lax")
        return response

    def _answer_form(self, request: Request) -> Response:
        form = request.form
        request_id, browser = form.get("request", ""), request.cookies.get(COOKIE, "")
        pending = self._recall(request_id)
        expected = self._form_token(request_id, browser)
        is_ours = hmac.compare_digest(form.get("token", "").encode(), expected.encode())
        if pending is None or not browser or not is_ours:
            return _html(pages.error_page(EXPIRED), 400)
        if "decision" in form:
            return self._decide(request_id, pending, form.get("decision", ""))
        return self._log_in(request_id, browser, pending, form)

    def _log_in(
        self, request_id: str, browser: str, pending: PendingRequest, form: Mapping[str, str]
    ) -> Response:
        username = form.get("username", "").strip()
        user = self.world.users.get(username)
        password = form.get("password", "").encode()
        if user is None or not hmac.compare_digest(password, user.password.encode()):
            page = self._login_page(request_id, browser, username, pages.LOGIN_REFUSED)
            return _html(page, 422)
        pending.username = user.username
        return _html(self._consent_page(request_id, browser, user))

    def _decide(self, request_id: str, pending: PendingRequest, decision: str) -> Response:
        if pending.username is None or decision not in ("allow", "deny"):
            return _html(pages.error_page(EXPIRED), 400)
        with self.lock:
            if self.pending.pop(request_id, None) is None:
                return _html(pages.error_page(EXPIRED), 400)
        if decision == "deny":
            return _redirect(pending.redirect_uri, state=pending.state, error="access_denied")
        code = self.grants.issue_code(pending.username, pending.redirect_uri)
        return _redirect(pending.redirect_uri, state=pending.state, code=code)

    def _remember(self, pending: PendingRequest) -> str:
        request_id = token_urlsafe(12)
        with self.lock:
            while len(self.pending) >= MAX_PENDING:
                self.pending.pop(next(iter(self.pending)))
            self.pending[request_id] = pending
        return request_id

    def _recall(self, request_id: str) -> PendingRequest | None:
        with self.lock:
            pending = self.pending.get(request_id)
        return pending if pending and self.grants.clock() < pending.expires_at else None

    def _form_token(self, request_id: str, browser: str) -> str:
        return hmac.new(self.key, f"{request_id}:{browser}".encode(), sha256).hexdigest()

    def _login_page(
        self, request_id: str, browser: str, username: str = "", error: str = ""
    ) -> str:
        token = self._form_token(request_id, browser)
        name = self.settings.application_name
        return pages.login_page(request_id, token, name, username, error)

    def _consent_page(self, request_id: str, browser: str, user: LoketUser) -> str:
        return pages.consent_page(
            request_id,
            self._form_token(request_id, browser),
            self.settings.application_name,
            user,
            self.world.visible_employers(user.username),
        )


def _protocol_error(asked: Mapping[str, str]) -> str | None:
    if asked.get("response_type") != "code":
        return "unsupported_response_type"
    # Loket knows one scope, the literal word all.
    return None if asked.get("scope") == "all" else "invalid_scope"


def _redirect(redirect_uri: str, **answer: str) -> Response:
    separator = "&" if "?" in redirect_uri else "?"
    location = f"{redirect_uri}{separator}{urlencode(answer)}"
    return Response("", status=302, headers={"Location": location, "Cache-Control": "no-store"})


def _html(text: str, status: int = 200) -> Response:
    response = Response(text, status=status, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Frame-Options"] = "DENY"
    return response
