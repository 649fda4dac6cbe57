"""Pages of the operator's staff: closed months, statements, and files of them."""

from datetime import date
from tempfile import TemporaryFile

from django.conf import settings
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, render, resolve_url
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from connections.billing import report
from connections.billing.access import StaffRequest, for_operator
from connections.billing.downloads import download, spreadsheet
from connections.billing.invoices import statements_in_parts, write_invoices
from connections.billing.months import label, written
from connections.models.billing import Closing, Statement, StatementLine

STATEMENTS_PER_PAGE = 100
LINES_PER_PAGE = 200
STATEMENTS_STAND_HERE = "<!-- statements -->"


def above(*months: date) -> list[tuple[str, str]]:
    """The breadcrumbs of the fee, and of a month of it."""
    return [
        (_("Connection fee"), resolve_url("billing:months")),
        *((label(month), resolve_url("billing:month", month)) for month in months),
    ]


@for_operator
def months(request: StaffRequest) -> HttpResponse:
    """The last 24 closed months: charts, movement, totals."""
    figures = report.last_months()
    return render(
        request,
        "billing/months.html",
        {
            "figures": figures,
            "connected": report.connected_chart(figures),
            "revenue": report.revenue_chart(figures),
        },
    )


@for_operator
def month(request: StaffRequest, month: date) -> HttpResponse:
    """The report of a closed month: its offices with their totals."""
    closing = get_object_or_404(Closing, month=month)
    statements = closing.statements.order_by("number")
    return render(
        request,
        "billing/month.html",
        {
            "closing": closing,
            "page": Paginator(statements, STATEMENTS_PER_PAGE).get_page(request.GET.get("page")),
            "without_address": report.offices_without_address(closing),
            "has_supplier": settings.BILLING_SUPPLIER is not None,
            "breadcrumbs": above(),
        },
    )


@for_operator
def statement(request: StaffRequest, month: date, number: int) -> HttpResponse:
    """One office's statement with its administrations."""
    found = get_object_or_404(Statement, month=month, number=number)
    return render(
        request,
        "billing/statement.html",
        {
            "statement": found,
            "page": lines_page(found, request.GET.get("page")),
            "vat_rows": found.vat_rows.order_by("-percentage"),
            "breadcrumbs": above(month),
        },
    )


def lines_page(statement: Statement, number: str | None) -> object:
    """A page of a statement's lines, corrections last."""
    lines = (
        StatementLine.objects.filter(statement=statement)
        .select_related("connected_by")
        .order_by("-month", "administration_number", "pk")
    )
    return Paginator(lines, LINES_PER_PAGE).get_page(number)


@for_operator
def month_file(request: StaffRequest, month: date, extension: str) -> HttpResponse | FileResponse:
    """A closed month as XLSX or CSV."""
    closing = get_object_or_404(Closing, month=month)
    return spreadsheet(file_name(month), extension, Statement.objects.filter(closing=closing))


@for_operator
def month_invoices(request: StaffRequest, month: date) -> HttpResponse | FileResponse:
    """A closed month as JSON for an invoicing system; a page when the supplier is unknown."""
    get_object_or_404(Closing, month=month)
    supplier = settings.BILLING_SUPPLIER
    if supplier is None:
        return render(
            request, "billing/no_supplier.html", {"breadcrumbs": above(month)}, status=409
        )
    return download(
        f"{file_name(month)}.json",
        "application/json",
        lambda file: write_invoices(file, month, supplier),
    )


@for_operator
def month_print(request: StaffRequest, month: date) -> FileResponse:
    """The whole month on paper, office after office; made in parts, so memory does not grow."""
    closing = get_object_or_404(Closing, month=month)
    page = render_to_string("billing/print.html", {"closing": closing}, request)
    head, _place, foot = page.partition(STATEMENTS_STAND_HERE)
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    file.write(head.encode())
    for one in statements_in_parts(month):
        part = render_to_string("billing/print_statement.html", {"statement": one})
        file.write(part.encode())
    file.write(foot.encode())
    file.seek(0)
    return FileResponse(file, content_type="text/html; charset=utf-8")


def file_name(month: date) -> str:
    """Name of a month's files, without what says their kind."""
    return f"{_('connection-fee')}-{written(month)}"
