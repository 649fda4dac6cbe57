"""Pages outside any administration: the office's list of administrations."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from finmaster.permissions import visible_administrations


def office(request: HttpRequest) -> HttpResponse:
    """The administrations of the user; with only one there is nothing to choose."""
    assert request.user.is_authenticated  # noqa: S101 - LoginRequiredMiddleware saw to it
    administrations = visible_administrations(request.user)
    if len(administrations) == 1:
        return redirect("overview", administrations[0].slug)
    return render(request, "finmaster/office.html", {"mine": administrations})
