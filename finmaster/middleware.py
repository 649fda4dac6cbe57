"""The first door of the tenant scope: the administration in the address, by membership."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import Resolver404, resolve

from finmaster.models import Administration, Membership, Role
from finmaster.tenancy import administration_scope

# The name in the address patterns; views never see it.
KEY = "administration"


class AdministrationMiddleware:
    """Opens the scope of the administration in the address, in one transaction per request.

    It encloses the rendering of the page, so that querysets may be lazy. An answer of 500 or above
    undoes what the view did. Who is no member gets the 404 of an administration that isn't there.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_fragment_without_session(request):
            return to_log_in(request)
        response = self.in_scope(request)
        if request.user.is_authenticated:
            response["Cache-Control"] = "no-store"
        return response

    def in_scope(self, request: HttpRequest) -> HttpResponse:
        """The answer, from inside the scope of the administration that the address names."""
        slug = administration_slug(request)
        if slug is None or not request.user.is_authenticated:
            return self.get_response(request)
        administration = Administration.objects.select_related("office").filter(slug=slug).first()
        if administration is None:
            raise Http404
        membership = Membership.objects.of(request.user, administration)
        if membership is None:
            raise Http404
        request.administration = administration  # type: ignore[attr-defined]
        request.role = Role(membership.role)  # type: ignore[attr-defined]
        with administration_scope(administration.pk):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            if response.status_code == 405 and request.method == "GET":
                # An address that only takes forms, opened from the history or by hand.
                return redirect("overview", slug)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]
    ) -> None:
        """Take the administration out of the view's arguments; it is on the request."""
        if kwargs.pop(KEY, None) and not hasattr(view, "required_role"):
            raise ImproperlyConfigured(f"The view {view.__name__} names no role.")


def is_fragment_without_session(request: HttpRequest) -> bool:
    """Whether a part of a page is asked for by somebody whose session has ended."""
    return "HX-Request" in request.headers and not request.user.is_authenticated


def to_log_in(request: HttpRequest) -> HttpResponse:
    """Move the whole page to the log-in, and back to where it was; not a form inside a page."""
    page = urlsplit(request.headers.get("HX-Current-URL", "")).path
    query = urlencode({REDIRECT_FIELD_NAME: page}) if page else ""
    return HttpResponse(headers={"HX-Redirect": f"{resolve_url(settings.LOGIN_URL)}?{query}"})


def administration_slug(request: HttpRequest) -> str | None:
    """The administration that the address names, or None."""
    try:
        return resolve(request.path_info).kwargs.get(KEY)
    except Resolver404:
        return None
