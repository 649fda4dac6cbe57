"""Importeren: what was imported, a new import, and Loket's own lines of a run."""

from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from connections.lifecycle import live_connection
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from ledger.models import MEMORIAL_KINDS, JournalEntry
from loket_import.booking import live_booking
from loket_import.changed_bookings import changed_bookings
from loket_import.models import Booking, JournalRun, RunContent
from loket_import.ready import ready_runs
from loket_import.storing import newest_content
from loket_import.views.insight import booked_chart
from loket_import.wizard import breadcrumbs, runs_of

ROWS_PER_PAGE = 50
MOST_READY = 6
LINES_PER_PAGE = 250


@requires(Role.VIEWER)
def overview(request: AdministrationRequest) -> HttpResponse:
    """Where an administration stands: its connection, what waits, and what was booked last."""
    connection = live_connection()
    slug = request.administration.slug
    return render(
        request,
        "loket_import/overview.html",
        {
            "connection": connection,
            "ready": ready_runs(connection, slug=slug, most=MOST_READY) if connection else [],
            "changed": changed_bookings(connection, slug=slug, most=MOST_READY)
            if connection
            else [],
            "chart": booked_chart(connection),
            "entries": JournalEntry.objects.filter(journal__kind__in=MEMORIAL_KINDS)
            .select_related("journal", "fiscal_year")
            .order_by("-booked_on", "-pk")[:5],
            "may_change": request.role.includes(Role.MANAGER),
            "may_import": request.role.includes(Role.BOOKKEEPER),
        },
    )


@requires(Role.VIEWER)
def imports(request: AdministrationRequest) -> HttpResponse:
    """Importeren has one part so far: files and what replaces them."""
    return redirect("loket_import:files", request.administration.slug)


@requires(Role.VIEWER)
def files(request: AdministrationRequest) -> HttpResponse:
    """What was imported, the newest first."""
    found = Booking.objects.select_related(
        "run",
        "entry__journal",
        "entry__fiscal_year",
        "reversal__journal",
        "reversal__fiscal_year",
        "booked_by",
    ).defer("proof")
    page = Paginator(found.order_by("-pk"), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "loket_import/files.html",
        {"page": page, "may_import": request.role.includes(Role.BOOKKEEPER)},
    )


@requires(Role.BOOKKEEPER)
def new(request: AdministrationRequest) -> HttpResponse:
    """What to import."""
    return render(
        request,
        "loket_import/new.html",
        {
            "connection": live_connection(),
            "breadcrumbs": breadcrumbs(request.administration.slug),
        },
    )


@requires(Role.VIEWER)
def lines(request: AdministrationRequest, run_id: int) -> HttpResponse:
    """Loket's lines of a run as they came: those that were booked, or the newest."""
    run = get_object_or_404(JournalRun, pk=run_id)
    content = shown_content(run, request.GET.get("inhoud", ""))
    page = content and Paginator(content.lines.order_by("number"), LINES_PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(
        request,
        "loket_import/lines.html",
        {
            "run": run,
            "content": content,
            "page": page,
            "totals": content and content.lines.aggregate(debit=Sum("debit"), credit=Sum("credit")),
            "can_be_opened": can_be_opened(run),
            "breadcrumbs": breadcrumbs(request.administration.slug),
        },
    )


def can_be_opened(run: JournalRun) -> bool:
    """Whether the run has a page: it is booked, or belongs to what is connected now."""
    if live_booking(run) is not None:
        return True
    connection = live_connection()
    return connection is not None and runs_of(connection).filter(pk=run.pk).exists()


def shown_content(run: JournalRun, asked: str) -> RunContent | None:
    """The content that the address asks for, or the newest."""
    if asked.isascii() and asked.isdigit():
        # Without the bodies of the answers, which may be megabytes.
        return get_object_or_404(RunContent.objects.defer("pages"), pk=int(asked), run=run)
    return newest_content(run)
