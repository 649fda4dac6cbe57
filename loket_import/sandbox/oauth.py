"""Grants, codes and tokens of the sandbox's OAuth 2.0 server.

A grant is what a user allowed the application; everything handed out for it is kept as a hash
only. Times are seconds since the epoch, by ``clock``, which a test may replace.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from secrets import token_urlsafe
from threading import RLock

from .settings import SandboxSettings


class TokenRefused(Exception):
    """The token endpoint's refusal, by its RFC 6749 code."""

    def __init__(self, code: str) -> None:
        """Keep the error code, such as ``invalid_grant``."""
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Grant:
    """What a user allowed; ended, none of its tokens hold any more."""

    id: str
    username: str
    is_ended: bool = False


@dataclass(slots=True)
class Code:
    """An authorization code: for one use, soon, with the same redirect address."""

    grant_id: str
    redirect_uri: str
    expires_at: float
    is_used: bool = False


@dataclass(slots=True)
class AccessToken:
    """An access token of a grant."""

    grant_id: str
    expires_at: float


@dataclass(slots=True)
class RefreshToken:
    """A refresh token of a grant; used, when rotation replaced it."""

    grant_id: str
    is_used: bool = False


class Grants:
    """All grants, with the rules for codes and tokens. Thread-safe."""

    def __init__(
        self,
        settings: SandboxSettings,
        clock: Callable[[], float] = time.time,
        lock: RLock | None = None,
    ) -> None:
        """Start without grants; ``lock`` is the world's, when both are saved together."""
        self.settings = settings
        self.clock = clock
        self.lock = lock or RLock()
        self.on_change: Callable[[], None] = lambda: None
        self.reset()

    def reset(self) -> None:
        """Forget everything that was handed out."""
        with self.lock:
            self.grants: dict[str, Grant] = {}
            self.codes: dict[str, Code] = {}
            self.access_tokens: dict[str, AccessToken] = {}
            self.refresh_tokens: dict[str, RefreshToken] = {}

    def issue_code(self, username: str, redirect_uri: str) -> str:
        """A fresh code for a user who has just said yes."""
        with self.lock:
            grant = Grant(token_urlsafe(9), username)
            self.grants[grant.id] = grant
            # Base64 characters that need escaping in a URL, as the real codes have.
            code = token_urlsafe(24) + "+/="
            expires_at = self.clock() + self.settings.code_seconds
            self.codes[digest(code)] = Code(grant.id, redirect_uri, expires_at)
            self.on_change()
            return code

    def check_client(self, client_id: str, client_secret: str) -> None:
        """Refuse with ``invalid_client`` unless both are ours."""
        matches = (
            hmac.compare_digest(client_id.encode(), self.settings.client_id.encode()),
            hmac.compare_digest(client_secret.encode(), self.settings.client_secret.encode()),
        )
        if not all(matches):
            raise TokenRefused("invalid_client")

    def redeem_code(self, code: str, redirect_uri: str) -> dict[str, object]:
        """Tokens for a code. A second use ends the grant (RFC 6749, 4.1.2)."""
        with self.lock:
            found = self.codes.get(digest(code))
            if found is None:
                raise TokenRefused("invalid_grant")
            grant = self.grants[found.grant_id]
            if found.is_used:
                self._end(grant)
            in_time = self.clock() < found.expires_at
            if grant.is_ended or not in_time or redirect_uri != found.redirect_uri:
                raise TokenRefused("invalid_grant")
            found.is_used = True
            return self._tokens(grant, self._new_refresh_token(grant))

    def refresh(self, refresh_token: str) -> dict[str, object]:
        """New tokens for a refresh token; with rotation the old one is used up."""
        with self.lock:
            found = self.refresh_tokens.get(digest(refresh_token))
            if found is None or self.grants[found.grant_id].is_ended:
                raise TokenRefused("invalid_grant")
            grant = self.grants[found.grant_id]
            if found.is_used:
                if self.settings.strict_reuse:
                    self._end(grant)
                raise TokenRefused("invalid_grant")
            if not self.settings.rotates_refresh_tokens:
                return self._tokens(grant, refresh_token)
            found.is_used = True
            return self._tokens(grant, self._new_refresh_token(grant))

    def username_of(self, access_token: str) -> str | None:
        """Whose access token this is; None when it doesn't hold (any more)."""
        with self.lock:
            found = self.access_tokens.get(digest(access_token))
            if found is None or self.clock() >= found.expires_at:
                return None
            grant = self.grants[found.grant_id]
            return None if grant.is_ended else grant.username

    def revoke_tokens(self, username: str) -> None:
        """End all grants of a user, as when the integration is removed in Loket."""
        with self.lock:
            for grant in self.grants.values():
                if grant.username == username:
                    self._end(grant)

    def expire_access_tokens(self) -> None:
        """Let every access token be out of date; refresh tokens stay good."""
        with self.lock:
            for token in self.access_tokens.values():
                token.expires_at = 0
            self.on_change()

    def to_state(self) -> dict[str, object]:
        """Grants and hashed tokens as JSON values, without the short-lived codes."""
        with self.lock:
            return {
                "grants": [asdict(grant) for grant in self.grants.values()],
                "access_tokens": {
                    key: {"grant_id": token.grant_id, "expires_at": int(token.expires_at)}
                    for key, token in self.access_tokens.items()
                },
                "refresh_tokens": {key: asdict(t) for key, t in self.refresh_tokens.items()},
            }

    def _end(self, grant: Grant) -> None:
        grant.is_ended = True
        self.on_change()

    def _new_refresh_token(self, grant: Grant) -> str:
        token = token_urlsafe(24)
        self.refresh_tokens[digest(token)] = RefreshToken(grant.id)
        return token

    def _tokens(self, grant: Grant, refresh_token: str) -> dict[str, object]:
        access_token = token_urlsafe(48)
        expires_at = self.clock() + self.settings.access_token_seconds
        self.access_tokens[digest(access_token)] = AccessToken(grant.id, expires_at)
        self.on_change()
        return {
            "access_token": access_token,
            "token_type": "bearer",
            "expires_in": self.settings.access_token_seconds,
            "refresh_token": refresh_token,
            "two_factor_state": "None",
        }


def digest(secret: str) -> str:
    """What is kept of a code or token."""
    return sha256(secret.encode()).hexdigest()
