"""Speak to Loket's OAuth server. The only module that does, and the only one that opens a token.

Loket: authorisation code flow with the literal scope `all`, the client's secret in the body, and
access tokens that live an hour. Whether refresh tokens rotate is not documented, so each one that
is returned is stored before its access token is used.
"""

import time
from dataclasses import dataclass, field
from typing import Any

import requests
from django.conf import settings
from django.urls import reverse
from oauthlib.oauth2 import OAuth2Error
from oauthlib.oauth2.rfc6749.errors import InvalidClientError, InvalidGrantError
from requests.adapters import HTTPAdapter
from requests_oauthlib import OAuth2Session

from connections.errors import ClientRefused, LoketLoginUnavailable, NotAuthorised

TIMEOUT_SECONDS = (3.05, 10)
DEADLINE_SECONDS = 15
ANSWER_BYTES = 64 * 1024
# Loket documents 3599; for an answer that does not say.
DEFAULT_LIFE_SECONDS = 3000


@dataclass(frozen=True, slots=True)
class Grant:
    """Tokens as Loket gave them; `refresh` is None when it kept the old one to itself."""

    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    life_seconds: int


class BoundedAdapter(HTTPAdapter):
    """Reads an answer within a size and a total time, whatever the server does."""

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        deadline = time.monotonic() + DEADLINE_SECONDS
        response = super().send(request, **(kwargs | {"stream": True}))
        body = bytearray()
        for chunk in response.iter_content(4096):
            body += chunk
            if len(body) > ANSWER_BYTES or time.monotonic() > deadline:
                response.close()
                raise requests.exceptions.ConnectionError("answer too large or too slow")
        response._content = bytes(body)
        return response


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
    return session


def authorisation_url(state: str) -> str:
    """Where to send the browser, so that the user logs in at Loket and gives permission."""
    session = OAuth2Session(settings.LOKET_CLIENT_ID, redirect_uri=redirect_uri(), scope=["all"])
    url, _state = session.authorization_url(f"{settings.LOKET_OAUTH_URL}/authorize", state=state)
    return str(url)


def exchange_code(code: str) -> Grant:
    """Tokens for the code of a callback. NotAuthorised when Loket refuses it; never repeated."""
    session = new_session()
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
    session = new_session()
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


def _ask(conversation: Any, *, sent_refresh: str | None) -> Grant:
    """Hold a conversation with the token endpoint and sort out how it ended."""
    try:
        answer = conversation()
    except InvalidGrantError:
        raise NotAuthorised from None
    except InvalidClientError:
        raise ClientRefused from None
    except OAuth2Error as error:
        # Loket's documents spell an error `Invalid_client` as well.
        code = str(getattr(error, "error", "")).lower()
        if code == "invalid_grant":
            raise NotAuthorised from None
        if code in ("invalid_client", "unauthorized_client"):
            raise ClientRefused from None
        raise LoketLoginUnavailable from None
    except (requests.RequestException, ValueError, Warning, TypeError, AttributeError):
        raise LoketLoginUnavailable from None
    return _read(answer, sent_refresh)


def _read(answer: dict[str, Any], sent_refresh: str | None) -> Grant:
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if not isinstance(access, str) or not access:
        raise LoketLoginUnavailable
    if not isinstance(refresh, str) or not refresh or refresh == sent_refresh:
        refresh = None
    try:
        life = int(answer.get("expires_in") or 0)
    except (TypeError, ValueError):
        life = 0
    return Grant(access, refresh, life if 0 < life <= 86_400 else DEFAULT_LIFE_SECONDS)
