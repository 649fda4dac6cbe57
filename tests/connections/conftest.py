"""A sandbox to which Django's settings point, and an administration that is connected to it."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from connections import tokens
from connections.oauth import redirect_uri
from loket_import.sandbox import SandboxServer, SandboxSettings
from tests.books import Books
from tests.connections.connected import Connected, connect


@pytest.fixture
def loket(settings: Settings) -> Iterator[SandboxServer]:
    """A running sandbox of its own for this test."""
    registered = SandboxSettings(
        client_id=settings.LOKET_CLIENT_ID,
        client_secret=settings.LOKET_CLIENT_SECRET,
        redirect_uris=[redirect_uri()],
    )
    with SandboxServer(registered) as server:
        settings.LOKET_OAUTH_URL, settings.LOKET_API_URL = server.oauth_url, server.api_url
        yield server


@pytest.fixture
def connected(books: Books, loket: SandboxServer) -> Connected:
    """An administration whose connection is authorised as the bakery's Loket user."""
    return connect(books, loket, "api.korenbloem")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that don't wait for each other for seconds."""
    monkeypatch.setattr(tokens, "WAIT_SECONDS", 0.1)
