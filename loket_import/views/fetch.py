"""Ask for a fetch, and see how far it is. No page ever waits for Loket."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from connections.lifecycle import live_connection
from connections.models import Connection
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from loket_import.freshness import progress_of
from loket_import.jobs import request_job
from loket_import.models import Job, JobKind
from loket_import.subjects import in_address, runs_subject
from loket_import.views.runs import payroll_years
from loket_import.wizard import runs_of


@require_POST
@requires(Role.BOOKKEEPER)
def fetch(request: AdministrationRequest, kind: str, subject: int) -> HttpResponse:
    """Ask for a fetch, or join the one that is under way; then back to its page."""
    connection = live_connection()
    if connection is None or not can_be_fetched(connection, kind, subject):
        raise Http404
    about = runs_subject(connection.pk, subject) if kind == JobKind.RUNS else str(subject)
    job = request_job(JobKind(kind), subject=about, requested_by=request.user)
    return see_other(request, page_of(job, request.administration.slug))


def can_be_fetched(connection: Connection, kind: str, subject: int) -> bool:
    """Whether there is such a thing to ask Loket for: of this connection, year or run."""
    match kind:
        case JobKind.EMPLOYERS | JobKind.PAYROLL_ADMINISTRATIONS:
            return subject == connection.pk
        case JobKind.RUNS:
            return subject in payroll_years()
        case JobKind.CONTENT:
            return runs_of(connection).filter(pk=subject).exists()
        case _other:
            return False


@requires(Role.VIEWER)
def progress(request: AdministrationRequest, job_id: int) -> HttpResponse:
    """How far a job is; when it has ended, on to the page that shows what came of it."""
    job = get_object_or_404(Job, pk=job_id)
    url = page_of(job, request.administration.slug)
    if job.is_finished:
        return see_other(request, url)
    return render(
        request,
        "components/progress_part.html",
        {
            "progress": progress_of(job),
            "poll_url": request.path,
            "page_url": url,
        },
    )


def page_of(job: Job, slug: str) -> str:
    """Where the outcome of a job is to be seen; what was linked by itself need not be chosen."""
    match JobKind(job.kind):
        case JobKind.EMPLOYERS:
            return reverse("loket_import:employer", args=[slug])
        case JobKind.PAYROLL_ADMINISTRATIONS:
            connection = live_connection()
            linked = connection and connection.payroll_administration_id
            return reverse(f"loket_import:{'runs' if linked else 'payroll'}", args=[slug])
        case JobKind.RUNS:
            year = in_address(JobKind.RUNS, job.subject)
            return f"{reverse('loket_import:runs', args=[slug])}?jaar={year}"
        case JobKind.CONTENT | JobKind.BOOKING | JobKind.REPORT:
            return reverse("loket_import:content", args=[slug, job.subject])


def see_other(request: AdministrationRequest, url: str) -> HttpResponse:
    """Send the browser to another page, also when a part of a page asked."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)
