"""What a page says to whoever reads it, on the screen or aloud, and where its links lead."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import resolve

# What stands in a field is the user's own text.
UNSEEN = {"script", "style", "code", "textarea"}
SPOKEN = {"alt", "aria-label", "data-label", "placeholder", "title"}


@dataclass
class Page:
    """`texts` in order, without space around them; `language` is what the page says it is in."""

    language: str = ""
    texts: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


class Reader(HTMLParser):
    """Collects a page."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.open_unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open_unseen += tag in UNSEEN
        values = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.page.language = values["lang"]
        if tag == "a" and "href" in values:
            self.page.links.append(values["href"])
        self.page.texts += [values[name] for name in SPOKEN & values.keys() if values[name]]

    def handle_endtag(self, tag: str) -> None:
        self.open_unseen -= tag in UNSEEN

    def handle_data(self, data: str) -> None:
        if data.strip() and not self.open_unseen:
            self.page.texts.append(" ".join(data.split()))


def read(html: str) -> Page:
    """The page that this HTML makes."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.page


def walk(client: Client, *starts: str, language: str, most: int = 3) -> Iterator[tuple[str, Page]]:
    """Follow the links from these pages on: each view's name with at most so many of its pages.

    A file to keep is not a page.
    """
    visits: Counter[str] = Counter()
    known, waiting = set(starts), deque(starts)
    while waiting:
        address = waiting.popleft()
        name = resolve(urlsplit(address).path).view_name
        visits[name] += 1
        if visits[name] > most:
            continue
        answer = client.get(address, headers={"Accept-Language": language}, follow=True)
        assert answer.status_code == HTTPStatus.OK, address
        if "attachment" in answer.headers.get("Content-Disposition", ""):
            continue
        page = read(answer.content.decode())
        yield name, page
        for link in page.links:
            found = urljoin(address, link.partition("#")[0])
            if found.startswith("/") and found not in known:
                known.add(found)
                waiting.append(found)
