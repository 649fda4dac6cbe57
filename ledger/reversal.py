"""Undo an entry by a second one: nothing that was posted is ever changed."""

from datetime import date

from ledger.errors import PostingRefused
from ledger.models import JournalEntry
from ledger.posting import Draft, DraftLine, post


def reverse(
    entry: JournalEntry, *, booked_on: date, reason: str, reversed_by_id: int | None
) -> JournalEntry:
    """Post the counter-entry of a posted entry, each line on its other side, and return it.

    AlreadyReversed when a reversal exists, PostingRefused when the entry is itself a reversal or
    the date lies before it or in a closed period, NoPeriod when it lies in none.
    """
    if booked_on < entry.booked_on:
        raise PostingRefused("entry_reversed_not_before")
    lines = [
        DraftLine(
            account_id=line.account_id,
            cost_center_id=line.cost_center_id,
            cost_unit_id=line.cost_unit_id,
            debit=line.credit,
            credit=line.debit,
            description=line.description,
            source_line=line.source_line,
        )
        for line in entry.lines.order_by("number")
    ]
    return post(
        Draft(
            journal_id=entry.journal_id,
            booked_on=booked_on,
            description=f"Tegenboeking {entry.description}"[:255],
            lines=lines,
            posted_by_id=reversed_by_id,
            reverses_id=entry.pk,
            reversal_reason=reason,
        )
    )
