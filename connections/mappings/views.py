"""The mapping table of an administration: what is in it, and what is to be changed or added."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _

from connections.mapping import (
    TABLES,
    Dimension,
    Target,
    answer_of,
    mapping_of,
    takes_over_chart,
    target_of,
)
from connections.mappings.form import MappingForm, initial_of
from connections.mappings.history import last_change
from connections.mappings.words import Named, mapping_facts, part_name, rule_in_words
from connections.models import AccountMapping, Mapping
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from finmaster.searching import search_words

# What somebody fills in, and finds filled in again on the way back.
CHOSEN = ("code", "description", "target", "cost_center_rule", "cost_center")


@dataclass(frozen=True, slots=True)
class Row:
    """A mapping as its table shows it: what it leads to, and the rule for its cost centre."""

    mapping: Mapping
    target: Named | None
    rule: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the table, with the rows that were asked for."""

    dimension: Dimension
    name: str
    rows: list[Row]


def above(request: AdministrationRequest, *, table: bool = True) -> list[tuple[str, str]]:
    """The breadcrumbs of the mapping table, or of a page below it."""
    slug = request.administration.slug
    found = [(_("Master data"), resolve_url("ledger:master_data", slug))]
    if table:
        found.append((_("Mapping table"), resolve_url("connections:mappings", slug)))
    return found


def asked_part(request: AdministrationRequest) -> Dimension | None:
    """The part that `deel` in the address names; None for all of them."""
    asked = request.GET.get("deel", "")
    return Dimension(asked) if asked in set(Dimension) else None


@requires(Role.VIEWER)
def mappings(request: AdministrationRequest) -> HttpResponse:
    """The mapping table, searched by code or description, one part or all."""
    words, asked = search_words(request), asked_part(request)
    parts = [part_of(dimension, words) for dimension in Dimension if asked in (None, dimension)]
    return render(
        request,
        "connections/mappings.html",
        {
            "parts": parts,
            "choices": [(dimension.value, part_name(dimension)) for dimension in Dimension],
            "words": words,
            "asked": asked,
            "is_empty": not any(part.rows for part in parts),
            "takes_over": takes_over_chart(),
            "may_change": request.role.includes(Role.MANAGER),
            "breadcrumbs": above(request, table=False),
        },
    )


def part_of(dimension: Dimension, words: str) -> Part:
    """A part of the table, by code, searched by both sides of it; one query."""
    related = [dimension.value, "set_by"]
    if dimension == Dimension.ACCOUNT:
        related.append("cost_center")
    found = TABLES[dimension].objects.select_related(*related).order_by("loket_code")
    if words:
        found = found.filter(
            Q(loket_code__istartswith=words)
            | Q(loket_description__icontains=words)
            | Q(**{f"{dimension}__code__istartswith": words})
            | Q(**{f"{dimension}__name__icontains": words})
        )
    return Part(dimension, part_name(dimension), [row_of(dimension, mapping) for mapping in found])


def row_of(dimension: Dimension, mapping: Mapping) -> Row:
    """A mapping that was read with what it leads to."""
    rule = ""
    if isinstance(mapping, AccountMapping):
        cost_center = Named.of(mapping.cost_center) if mapping.cost_center else ""
        rule = rule_in_words(mapping.cost_center_rule, str(cost_center))
    target: Target | None = target_of(dimension, mapping)
    return Row(mapping, Named.of(target) if target else None, rule)


@requires(Role.MANAGER)
def mapping_change(
    request: AdministrationRequest, dimension: Dimension, mapping_id: int
) -> HttpResponse:
    """Ask what a code of Loket stands for from now on, and show what that would have meant."""
    mapping = get_object_or_404(
        TABLES[dimension].objects.select_related(dimension.value, "set_by"), pk=mapping_id
    )
    answer = answer_of(dimension, mapping)
    form = MappingForm(
        request.POST if request.method == "POST" else None,
        dimension=dimension,
        takes_over=takes_over_chart(),
        standing=answer,
        fixed_code=True,
        initial={
            **initial_of(answer),
            **chosen_before(request),
            "code": mapping.loket_code,
            "description": mapping.loket_description,
            "seen": last_change(dimension, mapping.loket_code),
        },
    )
    if request.method == "POST" and form.is_valid():
        return to_consequences(request, form, seen=form.cleaned_data["seen"])
    return form_page(request, form, title=change_title(form, mapping.loket_code), mapping=mapping)


@requires(Role.MANAGER)
def mapping_new(request: AdministrationRequest, dimension: Dimension) -> HttpResponse:
    """Ask for a code of Loket ahead of time, and for what it stands for."""
    form = MappingForm(
        request.POST if request.method == "POST" else None,
        dimension=dimension,
        takes_over=takes_over_chart(),
        standing=None,
        fixed_code=False,
        initial=chosen_before(request),
    )
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if mapping_of(dimension, code) is None:
            return to_consequences(request, form, seen=last_change(dimension, code))
        form.add_error("code", _("This code is in the table already: change it there."))
    return form_page(request, form, title=new_title(form))


def chosen_before(request: AdministrationRequest) -> dict[str, str]:
    """What was chosen already, by who comes back from the page with the consequences."""
    return {name: request.GET[name] for name in CHOSEN if name in request.GET}


def change_title(form: MappingForm, code: str) -> str:
    """What is changed: where the chart of accounts is taken over, an account has a rule alone."""
    if form.part == Dimension.ACCOUNT and form.takes_over:
        return _("Change the rule for account %(code)s") % {"code": code}
    return _("Change the mapping of %(code)s") % {"code": code}


def new_title(form: MappingForm) -> str:
    """What is added."""
    if form.part == Dimension.ACCOUNT and form.takes_over:
        return _("New rule for the cost centre of an account")
    return {
        Dimension.ACCOUNT: _("New mapping of an account"),
        Dimension.COST_CENTER: _("New mapping of a cost centre"),
        Dimension.COST_UNIT: _("New mapping of a cost unit"),
    }[form.part]


def to_consequences(
    request: AdministrationRequest, form: MappingForm, *, seen: int
) -> HttpResponse:
    """To the page that tells what the change would have meant, with what was chosen."""
    chosen = request.POST.copy()
    chosen.pop("csrfmiddlewaretoken", None)
    chosen["dimension"], chosen["seen"] = form.part.value, str(seen)
    return redirect(consequences_url(request, chosen))


def consequences_url(request: AdministrationRequest, chosen: QueryDict) -> str:
    """Where it is told what a choice would have meant."""
    address = resolve_url("mapping_consequences", request.administration.slug)
    return f"{address}?{chosen.urlencode()}"


def removal_url(request: AdministrationRequest, dimension: Dimension, code: str) -> str:
    """Where it is told what taking a mapping away would have meant."""
    chosen = QueryDict(mutable=True)
    chosen.update({"dimension": dimension.value, "code": code, "removes": "on"})
    chosen["seen"] = str(last_change(dimension, code))
    return consequences_url(request, chosen)


def form_page(
    request: AdministrationRequest,
    form: MappingForm,
    *,
    title: str,
    mapping: Mapping | None = None,
) -> HttpResponse:
    """The form, with what stands now when there is something to change."""
    code = mapping.loket_code if mapping else ""
    return render(
        request,
        "connections/mapping_form.html",
        {
            "form": form,
            "form_url": form_url(request, form, mapping),
            "title": title,
            "facts": mapping_facts(form.part, mapping, takes_over=form.takes_over)
            if mapping
            else [],
            "removal_url": removal_url(request, form.part, code) if mapping else "",
            "history_url": history_url(request, form.part, code) if mapping else "",
            "table_url": resolve_url("connections:mappings", request.administration.slug),
            "breadcrumbs": above(request),
        },
        status=422 if form.errors else 200,
    )


def form_url(request: AdministrationRequest, form: MappingForm, mapping: Mapping | None) -> str:
    """Where the form is asked and sent."""
    slug = request.administration.slug
    if mapping is None:
        return resolve_url("connections:mapping_new", slug, form.part)
    return resolve_url("connections:mapping_change", slug, form.part, mapping.pk)


def history_url(request: AdministrationRequest, dimension: Dimension, code: str) -> str:
    """Where it is told what a code stood for before."""
    address = resolve_url("connections:mapping_history", request.administration.slug)
    return f"{address}?{urlencode({'deel': dimension.value, 'code': code})}"
