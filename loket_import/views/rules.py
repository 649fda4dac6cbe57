"""The booking rules of an administration: looked at by all, changed by its managers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from connections.lifecycle import live_connection
from finmaster.models import Role
from finmaster.permissions import AdministrationRequest, requires
from loket_import.models import BookingRules
from loket_import.preview import period_choices
from loket_import.rules.descriptions import PLACEHOLDERS
from loket_import.rules.effective import booking_rules, change_rules, journals
from loket_import.rules.examples import examples
from loket_import.rules.form import RulesForm


@requires(Role.VIEWER, to_post=Role.MANAGER)
def rules(request: AdministrationRequest) -> HttpResponse:
    """The rules with what they mean for this payroll; a manager changes them."""
    standing = booking_rules()
    form = form_of(request, standing)
    is_valid = request.method == "POST" and form.is_valid()
    if is_valid and "voorbeeld" not in request.POST:
        change_rules(form.values(), user=request.user)
        messages.success(
            request,
            _("The booking rules are saved. What is booked already stays as it is."),
        )
        return redirect("booking_rules", request.administration.slug)
    shown = rules_in(form) if is_valid else booking_rules()
    return render(
        request,
        "loket_import/rules.html",
        {
            "form": form,
            "rules": shown,
            "first_journal": journals().first(),
            "may_change": request.role.includes(Role.MANAGER),
            "is_unsaved": is_valid,
            "examples": examples(shown, live_connection(), period_choices()),
            "faulty": form if form.errors else None,
            "placeholders": PLACEHOLDERS,
            "breadcrumbs": [
                (_("Master data"), resolve_url("ledger:master_data", request.administration.slug))
            ],
        },
        status=422 if form.errors else 200,
    )


@require_POST
@requires(Role.MANAGER)
def rules_examples(request: AdministrationRequest) -> HttpResponse:
    """What the rules would mean as they are filled in now, for the page to show; saves nothing."""
    form = form_of(request, booking_rules())
    if not form.is_valid():
        return render(request, "loket_import/_rules_examples.html", {"faulty": form})
    found = examples(rules_in(form), live_connection(), period_choices())
    return render(
        request, "loket_import/_rules_examples.html", {"examples": found, "is_unsaved": True}
    )


def form_of(request: AdministrationRequest, standing: BookingRules) -> RulesForm:
    """The form, filled with the rules that stand or with what was sent."""
    return RulesForm(
        request.POST if request.method == "POST" else None,
        instance=standing,
        connection=live_connection(),
        found=list(journals()),
    )


def rules_in(form: RulesForm) -> BookingRules:
    """The rules as a valid form has them, not saved."""
    return BookingRules(**form.values())
