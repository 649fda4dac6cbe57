"""What each step of the import needs before it can be shown: a connection that is ready for it."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponse
from django.shortcuts import redirect, render

from connections.lifecycle import live_connection
from connections.models import Connection, ConnectionState
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest
from loket_import.wizard import breadcrumbs

P = ParamSpec("P")
StepView = Callable[Concatenate[AdministrationRequest, Connection, P], HttpResponse]
PageView = Callable[Concatenate[AdministrationRequest, P], HttpResponse]


def with_connection(
    *, employer: bool = False, payroll: bool = False
) -> Callable[[StepView[P]], PageView[P]]:
    """Hand the view the live connection; send the user to the step that is still to be done.

    Without an authorised connection a page says what must be done first, and by whom.
    """

    def decorate(view: StepView[P]) -> PageView[P]:
        @wraps(view)
        def gated(
            request: AdministrationRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            slug = request.administration.slug
            connection = live_connection()
            if connection is None or connection.state != ConnectionState.ACTIVE:
                return not_connected(request, connection)
            if employer and connection.employer_id is None:
                return redirect("loket_import:employer", slug)
            if payroll and connection.payroll_administration_id is None:
                return redirect("loket_import:payroll", slug)
            return view(request, connection, *args, **kwargs)

        return gated

    return decorate


def not_connected(request: AdministrationRequest, connection: Connection | None) -> HttpResponse:
    """What must be done before anything can be imported."""
    return render(
        request,
        "loket_import/not_connected.html",
        {
            "breadcrumbs": breadcrumbs(request.administration.slug),
            "connection": connection,
            "needs_authorisation": connection is not None,
            "may_change": request.role.includes(Role.MANAGER),
        },
    )
