"""Who may see the connection fee: the operator's staff all of it, an office's manager its own.

Whoever may not gets the 404 of a page that isn't there. Each page opens the scope of billing, and
must be built before it returns.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from connections.billing.scope import office_scope, operator_scope
from finmaster.models import Membership, Office, Role, User

P = ParamSpec("P")


class StaffRequest(HttpRequest):
    """A request of somebody of the operator's staff."""

    user: User


class OfficeRequest(HttpRequest):
    """A request of a manager of a whole office."""

    user: User
    office: Office


def for_operator(
    view: Callable[Concatenate[StaffRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Serve a page to the operator's staff, with all offices in scope."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not getattr(request.user, "is_staff", False):
            raise Http404
        with operator_scope():
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

    guarded.audience = "operator"  # type: ignore[attr-defined]
    return guarded


def for_office_manager(
    view: Callable[Concatenate[OfficeRequest, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Serve a page of an office to those who manage all of it, with that office in scope."""

    @wraps(view)
    def guarded(
        request: HttpRequest, office_id: int, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        assert request.user.is_authenticated  # noqa: S101 - LoginRequiredMiddleware saw to it
        managed = Membership.objects.filter(
            user=request.user, role=Role.MANAGER, administration=None
        )
        office = get_object_or_404(
            Office.objects.filter(pk__in=managed.values("office_id")), pk=office_id
        )
        request.office = office  # type: ignore[attr-defined]
        with office_scope(office.pk):
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

    guarded.audience = "office"  # type: ignore[attr-defined]
    return guarded
