"""Forms of the master data that is known by a code: accounts, cost centres and units, journals."""

from typing import Any, ClassVar

from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from finmaster.errors import violated_constraint
from finmaster.tenancy import AdministrationModel
from ledger.models import Account, CostCenter, CostUnit, Journal

CODE_IS_FIXED = _("Can't be changed afterwards: entries and mappings know it by its code.")
BLOCKED = _("Nothing more is booked on it. What was booked stays.")
REQUIRED = {
    "code": {"required": _("Enter a code.")},
    "name": {"required": _("Enter a name.")},
    "kind": {"required": _("Choose a kind.")},
}


class ChartForm(forms.ModelForm):  # type: ignore[type-arg]
    """A row to add, or one to change if it is there already.

    `only_new` are the fields that stay as they were first given, `only_later` those that make no
    sense before the row is there. `code_once` names the constraint that lets a code be there once:
    it holds within an administration, which is no field, so only the database can check it.
    """

    only_new: ClassVar[tuple[str, ...]] = ("code",)
    only_later: ClassVar[tuple[str, ...]] = ("is_blocked",)
    code_once: ClassVar[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.only_new if self.instance.pk else self.only_later:
            self.fields.pop(name, None)

    def saved(self) -> AdministrationModel | None:
        """The saved row of a valid form; None when the database refused it and the form says why.

        Nothing of a refused row stays, and the surrounding transaction goes on.
        """
        try:
            with transaction.atomic():
                row: AdministrationModel = self.save()
                return row
        except IntegrityError as error:
            if violated_constraint(error) != self.code_once:
                raise
            self.add_error("code", self.code_is_there())
            return None

    def code_is_there(self) -> str:
        """What the model says of a code that is there already."""
        constraints = {one.name: one for one in self.instance._meta.constraints}
        return str(constraints[self.code_once].violation_error_message)


class AccountForm(ChartForm):
    """A general ledger account."""

    code_once = "account_code_once"

    class Meta:
        model = Account
        fields = (
            "code",
            "name",
            "kind",
            "rgs_code",
            "is_postable",
            "requires_cost_center",
            "is_blocked",
        )
        help_texts = {
            "code": CODE_IS_FIXED,
            "rgs_code": _("Of the Referentie Grootboekschema, for instance WPerLesLon."),
            "is_postable": _("Leave this out for a heading that only adds up the accounts below."),
            "requires_cost_center": _("A line without a cost centre can't be booked on it."),
            "is_blocked": BLOCKED,
        }
        error_messages = REQUIRED


class DimensionForm(ChartForm):
    """What cost centres and cost units have in common: everything but their tables."""

    class Meta:
        fields = ("code", "name", "is_blocked")
        help_texts = {"code": CODE_IS_FIXED, "is_blocked": BLOCKED}
        error_messages = REQUIRED


class CostCenterForm(DimensionForm):
    """A cost centre."""

    code_once = "cost_center_code_once"

    class Meta(DimensionForm.Meta):
        model = CostCenter


class CostUnitForm(DimensionForm):
    """A cost unit."""

    code_once = "cost_unit_code_once"

    class Meta(DimensionForm.Meta):
        model = CostUnit


class JournalForm(ChartForm):
    """A journal. Its kind decides what is booked in it, so it stays as well."""

    only_new = ("code", "kind")
    code_once = "journal_code_once"

    class Meta:
        model = Journal
        fields = ("code", "name", "kind")
        help_texts = {
            "code": _("Can't be changed afterwards: it is part of the entry numbers."),
            "kind": _(
                "Can't be changed afterwards. Payroll runs are booked in the memorial journal "
                "whose code comes first, unless the booking rules name another memorial or "
                "payroll journal."
            ),
        }
        error_messages = REQUIRED
