"""Pages outside any administration: the office's list of administrations."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from finmaster.permissions import visible_administrations
from finmaster.searching import search_words

ROWS_PER_PAGE = 100


def office(request: HttpRequest) -> HttpResponse:
    """The administrations of the user; with only one there is nothing to choose.

    Staff of the operator who are no member of any come here to bill.
    """
    assert request.user.is_authenticated  # noqa: S101 - LoginRequiredMiddleware saw to it
    administrations = visible_administrations(request.user)
    total = administrations.count()
    if total == 0 and request.user.is_staff:
        return redirect("billing:months")
    if total == 1:
        return redirect("overview", administrations.get().slug)
    words = search_words(request)
    found = administrations.filter(Q(number__istartswith=words) | Q(name__icontains=words))
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "finmaster/office.html",
        {"page": page, "total": total, "words": words},
    )
