"""Step 4: the content of a run as it will be booked, every problem at once, and what cures it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from connections.models import Connection
from finmaster.errors import UserError
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from loket_import import wizard
from loket_import.booking import live_booking
from loket_import.comparing.relations import has_relatives, made_anew
from loket_import.comparing.what_changed import what_changed
from loket_import.freshness import STALE_AFTER, Fetch, fetch_of
from loket_import.jobs import latest_job
from loket_import.judging.clearance import clearances
from loket_import.judging.evidence import to_confirm
from loket_import.judging.exports import read_trail
from loket_import.judging.faults import read_faults
from loket_import.models import Booking, Job, JobKind, JobState, JournalRun
from loket_import.orders import BookingOrder, look_of, read_look
from loket_import.periods import period_label
from loket_import.places import Reader, places
from loket_import.preview import Preview, preview
from loket_import.proposal import ChartMode
from loket_import.questions.cures import QUESTIONS, open_questions
from loket_import.ready import ready_runs
from loket_import.reporting.words import reports_of
from loket_import.rules.effective import NoMemorial
from loket_import.run_states import changed_since_booked, run_state
from loket_import.statuses import FAILED
from loket_import.views.gate import with_connection
from loket_import.views.insight import insight

LINES_PER_PAGE = 250
MOST_NOTES = 20


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
            "reports": reports_of(run),
            "has_relatives": is_changed or has_relatives(run),
            "following": ready_runs(connection, slug=request.administration.slug, most=1),
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
    fetch = fetch_of(
        JobKind.CONTENT,
        slug=slug,
        page_url=page_url,
        subject=str(run.pk),
        seen_at=run.content_seen_at,
    )
    order = booking_fetch(run, looked=fetch.job, slug=slug, page_url=page_url)
    if booked := live_booking(run):
        return booked_page(request, connection, run, booked)
    context = frame(request, connection, run) | {
        "reports": reports_of(run),
        "faults": read_faults(run.faults) if run.status_key == FAILED else None,
        "made_anew": made_anew(run) if run.status_key == FAILED else None,
        "has_relatives": has_relatives(run),
    }
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
        context |= since_the_look(run, seen, reader, look_kept(order, request.GET))
        context |= proposed_lines(seen, request.GET.get("page"))
        context |= {"insight": insight(seen, connection)}
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
        "state": run_state(run, None, clearance=clearances([run]).get(run.pk)),
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
    errors = [
        problem
        for problem in proposal.errors
        if problem.code not in QUESTIONS and not problem.confirmation
    ]
    return {
        "preview": seen,
        "proposal": proposal,
        # One button leads to the answers to all of them.
        "to_link": places(asked, replace(reader, may_cure=False)),
        "errors": places(errors, reader),
        "to_confirm": to_confirm(proposal.errors, reader, read_trail(seen.run.exports)),
        "warnings": places(proposal.warnings, reader),
        "questions": open_questions(seen),
        "notes": proposal.notes[:MOST_NOTES],
        "more_notes": len(proposal.notes[MOST_NOTES:]),
        "lines_noted": len({number for note in proposal.notes for number in note.lines}),
        "lines_in": len(seen.lines),
        "lines_dropped": len(proposal.dropped_lines),
        "look": look_of(seen),
    }


def look_kept(order: Fetch | None, asked: QueryDict) -> BookingOrder | None:
    """What the user saw whose booking was refused: by the job, or at once by the button."""
    if order and order.failed and order.job:
        return BookingOrder.read(order.job.order)
    return read_look(asked.get("gezien", ""))


def since_the_look(
    run: JournalRun, seen: Preview, reader: Reader, look: BookingOrder | None
) -> dict[str, Any]:
    """What became different since the user looked, if anything was refused and is different."""
    found = what_changed(look, run, seen) if look else None
    return {"changed": found, "new_warnings": places(found.warnings, reader)} if found else {}


def proposed_lines(seen: Preview, asked_page: str | None) -> dict[str, Any]:
    """A page of the lines as they would be booked, and the columns that they need."""
    lines = seen.proposal.lines
    transposes = seen.options.chart_mode == ChartMode.TRANSPOSE
    has_cost_centers = any(line.loket_cost_center_code or line.cost_center for line in lines)
    has_cost_units = any(line.loket_cost_unit_code or line.cost_unit for line in lines)
    return {
        "lines": Paginator(lines, LINES_PER_PAGE).get_page(asked_page),
        "transposes": transposes,
        "has_cost_centers": has_cost_centers,
        "has_cost_units": has_cost_units,
        "columns_before": 2 + transposes + has_cost_centers + has_cost_units,
    }
