"""A connection in words, as its pages show it: key facts, history, what troubles it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from connections.errors import (
    PIN_REFUSALS,
    REFUSALS,
    ClientRefused,
    KeyMissing,
    LoketLoginUnavailable,
    NotAuthorised,
    WrongEnvironment,
)
from connections.models import (
    ChartMode,
    Connection,
    ConnectionEvent,
    ConnectionState,
    EventKind,
)

TROUBLES = {
    error.code: error.message
    for error in (
        NotAuthorised,
        LoketLoginUnavailable,
        ClientRefused,
        KeyMissing,
        WrongEnvironment,
    )
}

# Why an authorisation was refused, by the code in its event.
SENTENCES = REFUSALS | PIN_REFUSALS | TROUBLES

STATE_TONES = {
    ConnectionState.NEW: "info",
    ConnectionState.ACTIVE: "success",
    ConnectionState.REAUTHORISE: "warning",
    ConnectionState.ENDED: "neutral",
}

EVENT_TONES = {
    EventKind.AUTHORISED: "success",
    EventKind.REFUSED: "warning",
    EventKind.REAUTHORISE: "warning",
    EventKind.EMPLOYER_LINKED: "info",
    EventKind.PAYROLL_LINKED: "info",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as components/timeline.html shows it."""

    at: datetime
    title: str
    text: str
    actor: str
    tone: str


def tone_of(connection: Connection) -> str:
    """Tone of the tag that names the state."""
    return STATE_TONES[ConnectionState(connection.state)]


def trouble_of(connection: Connection) -> "str | Promise":
    """The sentence for what went wrong the last time; empty when nothing did."""
    return TROUBLES.get(connection.trouble, "")


def facts_of(connection: Connection) -> list[tuple[str, Any]]:
    """The key facts; what is linked once stays empty until it is linked."""
    return [
        (_("User name in Loket.nl"), connection.username),
        (_("Chart of accounts of Loket.nl"), connection.get_chart_mode_display()),
        (_("Environment of Loket.nl"), connection.get_environment_display()),
        (_("Employer"), connection.employer_name),
        (_("KvK number of the employer"), connection.employer_kvk),
        (_("Payroll administration"), connection.payroll_name),
        (_("Payroll tax number"), connection.payroll_tax_number),
        (_("Pay period"), connection.payroll_period_type),
    ]


def history_of(connection: Connection) -> list[Happening]:
    """What a connection went through, the newest first."""
    events = connection.events.select_related("user").order_by("-pk")
    return [
        Happening(
            at=event.happened_at,
            title=event.get_kind_display(),
            text=str(detail_of(event)),
            actor=event.user.name if event.user else "",
            tone=EVENT_TONES.get(EventKind(event.kind), "neutral"),
        )
        for event in events
    ]


def detail_of(event: ConnectionEvent) -> "str | Promise":
    """The detail for people: a refusal's code as its sentence, a mode's value as its name."""
    match event.kind:
        case EventKind.REFUSED:
            return SENTENCES.get(event.detail, "")
        case EventKind.MODE_CHANGED:
            return ChartMode(event.detail).label
        case _other:
            return event.detail
