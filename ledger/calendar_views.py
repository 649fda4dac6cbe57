"""Fiscal years and their periods, which a manager adds, opens and closes."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from ledger import calendar, opening
from ledger.errors import YearRefused
from ledger.master_data_views import above
from ledger.models import FiscalYear, Period
from ledger.period_names import period_name

YEARS_PER_PAGE = 5


@requires(Role.VIEWER)
def fiscal_years(request: AdministrationRequest) -> HttpResponse:
    """Fiscal years, the newest first, with their periods."""
    years = FiscalYear.objects.order_by("-starts_on")
    page = Paginator(years, YEARS_PER_PAGE).get_page(request.GET.get("page"))
    periods: dict[int, list[tuple[Period, str]]] = {year.pk: [] for year in page}
    for period in Period.objects.filter(fiscal_year__in=periods).order_by("starts_on"):
        periods[period.fiscal_year_id].append((period, period_name(period)))
    may_change = request.role.includes(Role.MANAGER)
    return render(
        request,
        "ledger/fiscal_years.html",
        {
            "page": page,
            "years": [(year, periods[year.pk]) for year in page],
            "may_change": may_change,
            "next_year": opening.next_year(timezone.localdate()) if may_change else None,
            "breadcrumbs": above(request),
        },
    )


@require_POST
@requires(Role.MANAGER)
def fiscal_year_new(request: AdministrationRequest) -> HttpResponse:
    """Add the calendar year that follows, with its twelve months."""
    label = request.POST.get("year", "")
    try:
        added = opening.add_year(label, today=timezone.localdate())
    except YearRefused as trouble:
        messages.error(request, str(trouble))
    else:
        messages.success(request, _("Fiscal year %(year)s is added.") % {"year": added})
    return redirect("ledger:fiscal_years", request.administration.slug)


@require_POST
@requires(Role.MANAGER)
def period(request: AdministrationRequest, period_id: int) -> HttpResponse:
    """Close a period, or open it again."""
    found = get_object_or_404(Period, pk=period_id)
    if request.POST.get("act") == "close":
        calendar.close(found)
        messages.success(request, _("%(period)s is closed.") % {"period": period_name(found)})
    else:
        calendar.reopen(found)
        messages.success(request, _("%(period)s is open.") % {"period": period_name(found)})
    return redirect("ledger:fiscal_years", request.administration.slug)
