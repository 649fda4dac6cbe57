"""Do at the sandbox's authorisation page what a user does there: log in and allow."""

from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

PASSWORD = "zandbak"  # noqa: S105 - the password of all invented Loket users
TIMEOUT_SECONDS = 10


class HiddenFields(HTMLParser):
    """Collects the hidden fields of a page's form."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        field = dict(attrs)
        if tag == "input" and field.get("type") == "hidden":
            self.values[field["name"] or ""] = field["value"] or ""


def hidden_fields(page: str) -> dict[str, str]:
    """Name and value of each hidden field."""
    parser = HiddenFields()
    parser.feed(page)
    return parser.values


def authorise(url: str, username: str, *, allow: bool = True) -> dict[str, str]:
    """Log in at an authorisation address and allow; the query that Loket sends back with."""
    with requests.Session() as browser:
        browser.trust_env = False
        page = browser.get(url, timeout=TIMEOUT_SECONDS)
        form_url = urljoin(url, "authorize")
        page = browser.post(
            form_url,
            data=hidden_fields(page.text)
            | {"username": username, "password": PASSWORD, "step": "login"},
            timeout=TIMEOUT_SECONDS,
        )
        answer = browser.post(
            form_url,
            data=hidden_fields(page.text) | {"decision": "allow" if allow else "deny"},
            allow_redirects=False,
            timeout=TIMEOUT_SECONDS,
        )
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
