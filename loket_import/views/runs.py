"""Step 3: the journal runs of a year; those that can be booked, or tell more, are links."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from connections.models import Connection
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from loket_import import wizard
from loket_import.freshness import fetch_of
from loket_import.judging.clearance import clearances
from loket_import.models import Booking, JobKind
from loket_import.periods import period_label
from loket_import.run_states import changed_since_booked, run_state
from loket_import.subjects import runs_subject
from loket_import.views.gate import with_connection

# Loket: journal runs exist for periods of less than seven years ago.
YEARS_BACK = 7


@requires(Role.VIEWER)
@with_connection(employer=True, payroll=True)
def runs(request: AdministrationRequest, connection: Connection) -> HttpResponse:
    """The runs of the current year, or of the one that the filter names."""
    slug = request.administration.slug
    years = payroll_years()
    asked = request.GET.get("jaar", "")
    year = int(asked) if asked in map(str, years) else timezone.localdate().year
    page_url = f"{reverse('loket_import:runs', args=[slug])}?jaar={year}"
    subject = runs_subject(connection.pk, year)
    return render(
        request,
        "loket_import/runs.html",
        {
            "breadcrumbs": wizard.breadcrumbs(slug),
            "steps": wizard.steps(wizard.RUNS, slug=slug),
            "connection": connection,
            "year": year,
            "years": years,
            # The job first, then what it stored: one that ends in between is seen to be under way.
            "fetch": fetch_of(JobKind.RUNS, slug=slug, page_url=page_url, subject=subject),
            "rows": rows(connection, year, slug),
            "may_fetch": request.role.includes(Role.BOOKKEEPER),
        },
    )


def payroll_years() -> list[int]:
    """The years that can be asked for, the last one first."""
    this_year = timezone.localdate().year
    # A four-weekly or weekly payroll begins its next year before the calendar does.
    return list(range(this_year + 1, this_year - YEARS_BACK, -1))


def rows(connection: Connection, year: int, slug: str) -> list[dict[str, Any]]:
    """What the list shows of each run of a year, the newest first, in five queries."""
    found = wizard.runs_of(connection).filter(year=year).order_by("-sequence_number")
    bookings = {
        booking.run_id: booking
        for booking in Booking.objects.filter(run__in=found, reversal=None).select_related(
            "entry__journal", "entry__fiscal_year"
        )
    }
    changed = changed_since_booked(found)
    cleared = clearances(found)
    listed = []
    for run in found:
        booking = bookings.get(run.pk)
        state = run_state(run, booking, is_changed=run.pk in changed, clearance=cleared.get(run.pk))
        url = ""
        if state.is_openable or booking:
            url = reverse("loket_import:content", args=[slug, run.pk])
        listed.append(
            {
                "run": run,
                "period": period_label(run, connection),
                "state": state,
                "booking": booking,
                "url": url,
            }
        )
    return listed
