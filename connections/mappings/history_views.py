"""The history of the mapping table: who changed what, when and how."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render, resolve_url

from connections.mapping import Dimension
from connections.mappings.history import changes, told
from connections.mappings.views import above, asked_part
from connections.mappings.words import part_name
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from finmaster.searching import search_words

CHANGES_PER_PAGE = 50


@requires(Role.VIEWER)
def mapping_history(request: AdministrationRequest) -> HttpResponse:
    """The changes of the table, the newest first; of one code when `code` in the address is it."""
    words, asked = search_words(request), asked_part(request)
    code = request.GET.get("code", "").replace("\0", "")
    found = changes(asked, words)
    if code:
        found = found.filter(loket_code=code)
    page = Paginator(found, CHANGES_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "connections/mapping_history.html",
        {
            "page": page,
            "changes": told(list(page.object_list)),
            "choices": [(dimension.value, part_name(dimension)) for dimension in Dimension],
            "words": words,
            "asked": asked,
            "code": code,
            "may_change": request.role.includes(Role.MANAGER),
            "table_url": resolve_url("connections:mappings", request.administration.slug),
            "breadcrumbs": above(request),
        },
    )
