"""Undo an entry; the journal run that it books, if there is one, may then be booked again."""

from datetime import date

from finmaster.models import Role, User
from finmaster.permissions import hold_role
from ledger import reversal
from ledger.models import JournalEntry
from loket_import.models import Booking


def reverse_entry(entry: JournalEntry, *, booked_on: date, reason: str, user: User) -> JournalEntry:
    """Post the counter-entry and free the run, both or neither; raises what `reverse` raises.

    PermissionDenied when the user's role was taken away in the meantime.
    """
    hold_role(user.pk, Role.BOOKKEEPER)
    counter = reversal.reverse(entry, booked_on=booked_on, reason=reason, reversed_by_id=user.pk)
    Booking.objects.filter(entry=entry, reversal=None).update(reversal=counter)
    return counter
