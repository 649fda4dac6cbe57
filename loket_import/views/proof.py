"""The page that proves a booking, on the screen and on paper."""

from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from finmaster.templatetags.finmaster import nl_date, nl_datetime
from ledger.models import JournalLine
from loket_import.models import Booking, LoketReport, ReportState
from loket_import.periods import period_label
from loket_import.proof.keeping import Proof, read_proof
from loket_import.proof.reckoning import added, answer_hash, booked_sides, compared, loket_sides
from loket_import.proof.verdict import Reckoning, objections
from loket_import.proof.words import check_in_words, mapping_rows, options_in_words
from loket_import.reporting.words import title_of
from loket_import.views.imports import can_be_opened
from loket_import.wizard import breadcrumbs, connection_of

LINES_PER_PAGE = 250


@requires(Role.VIEWER)
def proof(request: AdministrationRequest, run_id: int, booking_id: int) -> HttpResponse:
    """A booking with all that proves it, also after it was reversed; `?alles=1` has all lines."""
    booking = booking_or_404(run_id, booking_id)
    kept = read_proof(booking.proof)
    reckoning = reckon(booking, kept)
    return render(
        request,
        "loket_import/proof.html",
        {
            "booking": booking,
            "entry": booking.entry,
            "facts": facts_of(booking),
            "can_be_opened": can_be_opened(booking.run),
            "kept": kept,
            "objections": objections(reckoning),
            "reckoning": reckoning,
            "breadcrumbs": breadcrumbs(request.administration.slug),
        }
        | in_words(kept)
        | lines_of(booking, kept, request.GET.get("page"), is_whole="alles" in request.GET),
    )


def booking_or_404(run_id: int, booking_id: int) -> Booking:
    """A booking of a run, with what its page names, and without megabytes of answers."""
    found = Booking.objects.select_related(
        "run",
        "content",
        "entry__journal",
        "entry__fiscal_year",
        "reversal__journal",
        "reversal__fiscal_year",
        "booked_by",
    ).defer("content__pages")
    return get_object_or_404(found, pk=booking_id, run_id=run_id)


def reckon(booking: Booking, kept: Proof | None) -> Reckoning:
    """Both sides of the booking, counted over again from what is stored."""
    sent, booked = loket_sides(booking.content_id), booked_sides(booking.entry_id)
    return Reckoning(
        rows=tuple(compared(sent, kept.accounts, booked)) if kept else (),
        loket=added(sent.values()),
        booked=added(one.sides for one in booked.values()),
        entry_total=booking.entry.total,
        kept=(Decimal(kept.total_debit), Decimal(kept.total_credit)) if kept else None,
        hash_then=booking.content.answer_sha256,
        hash_now=answer_hash(booking.content_id),
        hash_kept=kept.answer_sha256 if kept else None,
    )


def facts_of(booking: Booking) -> list[tuple[str, Any]]:
    """What was booked, when and by whom, of which run; and what became of it since."""
    run, entry = booking.run, booking.entry
    connection = connection_of(run)
    return [
        (_("Entry number"), entry),
        (_("Booking date"), nl_date(entry.booked_on)),
        (_("Description"), entry.description),
        (_("Booked by"), booking.booked_by),
        (_("Booked at"), nl_datetime(booking.booked_at)),
        *([(_("Reversed with"), booking.reversal)] if booking.reversal else []),
        (_("Journal run of Loket.nl"), run.sequence_number),
        (_("Pay period"), period_label(run, connection) if connection else run),
        (_("Id in Loket.nl"), run.loket_id),
        (_("Fetched from Loket.nl"), nl_datetime(booking.content.fetched_at)),
        (_("Reports to Loket.nl"), reported(booking)),
    ]


def reported(booking: Booking) -> str:
    """Whether Loket was told of this booking, and when that was settled."""
    report = LoketReport.objects.filter(booking=booking).first()
    if report is None:
        return _("not reported")
    title, _tone = title_of(ReportState(report.state), is_stuck=False)
    return f"{title} {nl_datetime(report.settled_at)}".strip()


def in_words(kept: Proof | None) -> dict[str, Any]:
    """What was kept, as the page shows it; nothing for an older booking."""
    if kept is None:
        return {}
    return {
        "options": options_in_words(kept),
        "mappings": [
            (name, title, mapping_rows(rows), any(row.set_at for row in rows))
            for name, title, rows in (
                ("accounts", _("Accounts as they were mapped"), kept.accounts),
                ("cost-centers", _("Cost centres as they were mapped"), kept.cost_centers),
                ("cost-units", _("Cost units as they were mapped"), kept.cost_units),
            )
            if rows
        ],
        "checks": [check_in_words(name) for name in kept.checks],
    }


def lines_of(
    booking: Booking, kept: Proof | None, asked_page: str | None, *, is_whole: bool
) -> dict[str, Any]:
    """A page of both sides' lines, or all; the longer side says how many pages there are."""
    sent = booking.content.lines.order_by("number")
    booked = booking.entry.lines.select_related("account", "cost_center", "cost_unit").order_by(
        "number"
    )
    if is_whole:
        return {"sent": sent, "booked": with_sources(booked, kept), "is_whole": True}
    sides = [Paginator(side, LINES_PER_PAGE) for side in (sent, booked)]
    page = max(sides, key=lambda side: side.num_pages).get_page(asked_page)
    return {
        "page": page,
        "sent": on_page(sent, page),
        "booked": with_sources(on_page(booked, page), kept),
        "is_whole": not page.has_other_pages(),
    }


def on_page(lines: QuerySet[Any], page: Page[Any]) -> QuerySet[Any]:
    """The lines of one side that have the places of a page."""
    first = (page.number - 1) * LINES_PER_PAGE
    return lines[first : first + LINES_PER_PAGE]


def with_sources(
    lines: QuerySet[JournalLine], kept: Proof | None
) -> list[tuple[JournalLine, tuple[int, ...]]]:
    """Lines of the entry, each with the numbers of Loket's lines in it, if they are known."""
    return [(line, sources_of(line, kept)) for line in lines]


def sources_of(line: JournalLine, kept: Proof | None) -> tuple[int, ...]:
    """The numbers of Loket's lines in a line of the entry."""
    if line.source_line is not None:
        return (line.source_line,)
    return kept.sources_of(line.number) if kept else ()
