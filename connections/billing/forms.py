"""Forms of the connection fee: agreeing to it, prices, agreements, and an office's address."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from connections.billing.consent import Offer
from connections.billing.months import FIRST_YEAR, LAST_YEAR
from connections.forms import ConnectionForm
from finmaster.forms import AmountField
from finmaster.models import Office

MONTH = re.compile(r"(?:([0-9]{1,2})[-/]([0-9]{4}))|(?:([0-9]{4})-([0-9]{2}))")


class MonthField(forms.CharField):
    """A month, as 11-2026."""

    default_error_messages = {"invalid": _("This is not a month. Write the month as 11-2026.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"help_text": _("For instance 11-2026")} | kwargs))

    def clean(self, value: Any) -> date | None:
        """First day of the month, None for nothing; ValidationError for anything else."""
        written = super().clean(value)
        if not written:
            return None
        found = MONTH.fullmatch(written)
        month, year = (found[1] or found[4], found[2] or found[3]) if found else ("0", "0")
        if not (1 <= int(month) <= 12 and FIRST_YEAR <= int(year) <= LAST_YEAR):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return date(int(year), int(month), 1)


class NewConnectionForm(ConnectionForm):
    """A new connection, and the consent to its fee. `offer` is what the fee is now."""

    agree = forms.BooleanField(
        label=_("I agree to this fee on behalf of the office"),
        error_messages={"required": _("Agree to the connection fee to go on.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, offer: Offer, **kwargs: Any):
        """`data` also holds `offered`, the token of the offer that was on the page."""
        offered = (data or {}).get("offered", "")
        if data and offered != offer.token:
            # Whoever agreed to another price than the one that holds now is asked again.
            data = {name: value for name, value in data.items() if name != "agree"}
        super().__init__(data, **kwargs)
        if offered and offered != offer.token:
            self.fields["agree"].error_messages["required"] = _(
                "The connection fee has changed since you opened this page. Look at it again."
            )


class PriceForm(forms.Form):
    """The price for everybody from a month on."""

    holds_from = MonthField(label=_("From the month"))
    amount = AmountField(label=_("Price a month, excl. VAT"), min_value=0, max_digits=8)


class RateForm(forms.Form):
    """The VAT rate from a month on."""

    holds_from = MonthField(label=_("From the month"))
    percentage = AmountField(label=_("VAT rate in percent"), min_value=0, max_value=100)


class AgreementForm(forms.Form):
    """What was agreed with an office."""

    holds_from = MonthField(label=_("From the month"))
    holds_until = MonthField(
        label=_("Up to and including the month"),
        required=False,
        help_text=_("Leave it empty as long as nothing else is agreed."),
    )
    price = AmountField(
        label=_("Price a month, excl. VAT"),
        required=False,
        min_value=0,
        max_digits=8,
        help_text=_("Instead of the general price."),
    )
    discount = AmountField(
        label=_("Discount in percent"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("On the general price; a price and a discount can't go together."),
    )
    free_until = MonthField(
        label=_("Free up to and including the month"),
        required=False,
        help_text=_("From the first month of the agreement on."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=255)

    def clean(self) -> None:
        """Dates in order, and not both a price and a discount."""
        super().clean()
        values = self.cleaned_data
        if values.get("price") is not None and values.get("discount") is not None:
            self.add_error("discount", _("Fill in a price or a discount, not both."))
        begin = values.get("holds_from")
        for name in ("holds_until", "free_until"):
            end = values.get(name)
            if begin and end and end < begin:
                self.add_error(name, _("This month lies before the first month."))


class OfficeDetailsForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an invoice says of the office."""

    class Meta:
        model = Office
        fields = ("address", "postal_code", "city", "chamber_of_commerce_number", "vat_number")
