"""The memorial: entries, one entry line by line, and its reversal.

Where an entry comes from and what a reversal sets free is known to the app that booked it; the
project's addresses hand both in, so that the books need not know of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from finmaster.forms import DateField
from finmaster.models import Role, User
from finmaster.permissions import AdministrationRequest, requires
from ledger.errors import LedgerError
from ledger.models import MEMORIAL_KINDS, JournalEntry
from ledger.period_names import period_name

ROWS_PER_PAGE = 50
LINES_PER_PAGE = 250


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an entry comes from, as its page shows it."""

    title: str
    url: str
    facts: list[tuple[str, Any]]


OriginOf = Callable[[JournalEntry, str], Origin | None]


class Reverse(Protocol):
    """Posts the counter-entry of an entry and returns it."""

    def __call__(
        self, entry: JournalEntry, *, booked_on: date, reason: str, user: User
    ) -> JournalEntry: ...


class ReversalForm(forms.Form):
    """When and why an entry is undone."""

    booked_on = DateField(
        label=_("Booking date"),
        error_messages={"required": _("Enter the date on which the reversal is booked.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=255,
        help_text=_("Stays with the entry, for whoever reads it later."),
        error_messages={"required": _("Say why the entry is undone.")},
    )

    def __init__(self, data: QueryDict | None, *, entry: JournalEntry) -> None:
        super().__init__(data, initial={"booked_on": entry.booked_on})
        self.entry = entry

    def clean_booked_on(self) -> date:
        """The date, which is not before that of the entry itself."""
        booked_on: date = self.cleaned_data["booked_on"]
        if booked_on < self.entry.booked_on:
            raise forms.ValidationError(
                gettext("Choose %(date)s, the date of the entry itself, or a later date.")
                % {"date": f"{self.entry.booked_on:%d-%m-%Y}"}
            )
        return booked_on


@requires(Role.VIEWER)
def entries(request: AdministrationRequest) -> HttpResponse:
    """The entries of the memorial and payroll journals, the newest first."""
    found = (
        JournalEntry.objects.filter(journal__kind__in=MEMORIAL_KINDS)
        .select_related("journal", "fiscal_year", "posted_by")
        .annotate(is_reversed=Exists(JournalEntry.objects.filter(reverses=OuterRef("pk"))))
        .order_by("-booked_on", "-pk")
    )
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "ledger/entries.html", {"page": page})


def entry_or_404(entry_id: int) -> JournalEntry:
    """An entry with what its page names."""
    found = JournalEntry.objects.select_related(
        "journal",
        "fiscal_year",
        "period",
        "posted_by",
        "reverses__journal",
        "reverses__fiscal_year",
    )
    return get_object_or_404(found, pk=entry_id)


def reversal_of(entry: JournalEntry) -> JournalEntry | None:
    """The entry that undid this one."""
    return (
        JournalEntry.objects.select_related("journal", "fiscal_year").filter(reverses=entry).first()
    )


def facts_of(entry: JournalEntry) -> list[tuple[str, Any]]:
    """The header of an entry."""
    return [
        (gettext("Booking date"), entry.booked_on),
        (gettext("Journal"), entry.journal),
        (gettext("Fiscal year"), entry.fiscal_year),
        (gettext("Period"), period_name(entry.period)),
        (gettext("Posted by"), entry.posted_by),
        (gettext("Posted at"), entry.posted_at),
    ]


def status_of(entry: JournalEntry, reversal: JournalEntry | None) -> tuple[str, str]:
    """What became of an entry, and the tone in which its page says so."""
    if reversal is not None:
        return gettext("Reversed"), "neutral"
    if entry.reverses_id is not None:
        return gettext("Reversal"), "neutral"
    return gettext("Booked"), "success"


def above(request: AdministrationRequest, *below: JournalEntry) -> list[tuple[str, str]]:
    """The breadcrumbs of an entry, and of what is done with it."""
    slug = request.administration.slug
    return [
        (gettext("Memorial"), resolve_url("ledger:entries", slug)),
        *((str(entry), resolve_url("entry", slug, entry.pk)) for entry in below),
    ]


@requires(Role.VIEWER)
def entry(request: AdministrationRequest, entry_id: int, *, origin_of: OriginOf) -> HttpResponse:
    """One entry, line by line; its totals are the entry's own, whichever lines are shown."""
    found = entry_or_404(entry_id)
    lines = found.lines.select_related("account", "cost_center", "cost_unit").order_by("number")
    reversal = reversal_of(found)
    status, tone = status_of(found, reversal)
    return render(
        request,
        "ledger/entry.html",
        {
            "entry": found,
            "facts": facts_of(found),
            "page": Paginator(lines, LINES_PER_PAGE).get_page(request.GET.get("page")),
            "zero": Decimal("0.00"),
            "reversal": reversal,
            "status": status,
            "tone": tone,
            "origin": origin_of(found, request.administration.slug),
            "may_reverse": (
                reversal is None
                and found.reverses_id is None
                and request.role.includes(Role.BOOKKEEPER)
            ),
            "breadcrumbs": above(request),
        },
    )


@requires(Role.BOOKKEEPER)
def reverse_entry(
    request: AdministrationRequest, entry_id: int, *, reverse: Reverse
) -> HttpResponse:
    """Ask when and why, and post the counter-entry."""
    found = entry_or_404(entry_id)
    slug = request.administration.slug
    if found.reverses_id or reversal_of(found):
        return redirect("entry", slug, found.pk)
    form = ReversalForm(request.POST or None, entry=found)
    trouble: LedgerError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            counter = reverse(found, user=request.user, **form.cleaned_data)
        except LedgerError as error:
            trouble = error
        else:
            messages.success(
                request,
                gettext("%(entry)s is reversed by %(counter)s.")
                % {"entry": found, "counter": entry_or_404(counter.pk)},
            )
            return redirect("entry", slug, counter.pk)
    return render(
        request,
        "ledger/reverse_entry.html",
        {
            "entry": found,
            "form": form,
            "trouble": trouble,
            "breadcrumbs": above(request, found),
        },
        status=422 if trouble or form.errors else 200,
    )
