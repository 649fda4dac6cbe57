"""Before a mapping is changed: what the change would have meant for what is booked. Then save it.

What is booked is known to the app that booked it; the project's addresses hand `what_if` in.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _

from connections.errors import CannotRestore, MappingChangedMeanwhile, MappingTrouble
from connections.mapping import Answer, Dimension, answer_from, mapping_of, takes_over_chart
from connections.mappings.consequences import WhatIf, totals_of
from connections.mappings.form import CodeForm, MappingForm, RemovalForm, SeenForm
from connections.mappings.history import (
    current_answer,
    last_change,
    put_as_seen,
    refuse_what_is_not_booked_on,
    restore,
)
from connections.mappings.views import CHOSEN, above, change_title, form_page, new_title
from connections.mappings.words import booked_in_words
from connections.models import MappingChange, MappingOrigin
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires

ROWS_PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Change:
    """What is about to be saved: a code of Loket, and what it stands for from now on."""

    title: str
    dimension: Dimension
    code: str
    description: str
    answer: Answer | None
    save_label: str
    back_url: str
    back_label: str


@requires(Role.MANAGER)
def mapping_consequences(request: AdministrationRequest, *, what_if: WhatIf) -> HttpResponse:
    """What a choice would have meant for what is booked; sent as a form, it is saved."""
    form = chosen_form(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        return choose_again(request, form)
    change = change_of(request, form)
    seen = form.cleaned_data["seen"]
    trouble: MappingTrouble | None = None
    if request.method == "POST":
        try:
            put_as_seen(
                change.dimension,
                loket_code=change.code,
                loket_description=change.description,
                answer=change.answer,
                seen=seen,
                user=request.user,
                origin=MappingOrigin.TABLE,
            )
            return saved(request, change)
        except MappingChangedMeanwhile as error:
            trouble = error
    elif last_change(change.dimension, change.code) != seen:
        trouble = MappingChangedMeanwhile()
    return page(request, change, form, what_if, trouble)


def chosen_form(data: QueryDict) -> CodeForm:
    """The form that was filled in on the page before; 404 for a part that does not exist."""
    try:
        dimension = Dimension(data.get("dimension", ""))
    except ValueError:
        raise Http404 from None
    if data.get("removes"):
        return RemovalForm(data, dimension=dimension, fixed_code=True)
    code = data.get("code", "").replace("\0", "").strip()
    return MappingForm(
        data,
        dimension=dimension,
        takes_over=takes_over_chart(),
        standing=current_answer(dimension, code),
        fixed_code=True,
    )


def choose_again(request: AdministrationRequest, form: CodeForm) -> HttpResponse:
    """Back to the form, when what was chosen can't be booked on any more; 404 for nonsense."""
    if not isinstance(form, MappingForm) or form.errors.keys() & {"code", "seen", "description"}:
        raise Http404
    mapping = mapping_of(form.part, form.cleaned_data["code"])
    if mapping is None:
        return form_page(request, form, title=new_title(form))
    return form_page(request, form, title=change_title(form, mapping.loket_code), mapping=mapping)


def change_of(request: AdministrationRequest, form: CodeForm) -> Change:
    """What a valid form is about to change."""
    dimension, code = form.part, form.cleaned_data["code"]
    slug, mapping = request.administration.slug, mapping_of(dimension, code)
    answer = form.answer() if isinstance(form, MappingForm) else None
    if mapping is None:
        back_url = resolve_url("connections:mapping_new", slug, dimension)
    else:
        back_url = resolve_url("connections:mapping_change", slug, dimension, mapping.pk)
    description = form.cleaned_data["description"]
    chosen = urlencode({name: form.data[name] for name in CHOSEN if name in form.data})
    return Change(
        title=title_of(form, code, is_new=mapping is None),
        dimension=dimension,
        code=code,
        description=description or (mapping.loket_description if mapping else ""),
        answer=answer,
        save_label=_("Save") if answer else _("Remove"),
        back_url=f"{back_url}?{chosen}",
        back_label=_("To the mapping"),
    )


def title_of(form: CodeForm, code: str, *, is_new: bool) -> str:
    """What is about to be done to a code."""
    about = {"code": code}
    is_rule = form.part == Dimension.ACCOUNT and takes_over_chart()
    if not isinstance(form, MappingForm):
        if is_rule:
            return _("Remove the rule for account %(code)s") % about
        return _("Remove the mapping of %(code)s") % about
    if not is_new:
        return change_title(form, code)
    if is_rule:
        return _("New rule for account %(code)s") % about
    return _("New mapping of %(code)s") % about


@requires(Role.MANAGER)
def mapping_restore(
    request: AdministrationRequest, change_id: int, *, what_if: WhatIf
) -> HttpResponse:
    """What going back to before a change would have meant; sent as a form, it is done."""
    found = get_object_or_404(MappingChange, pk=change_id)
    dimension = Dimension(found.dimension)
    change = Change(
        title=_("Put the mapping of %(code)s back") % {"code": found.loket_code},
        dimension=dimension,
        code=found.loket_code,
        description=found.loket_description,
        answer=answer_from(dimension, found.old),
        save_label=_("Put back"),
        back_url=resolve_url("connections:mapping_history", request.administration.slug),
        back_label=_("To the history"),
    )
    trouble: MappingTrouble | None = None
    form = SeenForm(request.POST) if request.method == "POST" else None
    try:
        if form is not None:
            # Without what was seen nothing is known to be as it was seen.
            seen = form.cleaned_data["seen"] if form.is_valid() else -1
            restore(found, user=request.user, seen=seen)
            return saved(request, change)
        refuse_what_is_not_booked_on(dimension, change.answer)
    except (MappingChangedMeanwhile, CannotRestore) as error:
        trouble = error
    now_seen = SeenForm({"seen": last_change(dimension, change.code)})
    return page(request, change, now_seen, what_if, trouble)


def saved(request: AdministrationRequest, change: Change) -> HttpResponse:
    """Say what a code stands for from now on, in the table where it stands."""
    if change.answer is None:
        told = _("The mapping of %(code)s is removed.") % {"code": change.code}
    else:
        told = _("The mapping of %(code)s is saved: %(words)s.") % {
            "code": change.code,
            "words": in_words(change.dimension, change.answer),
        }
    messages.success(request, told)
    return redirect("connections:mappings", request.administration.slug)


def in_words(dimension: Dimension, answer: Answer | None) -> str:
    """What a code stands for, with names."""
    return booked_in_words(dimension, answer, takes_over=takes_over_chart())


def page(
    request: AdministrationRequest,
    change: Change,
    form: SeenForm,
    what_if: WhatIf,
    trouble: MappingTrouble | None,
) -> HttpResponse:
    """The last look before a change is saved, or why it was not."""
    found = [] if trouble else what_if([(change.dimension, change.code, change.answer)])
    facts = [
        (_("In Loket.nl"), f"{change.code} {change.description}".strip()),
        (
            _("Booked on now"),
            in_words(change.dimension, current_answer(change.dimension, change.code)),
        ),
    ]
    if trouble is None:
        facts.append((_("Booked on from now on"), in_words(change.dimension, change.answer)))
    return render(
        request,
        "connections/mapping_consequences.html",
        {
            "title": change.title,
            "form": form,
            "facts": facts,
            "page": Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page")),
            "totals": totals_of(found),
            "trouble": trouble,
            "back_url": change.back_url,
            "back_label": change.back_label,
            "save_label": change.save_label,
            "breadcrumbs": above(request),
        },
        status=409 if trouble else 200,
    )
