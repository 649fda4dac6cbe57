"""The form of the booking rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from finmaster.forms import AmountField
from ledger.models import Journal
from loket_import.models import BookingRules, DateRule, MonthRule
from loket_import.rules.descriptions import faults

PER_LINE, CONDENSED = "per_line", "condensed"

DETAIL_WORDS = {
    PER_LINE: _("Every line of Loket.nl becomes a line of the entry."),
    CONDENSED: _(
        "Lines with the same account, cost centre and cost unit are added up: at most one debit "
        "and one credit line for each. The lines of Loket.nl stay to be seen here."
    ),
}
DATE_WORDS = {
    DateRule.PERIOD_END.value: _("Of a period that belongs to an earlier month, the end of that."),
    DateRule.MONTH_END.value: _("Of the month to which the pay period belongs."),
    DateRule.PAYMENT_DAY.value: _("Of that month or of the next one; choose the day below."),
}
MONTH_WORDS = {
    MonthRule.ENDS_IN.value: _("A period from 29 December to 25 January belongs to January."),
    MonthRule.MOST_DAYS.value: _(
        "With as many days in both months it belongs to the one in which it ends."
    ),
    MonthRule.BEGINS_IN.value: _("A period from 29 December to 25 January belongs to December."),
}


def form_field(column: Any, **options: Any) -> forms.Field | None:
    """The field of a column; which journals there are is known in a scope only, so not here."""
    if column.name == "journal":
        return forms.ModelChoiceField(queryset=None, required=False, **options)
    found: forms.Field | None = column.formfield(**options)
    return found


class RulesForm(forms.ModelForm):  # type: ignore[type-arg]
    """How runs of an administration are booked; `connection` tells the names that a text can use.

    Of a valid form `values` are the columns of `BookingRules`.
    """

    detail = forms.ChoiceField(
        label=_("How lines are booked"),
        choices=((PER_LINE, _("Each line of Loket.nl")), (CONDENSED, _("Condensed"))),
        widget=forms.RadioSelect,
    )
    date_rule = forms.ChoiceField(
        label=_("Booking date"), choices=DateRule, widget=forms.RadioSelect
    )
    month_rule = forms.ChoiceField(
        label=_("A pay period in two months belongs to"),
        help_text=_("Of importance for payrolls of four weeks or a week only."),
        choices=MonthRule,
        widget=forms.RadioSelect,
    )
    payment_day = forms.IntegerField(
        label=_("Day on which wages are paid"),
        min_value=1,
        max_value=31,
        required=False,
        help_text=_(
            "A day of the month, 1 to 31; in a shorter month the last one. Only with the day on "
            "which wages are paid as booking date."
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    notable_percentage = forms.IntegerField(
        label=_("An amount stands out from a difference of more than this percentage"),
        min_value=0,
        max_value=1000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    notable_amount = AmountField(
        label=_("and of more than this amount in euros"),
        min_value=0,
        help_text=_("Both count: a small amount that doubles is no news."),
    )

    details = DETAIL_WORDS
    dates = DATE_WORDS
    months = MONTH_WORDS

    class Meta:
        model = BookingRules
        formfield_callback = form_field
        fields = (
            "journal",
            "date_rule",
            "month_rule",
            "payment_day",
            "is_paid_next_month",
            "keeps_payroll_year",
            "description_template",
            "notable_percentage",
            "notable_amount",
            "reports_to_loket",
        )
        labels = {
            "journal": _("Journal"),
            "is_paid_next_month": _("Wages are paid in the next month"),
            "keeps_payroll_year": _("Book within the payroll year"),
            "description_template": _("Description"),
            "reports_to_loket": _("Tell Loket.nl that a run is booked"),
        }
        help_texts = {
            "keeps_payroll_year": _(
                "A date after 31 December of the payroll year becomes 31 December, one before "
                "1 January becomes 1 January: for period 13, week 53 and a first period that "
                "begins in December."
            ),
            "description_template": _("Leave it empty for the usual text."),
            "reports_to_loket": _(
                "The run gets the status 'Journaal geëxporteerd' there, if the Loket user may do "
                "so. Booking never waits for it."
            ),
        }

    def __init__(
        self,
        *args: Any,
        connection: Connection | None,
        found: list[Journal],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.connection = connection
        self.fields["detail"].initial = CONDENSED if self.instance.condenses else PER_LINE
        journal = self.fields["journal"]
        assert isinstance(journal, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        journal.queryset = Journal.objects.filter(pk__in=[one.pk for one in found])
        journal.empty_label = (
            gettext("The first memorial journal (%(journal)s)") % {"journal": found[0]}
            if found
            else gettext("The first memorial journal")
        )

    def clean_description_template(self) -> str:
        """The template, if it can be filled in for every run."""
        template: str = self.cleaned_data["description_template"]
        wrong = faults(
            template,
            employer=self.connection.employer_name if self.connection else "",
            payroll=self.connection.payroll_name if self.connection else "",
        )
        if wrong:
            raise forms.ValidationError([str(one) for one in wrong])
        return template

    def clean(self) -> dict[str, Any]:
        """The day goes with its rule: asked for with it, and forgotten without."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("date_rule") != DateRule.PAYMENT_DAY:
            self.errors.pop("payment_day", None)
            cleaned["payment_day"] = None
            cleaned["is_paid_next_month"] = False
        elif cleaned.get("payment_day") is None and "payment_day" not in self.errors:
            self.add_error(
                "payment_day",
                forms.ValidationError(gettext("Enter the day on which wages are paid.")),
            )
        return cleaned

    def values(self) -> dict[str, Any]:
        """The columns of the rules, of a valid form."""
        values = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return values | {"condenses": self.cleaned_data["detail"] == CONDENSED}
