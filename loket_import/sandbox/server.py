"""The sandbox as a threaded HTTP server, and everything a test wants to hold of it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Self

from werkzeug.exceptions import HTTPException
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from .api import Api
from .authorize import AuthorizationEndpoint
from .calls import CallLog
from .control import Control
from .faults import Faults
from .oauth import Grants
from .settings import SandboxSettings
from .state import StateFile
from .token_endpoint import token_answer
from .world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAX_BODY_BYTES = 5_000_000
# How often a serving thread looks whether it should stop: a test waits for that at its end.
POLL_SECONDS = 0.02

__all__ = ["SandboxServer", "SandboxSettings"]


class SandboxServer:
    """Loket's OAuth server (``url``) and API (``url``/v2) on one port, as a context manager."""

    def __init__(
        self,
        settings: SandboxSettings | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        today: date | None = None,
        state_path: Path | None = None,
        quiet: bool = True,
    ) -> None:
        """Take the port (0: any free one). ``OSError`` when it is taken."""
        self.settings = settings or SandboxSettings()
        self.world = World(today)
        self.grants = Grants(self.settings, lock=self.world.lock)
        self.faults = Faults()
        self.calls = CallLog()
        self.api = Api(self.settings, self.world, self.grants)
        self.authorization = AuthorizationEndpoint(self.settings, self.world, self.grants)
        self.control = Control(self.world, self.grants, self.faults, self.calls)
        if state_path:
            self._keep_state(state_path)
        handler = _QuietHandler if quiet else WSGIRequestHandler
        self._server = make_server(
            host, port, self._application, threaded=True, request_handler=handler
        )
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._server.server_port}"
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        """Serve from a thread."""
        self._thread = Thread(
            target=self._server.serve_forever,
            args=(POLL_SECONDS,),
            name="loket-sandbox",
            daemon=True,
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving and let the port go."""
        self._server.shutdown()
        if self._thread:
            self._thread.join()
        self._server.server_close()

    def serve_forever(self) -> None:
        """Serve in this thread until interrupted."""
        self._server.serve_forever()

    @property
    def oauth_url(self) -> str:
        """Where ``/authorize`` and ``/token`` are."""
        return self.url

    @property
    def api_url(self) -> str:
        """The base of the API, version included."""
        return f"{self.url}/v2"

    @property
    def client_id(self) -> str:
        """The registered application's id."""
        return self.settings.client_id

    @property
    def client_secret(self) -> str:
        """The registered application's secret."""
        return self.settings.client_secret

    def issue_code(self, username: str, redirect_uri: str | None = None) -> str:
        """An authorization code as if this user had just pressed 'Toestaan'."""
        return self.grants.issue_code(username, redirect_uri or self.settings.redirect_uris[0])

    def issue_tokens(self, username: str) -> dict[str, object]:
        """A token answer as if this user had gone through the whole flow."""
        code = self.grants.issue_code(username, "")
        return self.grants.redeem_code(code, "")

    def revoke_tokens(self, username: str) -> None:
        """End everything that was granted by a user."""
        self.grants.revoke_tokens(username)

    def expire_access_tokens(self) -> None:
        """Let every access token be out of date."""
        self.grants.expire_access_tokens()

    def reset(self) -> None:
        """Put the world back, forget grants, faults and calls."""
        self.control.reset()

    def _keep_state(self, path: Path) -> None:
        state = StateFile(path, self.world, self.grants)
        state.load()
        self.world.on_change = self.grants.on_change = state.save

    def _application(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = MAX_BODY_BYTES
        try:
            response = self._logged_answer(request)
        except HTTPException as error:
            return error(environ, start_response)
        return response(environ, start_response)

    def _logged_answer(self, request: Request) -> Response:
        if request.path.startswith("/_sandbox/"):
            return self.control.answer(request, request.path.removeprefix("/_sandbox/"))
        if self.settings.latency_ms:
            time.sleep(self.settings.latency_ms / 1000)
        username = self.api.username(request)
        response = self.faults.apply(request, lambda: self._answer(request))
        self.calls.add(request, response, username)
        return response

    def _answer(self, request: Request) -> Response:
        if request.path.startswith("/v2/"):
            return self.api.answer(request, request.path.removeprefix("/v2"))
        if request.path == "/authorize" and request.method in ("GET", "POST"):
            return self.authorization.answer(request)
        if request.path == "/token" and request.method == "POST":
            return token_answer(request, self.grants)
        return Response("", status=404)


class _QuietHandler(WSGIRequestHandler):
    """Writes no line for each call; in tests the call log does."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""
