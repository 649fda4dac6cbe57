"""Master data: what an administration is kept with."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _

from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from finmaster.searching import search_words
from ledger.chart_parts import ACCOUNTS, JOURNALS, ROWS_PER_PAGE, Part
from ledger.models import Account, CostCenter, CostUnit, FiscalYear, Journal


def above(request: AdministrationRequest) -> list[tuple[str, str]]:
    """The breadcrumbs of a part of the master data."""
    return [(_("Master data"), resolve_url("ledger:master_data", request.administration.slug))]


@requires(Role.VIEWER)
def master_data(request: AdministrationRequest) -> HttpResponse:
    """The parts of the master data, each with how much it holds."""
    counts = {
        "accounts": Account.objects.count(),
        "cost_centers": CostCenter.objects.count(),
        "cost_units": CostUnit.objects.count(),
        "journals": Journal.objects.count(),
        "fiscal_years": FiscalYear.objects.count(),
    }
    return render(request, "ledger/master_data.html", {"counts": counts})


@requires(Role.VIEWER)
def accounts(request: AdministrationRequest) -> HttpResponse:
    """The chart of accounts, searched by code, name or RGS code."""
    words = search_words(request)
    searched = (
        Q(code__startswith=words) | Q(name__icontains=words) | Q(rgs_code__istartswith=words)
        if words
        else Q()
    )
    context = rows_of(request, ACCOUNTS, searched)
    return render(request, "ledger/accounts.html", context | {"words": words})


@requires(Role.VIEWER)
def dimension(request: AdministrationRequest, *, part: Part) -> HttpResponse:
    """The cost centres, or the cost units."""
    return render(request, "ledger/dimension.html", rows_of(request, part))


@requires(Role.VIEWER)
def journals(request: AdministrationRequest) -> HttpResponse:
    """The journals."""
    return render(request, "ledger/journals.html", rows_of(request, JOURNALS))


def rows_of(
    request: AdministrationRequest, part: Part, searched: Q | None = None
) -> dict[str, Any]:
    """What the list of a part shows: a page of its rows by code."""
    rows = part.all().filter(searched or Q()).order_by("code")
    return {
        "part": part,
        "page": Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page")),
        "may_change": request.role.includes(Role.MANAGER),
        "breadcrumbs": above(request),
    }
