"""An administration with a live connection to a running sandbox, linked to one of its payrolls."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

import loket_import.demo
from connections import tokens
from connections.lifecycle import EmployerLink, PayrollLink, link_employer, link_payroll
from connections.models import ChartMode, Connection, ConnectionState
from connections.oauth import Grant
from finmaster.models import User
from finmaster.tenancy import administration_scope
from ledger.models import Account, CostCenter, CostUnit, JournalEntry
from ledger.opening import open_year
from loket_import import jobs
from loket_import.booking import live_booking, order_booking
from loket_import.models import Booking, Job, JobKind, JournalRun
from loket_import.preview import Preview, preview
from loket_import.reversing import reverse_entry
from loket_import.sandbox import SandboxServer, SandboxSettings
from loket_import.sandbox.model import JournalRun as LoketRun
from loket_import.sandbox.model import Line, PayrollAdministration
from loket_import.subjects import runs_subject
from loket_import.tasks import HANDLERS
from tests.books import Books, make_books

TODAY = date(2026, 11, 24)
DEMO = Path(loket_import.demo.__file__).parent


@dataclass(frozen=True, slots=True)
class Linked:
    """Books, the sandbox that they are connected to, and the payroll that they are linked to."""

    books: Books
    loket: SandboxServer
    payroll: PayrollAdministration
    connection_id: int

    @property
    def id(self) -> int:
        return self.books.id

    @property
    def slug(self) -> str:
        return self.books.administration.slug

    def scope(self) -> AbstractContextManager[None]:
        """The scope of the administration."""
        return administration_scope(self.id)

    def connection(self) -> Connection:
        """The connection, in the scope that is open."""
        return Connection.objects.get(pk=self.connection_id)

    def ask(self, kind: JobKind, subject: object = "", *, user: User | None = None) -> Job:
        """Request a job, in a scope of its own; of runs the subject is the payroll year."""
        if kind == JobKind.RUNS:
            subject = runs_subject(self.connection_id, int(str(subject)))
        with self.scope():
            return jobs.request_job(kind, subject=str(subject), requested_by=user)

    def carry_out(self, job: Job) -> Job:
        """Do what a worker does with a job, and read the row again."""
        jobs.run(self.id, job.pk, HANDLERS)
        return self.look(job)

    def look(self, job: Job) -> Job:
        """The job as it is now."""
        with self.scope():
            return Job.objects.get(pk=job.pk)

    def fetch(self, kind: JobKind, subject: object = "") -> Job:
        """Request a fetch and carry it out."""
        return self.carry_out(self.ask(kind, subject))

    def fetch_runs(self, year: int = TODAY.year) -> None:
        """Have the runs of a payroll year in the database."""
        assert self.fetch(JobKind.RUNS, year).state == "done"

    def loket_runs(self, status: int | None = None) -> list[LoketRun]:
        """The payroll's runs in the sandbox, real ones, by sequence number."""
        return [
            run
            for run in self.loket.world.runs_of(self.payroll.id, status)
            if not run.period.test_year
        ]

    def last_ready(self) -> LoketRun:
        """The newest run that can be booked."""
        return self.loket_runs(4)[-1]

    def stored(self, run: LoketRun) -> JournalRun:
        """A run of the sandbox as it is in the database."""
        with self.scope():
            return JournalRun.objects.get(loket_id=run.id)

    def fetched(self, run: LoketRun) -> JournalRun:
        """A run of the sandbox, once its year and its lines have been fetched."""
        self.fetch_runs(run.period.year)
        stored = self.stored(run)
        assert self.fetch(JobKind.CONTENT, stored.pk).state == "done"
        return self.stored(run)

    def seen(self, run: JournalRun) -> Preview:
        """What the user sees of a run, in the scope that is open."""
        found = preview(JournalRun.objects.get(pk=run.pk), self.connection())
        assert found is not None
        return found

    def order(self, run: JournalRun, *, user: User | None = None) -> Job:
        """Press 'Boeken' for a run, as it is shown now."""
        with self.scope():
            return order_booking(self.seen(run), user=user or self.books.bookkeeper)

    def booked(self, run: JournalRun) -> Booking:
        """Have a run booked, in two steps as always."""
        job = self.carry_out(self.order(run))
        assert (job.state, job.error_code) == ("done", "")
        with self.scope():
            found = live_booking(run)
            assert found is not None
            assert job.result == {"entry": found.entry_id}
            return found

    def undo(self, entry: JournalEntry) -> JournalEntry:
        """Reverse an entry, in a scope of its own."""
        with self.scope():
            return reverse_entry(
                JournalEntry.objects.get(pk=entry.pk),
                booked_on=date(2026, 11, 3),
                reason="Verkeerde maand",
                user=self.books.bookkeeper,
            )

    def add_run(self, lines: Iterable[Line], **how: Any) -> LoketRun:
        """A new run in the sandbox, ready to be booked."""
        return self.loket.world.add_run(self.payroll.id, lines, **how)


def add_demo_chart() -> None:
    """The demo's accounts, cost centres and cost units that `make_books` has not made."""
    known = set(Account.objects.values_list("code", flat=True))
    Account.objects.bulk_create(
        Account(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            is_postable=row["postable"] == "1",
            requires_cost_center=row["requires_cost_center"] == "1",
            is_blocked=row["blocked"] == "1",
        )
        for row in rows("chart.csv")
        if row["code"] not in known
    )
    for row in rows("dimensions.csv"):
        model = CostCenter if row["kind"] == "cost_center" else CostUnit
        model.objects.get_or_create(code=row["code"], defaults={"name": row["name"]})


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one of the demo's files."""
    with (DEMO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def connect(loket: SandboxServer, username: str, mode: ChartMode = ChartMode.ADOPT) -> Connection:
    """An authorised connection, in the scope that is open."""
    granted = loket.issue_tokens(username)
    connection = Connection.objects.create(
        environment=settings.LOKET_ENVIRONMENT,
        username=username,
        chart_mode=mode,
        state=ConnectionState.ACTIVE,
    )
    tokens.store(
        connection, Grant(str(granted["access_token"]), str(granted["refresh_token"]), 3599)
    )
    return connection


def link(connection: Connection, loket: SandboxServer, payroll: PayrollAdministration) -> None:
    """Link employer and payroll administration, in the scope that is open."""
    employer = loket.world.employer(payroll.employer_id)
    manager = User.objects.order_by("-pk").first()
    assert manager is not None
    link_employer(
        connection,
        EmployerLink(employer.id, employer.name, employer.chamber_of_commerce_number),
        user=manager,
    )
    link_payroll(
        connection,
        PayrollLink(
            payroll.id,
            payroll.name,
            payroll.payroll_taxes_number,
            payroll.period_type.name.lower(),
            int(payroll.period_type),
        ),
        user=manager,
    )


def make_linked(
    loket: SandboxServer,
    *,
    username: str = "api.korenbloem",
    employer: str = "Korenbloem",
    payroll: int = 0,
    mode: ChartMode = ChartMode.ADOPT,
) -> Linked:
    """Books with the demo's chart and three years, linked to one of the sandbox's payrolls."""
    books = make_books(employer)
    found = loket.world.employer(employer).administrations[payroll]
    with administration_scope(books.id):
        add_demo_chart()
        open_year(2025)
        open_year(2027)
        connection = connect(loket, username, mode)
        link(connection, loket, found)
    return Linked(books, loket, found, connection.pk)


@contextmanager
def running_sandbox(today: date = TODAY) -> Iterator[SandboxServer]:
    """A sandbox in which FinMaster is registered as its settings say."""
    registered = SandboxSettings(
        client_id=settings.LOKET_CLIENT_ID,
        client_secret=settings.LOKET_CLIENT_SECRET,
        redirect_uris=["https://finmaster.invalid/terug"],
    )
    with SandboxServer(registered, today=today) as server:
        yield server


@pytest.fixture
def loket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[SandboxServer]:
    """A sandbox of this test's own, to which the settings point."""
    # The sandbox speaks plain HTTP on loopback, which OAuth libraries refuse by default.
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setattr("loket_import.answers.FIRST_PAUSE_SECONDS", 0.001)
    with running_sandbox() as server:
        settings.LOKET_OAUTH_URL = server.oauth_url
        settings.LOKET_API_URL = server.api_url
        yield server


@pytest.fixture
def linked(committed: None, loket: SandboxServer) -> Linked:
    """The bakery: a monthly payroll whose accounts are taken over."""
    return make_linked(loket)
