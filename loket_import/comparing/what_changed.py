"""Why a booking was refused, in figures: what the user saw against what there is now."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from loket_import.comparing.differences import changed, differences
from loket_import.comparing.loading import Comparison, Place, Title, compared_contents, table
from loket_import.comparing.relations import accounts_of
from loket_import.models import JournalRun, RunContent
from loket_import.orders import BookingOrder, posted_amounts, unseen_warnings
from loket_import.preview import Preview
from loket_import.proposal import Problem
from loket_import.status_words import MISSING, UNREADY
from loket_import.statuses import READY


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is no longer as it was seen."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class WhatChanged:
    """All that is no longer as it was seen; a table is None where nothing in it is different."""

    changes: tuple[Change, ...]
    in_loket: Comparison | None
    here: Comparison | None
    warnings: tuple[Problem, ...]

    def __bool__(self) -> bool:
        return bool(self.changes or self.in_loket or self.here or self.warnings)


def what_changed(order: BookingOrder, run: JournalRun, seen: Preview | None) -> WhatChanged:
    """What an order was for, against the run as it is now.

    An order from before all of this was kept has a content to compare and no more.
    """
    in_loket = changed_content(order.content_id, seen)
    return WhatChanged(
        changes=(*changed_status(order, run), *(changed_options(order, seen) if seen else ())),
        in_loket=in_loket,
        here=changed_posting(order, seen) if seen and not in_loket else None,
        warnings=tuple(unseen_warnings(seen.proposal, order.warnings)) if seen else (),
    )


def changed_content(content_id: int, seen: Preview | None) -> Comparison | None:
    """The amounts that Loket sent otherwise since a content was seen."""
    if seen is None or content_id == seen.content.pk:
        return None
    old = RunContent.objects.defer("pages").filter(run=seen.run, pk=content_id).first()
    if old is None or old.source_hash == seen.content.source_hash:
        return None
    title = Title(
        "in-loket",
        _("What Loket.nl changed"),
        (_("As you saw it"), _("In Loket.nl now"), _("Difference")),
    )
    ours = accounts_of(seen.proposal)
    return compared_contents(title, old, seen.content, ours=ours, only_changed=True)


def changed_status(order: BookingOrder, run: JournalRun) -> list[Change]:
    """Loket's status, if it is another by now."""
    old = status_in_words(order.status_key, "")
    if run.missing_since is not None:
        return [Change(_("State in Loket.nl"), old, str(MISSING.text))]
    if run.status_key == order.status_key:
        return []
    new = status_in_words(run.status_key, run.status_text)
    return [Change(_("State in Loket.nl"), old, new)]


def status_in_words(key: int, text: str) -> str:
    """How the list of runs calls a status of Loket's; one that is not known as Loket does."""
    if key == READY:
        return _("Ready to book")
    return str(UNREADY[key].text) if key in UNREADY else text


def changed_options(order: BookingOrder, seen: Preview) -> list[Change]:
    """Date, description and journal, as far as they are not those that were seen."""
    if not order.booking_date:
        return []
    options = seen.options
    found = [
        Change(
            _("Booking date"),
            f"{date.fromisoformat(order.booking_date):%d-%m-%Y}",
            f"{options.booking_date:%d-%m-%Y}",
        ),
        Change(_("Description"), order.description, options.description),
        Change(_("Journal"), order.journal, str(seen.journal)),
    ]
    return [change for change in found if change.old != change.new]


def changed_posting(order: BookingOrder, seen: Preview) -> Comparison | None:
    """What would be booked elsewhere, or otherwise, than was seen."""
    if not order.amounts:
        return None
    found = differences(by_place(order.amounts), by_place(posted_amounts(seen.proposal)))
    if not changed(found):
        return None
    title = Title(
        "here",
        _("What would be booked otherwise"),
        (_("As you saw it"), _("Now"), _("Difference")),
    )
    return table(title, found, only_changed=True)


def by_place(amounts: list[list[str]]) -> dict[Place, Decimal]:
    """Kept rows of account, cost centre, cost unit and amount, as amounts by the first three."""
    return {(account, center, unit): Decimal(amount) for account, center, unit, amount in amounts}
