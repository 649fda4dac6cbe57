"""Take the mapping table out as a file, and take a file over: first looked at, then saved."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from connections.mappings.consequences import WhatIf, totals_of
from connections.mappings.views import above
from connections.models import MappingOrigin
from connections.transfer.books import our_codes, rows_of_table, save, standing_table
from connections.transfer.errors import FileRefused, Overtaken, PreviewExpired, TransferTrouble
from connections.transfer.forms import FileForm
from connections.transfer.plan import Plan, plan_of
from connections.transfer.reading import MAX_BYTES, read_sheets
from connections.transfer.rows import PART_WORDS, Reading, read_rows
from connections.transfer.upload import seal, unseal
from connections.transfer.words import column_words, problems_of, rule_words, told
from connections.transfer.writing import write_csv, write_xlsx
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
# More than these nobody reads: they come from one mistake.
PROBLEMS_SHOWN = 200
# The newest of them; what follows is in the totals.
CONSEQUENCES_SHOWN = 100


@require_safe
@requires(Role.VIEWER)
def mappings_xlsx(request: AdministrationRequest) -> HttpResponse:
    """The whole mapping table as an Excel workbook; only headings while it is empty."""
    return download(request, write_xlsx(rows_of_table()), XLSX, "xlsx")


@require_safe
@requires(Role.VIEWER)
def mappings_csv(request: AdministrationRequest) -> HttpResponse:
    """The whole mapping table as a CSV file."""
    return download(request, write_csv(rows_of_table()), CSV, "csv")


def download(
    request: AdministrationRequest, content: bytes, content_type: str, ending: str
) -> HttpResponse:
    """A file to keep, named after the administration and the day."""
    name = f"transponeertabel-{request.administration.slug}-{localdate():%Y-%m-%d}.{ending}"
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@requires(Role.MANAGER)
def mappings_import(request: AdministrationRequest, *, what_if: WhatIf) -> HttpResponse:
    """Ask for a file with a mapping table, and show what it would do. Saves nothing."""
    if request.method != "POST":
        return import_page(request, FileForm())
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            reading = read_rows(read_sheets(form.cleaned_data["file"].read(MAX_BYTES + 1)))
            return preview_page(request, reading, what_if)
        except FileRefused as refusal:
            form.add_error("file", str(refusal))
    return import_page(request, form)


@requires(Role.MANAGER)
def mappings_import_save(request: AdministrationRequest, *, what_if: WhatIf) -> HttpResponse:
    """Take over a file of which the preview was seen, if it would still do the same."""
    if request.method != "POST":
        # Back here from logging in again, without what was sent.
        return redirect("mappings_import", request.administration.slug)
    try:
        rows, seen = unseal(request.POST.get("preview", ""), request.user)
    except PreviewExpired as trouble:
        return import_page(request, FileForm(), trouble=trouble)
    plan = plan_of(rows, our_codes(), standing_table(lock=True))
    try:
        if plan.troubles or plan.digest() != seen:
            raise Overtaken
        save(plan, user=request.user, origin=MappingOrigin.FILE)
    except Overtaken as trouble:
        return preview_page(request, Reading(rows, [], []), what_if, trouble=trouble)
    return saved(request, plan)


def saved(request: AdministrationRequest, plan: Plan) -> HttpResponse:
    """To the mapping table, which now says what was taken over."""
    added = ngettext(
        "%(count)d mapping was added", "%(count)d mappings were added", len(plan.added)
    ) % {"count": len(plan.added)}
    changed = ngettext(
        "%(count)d mapping was changed", "%(count)d mappings were changed", len(plan.changed)
    ) % {"count": len(plan.changed)}
    messages.success(
        request, _("%(added)s and %(changed)s.") % {"added": added, "changed": changed}
    )
    return redirect("connections:mappings", request.administration.slug)


def consequences(plan: Plan, what_if: WhatIf) -> dict[str, object]:
    """What all of a plan would have meant for what is booked, for connections/booked_otherwise."""
    changes = [(one.part, one.loket_code, one.new) for one in (*plan.added, *plan.changed)]
    found = what_if(changes) if changes else []
    shown = found[:CONSEQUENCES_SHOWN]
    note = _("amounts in euros")
    if len(shown) < len(found):
        note = _("amounts in euros; the newest %(shown)s of %(number)s rows") % {
            "shown": len(shown),
            "number": len(found),
        }
    return {"consequences": shown, "totals": totals_of(found), "consequences_note": note}


def import_page(
    request: AdministrationRequest, form: FileForm, *, trouble: TransferTrouble | None = None
) -> HttpResponse:
    """The page that asks for a file, and tells what is to be in it."""
    return render(
        request,
        "connections/transfer_import.html",
        {
            "form": form,
            "trouble": trouble,
            "sheets": PART_WORDS.values(),
            "columns": column_words(),
            "rules": rule_words(),
            "breadcrumbs": above(request),
        },
        status=422 if form.errors or trouble else 200,
    )


def preview_page(
    request: AdministrationRequest,
    reading: Reading,
    what_if: WhatIf,
    *,
    trouble: TransferTrouble | None = None,
) -> HttpResponse:
    """What a file would do; with a way to have that done when nothing is wrong with it."""
    plan = plan_of(reading.rows, our_codes(), standing_table())
    problems = problems_of([*reading.troubles, *plan.troubles])
    may_save = not problems and bool(plan.added or plan.changed)
    return render(
        request,
        "connections/transfer_preview.html",
        {
            "trouble": trouble,
            "problems": problems[:PROBLEMS_SHOWN],
            "problem_count": len(problems),
            "ignored": reading.ignored,
            "added": told(plan.added),
            "changed": told(plan.changed),
            "unchanged": plan.unchanged,
            "number": len(plan.added) + len(plan.changed),
            "preview": seal(reading.rows, plan, request.user) if may_save else "",
            **(consequences(plan, what_if) if may_save else {}),
            "breadcrumbs": [
                *above(request),
                (
                    _("Import from a file"),
                    resolve_url("mappings_import", request.administration.slug),
                ),
            ],
        },
        status=422 if problems or trouble else 200,
    )
