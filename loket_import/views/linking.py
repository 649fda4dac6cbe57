"""Steps 1 and 2: link the employer, then the payroll administration. Each is done once."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from connections.errors import ConnectionTrouble
from connections.lifecycle import link_employer, link_payroll
from connections.models import Connection
from finmaster.errors import UserError
from finmaster.models import Role, User
from finmaster.permissions import AdministrationRequest, requires
from loket_import import wizard
from loket_import.choices import employer_link, payroll_link
from loket_import.fetching import request_runs_of_this_year
from loket_import.freshness import fetch_of
from loket_import.jobs import last_result, request_job
from loket_import.models import JobKind
from loket_import.views.gate import with_connection


class NothingChosen(UserError):
    """What was chosen is not among what Loket showed last, or nothing was chosen."""

    code = "nothing_chosen"
    message = _("Nothing was linked: choose one of those that Loket.nl shows now.")


class OtherNumber(UserError):
    """What was chosen has another number than the administration's own."""

    code = "other_number"

    def __init__(self, role: Role) -> None:
        self.message = ASK_A_MANAGER if not role.includes(Role.MANAGER) else CONFIRM


ASK_A_MANAGER = _(
    "Nothing was linked: Loket.nl shows another number than these books have. If it is the right "
    "one all the same, a manager of this administration can link it."
)
CONFIRM = _(
    "Nothing was linked: Loket.nl shows another number than these books have. Check it, and "
    "confirm that it is the right one all the same."
)


@require_POST
@requires(Role.BOOKKEEPER)
@with_connection()
def start(request: AdministrationRequest, connection: Connection) -> HttpResponse:
    """Begin an import: ask Loket for what the next step shows, and go there."""
    step = wizard.next_step(connection)
    match step:
        case "loket_import:employer":
            ask(JobKind.EMPLOYERS, connection, request.user)
        case "loket_import:payroll":
            ask(JobKind.PAYROLL_ADMINISTRATIONS, connection, request.user)
        case _runs:
            request_runs_of_this_year(connection, request.user)
    return redirect(step, request.administration.slug)


def ask(kind: JobKind, connection: Connection, user: User) -> None:
    """Have fetched what the Loket user of this connection sees; of another's it says nothing."""
    request_job(kind, subject=str(connection.pk), requested_by=user)


@requires(Role.VIEWER, to_post=Role.BOOKKEEPER)
@with_connection()
def employer(request: AdministrationRequest, connection: Connection) -> HttpResponse:
    """Step 1: which employer belongs to these books."""
    slug = request.administration.slug
    page_url = reverse("loket_import:employer", args=[slug])
    subject = str(connection.pk)
    # The job first, then what it found: one that ends in between is seen to be under way.
    fetch = fetch_of(JobKind.EMPLOYERS, slug=slug, page_url=page_url, subject=subject)
    found = last_result(JobKind.EMPLOYERS, subject).get("employers", [])
    may_link = request.role.includes(Role.BOOKKEEPER)
    if request.method == "POST":
        try:
            chosen = chosen_from(found, request.POST.get("employer", ""))
            remark = remark_on(request, differs_from(request, chosen))
            link_employer(connection, employer_link(chosen), user=request.user, remark=remark)
        except (NothingChosen, OtherNumber) as trouble:
            messages.error(request, str(trouble))
            return redirect(page_url)
        except ConnectionTrouble as trouble:
            messages.error(request, str(trouble))
        else:
            ask(JobKind.PAYROLL_ADMINISTRATIONS, connection, request.user)
        return redirect("loket_import:payroll", slug)
    shown = [one | {"differs": differs_from(request, one)} for one in found]
    return render(
        request,
        "loket_import/employer.html",
        {
            "breadcrumbs": wizard.breadcrumbs(slug),
            "steps": wizard.steps(wizard.EMPLOYER, slug=slug),
            "connection": connection,
            "fetch": fetch,
            # Others than the linked one are shown to those who have to choose, and to no one else.
            "employers": shown if may_link else [],
            "sees_too_much": len(found) > 1,
            "own_kvk": request.administration.chamber_of_commerce_number,
            "may_link": may_link,
            "asks_confirmation": asks_confirmation(request, shown),
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
    subject = str(connection.pk)
    fetch = fetch_of(JobKind.PAYROLL_ADMINISTRATIONS, slug=slug, page_url=page_url, subject=subject)
    found = last_result(JobKind.PAYROLL_ADMINISTRATIONS, subject).get("payrolls", [])
    may_link = request.role.includes(Role.BOOKKEEPER)
    if request.method == "POST":
        try:
            chosen = chosen_from(found, request.POST.get("payroll", ""))
            remark = remark_on(request, own_differs(request, chosen))
            link_payroll(connection, payroll_link(chosen), user=request.user, remark=remark)
        except (NothingChosen, OtherNumber) as trouble:
            messages.error(request, str(trouble))
            return redirect(page_url)
        except ConnectionTrouble as trouble:
            messages.error(request, str(trouble))
        else:
            request_runs_of_this_year(connection, request.user)
        return redirect("loket_import:runs", slug)
    shown = [one | {"differs": own_differs(request, one)} for one in found]
    return render(
        request,
        "loket_import/payroll.html",
        {
            "breadcrumbs": wizard.breadcrumbs(slug),
            "steps": wizard.steps(wizard.PAYROLL, slug=slug),
            "connection": connection,
            "fetch": fetch,
            "payrolls": shown if may_link else [],
            "own_tax_number": request.administration.payroll_tax_number,
            "may_link": may_link,
            "asks_confirmation": asks_confirmation(request, shown),
        },
    )


def own_differs(request: AdministrationRequest, payroll: dict[str, Any]) -> bool:
    """Whether the payroll tax number is another one than the administration's own."""
    own = request.administration.payroll_tax_number
    return bool(own and payroll["tax_number"] and own != payroll["tax_number"])


def asks_confirmation(request: AdministrationRequest, shown: list[dict[str, Any]]) -> bool:
    """Whether the page offers to confirm a number that differs; a manager may."""
    return request.role.includes(Role.MANAGER) and any(one["differs"] for one in shown)


def remark_on(request: AdministrationRequest, differs: bool) -> str:
    """What the history says of a choice whose number differs; OtherNumber unless it may be made."""
    if not differs:
        return ""
    if not request.role.includes(Role.MANAGER) or "other_number" not in request.POST:
        raise OtherNumber(request.role)
    return gettext("another number than these books, confirmed")


def chosen_from(found: list[dict[str, Any]], chosen_id: str) -> dict[str, Any]:
    """The one with this id, or NothingChosen; only what Loket showed can be chosen."""
    for one in found:
        if one["id"] == chosen_id:
            return one
    raise NothingChosen
