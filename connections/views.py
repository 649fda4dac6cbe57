"""Stamgegevens, externe connecties: make, authorise, look at and end a connection."""

import secrets

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from connections import authorisation, description, lifecycle
from connections.billing.consent import agree, offer_to
from connections.billing.forms import NewConnectionForm
from connections.errors import ConnectionTrouble, LoginRefused
from connections.forms import ChangeForm
from connections.models import AuthorisationAttempt, ChartMode, Connection, ConnectionState
from finmaster.errors import UserError
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from finmaster.tenancy import administration_scope

# The session's secret that ties an authorisation to the browser in which it began.
BROWSER = "loket_browser"
REFUSAL = "loket_refusal"


def above(request: AdministrationRequest, *below: Connection) -> list[tuple[str, str]]:
    """The breadcrumbs of the connections, of one of them, and of what is done with it."""
    slug = request.administration.slug
    return [
        (_("Master data"), resolve_url("ledger:master_data", slug)),
        (_("External connections"), resolve_url("connections:connections", slug)),
        *((str(one), resolve_url("connections:connection", slug, one.pk)) for one in below),
    ]


@requires(Role.VIEWER)
def connections(request: AdministrationRequest) -> HttpResponse:
    """The connections of the administration, the live one first."""
    found = Connection.objects.order_by("-pk")
    return render(
        request,
        "connections/connections.html",
        {
            "live": [
                (one, description.tone_of(one), description.facts_of(one))
                for one in found
                if one.is_live
            ],
            "ended": [one for one in found if not one.is_live],
            "may_change": request.role.includes(Role.MANAGER),
            "breadcrumbs": above(request)[:1],
        },
    )


@requires(Role.MANAGER)
def choose_kind(request: AdministrationRequest) -> HttpResponse:
    """What to connect with; nothing as long as there is a connection."""
    return render(
        request,
        "connections/choose_kind.html",
        {
            "live": lifecycle.live_connection(),
            "offer": offer_to(request.administration.office_id),
            "breadcrumbs": above(request),
        },
    )


@requires(Role.MANAGER)
def create(request: AdministrationRequest) -> HttpResponse:
    """A new connection with Loket.nl, unless there is one; its fee is agreed to before."""
    offer = offer_to(request.administration.office_id)
    form = NewConnectionForm(
        request.POST or None, initial={"chart_mode": ChartMode.ADOPT}, offer=offer
    )
    trouble: ConnectionTrouble | None = None
    if request.method == "POST" and form.is_valid():
        try:
            made = lifecycle.create(
                username=form.cleaned_data["username"],
                chart_mode=ChartMode(form.cleaned_data["chart_mode"]),
                user=request.user,
            )
            agree(made, offer, user=request.user)
            return redirect("connections:connection", request.administration.slug, made.pk)
        except ConnectionTrouble as error:
            trouble = error
    return render(
        request,
        "connections/form.html",
        {
            "form": form,
            "offer": offer,
            "trouble": trouble,
            "live": None if form.is_bound else lifecycle.live_connection(),
            "breadcrumbs": above(request),
        },
        status=422 if trouble or form.errors else 200,
    )


@requires(Role.VIEWER)
def connection(request: AdministrationRequest, connection_id: int) -> HttpResponse:
    """Where a connection stands, what is to be done, and what it went through."""
    found = get_object_or_404(Connection, pk=connection_id)
    return render(
        request,
        "connections/connection.html",
        {
            "connection": found,
            "tone": description.tone_of(found),
            "facts": description.facts_of(found),
            "trouble": description.trouble_of(found),
            "is_new": found.state == ConnectionState.NEW,
            "is_active": found.state == ConnectionState.ACTIVE,
            "needs_authorisation": found.state == ConnectionState.REAUTHORISE,
            "transposes": found.chart_mode == ChartMode.TRANSPOSE,
            "wrong_environment": found.environment != settings.LOKET_ENVIRONMENT,
            "events": description.history_of(found),
            "consent": found.consents.select_related("agreed_by").order_by("-pk").first(),
            "may_change": request.role.includes(Role.MANAGER),
            "may_import": request.role.includes(Role.BOOKKEEPER),
            "breadcrumbs": above(request),
        },
    )


@requires(Role.MANAGER)
def change(request: AdministrationRequest, connection_id: int) -> HttpResponse:
    """Change the mode; the user name too while nothing was authorised."""
    found = get_object_or_404(Connection.objects.exclude(state="ended"), pk=connection_id)
    form = ChangeForm(
        request.POST or None,
        initial={"username": found.username, "chart_mode": found.chart_mode},
        username_is_fixed=found.state != ConnectionState.NEW,
    )
    trouble: ConnectionTrouble | None = None
    if request.method == "POST" and form.is_valid():
        try:
            lifecycle.change(
                found,
                username=form.cleaned_data["username"],
                chart_mode=ChartMode(form.cleaned_data["chart_mode"]),
                user=request.user,
            )
            messages.success(request, _("The connection is saved."))
            return redirect("connections:connection", request.administration.slug, found.pk)
        except ConnectionTrouble as error:
            trouble = error
    return render(
        request,
        "connections/form.html",
        {
            "form": form,
            "trouble": trouble,
            "connection": found,
            "breadcrumbs": above(request, found),
        },
        status=422 if trouble or form.errors else 200,
    )


@require_POST
@requires(Role.MANAGER)
def authorise(request: AdministrationRequest, connection_id: int) -> HttpResponse:
    """Off to Loket's authorisation page."""
    found = get_object_or_404(Connection.objects.exclude(state="ended"), pk=connection_id)
    if found.environment != settings.LOKET_ENVIRONMENT:
        return redirect("connections:connection", request.administration.slug, found.pk)
    browser = request.session.setdefault(BROWSER, secrets.token_urlsafe(32))
    return redirect(authorisation.begin(found, user=request.user, browser=browser))


@login_not_required
@require_GET
def callback(request: HttpRequest, *, check_pin: authorisation.PinCheck) -> HttpResponse:
    """Back from Loket's authorisation page; ends on a page whose address holds no code.

    Whoever logged out meanwhile is told so after logging in, for the log-in page would carry the
    code on in its own address.
    """
    if not request.user.is_authenticated:
        return to_refused(request, LoginRefused("unknown_state"))
    try:
        attempt = authorisation.complete(
            request.GET.dict(),
            user=request.user,
            browser=request.session.get(BROWSER, ""),
            check_pin=check_pin,
        )
    except UserError as trouble:
        return to_refused(request, trouble)
    messages.success(request, welcome(attempt))
    return redirect("connections:connection", attempt.administration.slug, attempt.connection_id)


def welcome(attempt: AuthorisationAttempt) -> str:
    """What a successful authorisation says: what is next, when something still is to be linked."""
    with administration_scope(attempt.administration_id):
        found = Connection.objects.get(pk=attempt.connection_id)
    if found.employer_id is None:
        return _("Loket.nl has given permission. Link the employer now.")
    return _("Loket.nl has given permission. The connection is ready.")


def to_refused(request: HttpRequest, trouble: UserError) -> HttpResponse:
    """To the page that says what went wrong."""
    request.session[REFUSAL] = str(trouble)
    return redirect("loket_refused")


def refused(request: HttpRequest) -> HttpResponse:
    """Why an authorisation did not succeed."""
    message = request.session.get(REFUSAL)
    return render(
        request, "connections/refused.html", {"message": message}, status=400 if message else 404
    )


@requires(Role.MANAGER)
def end(request: AdministrationRequest, connection_id: int) -> HttpResponse:
    """End a connection, after saying what that means."""
    found = get_object_or_404(Connection.objects.exclude(state="ended"), pk=connection_id)
    if request.method == "POST":
        lifecycle.end(found, user=request.user)
        messages.success(
            request,
            _("The connection has ended. Remove the integration in Loket.nl as well."),
        )
        return redirect("connections:connections", request.administration.slug)
    return render(
        request,
        "connections/end.html",
        {
            "connection": found,
            "facts": description.facts_of(found),
            "breadcrumbs": above(request, found),
        },
    )
