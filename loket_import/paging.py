"""Reading a list of Loket from its first page to its last: all of it, or an error.

Loket: `totalSize` tells how many rows there are; the page size may change and `totalPages` isn't
needed, so neither counts. The results of a run declare no paging and may page nevertheless.
"""

import logging
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from loket_import.decoding import Page
from loket_import.errors import LoketIncomplete, LoketTooLarge

PAGES_MAX = 2_000
LIST_MAX_BYTES = 128 * 2**20
RESTARTS_MAX = 3

Row = TypeVar("Row")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Whole(Generic[Row]):
    """A complete list: its rows, and the pages and bodies that it came in."""

    rows: tuple[Row, ...]
    pages: tuple[Page[Row], ...]
    bodies: tuple[bytes, ...]


class _Moved(Exception):
    """The list changed while it was being read."""


def read_whole(
    fetch: Callable[[int], bytes],
    decode: Callable[[bytes, int], Page[Row]],
    *,
    identity: Callable[[Row], Hashable] | None = None,
    on_page: Callable[[int, int], None] | None = None,
) -> Whole[Row]:
    """Fetch pages 1, 2, … until there are as many rows as Loket announced.

    With `identity` a row that comes twice counts once; without it equal rows are different ones.
    A list that changes meanwhile is read again, at most RESTARTS_MAX times. `on_page` hears how
    many rows have been read, and of how many; it may hear of page 1 again. Raises LoketIncomplete
    where rows are missing, too many, or come from a page that repeats; LoketTooLarge.
    """
    for _ in range(1 + RESTARTS_MAX):
        try:
            return _read_once(fetch, decode, identity, on_page)
        except _Moved as moved:
            logger.info("Reading a list of Loket again: %s", moved)
    raise LoketIncomplete(f"the list changed during each of {1 + RESTARTS_MAX} readings")


def _read_once(
    fetch: Callable[[int], bytes],
    decode: Callable[[bytes, int], Page[Row]],
    identity: Callable[[Row], Hashable] | None,
    on_page: Callable[[int, int], None] | None,
) -> Whole[Row]:
    rows: list[Row] = []
    known: dict[Hashable, Row] = {}
    pages: list[Page[Row]] = []
    bodies: list[bytes] = []
    for number in range(1, PAGES_MAX + 1):
        body = fetch(number)
        page = decode(body, len(rows) + 1)
        _refuse_repetition(body, page, bodies, pages)
        bodies.append(body)
        pages.append(page)
        if page.total_size != pages[0].total_size:
            raise _Moved("the number of rows changed")
        rows.extend(page.rows if identity is None else _unknown(page.rows, identity, known))
        if on_page is not None:
            on_page(len(rows), page.total_size)
        if len(rows) == page.total_size:
            return Whole(tuple(rows), tuple(pages), tuple(bodies))
        if len(rows) > page.total_size or not page.rows:
            raise LoketIncomplete(
                f"{len(rows)} rows on {number} pages, announced {page.total_size}"
            )
        if sum(map(len, bodies)) > LIST_MAX_BYTES:
            raise LoketTooLarge(f"more than {LIST_MAX_BYTES} bytes")
    raise LoketTooLarge(f"more than {PAGES_MAX} pages")


def _refuse_repetition(
    body: bytes, page: Page[Row], bodies: list[bytes], pages: list[Page[Row]]
) -> None:
    """Refuse a page that was there before: a server that ignores `pageNumber` gives one.

    Its rows could add up to the right number by chance. Pages with equal rows and different page
    numbers are no repetition.
    """
    numbers = [earlier.number for earlier in pages]
    if body in bodies or (page.number is not None and page.number in numbers):
        raise LoketIncomplete(f"page {len(pages) + 1} repeats an earlier page")


def _unknown(
    rows: tuple[Row, ...], identity: Callable[[Row], Hashable], known: dict[Hashable, Row]
) -> list[Row]:
    """The rows not seen before, which it adds to `known`."""
    fresh = []
    for row in rows:
        key = identity(row)
        if key not in known:
            known[key] = row
            fresh.append(row)
        elif known[key] != row:
            raise _Moved("a row changed")
    return fresh
