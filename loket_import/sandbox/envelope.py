"""The form of Loket's answers: the envelope around lists and details, and refusals.

Shapes and texts follow Loket's published description of its API v2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from werkzeug.wrappers import Response

from .filters import BadQuery
from .jsontext import to_json

MAX_PAGE_SIZE = 250


class Refusal(Exception):
    """An answer other than 200; carries the finished response."""

    def __init__(self, response: Response) -> None:
        """Keep the response that the server will send."""
        super().__init__(response.status)
        self.response = response


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for; numbers start at 1."""

    number: int = 1
    size: int = MAX_PAGE_SIZE

    def cut(self, items: Sequence[Mapping[str, object]]) -> Sequence[Mapping[str, object]]:
        """The items on this page; none beyond the last page."""
        start = (self.number - 1) * self.size
        return items[start : start + self.size]


def page_asked(arguments: Mapping[str, str]) -> Page:
    """The page in the query string; a larger size than 250 becomes 250.

    Loket documents the default of 250 and no maximum: the sandbox takes the strict reading.
    ``BadQuery`` when a number is no positive whole number.
    """
    number = _positive(arguments, "pageNumber", 1)
    return Page(number, min(_positive(arguments, "pageSize", MAX_PAGE_SIZE), MAX_PAGE_SIZE))


def list_answer(items: Sequence[Mapping[str, object]], page: Page, version: str) -> Response:
    """200 with a page of items under ``_embedded``."""
    return _json_response(
        {
            "totalSize": len(items),
            "pageSize": page.size,
            "totalPages": -(-len(items) // page.size),
            "currentPage": page.number,
            "version": _version(version),
            "messages": [],
            "_embedded": page.cut(items),
        },
        200,
        version,
    )


def detail_answer(content: Mapping[str, object], version: str) -> Response:
    """200 with one thing under ``content``, and its ETag."""
    body = {"version": _version(version), "messages": [], "content": content}
    response = _json_response(body, 200, version)
    response.headers["ETag"] = f'"{sha256(response.get_data()).hexdigest()[:32]}"'
    return response


def broken_rule(
    description: str, version: str, *, status: int = 400, code: int = 83, listed: bool = False
) -> Refusal:
    """400 or 409 with the envelope that names the broken business rule."""
    message: dict[str, object] = {
        "code": code,
        "id": None,
        "type": "BrokenBusinessRule",
        "description": description,
        "properties": [],
    }
    empty: dict[str, object] = {"_embedded": []} if listed else {"content": {}}
    body = {"version": _version(version), "messages": [message], **empty}
    return Refusal(_json_response(body, status))


def text_refusal(status: int, text: str) -> Refusal:
    """A refusal by the API itself, in plain text (Loket: for API-level errors)."""
    response = Response(text, status=status, content_type="text/plain; charset=utf-8")
    return Refusal(_uncached(response))


def denied() -> Refusal:
    """401: no token, or one that doesn't hold (any more)."""
    message = "Authorization has been denied for this request."
    return Refusal(_json_response({"message": message}, 401))


def forbidden(reason: str) -> Refusal:
    """403 with Loket's sentence around the reason."""
    message = f'Insufficient rights for this request, reason "{reason}"'
    return Refusal(_json_response({"message": message}, 403))


def _positive(arguments: Mapping[str, str], name: str, default: int) -> int:
    text = arguments.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise BadQuery(f"Invalid value for {name}")
    return int(text)


def _version(version: str) -> dict[str, object]:
    return {"obsoleteDate": None, "resourceVersion": version}


def _json_response(body: Mapping[str, object], status: int, version: str | None = None) -> Response:
    content_type = f"application/json;version={version}" if version else "application/json"
    return _uncached(Response(to_json(body), status=status, content_type=content_type))


def _uncached(response: Response) -> Response:
    """Loket: an Expires header comes with every answer; most may not be cached."""
    response.headers["Expires"] = "-1"
    response.headers["Cache-Control"] = "no-cache"
    return response
