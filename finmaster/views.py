"""Pages outside any administration: the office's list of administrations."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from finmaster.permissions import visible_administrations

ROWS_PER_PAGE = 100


def office(request: HttpRequest) -> HttpResponse:
    """The administrations of the user; with only one there is nothing to choose."""
    assert request.user.is_authenticated  # noqa: S101 - LoginRequiredMiddleware saw to it
    administrations = visible_administrations(request.user)
    if len(administrations) == 1:
        return redirect("overview", administrations[0].slug)
    words = request.GET.get("zoek", "").strip()
    found = [one for one in administrations if words.lower() in str(one).lower()]
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "finmaster/office.html",
        {"page": page, "total": len(administrations), "words": words},
    )
