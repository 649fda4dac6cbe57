"""Pages of the operator's staff: prices, VAT rates, agreements, and offices on invoices."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import DatabaseError, transaction
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from connections.billing.access import StaffRequest, for_operator
from connections.billing.consent import agreement_in, offer_to
from connections.billing.forms import AgreementForm, OfficeDetailsForm, PriceForm, RateForm
from connections.billing.months import this_month
from connections.billing.operator_views import above
from connections.models.billing import Agreement, FeePrice, Statement, VatRate
from finmaster.errors import violated_constraint
from finmaster.models import Office
from finmaster.searching import search_words

OFFICES_PER_PAGE = 100


@for_operator
def prices(request: StaffRequest) -> HttpResponse:
    """Prices and VAT rates with the months from which they hold; one may be added to each."""
    posted = request.POST if request.method == "POST" else None
    is_rate = "percentage" in (posted or {})
    price_form = PriceForm(posted if not is_rate else None, prefix=None)
    rate_form = RateForm(posted if is_rate else None, auto_id="rate_%s")
    form: Form = rate_form if is_rate else price_form
    if posted is not None and form.is_valid() and enter(form, request, is_rate=is_rate):
        messages.success(request, _("It holds from that month on."))
        return redirect("billing:prices")
    return render(
        request,
        "billing/prices.html",
        {
            "prices": FeePrice.objects.select_related("entered_by").order_by("-holds_from", "-pk"),
            "rates": VatRate.objects.select_related("entered_by").order_by("-holds_from", "-pk"),
            "price_form": price_form,
            "rate_form": rate_form,
            "form": form,
            "breadcrumbs": above(),
        },
        status=422 if form.errors else 200,
    )


def enter(form: Form, request: StaffRequest, *, is_rate: bool) -> bool:
    """Store a price or a rate; False, with an error on the form, when that month is closed."""
    model: Any = VatRate if is_rate else FeePrice
    try:
        with transaction.atomic():
            model.objects.create(**form.cleaned_data, entered_by=request.user)
    except DatabaseError as error:
        if violated_constraint(error) != "closed_month_keeps_its_price":
            raise
        form.add_error(
            "holds_from",
            _("This month is closed. Choose a month that isn't, or make agreements with offices."),
        )
        return False
    return True


@for_operator
def offices(request: StaffRequest) -> HttpResponse:
    """The offices, to make agreements with and to complete the addresses of."""
    words = search_words(request)
    found = Office.objects.filter(name__icontains=words).order_by("name", "pk")
    return render(
        request,
        "billing/offices.html",
        {
            "page": Paginator(found, OFFICES_PER_PAGE).get_page(request.GET.get("page")),
            "words": words,
            "breadcrumbs": above(),
        },
    )


@for_operator
def office(request: StaffRequest, office_id: int) -> HttpResponse:
    """One office: what it pays, what was agreed, and its statements."""
    found = get_object_or_404(Office, pk=office_id)
    form = AgreementForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        Agreement.objects.create(office=found, made_by=request.user, **form.cleaned_data)
        messages.success(request, _("The agreement is kept."))
        return redirect("billing:office", found.pk)
    return render(
        request,
        "billing/office.html",
        {
            "office": found,
            "offer": offer_to(found.pk),
            "current": agreement_in(found.pk, this_month()),
            "agreements": Agreement.objects.filter(office=found)
            .select_related("made_by")
            .order_by("-pk"),
            "statements": Statement.objects.filter(office=found).order_by("-month"),
            "form": form,
            "breadcrumbs": offices_above(),
        },
        status=422 if form.errors else 200,
    )


@for_operator
def office_details(request: StaffRequest, office_id: int) -> HttpResponse:
    """What invoices say of an office."""
    found = get_object_or_404(Office, pk=office_id)
    form = OfficeDetailsForm(request.POST if request.method == "POST" else None, instance=found)
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, _("The details are saved."))
        return redirect("billing:office", found.pk)
    return render(
        request,
        "billing/office_details.html",
        {"office": found, "form": form, "breadcrumbs": offices_above(found)},
        status=422 if form.errors else 200,
    )


def offices_above(*below: Office) -> list[tuple[str, str]]:
    """The breadcrumbs of the offices, and of one of them."""
    return [
        *above(),
        (_("Offices"), reverse("billing:offices")),
        *((one.name, reverse("billing:office", args=[one.pk])) for one in below),
    ]
