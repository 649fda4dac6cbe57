"""The mapping table of an administration: what is in it, and put right what is wrong."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _

from connections import description
from connections.forms import MappingForm
from connections.mapping import TABLES, Dimension, change_mapping, target_of
from connections.models import ChartMode, Connection
from connections.views import above
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires


@requires(Role.VIEWER)
def mappings(request: AdministrationRequest, connection_id: int) -> HttpResponse:
    """The mapping table of the administration, as far as it is filled."""
    found = get_object_or_404(Connection, pk=connection_id)
    rows = {
        f"{dimension}s": table.objects.select_related(dimension.value, "set_by").order_by(
            "loket_code"
        )
        for dimension, table in TABLES.items()
    }
    return render(
        request,
        "connections/mappings.html",
        rows
        | {
            "connection": found,
            "transposes": found.chart_mode == ChartMode.TRANSPOSE,
            "may_change": request.role.includes(Role.MANAGER),
            "breadcrumbs": above(request, found),
        },
    )


@requires(Role.MANAGER)
def mapping_change(
    request: AdministrationRequest, connection_id: int, dimension: Dimension, mapping_id: int
) -> HttpResponse:
    """Have a code of Loket booked on something else from now on."""
    found = get_object_or_404(Connection, pk=connection_id)
    mapping = get_object_or_404(
        TABLES[dimension].objects.select_related(dimension.value, "set_by"), pk=mapping_id
    )
    form = MappingForm(
        request.POST if request.method == "POST" else None,
        dimension=dimension,
        initial={"target": target_of(dimension, mapping).pk},
    )
    table_url = resolve_url("connections:mappings", request.administration.slug, found.pk)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["target"]
        change_mapping(dimension, mapping, target_id=int(chosen), user=request.user)
        names = dict(form.fields["target"].choices)  # type: ignore[attr-defined]
        messages.success(
            request,
            _("From now on %(code)s of Loket.nl is booked on %(target)s.")
            % {"code": mapping.loket_code, "target": names[chosen]},
        )
        return redirect(table_url)
    return render(
        request,
        "connections/mapping_form.html",
        {
            "form": form,
            "mapping": mapping,
            "facts": description.facts_of_mapping(mapping, target_of(dimension, mapping)),
            "table_url": table_url,
            "breadcrumbs": [*above(request, found), (_("Mapping table"), table_url)],
        },
        status=422 if form.errors else 200,
    )
