"""Add and change accounts, cost centres, cost units and journals."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _

from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from ledger.chart_forms import ChartForm
from ledger.chart_parts import ROWS_PER_PAGE, Part
from ledger.master_data_views import above


@requires(Role.MANAGER)
def new(request: AdministrationRequest, *, part: Part) -> HttpResponse:
    """Add a row; `code` and `naam` in the address are filled in already."""
    form = part.form(
        request.POST if request.method == "POST" else None,
        initial={"code": request.GET.get("code", ""), "name": request.GET.get("naam", "")},
    )
    return form_page(request, part, form, title=str(part.new_title))


@requires(Role.MANAGER)
def edit(request: AdministrationRequest, row_id: int, *, part: Part) -> HttpResponse:
    """Change a row; what it was called stays in the title while a form is put right."""
    row = get_object_or_404(part.all(), pk=row_id)
    title = _("Change %(row)s") % {"row": row}
    form = part.form(request.POST if request.method == "POST" else None, instance=row)
    return form_page(request, part, form, title=title)


def form_page(
    request: AdministrationRequest, part: Part, form: ChartForm, *, title: str
) -> HttpResponse:
    """Ask until the row can be saved, then show it in its list."""
    rows_url = resolve_url(part.rows, request.administration.slug)
    if request.method == "POST" and form.is_valid() and form.saved():
        messages.success(request, _("%(row)s is saved.") % {"row": form.instance})
        return redirect(f"{rows_url}?page={page_of(part, form.instance.code)}")
    return render(
        request,
        "ledger/chart_form.html",
        {
            "form": form,
            "title": title,
            "rows_url": rows_url,
            "breadcrumbs": [*above(request), (part.title, rows_url)],
        },
        status=422 if form.errors else 200,
    )


def page_of(part: Part, code: str) -> int:
    """The page of the list on which a code stands, counted from 1."""
    return 1 + part.all().filter(code__lt=code).count() // ROWS_PER_PAGE
