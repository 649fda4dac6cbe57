"""Speak to Loket's OAuth server. The only module that does, and the only one that opens a token.

Loket: authorisation code flow with the literal scope `all`, the client's secret in the body, and
access tokens that live an hour. Whether refresh tokens rotate is not documented, so each one that
is returned is stored before its access token is used.
"""

import json
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests
from django.conf import settings
from django.urls import reverse
from oauthlib.oauth2 import OAuth2Error
from oauthlib.oauth2.rfc6749.errors import (
    InvalidClientError,
    InvalidGrantError,
    UnauthorizedClientError,
)
from requests.adapters import HTTPAdapter
from requests_oauthlib import OAuth2Session
from urllib3.exceptions import HTTPError

from connections.errors import ClientRefused, LoketLoginUnavailable, NotAuthorised

TIMEOUT_SECONDS = (3.05, 10)
DEADLINE_SECONDS = 15
ANSWER_BYTES = 64 * 1024
# Loket documents 3599; for an answer that does not say, or says something impossible.
DEFAULT_LIFE_SECONDS = 3000
LONGEST_LIFE_SECONDS = 86_400
TOKEN = re.compile("[!-~]+")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Grant:
    """Tokens as Loket gave them; `refresh` is None when it kept the old one to itself."""

    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    life_seconds: int


class BoundedAdapter(HTTPAdapter):
    """Reads an answer within a size and a total time, whatever the server does.

    The time is looked at between pieces of the body, so one piece can outlast it by a read timeout.
    """

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        deadline = time.monotonic() + DEADLINE_SECONDS
        response = super().send(request, **(kwargs | {"stream": True}))
        try:
            response._content = self._body(response, deadline)
        except HTTPError:
            raise requests.exceptions.ConnectionError("the answer broke off") from None
        finally:
            response.close()
        return response

    def _body(self, response: requests.Response, deadline: float) -> bytes:
        """The body; read1 gives what is there, so that a drip meets the deadline too."""
        body = bytearray()
        while piece := response.raw.read1(4096, decode_content=True):
            body += piece
            if len(body) > ANSWER_BYTES or time.monotonic() > deadline:
                raise requests.exceptions.ConnectionError("answer too large or too slow")
        return bytes(body)


def redirect_uri() -> str:
    """The one address to which Loket sends users back, as registered with the client id."""
    return settings.SITE_URL + reverse("loket_callback")


def new_session() -> OAuth2Session:
    """A session for one conversation: it keeps state and tokens, so it is never shared."""
    session = OAuth2Session(settings.LOKET_CLIENT_ID, redirect_uri=redirect_uri())
    session.trust_env = False
    session.max_redirects = 0
    session.mount("https://", BoundedAdapter())
    session.mount("http://", BoundedAdapter())
    session.register_compliance_hook("access_token_response", in_standard_form)
    session.register_compliance_hook("refresh_token_response", in_standard_form)
    return session


def in_standard_form(response: requests.Response) -> requests.Response:
    """The answer with only what is used of it, as the library wants it written.

    A token that was given must not be lost, and a connection must not be given up, over a lifetime
    that can't be read, a scope in other words, a maintenance page or an error that Loket's
    documents spell `Invalid_client`. LoketLoginUnavailable when it is no answer of an OAuth server.
    """
    try:
        content = json.loads(response.content)
    except (ValueError, RecursionError):
        content = None
    if response.status_code not in (200, 400, 401) or not isinstance(content, dict):
        raise LoketLoginUnavailable
    if "error" in content:
        kept: dict[str, object] = {"error": str(content["error"]).lower()}
    else:
        kept = {
            name: content[name]
            for name in ("access_token", "token_type", "refresh_token")
            if is_token(content.get(name))
        }
        kept["expires_in"] = life_seconds(content.get("expires_in"))
    response._content = json.dumps(kept).encode()
    response.encoding = "utf-8"
    return response


def is_token(value: object) -> bool:
    """Whether it can be a token: visible ASCII (RFC 6749, appendix A)."""
    return isinstance(value, str) and TOKEN.fullmatch(value) is not None


def life_seconds(stated: object) -> int:
    """The stated life of an access token, or the default when it is no whole number of seconds."""
    text = str(stated)
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        return DEFAULT_LIFE_SECONDS
    return int(text) if 0 < int(text) <= LONGEST_LIFE_SECONDS else DEFAULT_LIFE_SECONDS


def authorisation_url(state: str) -> str:
    """Where to send the browser, so that the user logs in at Loket and gives permission."""
    session = OAuth2Session(settings.LOKET_CLIENT_ID, redirect_uri=redirect_uri(), scope=["all"])
    url, _state = session.authorization_url(f"{settings.LOKET_OAUTH_URL}/authorize", state=state)
    return str(url)


def exchange_code(code: str) -> Grant:
    """Tokens for the code of a callback. NotAuthorised when Loket refuses it; never repeated."""
    with new_session() as session:
        return _ask(
            lambda: session.fetch_token(
                _token_url(),
                code=code,
                client_secret=settings.LOKET_CLIENT_SECRET,
                include_client_id=True,
                timeout=TIMEOUT_SECONDS,
            ),
            sent_refresh=None,
        )


def exchange_refresh(refresh: str) -> Grant:
    """New tokens for a refresh token. NotAuthorised when Loket refuses it; never repeated."""
    with new_session() as session:
        return _ask(
            lambda: session.refresh_token(
                _token_url(),
                refresh_token=refresh,
                client_id=settings.LOKET_CLIENT_ID,
                client_secret=settings.LOKET_CLIENT_SECRET,
                timeout=TIMEOUT_SECONDS,
            ),
            sent_refresh=refresh,
        )


def _token_url() -> str:
    return f"{settings.LOKET_OAUTH_URL}/token"


def _ask(conversation: Callable[[], dict[str, Any]], *, sent_refresh: str | None) -> Grant:
    """Hold a conversation with the token endpoint and sort out how it ended.

    What went wrong is raised anew and unchained: the original would carry tokens along.
    """
    trouble: type[NotAuthorised | ClientRefused | LoketLoginUnavailable]
    try:
        answer = conversation()
    except InvalidGrantError:
        trouble = NotAuthorised
    except (InvalidClientError, UnauthorizedClientError):
        logger.error("Loket refuses the client id or secret of this installation")
        trouble = ClientRefused
    except (OAuth2Error, requests.RequestException, LoketLoginUnavailable) as error:
        logger.warning("No tokens from Loket's log-in server: %s", type(error).__name__)
        trouble = LoketLoginUnavailable
    else:
        refresh = answer.get("refresh_token")
        return Grant(
            access=answer["access_token"],
            refresh=None if refresh == sent_refresh else refresh,
            life_seconds=answer["expires_in"],
        )
    raise trouble
