"""Where the wizard stands: its steps, and the connection that each of them needs."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from connections.models import Connection
from loket_import.models import JournalRun


@dataclass(frozen=True, slots=True)
class Step:
    """A step; `url` is empty while it can't be gone to."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps, and the number of the current one, from 1."""

    steps: tuple[Step, ...]
    number: int

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.steps)

    @property
    def label(self) -> str:
        """Of the current step."""
        return self.steps[self.number - 1].label


EMPLOYER, PAYROLL, RUNS, CONTENT = 1, 2, 3, 4


def runs_of(connection: Connection) -> QuerySet[JournalRun]:
    """The journal runs of what a connection is linked to; none before it is linked."""
    if connection.payroll_administration_id is None:
        return JournalRun.objects.none()
    return JournalRun.objects.filter(
        environment=connection.environment,
        payroll_administration_id=connection.payroll_administration_id,
    )


def connection_of(run: JournalRun) -> Connection | None:
    """The newest connection that is, or was, linked to the payroll of a run."""
    return (
        Connection.objects.filter(
            environment=run.environment, payroll_administration_id=run.payroll_administration_id
        )
        .order_by("-pk")
        .first()
    )


def next_step(connection: Connection) -> str:
    """Name of the address where the import goes on."""
    if connection.employer_id is None:
        return "loket_import:employer"
    if connection.payroll_administration_id is None:
        return "loket_import:payroll"
    return "loket_import:runs"


def breadcrumbs(slug: str) -> list[tuple[str, str]]:
    """The pages above each page of the import."""
    return [(_("Import files"), reverse("loket_import:files", args=[slug]))]


def steps(number: int, *, slug: str) -> Steps:
    """The four steps seen from the current one; those before it can be gone back to."""
    labels = (
        (_("Employer"), "loket_import:employer"),
        (_("Payroll administration"), "loket_import:payroll"),
        (_("Journal runs"), "loket_import:runs"),
        (_("Check and book"), ""),
    )
    return Steps(
        steps=tuple(
            Step(
                label=label,
                url=reverse(name, args=[slug]) if name and place < number else "",
                is_current=place == number,
            )
            for place, (label, name) in enumerate(labels, start=1)
        ),
        number=number,
    )
