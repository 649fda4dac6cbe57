"""The log of calls, for tests that ask what was sent; without secrets or form bodies."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from threading import Lock

from werkzeug.wrappers import Request, Response

KEPT_CALLS = 10_000


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One call and the status it got; ``body`` is kept for PATCH only."""

    method: str
    path: str
    query: str
    status: int
    accept: str
    content_type: str
    user_agent: str
    username: str | None
    grant_type: str | None
    body: str | None


class CallLog:
    """The last calls, oldest first. Thread-safe."""

    def __init__(self) -> None:
        """Start empty."""
        self._calls: deque[LoggedCall] = deque(maxlen=KEPT_CALLS)
        self._lock = Lock()

    def __iter__(self) -> Iterator[LoggedCall]:
        """Walk over a copy, so that calls may come in meanwhile."""
        with self._lock:
            return iter(list(self._calls))

    def __len__(self) -> int:
        """How many calls are kept."""
        return len(self._calls)

    def __getitem__(self, index: int) -> LoggedCall:
        """A call by its place; -1 is the last one."""
        with self._lock:
            return self._calls[index]

    def matching(self, method: str, path_substring: str = "") -> list[LoggedCall]:
        """The calls of one method to paths that hold this text."""
        return [c for c in self if c.method == method and path_substring in c.path]

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._calls.clear()

    def add(self, request: Request, response: Response, username: str | None) -> None:
        """Keep a call that was answered."""
        is_token_call = request.path == "/token" and request.method == "POST"
        call = LoggedCall(
            method=request.method,
            path=request.path,
            query=request.query_string.decode("ascii", "replace"),
            status=response.status_code,
            accept=request.headers.get("Accept", ""),
            content_type=request.headers.get("Content-Type", ""),
            user_agent=request.headers.get("User-Agent", ""),
            username=username,
            grant_type=request.form.get("grant_type") if is_token_call else None,
            body=request.get_data(as_text=True) if request.method == "PATCH" else None,
        )
        with self._lock:
            self._calls.append(call)

    def to_rows(self) -> list[dict[str, object]]:
        """The calls as JSON values."""
        return [asdict(call) for call in self]
