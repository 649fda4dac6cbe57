"""Histories of connections as they were, written past the clock that stamps events."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from django.db import connection

from connections.billing.rule import Step
from connections.models import Connection, ConnectionState
from finmaster.models import Administration, Office, User
from finmaster.tenancy import administration_scope

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_numbers = count(1)


def at(year: int, month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A moment in Amsterdam."""
    return datetime(year, month, day, hour, minute, tzinfo=AMSTERDAM)


def make_office(name: str = "Kantoor Oost") -> Office:
    """An office without administrations."""
    return Office.objects.create(name=name)


def make_administration(office: Office, name: str = "Bakkerij") -> Administration:
    """An administration without books."""
    number = next(_numbers)
    return Administration.objects.create(
        office=office, number=f"B{number}", name=name, slug=f"koppeling-{number}"
    )


def add_connection(
    administration: Administration,
    steps: Iterable[tuple[str, datetime]],
    *,
    environment: str = "sandbox",
    by: User | None = None,
) -> Connection:
    """A connection that went through these steps, (kind, moment) each."""
    with administration_scope(administration.pk):
        made = Connection.objects.create(
            environment=environment,
            username=f"api.{next(_numbers)}",
            chart_mode="adopt",
            state=ConnectionState.ENDED,
        )
    add_steps(made, steps, by=by)
    return made


def add_steps(
    made: Connection, steps: Iterable[tuple[str, datetime]], *, by: User | None = None
) -> None:
    """Further events of a connection."""
    with administration_scope(made.administration_id), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO connections_connectionevent"
            " (administration_id, connection_id, kind, detail, happened_at, user_id)"
            " VALUES (%s, %s, %s, '', %s, %s)",
            [(made.administration_id, made.pk, kind, when, by and by.pk) for kind, when in steps],
        )


def pairs(steps: Sequence[Step]) -> list[tuple[str, datetime]]:
    """Steps of the rule as rows."""
    return [(str(step.kind), step.at) for step in steps]
