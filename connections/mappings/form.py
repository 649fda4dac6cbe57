"""The form of one mapping: what a code of Loket stands for from now on."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connections.forms import NO_TARGET, NOT_IN_LIST, TARGET_LABELS
from connections.mapping import Answer, Dimension, bookable
from connections.models import NAMES_A_COST_CENTER, CostCenterRule

# Of the list of what can be booked on: the choice to book on none of it.
LEAVE_OUT = "none"
LEAVE_OUT_LABELS = {
    Dimension.COST_CENTER: _("Leave out: book without a cost centre"),
    Dimension.COST_UNIT: _("Leave out: book without a cost unit"),
}

COST_CENTER_RULES = {
    CostCenterRule.AS_SENT: _("As Loket.nl sends it"),
    CostCenterRule.DROP: _("Leave out the cost centre on this account"),
    CostCenterRule.DEFAULT: _("The cost centre below where Loket.nl gives none"),
    CostCenterRule.FIXED: _("Always the cost centre below"),
}


class SeenForm(forms.Form):
    """What the user saw: the id of the newest change of the mapping, 0 where there was none.

    Another one since then means that a colleague was quicker.
    """

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)


class CodeForm(SeenForm):
    """A code of Loket, in a part of the mapping table."""

    dimension = forms.CharField(widget=forms.HiddenInput)
    code = forms.CharField(
        label=_("Code in Loket.nl"),
        max_length=50,
        error_messages={"required": _("Enter the code that Loket.nl uses.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    description = forms.CharField(
        label=_("Description in Loket.nl"), max_length=255, required=False
    )

    def __init__(self, *args: Any, dimension: Dimension, fixed_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.part = dimension
        self.fields["dimension"].initial = dimension.value
        if fixed_code:
            for name in ("code", "description"):
                self.fields[name].widget = forms.HiddenInput()


class RemovalForm(CodeForm):
    """Take the mapping of a code away."""

    removes = forms.BooleanField(widget=forms.HiddenInput)


class MappingForm(CodeForm):
    """What a code stands for.

    An account has a rule for the cost centre of its lines as well; where the chart of accounts is
    taken over it has that alone. `standing` is what the code stands for now, None for nothing.
    """

    target = forms.ChoiceField(
        error_messages={"required": NOT_IN_LIST, "invalid_choice": NOT_IN_LIST}
    )
    cost_center_rule = forms.ChoiceField(
        label=_("Cost centre"),
        choices=COST_CENTER_RULES,
        widget=forms.RadioSelect,
        initial=CostCenterRule.AS_SENT,
        help_text=_(
            "Loket.nl may send a cost centre with every account, also where your books have none."
        ),
        error_messages={"required": NOT_IN_LIST, "invalid_choice": NOT_IN_LIST},
    )
    cost_center = forms.ChoiceField(
        label=_("This cost centre"),
        required=False,
        help_text=_("Only with one of the last two choices."),
        error_messages={"invalid_choice": NOT_IN_LIST},
    )

    def __init__(
        self,
        *args: Any,
        dimension: Dimension,
        takes_over: bool,
        standing: Answer | None,
        fixed_code: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, dimension=dimension, fixed_code=fixed_code, **kwargs)
        self.takes_over, self.standing = takes_over, standing
        if dimension != Dimension.ACCOUNT:
            del self.fields["cost_center_rule"], self.fields["cost_center"]
            self.choose_from("target", dimension, leave_out=True)
            return
        self.choose_from("cost_center", Dimension.COST_CENTER)
        if takes_over:
            del self.fields["target"]
        else:
            self.choose_from("target", dimension)

    def choose_from(self, name: str, part: Dimension, *, leave_out: bool = False) -> None:
        """Fill a list with what can be booked on; and with the choice to book on none of it."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        if name == "target":
            field.label = TARGET_LABELS[part]
        none = [(LEAVE_OUT, LEAVE_OUT_LABELS[part])] if leave_out else []
        field.choices = [("", NO_TARGET[part]), *none, *bookable(part)]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        rule = values.get("cost_center_rule")
        if rule in NAMES_A_COST_CENTER and not values.get("cost_center"):
            if "cost_center" not in self.errors:
                self.add_error("cost_center", NOT_IN_LIST)
        elif rule == CostCenterRule.AS_SENT and self.takes_over and self.standing is None:
            self.add_error("cost_center_rule", _("Choose what becomes of the cost centre."))
        return values

    def answer(self) -> Answer | None:
        """What was chosen; None where that is no mapping at all. Needs a valid form.

        The account stays as it is where the chart of accounts is taken over.
        """
        values = self.cleaned_data
        if "target" in self.fields:
            target_id = None if values["target"] == LEAVE_OUT else int(values["target"])
        else:
            target_id = self.standing.target_id if self.standing else None
        if self.part != Dimension.ACCOUNT:
            return Answer(target_id)
        rule = CostCenterRule(values["cost_center_rule"])
        cost_center_id = int(values["cost_center"]) if rule in NAMES_A_COST_CENTER else None
        answer = Answer(target_id, rule, cost_center_id)
        return None if answer.says_nothing_of_an_account else answer


def initial_of(answer: Answer) -> dict[str, Any]:
    """What a mapping says, as the form shows it."""
    return {
        "target": LEAVE_OUT if answer.target_id is None else answer.target_id,
        "cost_center_rule": answer.cost_center_rule,
        "cost_center": answer.cost_center_id or "",
    }
