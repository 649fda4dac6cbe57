"""Pages of an office's manager: its own statements with their evidence, and the current month."""

from datetime import date

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from connections.billing.access import OfficeRequest, for_office_manager
from connections.billing.consent import offer_to
from connections.billing.downloads import spreadsheet
from connections.billing.estimate import estimate
from connections.billing.months import this_month
from connections.billing.operator_views import file_name, lines_page
from connections.models.billing import Statement


@for_office_manager
def office_fee(request: OfficeRequest) -> HttpResponse:
    """What the office pays, what the current month costs so far, and its statements."""
    return render(
        request,
        "billing/office_fee.html",
        {
            "office": request.office,
            "offer": offer_to(request.office.pk),
            "estimate": estimate(request.office.pk, this_month()),
            "statements": Statement.objects.order_by("-month"),
        },
    )


@for_office_manager
def office_statement(request: OfficeRequest, month: date) -> HttpResponse:
    """One of its statements."""
    found = get_object_or_404(Statement, month=month)
    return render(
        request,
        "billing/statement.html",
        {
            "statement": found,
            "page": lines_page(found, request.GET.get("page")),
            "vat_rows": found.vat_rows.order_by("-percentage"),
            "breadcrumbs": [
                (_("Connection fee"), reverse("office_fee:office_fee", args=[request.office.pk]))
            ],
            "is_own": True,
        },
    )


@for_office_manager
def office_file(request: OfficeRequest, month: date, extension: str) -> HttpResponse | FileResponse:
    """One of its statements as XLSX or CSV."""
    found = get_object_or_404(Statement, month=month)
    return spreadsheet(file_name(month), extension, Statement.objects.filter(pk=found.pk))
