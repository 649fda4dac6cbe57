"""Steps 1 and 2: link the employer, then the payroll administration. Each is done once."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from connections.errors import ConnectionTrouble
from connections.lifecycle import EmployerLink, PayrollLink, link_employer, link_payroll
from connections.models import Connection
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from loket_import import wizard
from loket_import.freshness import fetch_of
from loket_import.jobs import latest_job, request_job
from loket_import.models import JobKind, JobState
from loket_import.views.gate import with_connection


@require_POST
@requires(Role.BOOKKEEPER)
@with_connection()
def start(request: AdministrationRequest, connection: Connection) -> HttpResponse:
    """Begin an import: ask Loket for what the next step shows, and go there."""
    step = wizard.next_step(connection)
    kind, subject = {
        "loket_import:employer": (JobKind.EMPLOYERS, ""),
        "loket_import:payroll": (JobKind.PAYROLL_ADMINISTRATIONS, ""),
        "loket_import:runs": (JobKind.RUNS, str(timezone.localdate().year)),
    }[step]
    request_job(kind, subject=subject, requested_by=request.user)
    return redirect(step, request.administration.slug)


@requires(Role.VIEWER, to_post=Role.BOOKKEEPER)
@with_connection()
def employer(request: AdministrationRequest, connection: Connection) -> HttpResponse:
    """Step 1: which employer belongs to these books."""
    slug = request.administration.slug
    page_url = reverse("loket_import:employer", args=[slug])
    found = answer(JobKind.EMPLOYERS, "employers")
    if request.method == "POST":
        chosen = chosen_from(found, request.POST.get("employer", ""))
        link = EmployerLink(id=UUID(chosen["id"]), name=chosen["name"], kvk=chosen["kvk"])
        try:
            link_employer(connection, link, user=request.user)
        except ConnectionTrouble as trouble:
            messages.error(request, str(trouble))
        else:
            request_job(JobKind.PAYROLL_ADMINISTRATIONS, requested_by=request.user)
        return redirect("loket_import:payroll", slug)
    return render(
        request,
        "loket_import/employer.html",
        {
            "steps": wizard.steps(wizard.EMPLOYER, slug=slug),
            "connection": connection,
            "fetch": fetch_of(JobKind.EMPLOYERS, slug=slug, page_url=page_url),
            "employers": [one | {"differs": differs_from(request, one)} for one in found],
            "sees_too_much": len(found) > 1,
            "own_kvk": request.administration.chamber_of_commerce_number,
            "may_link": request.role.includes(Role.BOOKKEEPER),
        },
    )


def differs_from(request: AdministrationRequest, employer: dict[str, Any]) -> bool:
    """Whether the employer's KvK number is another one than the administration's own."""
    own = request.administration.chamber_of_commerce_number
    return bool(own and employer["kvk"] and own != employer["kvk"])


@requires(Role.VIEWER, to_post=Role.BOOKKEEPER)
@with_connection(employer=True)
def payroll(request: AdministrationRequest, connection: Connection) -> HttpResponse:
    """Step 2: which payroll administration; the only one is linked by itself."""
    slug = request.administration.slug
    page_url = reverse("loket_import:payroll", args=[slug])
    found = answer(JobKind.PAYROLL_ADMINISTRATIONS, "payrolls")
    if request.method == "POST":
        chosen = chosen_from(found, request.POST.get("payroll", ""))
        try:
            link_payroll(connection, link_of(chosen), user=request.user)
        except ConnectionTrouble as trouble:
            messages.error(request, str(trouble))
        return redirect("loket_import:runs", slug)
    if connection.payroll_administration_id and len(found) < 2:
        return redirect("loket_import:runs", slug)
    return render(
        request,
        "loket_import/payroll.html",
        {
            "steps": wizard.steps(wizard.PAYROLL, slug=slug),
            "connection": connection,
            "fetch": fetch_of(JobKind.PAYROLL_ADMINISTRATIONS, slug=slug, page_url=page_url),
            "payrolls": found,
            "own_tax_number": request.administration.payroll_tax_number,
            "may_link": request.role.includes(Role.BOOKKEEPER),
        },
    )


def link_of(payroll: dict[str, Any]) -> PayrollLink:
    """What is pinned of a payroll administration that was chosen."""
    return PayrollLink(
        id=UUID(payroll["id"]),
        name=payroll["name"],
        tax_number=payroll["tax_number"],
        period_type=payroll["period_type"],
        period_key=payroll["period_key"],
    )


def answer(kind: JobKind, key: str) -> list[dict[str, Any]]:
    """What the last fetch of this kind found; empty while there is none."""
    job = latest_job(kind)
    if job is None or job.state != JobState.DONE:
        return []
    found: list[dict[str, Any]] = job.result[key]
    return found


def chosen_from(found: list[dict[str, Any]], chosen_id: str) -> dict[str, Any]:
    """The one with this id; only what Loket showed can be chosen."""
    for one in found:
        if one["id"] == chosen_id:
            return one
    raise Http404(_("This choice is no longer there."))
