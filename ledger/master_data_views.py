"""Master data: what an administration is kept with."""

from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _

from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from ledger.models import Account, CostCenter, CostUnit, FiscalYear, Journal

ROWS_PER_PAGE = 100


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
    words = request.GET.get("zoek", "").strip()
    found = Account.objects.order_by("code")
    if words:
        found = found.filter(
            Q(code__startswith=words) | Q(name__icontains=words) | Q(rgs_code__istartswith=words)
        )
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "ledger/accounts.html",
        {"page": page, "words": words, "breadcrumbs": above(request)},
    )


@requires(Role.VIEWER)
def cost_centers(request: AdministrationRequest) -> HttpResponse:
    """The cost centres."""
    return dimension_page(request, CostCenter.objects.order_by("code"), _("Cost centres"))


@requires(Role.VIEWER)
def cost_units(request: AdministrationRequest) -> HttpResponse:
    """The cost units."""
    return dimension_page(request, CostUnit.objects.order_by("code"), _("Cost units"))


def dimension_page(
    request: AdministrationRequest, found: "QuerySet[Model]", title: str
) -> HttpResponse:
    """A page of codes and names."""
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "ledger/dimension.html",
        {"page": page, "title": title, "breadcrumbs": above(request)},
    )


@requires(Role.VIEWER)
def journals(request: AdministrationRequest) -> HttpResponse:
    """The journals."""
    return render(
        request,
        "ledger/journals.html",
        {"journals": Journal.objects.order_by("code"), "breadcrumbs": above(request)},
    )
