"""Before booking: what of the entry is to be otherwise than the booking rules have it."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from connections.models import Connection
from finmaster.forms import DateField
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from ledger.models import Journal
from loket_import.booking import live_booking
from loket_import.models import JournalRun
from loket_import.preview import period_choices
from loket_import.rules.dates import next_open_period
from loket_import.rules.effective import (
    NoMemorial,
    Terms,
    booking_rules,
    choose,
    follow_rules,
    is_chosen,
    journals,
    terms_by_rules,
    terms_of,
)
from loket_import.views.content import frame, run_or_404
from loket_import.views.gate import with_connection

PER_LINE, CONDENSED = "per_line", "condensed"
DETAIL = {PER_LINE: False, CONDENSED: True}
DETAIL_WORDS = {False: _("each line of Loket.nl"), True: _("condensed")}


class EntryForm(forms.Form):
    """Date, description, journal and detail of the entry to be, filled in as it stands now."""

    booking_date = DateField(label=_("Booking date"))
    description = forms.CharField(label=_("Description"), max_length=255)
    # Which journals there are is known in a scope only, so not when this is read.
    journal: "forms.ModelChoiceField[Journal]" = forms.ModelChoiceField(
        label=_("Journal"), queryset=None, required=False
    )
    detail = forms.ChoiceField(label=_("How lines are booked"), required=False)

    def __init__(
        self, data: QueryDict | None, *, run: JournalRun, now: Terms, ruled: Terms
    ) -> None:
        super().__init__(
            data,
            initial={
                "booking_date": now.booking_date,
                "description": now.description,
                "journal": run.journal_id,
                "detail": {None: "", False: PER_LINE, True: CONDENSED}[run.condenses],
            },
        )
        journal, detail = self.fields["journal"], self.fields["detail"]
        assert isinstance(journal, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        assert isinstance(detail, forms.ChoiceField)  # noqa: S101
        journal.queryset = journals()
        journal.empty_label = gettext("By the booking rules: %(rule)s") % {"rule": ruled.journal}
        detail.choices = [
            (
                "",
                gettext("By the booking rules: %(rule)s") % {"rule": DETAIL_WORDS[ruled.condenses]},
            ),
            (PER_LINE, gettext("Each line of Loket.nl a line of the entry")),
            (CONDENSED, gettext("Condensed: one line per account, cost centre and cost unit")),
        ]
        if now.booking_date != ruled.booking_date:
            self.fields["booking_date"].help_text = gettext("The booking rules say %(date)s.") % {
                "date": f"{ruled.booking_date:%d-%m-%Y}"
            }
        if now.description != ruled.description:
            self.fields["description"].help_text = gettext("The booking rules say “%(text)s”.") % {
                "text": ruled.description
            }

    def chosen(self) -> dict[str, Any]:
        """What was chosen, as `rules.choose` takes it; of a valid form."""
        return {
            "booking_date": self.cleaned_data["booking_date"],
            "description": self.cleaned_data["description"],
            "journal": self.cleaned_data["journal"],
            "condenses": DETAIL.get(self.cleaned_data["detail"]),
        }


class DateForm(forms.Form):
    """The date that a button stands for."""

    booking_date = DateField()


@requires(Role.BOOKKEEPER)
@with_connection(employer=True, payroll=True)
def edit(request: AdministrationRequest, connection: Connection, run_id: int) -> HttpResponse:
    """Change the entry before it is booked, or let it follow the booking rules again."""
    run = run_or_404(connection, run_id)
    page = redirect("loket_import:content", request.administration.slug, run.pk)
    if live_booking(run):
        return page
    rules, found = booking_rules(), list(journals())
    try:
        ruled = terms_by_rules(run, connection, rules, found)
        now = terms_of(run, connection, rules, found)
    except NoMemorial:
        # The page of the run says what is in the way.
        return page
    if "volg_regels" in request.POST:
        follow_rules(run)
        messages.success(request, gettext("This run follows the booking rules again."))
        return page
    form = EntryForm(request.POST or None, run=run, now=now, ruled=ruled)
    if request.method == "POST" and form.is_valid():
        choose(run, ruled, **form.chosen())
        messages.success(request, gettext("The entry is changed. Nothing is booked yet."))
        return page
    return render(
        request,
        "loket_import/edit.html",
        frame(request, connection, run)
        | {
            "form": form,
            "is_chosen": is_chosen(run),
            "next_open": next_open_period(now.booking_date, period_choices()),
        },
        status=422 if form.errors else 200,
    )


@require_POST
@requires(Role.BOOKKEEPER)
@with_connection(employer=True, payroll=True)
def take_date(request: AdministrationRequest, connection: Connection, run_id: int) -> HttpResponse:
    """Book a run on the date of the button that was pressed, and change nothing else."""
    run = run_or_404(connection, run_id)
    page = redirect("loket_import:content", request.administration.slug, run.pk)
    form = DateForm(request.POST)
    if live_booking(run) or not form.is_valid():
        return page
    day: date = form.cleaned_data["booking_date"]
    run.booking_date = day
    run.save(update_fields=["booking_date"])
    messages.success(
        request,
        gettext("The booking date is %(date)s now. Nothing is booked yet.")
        % {"date": f"{day:%d-%m-%Y}"},
    )
    return page
