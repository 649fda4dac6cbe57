"""A sandbox for each test, and a browserless way to call it as one of its users."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
import requests

from loket_import.sandbox import SandboxServer, SandboxSettings

TODAY = date(2026, 11, 24)
CALLBACK = "https://finmaster.invalid/terug"
ACCEPT = "application/json;version=2018-01-01"
RUNS = "/providers/employers/payrolladministrations"


@dataclass
class LoketCaller:
    """Calls the API of a sandbox with one user's access token."""

    loket: SandboxServer
    access_token: str

    def get(self, path: str, accept: str | None = ACCEPT, **query: str | int) -> requests.Response:
        """GET ``path`` under /v2."""
        headers = {"Authorization": f"Bearer {self.access_token}", "Accept": accept}
        return requests.get(self.loket.api_url + path, query, headers=headers, timeout=10)

    def patch(
        self, run_id: str, body: object, content_type: str = "application/json"
    ) -> requests.Response:
        """PATCH a journal run."""
        headers = {
            "Authorization": f"Bearer {self.access_token}",
            "Accept": ACCEPT,
            "Content-Type": content_type,
        }
        url = f"{self.loket.api_url}{RUNS}/journalruns/{run_id}"
        text = body if isinstance(body, bytes) else requests.models.complexjson.dumps(body).encode()
        return requests.patch(url, data=text, headers=headers, timeout=10)


@pytest.fixture
def loket() -> Iterator[SandboxServer]:
    """A running sandbox of its own for this test."""
    with SandboxServer(SandboxSettings(redirect_uris=[CALLBACK]), today=TODAY) as server:
        yield server


@pytest.fixture
def bakery(loket: SandboxServer) -> LoketCaller:
    """The caller that sees Bakkerij De Korenbloem."""
    return caller(loket, "api.korenbloem")


def caller(loket: SandboxServer, username: str) -> LoketCaller:
    """A caller with a fresh access token of this user."""
    return LoketCaller(loket, str(loket.issue_tokens(username)["access_token"]))


def administration_id(loket: SandboxServer, employer: str, index: int = 0) -> str:
    """The id of an employer's payroll administration."""
    return loket.world.employer(employer).administrations[index].id
