"""Which administrations count in a month: the rule of the connection fee, as a pure function.

One that was connected at any moment of a calendar month in Europe/Amsterdam counts once. Reasons
and examples stand in docs/billing.md. This function is the specification: closing a month runs
the same rule in the database (`connected_months`), and a test holds the two together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from connections.billing.months import AMSTERDAM, last_day
from connections.models import EventKind

INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Step:
    """An event in the history of one connection; `at` knows its time zone."""

    kind: EventKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Days:
    """First and last day on which something was connected; no last day while it still is."""

    first: date
    last: date | None


def connected_days(steps: Sequence[Step], *, reauthorisation_counts: bool) -> list[Days]:
    """The days on which a connection counts, from its history in the order of `at`.

    It begins when somebody authorises it at Loket.nl and ends when it is ended, for good. In
    between it may lose its authorisation: what was connected keeps its place, its link and its
    Loket user, so that time counts as well unless `reauthorisation_counts` is off. One that was
    never authorised has no days. What ends at midnight is not connected on the day that begins.
    """
    found: list[Days] = []
    begun: datetime | None = None
    for step in steps:
        stops = step.kind == EventKind.ENDED or (
            step.kind == EventKind.REAUTHORISE and not reauthorisation_counts
        )
        if step.kind == EventKind.AUTHORISED and begun is None:
            begun = step.at
        elif stops and begun is not None:
            found.append(Days(day(begun), max(day(begun), day(step.at - INSTANT))))
            begun = None
        if step.kind == EventKind.ENDED:
            return found
    if begun is not None:
        found.append(Days(day(begun), None))
    return found


def day(moment: datetime) -> date:
    """The day in Amsterdam on which a moment falls."""
    return moment.astimezone(AMSTERDAM).date()


def counted_days(
    connections: Iterable[Sequence[Step]], month: date, *, reauthorisation_counts: bool
) -> Days | None:
    """First and last day in a month on which an administration was connected; None if it wasn't.

    Takes the histories of all its connections of the Loket environment that is billed. However
    many connections, users or interruptions there were, it is one administration: it counts once.
    """
    end = last_day(month)
    within = [
        (max(days.first, month), min(days.last or end, end))
        for steps in connections
        for days in connected_days(steps, reauthorisation_counts=reauthorisation_counts)
        if days.first <= end and (days.last is None or days.last >= month)
    ]
    if not within:
        return None
    return Days(min(first for first, _ in within), max(last for _, last in within))
