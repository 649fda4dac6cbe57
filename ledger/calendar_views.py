"""Fiscal years and their periods, which a manager opens and closes."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from ledger import calendar
from ledger.master_data_views import above
from ledger.models import FiscalYear, Period
from ledger.period_names import period_name


@requires(Role.VIEWER)
def fiscal_years(request: AdministrationRequest) -> HttpResponse:
    """Fiscal years, the newest first, with their periods."""
    years = FiscalYear.objects.order_by("-starts_on")
    periods: dict[int, list[tuple[Period, str]]] = {year.pk: [] for year in years}
    for period in Period.objects.order_by("starts_on"):
        periods[period.fiscal_year_id].append((period, period_name(period)))
    return render(
        request,
        "ledger/fiscal_years.html",
        {
            "years": [(year, periods[year.pk]) for year in years],
            "may_change": request.role.includes(Role.MANAGER),
            "breadcrumbs": above(request),
        },
    )


@require_POST
@requires(Role.MANAGER)
def period(request: AdministrationRequest, period_id: int) -> HttpResponse:
    """Close a period, or open it again."""
    found = get_object_or_404(Period, pk=period_id)
    if request.POST.get("act") == "close":
        calendar.close(found)
        messages.success(request, _("Period %(period)s is closed.") % {"period": found.number})
    else:
        calendar.reopen(found)
        messages.success(request, _("Period %(period)s is open.") % {"period": found.number})
    return redirect("ledger:fiscal_years", request.administration.slug)
