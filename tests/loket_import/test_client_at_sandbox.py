"""The client against the sandbox: both sides made from the same description of Loket's API."""

from datetime import date

import pytest

from loket_import.client import LoketClient
from loket_import.errors import LoketRefused, LoketTokenRefused, LoketUnavailable
from loket_import.sandbox import SandboxServer, SandboxSettings
from loket_import.sandbox import faults as fault

BAKERY = "api.korenbloem"


class SandboxTokens:
    def __init__(self, server):
        self.server = server
        self.token = server.issue_tokens(BAKERY)["access_token"]
        self.renewals = 0

    def current(self):
        return self.token

    def renew(self, refused):
        assert refused == self.token
        self.renewals += 1
        self.token = self.server.issue_tokens(BAKERY)["access_token"]
        return self.token


@pytest.fixture
def sandbox():
    settings = SandboxSettings(redirect_uris=["https://finmaster.invalid/terug"])
    with SandboxServer(settings, today=date(2026, 11, 24)) as server:
        yield server


@pytest.fixture
def tokens(sandbox):
    return SandboxTokens(sandbox)


@pytest.fixture
def client(sandbox, tokens):
    client = LoketClient(api_url=sandbox.api_url, tokens=tokens, pause=lambda seconds: None)
    yield client
    client.close()


def all_runs(client):
    (employer,) = client.employers()
    return [
        run
        for payroll in client.payroll_administrations(employer.id)
        for run in client.journal_runs(payroll.id)
    ]


def test_the_whole_way_from_employer_to_lines(client):
    runs = all_runs(client)
    ready = [run for run in runs if run.status_key in (4, 5, 6, 7)]

    assert ready
    for run in ready:
        results = client.results(run.id)
        assert client.journal_run(run.id) == run
        assert results.lines
        assert len(results.source_hash) == 64


def test_a_year_is_a_payroll_year(client):
    (employer,) = client.employers()
    payroll = client.payroll_administrations(employer.id)[0]

    for year in {run.year for run in client.journal_runs(payroll.id)}:
        of_year = client.journal_runs(payroll.id, year=year)
        assert of_year == [run for run in client.journal_runs(payroll.id) if run.year == year]


def test_results_of_a_run_that_has_none_are_refused_with_a_reason(client):
    without = [run for run in all_runs(client) if run.status_key in (0, 1, 2, 3)]
    assert without

    with pytest.raises(LoketRefused) as refused:
        client.results(without[0].id)

    assert refused.value.reason


def test_faults_in_between_change_nothing(client, sandbox):
    run = next(run for run in all_runs(client) if run.status_key == 4)
    clean = client.results(run.id)
    sandbox.faults.add("GET", "/results", action=fault.html(502))
    sandbox.faults.add("GET", "/results", action=fault.truncate(200))
    sandbox.faults.add("GET", "/results", action=fault.drop())

    assert client.results(run.id) == clean


def test_a_broken_loket_is_unavailable(client, sandbox):
    sandbox.faults.add("GET", "/employers", action=fault.html(503), times=100)

    with pytest.raises(LoketUnavailable):
        client.employers()


def test_an_expired_token_is_renewed_and_a_revoked_one_is_not(client, sandbox, tokens, monkeypatch):
    sandbox.grants.expire_access_tokens()
    assert client.employers()
    assert tokens.renewals == 1

    monkeypatch.setattr(tokens, "renew", lambda refused: "no-token-of-the-sandbox")
    sandbox.grants.expire_access_tokens()
    with pytest.raises(LoketTokenRefused):
        client.employers()
