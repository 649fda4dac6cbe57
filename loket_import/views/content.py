"""Step 4: the content of a run as it will be booked, every problem at once, and what cures it."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from finmaster.errors import UserError
from finmaster.forms import DateField
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from loket_import import wizard
from loket_import.booking import live_booking
from loket_import.cures import QUESTIONS, open_questions
from loket_import.freshness import STALE_AFTER, Fetch, fetch_of
from loket_import.jobs import latest_job
from loket_import.models import Booking, Job, JobKind, JobState, JournalRun
from loket_import.periods import default_description, period_label
from loket_import.places import Reader, places
from loket_import.preview import NoMemorial, Preview, booking_date, preview
from loket_import.proposal import ChartMode
from loket_import.run_states import changed_since_booked, run_state
from loket_import.views.gate import with_connection

LINES_PER_PAGE = 250
MOST_NOTES = 20


class EntryForm(forms.Form):
    """Booking date and description of the entry to be."""

    booking_date = DateField(label=_("Booking date"))
    description = forms.CharField(label=_("Description"), max_length=255)


def run_or_404(connection: Connection, run_id: int) -> JournalRun:
    """A run of what the connection is pinned to."""
    return get_object_or_404(wizard.runs_of(connection), pk=run_id)


@requires(Role.VIEWER)
def content(request: AdministrationRequest, run_id: int) -> HttpResponse:
    """The run: what stands in the way of booking it, or what was booked.

    What stands in the books is shown whatever became of the connection.
    """
    run = JournalRun.objects.filter(pk=run_id).first()
    booked = run and live_booking(run)
    if run and booked and (connection := wizard.connection_of(run)):
        return booked_page(request, connection, run, booked)
    return to_book(request, run_id)


def booked_page(
    request: AdministrationRequest, connection: Connection, run: JournalRun, booked: Booking
) -> HttpResponse:
    """The entry that books a run."""
    is_changed = run.pk in changed_since_booked(JournalRun.objects.filter(pk=run.pk))
    return render(
        request,
        "loket_import/booked.html",
        frame(request, connection, run)
        | {
            "booking": booked,
            "entry": booked.entry,
            "state": run_state(run, booked, is_changed=is_changed),
        },
    )


@with_connection(employer=True, payroll=True)
def to_book(request: AdministrationRequest, connection: Connection, run_id: int) -> HttpResponse:
    """The run, once fetched, with what stands in the way."""
    run = run_or_404(connection, run_id)
    slug = request.administration.slug
    page_url = reverse("loket_import:content", args=[slug, run.pk])
    # Jobs first, then what they wrote: one that ends in between is seen to be under way, never done
    # without its outcome.
    fetch = fetch_of(JobKind.CONTENT, slug=slug, page_url=page_url, subject=str(run.pk))
    order = booking_fetch(run, looked=fetch.job, slug=slug, page_url=page_url)
    if booked := live_booking(run):
        return booked_page(request, connection, run, booked)
    context = frame(request, connection, run)
    try:
        seen = preview(run, connection)
    except UserError as trouble:
        may_solve = isinstance(trouble, NoMemorial) and context["may_create"]
        context |= {"trouble": str(trouble), "needs_journal": may_solve}
        return render(request, "loket_import/content.html", context)
    if seen is not None:
        reader = Reader(
            slug, run.pk, may_cure=context["may_book"], may_manage=context["may_create"]
        )
        context |= shown(seen, reader)
        context |= proposed_lines(seen, request.GET.get("page"))
    return render(request, "loket_import/content.html", context | {"fetch": fetch, "order": order})


def frame(
    request: AdministrationRequest, connection: Connection, run: JournalRun
) -> dict[str, Any]:
    """What step 4 shows in any case."""
    slug = request.administration.slug
    return {
        "breadcrumbs": wizard.breadcrumbs(slug),
        "steps": wizard.steps(wizard.CONTENT, slug=slug),
        "connection": connection,
        "run": run,
        "state": run_state(run, None),
        "period": period_label(run, connection),
        "runs_url": f"{reverse('loket_import:runs', args=[slug])}?jaar={run.year}",
        "may_book": request.role.includes(Role.BOOKKEEPER),
        "may_create": request.role.includes(Role.MANAGER),
    }


def booking_fetch(run: JournalRun, *, looked: Job | None, slug: str, page_url: str) -> Fetch | None:
    """The last attempt to book, if it is under way or was refused a moment ago.

    `looked` is the last fetch of the content: one that came after the refusal takes its place.
    """
    job = latest_job(JobKind.BOOKING, str(run.pk))
    if job is None or job.state == JobState.DONE:
        return None
    if job.finished_at and (
        timezone.now() - job.finished_at > STALE_AFTER
        or is_done_after(looked, moment=job.finished_at)
    ):
        return None
    return fetch_of(JobKind.BOOKING, slug=slug, page_url=page_url, subject=str(run.pk))


def is_done_after(job: Job | None, *, moment: datetime) -> bool:
    """Whether a job went well, and did so after a moment."""
    return (
        job is not None
        and job.state == JobState.DONE
        and job.finished_at is not None
        and job.finished_at > moment
    )


def shown(seen: Preview, reader: Reader) -> dict[str, Any]:
    """What the page shows of a preview."""
    proposal = seen.proposal
    asked = [problem for problem in proposal.errors if problem.code in QUESTIONS]
    errors = [problem for problem in proposal.errors if problem.code not in QUESTIONS]
    return {
        "preview": seen,
        "proposal": proposal,
        # One button leads to the answers to all of them.
        "to_link": places(asked, replace(reader, may_cure=False)),
        "errors": places(errors, reader),
        "warnings": places(proposal.warnings, reader),
        "questions": open_questions(seen),
        "notes": proposal.notes[:MOST_NOTES],
        "more_notes": len(proposal.notes[MOST_NOTES:]),
        "lines_in": len(seen.lines),
        "lines_dropped": len(proposal.dropped_lines),
    }


def proposed_lines(seen: Preview, asked_page: str | None) -> dict[str, Any]:
    """A page of the lines as they would be booked, and the columns that they need."""
    lines = seen.proposal.lines
    transposes = seen.options.chart_mode == ChartMode.TRANSPOSE
    has_cost_centers = any(line.loket_cost_center_code for line in lines)
    has_cost_units = any(line.loket_cost_unit_code for line in lines)
    return {
        "lines": Paginator(lines, LINES_PER_PAGE).get_page(asked_page),
        "transposes": transposes,
        "has_cost_centers": has_cost_centers,
        "has_cost_units": has_cost_units,
        "columns_before": 2 + transposes + has_cost_centers + has_cost_units,
    }


@requires(Role.BOOKKEEPER)
@with_connection(employer=True, payroll=True)
def edit(request: AdministrationRequest, connection: Connection, run_id: int) -> HttpResponse:
    """Change booking date and description before booking."""
    run = run_or_404(connection, run_id)
    slug = request.administration.slug
    if live_booking(run):
        return redirect("loket_import:content", slug, run.pk)
    form = EntryForm(
        request.POST or None,
        initial={
            "booking_date": booking_date(run),
            "description": run.description or default_description(run, connection),
        },
    )
    if request.method == "POST" and form.is_valid():
        choose(run, **form.cleaned_data)
        messages.success(request, gettext("Booking date and description are saved."))
        return redirect("loket_import:content", slug, run.pk)
    return render(
        request,
        "loket_import/edit.html",
        frame(request, connection, run) | {"form": form},
        status=422 if form.errors else 200,
    )


def choose(run: JournalRun, *, booking_date: date, description: str) -> None:
    """Keep what the user chose for the entry of a run."""
    run.booking_date = booking_date
    run.description = description
    run.save(update_fields=["booking_date", "description"])
