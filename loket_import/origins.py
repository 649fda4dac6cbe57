"""Where an entry of the memorial comes from, when it books a journal run of Loket."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ledger.entry_views import Origin
from ledger.models import JournalEntry
from loket_import.models import Booking


def origin_of(entry: JournalEntry, slug: str) -> Origin | None:
    """The journal run that an entry books, or that a reversal has undone; None if neither."""
    booking = (
        Booking.objects.select_related("run", "content")
        # Megabytes of answers, byte for byte.
        .defer("content__pages")
        .filter(entry=entry.reverses_id or entry.pk)
        .first()
    )
    if booking is None:
        return None
    run, content = booking.run, booking.content
    url = reverse("loket_import:lines", args=[slug, run.pk])
    return Origin(
        title=_("Journal run %(number)s of Loket.nl") % {"number": run.sequence_number},
        url=f"{url}?inhoud={content.pk}",
        facts=[
            (_("Payroll year and period"), f"{run.year}-{run.period_number or '-'}"),
            (_("Lines from Loket.nl"), content.line_count),
            (_("Id in Loket.nl"), run.loket_id),
            (_("SHA-256 of the answer"), content.answer_sha256),
            (_("Proof"), link_to_proof(booking, slug)),
        ],
    )


def link_to_proof(booking: Booking, slug: str) -> SafeString:
    """The way to the page that proves a booking."""
    url = reverse("loket_import:proof", args=[slug, booking.run_id, booking.pk])
    return format_html('<a href="{}">{}</a>', url, _("The proof of this booking"))
