"""Take over the mapping table of another administration of the office."""

from dataclasses import replace

from django.http import Http404, HttpResponse
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from connections.mappings.consequences import WhatIf
from connections.mappings.views import above
from connections.models import MappingOrigin
from connections.transfer.books import our_codes, save, standing_table
from connections.transfer.errors import Overtaken
from connections.transfer.forms import DIFFERING, MISSING, CopyForm
from connections.transfer.plan import Plan, plan_of
from connections.transfer.sources import other_administrations, rows_of_source, sources
from connections.transfer.views import consequences, saved
from connections.transfer.words import problems_of, told
from finmaster.models import Administration, Role
from finmaster.permissions import AdministrationRequest, requires


@require_safe
@requires(Role.MANAGER)
def mappings_copy(request: AdministrationRequest) -> HttpResponse:
    """The other administrations of the office, and how much their mapping tables have."""
    found = sources(request.user, request.administration)
    return render(
        request,
        "connections/transfer_sources.html",
        {
            "sources": found,
            "are_all_empty": all(source.is_empty for source in found),
            "breadcrumbs": above(request),
        },
    )


@requires(Role.MANAGER)
def mappings_copy_from(
    request: AdministrationRequest, source: str, *, what_if: WhatIf
) -> HttpResponse:
    """What the table of another administration would do here; and do it."""
    others = other_administrations(request.user, request.administration)
    other = next((one for one in others if one.slug == source), None)
    if other is None:
        raise Http404
    if request.method != "POST":
        plan = plan_from(request, other)
        return copy_page(request, other, plan, CopyForm(initial={"seen": plan.digest()}), what_if)
    form, plan = CopyForm(request.POST), plan_from(request, other, lock=True)
    if not form.is_valid():
        return copy_page(request, other, plan, form, what_if)
    chosen = replace(plan, changed=[]) if form.cleaned_data["extent"] == MISSING else plan
    try:
        if form.cleaned_data["seen"] != plan.digest():
            raise Overtaken
        save(chosen, user=request.user, origin=MappingOrigin.COPY)
    except Overtaken as trouble:
        plan = plan_from(request, other)
        form = CopyForm(initial={"seen": plan.digest(), "extent": form.cleaned_data["extent"]})
        return copy_page(request, other, plan, form, what_if, trouble=trouble)
    return saved(request, chosen)


def plan_from(request: AdministrationRequest, other: Administration, *, lock: bool = False) -> Plan:
    """What all of another administration's table would do here."""
    return plan_of(rows_of_source(request.user, other), our_codes(), standing_table(lock=lock))


def copy_page(
    request: AdministrationRequest,
    other: Administration,
    plan: Plan,
    form: CopyForm,
    what_if: WhatIf,
    *,
    trouble: Overtaken | None = None,
) -> HttpResponse:
    """What can be taken over, what differs, and what can't be."""
    only = MISSING if plan.added else DIFFERING
    return render(
        request,
        "connections/transfer_copy.html",
        {
            "source": other,
            "form": form,
            "trouble": trouble,
            "added": told(plan.added),
            "changed": told(plan.changed),
            "unchanged": plan.unchanged,
            "number": len(plan.added) + len(plan.changed),
            "only_extent": "" if plan.added and plan.changed else only,
            "skipped": problems_of(plan.troubles),
            **consequences(plan, what_if),
            "breadcrumbs": [
                *above(request),
                (
                    _("Copy from another administration"),
                    resolve_url("connections:mappings_copy", request.administration.slug),
                ),
            ],
        },
        status=422 if form.errors or trouble else 200,
    )
