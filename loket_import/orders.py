"""What the user saw when pressing 'Boeken': the job books this or nothing."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

from loket_import.comparing.differences import net_amounts
from loket_import.preview import Preview
from loket_import.proposal import Problem, Proposal
from loket_import.statuses import READY


@dataclass(frozen=True, slots=True)
class BookingOrder:
    """What was seen, as JSON holds it.

    What follows `posting_hash` is there to say afterwards what became different; `warnings` are
    marks of the warnings that were shown, and None in an order from before they were kept.
    `amounts` are rows of account, cost centre, cost unit, and debit minus credit as text.
    """

    content_id: int
    source_hash: str
    posting_hash: str
    status_key: int = READY
    booking_date: str = ""
    description: str = ""
    journal: str = ""
    amounts: list[list[str]] = field(default_factory=list)
    warnings: list[str] | None = None

    @classmethod
    def of(cls, seen: Preview) -> Self:
        """The order for a preview."""
        return cls(
            content_id=seen.content.pk,
            source_hash=seen.content.source_hash,
            posting_hash=seen.hash,
            status_key=seen.run.status_key,
            booking_date=seen.options.booking_date.isoformat(),
            description=seen.options.description,
            journal=str(seen.journal),
            amounts=posted_amounts(seen.proposal),
            warnings=marks_of(seen.proposal.warnings),
        )

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """The order that a job keeps, also one of an earlier or a later version of this."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in kept.items() if name in known})


LOOK = re.compile(r"(?P<content>[0-9]{1,15})-(?P<status>[0-9]{1,4})-(?P<marks>[0-9a-f.]{0,20000})")


def look_of(seen: Preview) -> str:
    """What the page showed, in a form field: content, status, and the marks of the warnings."""
    marks = ".".join(marks_of(seen.proposal.warnings))
    return f"{seen.content.pk}-{seen.run.status_key}-{marks}"


def read_look(text: str) -> BookingOrder | None:
    """The look that a form field holds, as far as it goes; None when it holds none."""
    found = LOOK.fullmatch(text)
    if found is None:
        return None
    return BookingOrder(
        content_id=int(found["content"]),
        source_hash="",
        posting_hash="",
        status_key=int(found["status"]),
        warnings=found["marks"].split("."),
    )


def posted_amounts(proposal: Proposal) -> list[list[str]]:
    """What would be booked on each account, cost centre and cost unit, in order."""
    amounts = net_amounts(
        (
            (str(line.account or ""), str(line.cost_center or ""), str(line.cost_unit or "")),
            line.debit,
            line.credit,
        )
        for line in proposal.lines
    )
    return [[*key, str(amount)] for key, amount in sorted(amounts.items())]


def marks_of(warnings: Iterable[Problem]) -> list[str]:
    """A mark for each warning, by which it is known again whatever language it is read in."""
    return sorted({mark_of(warning) for warning in warnings})


def mark_of(warning: Problem) -> str:
    """The mark of one: of its kind, and of what it is about."""
    about = [
        warning.code,
        warning.loket_code,
        warning.lines,
        warning.target_id,
        warning.confirmation,
    ]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:12]


def unseen_warnings(proposal: Proposal, marks: Iterable[str] | None) -> list[Problem]:
    """The warnings that were not shown when these marks were; none when nobody kept the marks."""
    if marks is None:
        return []
    shown = set(marks)
    return [warning for warning in proposal.warnings if mark_of(warning) not in shown]
