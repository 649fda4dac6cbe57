"""A programme of faults: the next calls to an address go wrong in a chosen way.

A test adds a fault, the next ``times`` matching calls suffer it, after that all is well again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from json import loads
from socket import SHUT_RDWR
from threading import Lock
from typing import Any

from werkzeug.wrappers import Request, Response

from .jsontext import to_json

Proceed = Callable[[], Response]
Action = Callable[[Request, Proceed], Response]

HTML_BODY = "<!doctype html><html><body><h1>Loket.nl is in onderhoud</h1></body></html>"


@dataclass(slots=True)
class Fault:
    """What goes wrong, for which calls, and how many times it still will."""

    method: str
    path_substring: str
    action: Action
    times: int

    def matches(self, request: Request) -> bool:
        """Whether this call suffers; method ``*`` is any."""
        same_method = self.method in ("*", request.method)
        return self.times > 0 and same_method and self.path_substring in request.path


@dataclass(slots=True)
class Faults:
    """The programme; first added goes first. Thread-safe."""

    pending: list[Fault] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def add(self, method: str, path_substring: str, *, action: Action, times: int = 1) -> None:
        """Let the next ``times`` calls of this method to such a path go wrong."""
        with self.lock:
            self.pending.append(Fault(method.upper(), path_substring, action, times))

    def clear(self) -> None:
        """Let all be well."""
        with self.lock:
            self.pending.clear()

    def apply(self, request: Request, proceed: Proceed) -> Response:
        """The answer of ``proceed``, spoiled when a fault is due."""
        action = self._due(request)
        return action(request, proceed) if action else proceed()

    def _due(self, request: Request) -> Action | None:
        with self.lock:
            for fault in self.pending:
                if fault.matches(request):
                    fault.times -= 1
                    if fault.times == 0:
                        self.pending.remove(fault)
                    return fault.action
        return None


def respond(status: int = 500, body: str = "", headers: Mapping[str, str] | None = None) -> Action:
    """Answer this instead; the operation itself doesn't happen."""

    def action(request: Request, proceed: Proceed) -> Response:
        return Response(body, status=status, headers=dict(headers or {}))

    return action


def html(status: int = 502, body: str = HTML_BODY) -> Action:
    """A maintenance page where JSON was expected."""
    return respond(status, body, {"Content-Type": "text/html; charset=utf-8"})


def delay(seconds: float) -> Action:
    """Answer well, but late."""

    def action(request: Request, proceed: Proceed) -> Response:
        time.sleep(seconds)
        return proceed()

    return action


def truncate(after_bytes: int) -> Action:
    """Do the operation, then break the connection after so many bytes of the answer."""

    def action(request: Request, proceed: Proceed) -> Response:
        answer = proceed()
        whole = answer.get_data()
        headers = answer.headers.copy()
        headers["Content-Length"] = str(len(whole))
        part = _then_hang_up(whole[:after_bytes], request)
        return Response(part, status=answer.status, headers=headers)

    return action


def drop(*, after_operation: bool = False) -> Action:
    """Break the connection without any answer, before or after the operation happened."""

    def action(request: Request, proceed: Proceed) -> Response:
        if after_operation:
            proceed()
        _hang_up(request)
        return Response("", status=500)

    return action


def change_envelope(**fields: object) -> Action:
    """Answer with other values at the top of the envelope: ``totalSize=3, totalPages=2``."""

    def action(request: Request, proceed: Proceed) -> Response:
        answer = proceed()
        body: dict[str, Any] = loads(answer.get_data(), parse_float=Decimal)
        return Response(
            to_json(body | fields), status=answer.status, content_type=answer.content_type
        )

    return action


def action_named(kind: str, options: Mapping[str, Any]) -> Action:
    """The action of this kind, as another process names it. ``ValueError`` if unknown."""
    makers: dict[str, Callable[..., Action]] = {
        "respond": respond,
        "html": html,
        "delay": delay,
        "truncate": truncate,
        "drop": drop,
        "change-envelope": change_envelope,
    }
    if kind not in makers:
        raise ValueError(f"Unknown fault '{kind}'; known are {', '.join(makers)}")
    return makers[kind](**options)


def _then_hang_up(part: bytes, request: Request) -> Iterator[bytes]:
    yield part
    _hang_up(request)


def _hang_up(request: Request) -> None:
    request.environ["werkzeug.socket"].shutdown(SHUT_RDWR)
