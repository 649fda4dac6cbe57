"""The answer to one question: choose what is there, or make it."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from connections.mapping import Dimension, set_mapping
from finmaster.models import User
from ledger.models import Account, AccountKind, CostCenter, CostUnit
from loket_import.cures import Question

# What the columns of accounts, cost centres and cost units hold.
MOST_CODE_CHARACTERS = 20

Choices = list[tuple[str, str]]

LABELS = {
    Dimension.ACCOUNT: _("Book on account"),
    Dimension.COST_CENTER: _("Book on cost centre"),
    Dimension.COST_UNIT: _("Book on cost unit"),
}

MODELS: dict[Dimension, type[Account | CostCenter | CostUnit]] = {
    Dimension.ACCOUNT: Account,
    Dimension.COST_CENTER: CostCenter,
    Dimension.COST_UNIT: CostUnit,
}

TAKEN = {
    Dimension.ACCOUNT: _(
        "There is an account with this code already: choose it. If the list does not have it, it "
        "is blocked or a heading; then choose another one, or have it changed under Master data."
    ),
    Dimension.COST_CENTER: _(
        "There is a cost centre with this code already: choose it. If the list does not have it, "
        "it is blocked; then choose another one, or have it unblocked under Master data."
    ),
    Dimension.COST_UNIT: _(
        "There is a cost unit with this code already: choose it. If the list does not have it, it "
        "is blocked; then choose another one, or have it unblocked under Master data."
    ),
}


class AnswerForm(forms.Form):
    """`target` names what to book on; or `create` makes it with the code that Loket uses."""

    target = forms.ChoiceField(required=False)
    create = forms.BooleanField(required=False)
    name = forms.CharField(label=_("Name"), max_length=100, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=AccountKind, required=False)

    def __init__(
        self,
        data: QueryDict | None,
        *,
        question: Question,
        choices: dict[Dimension, Choices],
        may_create: bool,
    ) -> None:
        super().__init__(
            data,
            prefix=question.key,
            initial={"name": question.description, "kind": likely_kind(question)},
        )
        self.question = question
        target = self.fields["target"]
        assert isinstance(target, forms.ChoiceField)  # noqa: S101
        target.label = LABELS[question.dimension]
        target.choices = [("", "–"), *choices[question.dimension]]  # noqa: RUF001
        self.fields["create"].label = _("Make %(code)s") % {"code": question.code}
        if not question.may_choose:
            del self.fields["target"]
        if not may_create:
            del self.fields["create"], self.fields["name"], self.fields["kind"]
        elif question.dimension != Dimension.ACCOUNT:
            del self.fields["kind"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("create") and values.get("target"):
            self.add_error("target", _("Choose one, or make one; not both."))
        if values.get("create") and not values.get("name"):
            self.add_error("name", _("Give it a name."))
        if values.get("create") and len(self.question.code) > MOST_CODE_CHARACTERS:
            self.add_error(
                "create",
                _("This code is too long: the books hold codes of %(most)s characters at most.")
                % {"most": MOST_CODE_CHARACTERS},
            )
        elif values.get("create") and self.is_taken():
            self.add_error("create", TAKEN[self.question.dimension])
        return values

    def is_taken(self) -> bool:
        """Whether the code is here already, under another meaning for all that is known.

        An account that is taken over is not asked for while its code exists: if it does by now, a
        colleague has just made it.
        """
        model = MODELS[self.question.dimension]
        return self.question.may_choose and model.objects.filter(code=self.question.code).exists()

    def answer(self, user: User) -> bool:
        """Keep the answer; False when the question was left for later. Needs a valid form."""
        target_id: int | None = None
        if self.cleaned_data.get("create"):
            target_id = self.make()
        elif self.cleaned_data.get("target"):
            target_id = int(self.cleaned_data["target"])
        if target_id is None:
            return False
        if self.needs_mapping:
            set_mapping(
                self.question.dimension,
                loket_code=self.question.code,
                loket_description=self.question.description,
                target_id=target_id,
                user=user,
            )
        return True

    @property
    def needs_mapping(self) -> bool:
        """Whether the code alone does not say it: when transposing, an account is always mapped."""
        is_transposed = self.question.dimension == Dimension.ACCOUNT and self.question.may_choose
        return is_transposed or not self.cleaned_data.get("create")

    def make(self) -> int:
        """Id of what Loket's code stands for, added unless a colleague did so a moment ago."""
        defaults = {"name": self.cleaned_data["name"]}
        if self.question.dimension == Dimension.ACCOUNT:
            defaults["kind"] = self.cleaned_data["kind"]
        model = MODELS[self.question.dimension]
        return model.objects.get_or_create(code=self.question.code, defaults=defaults)[0].pk


def likely_kind(question: Question) -> str:
    """Costs stand mostly in debit; what is to be paid stands in credit."""
    return AccountKind.EXPENSE if question.debit >= question.credit else AccountKind.LIABILITY


def choices() -> dict[Dimension, Choices]:
    """What can be booked on, by code: three queries for all questions of a page."""
    return {
        Dimension.ACCOUNT: [
            (str(account.pk), str(account))
            for account in Account.objects.filter(is_blocked=False, is_postable=True).order_by(
                "code"
            )
        ],
        Dimension.COST_CENTER: [
            (str(one.pk), str(one))
            for one in CostCenter.objects.filter(is_blocked=False).order_by("code")
        ],
        Dimension.COST_UNIT: [
            (str(one.pk), str(one))
            for one in CostUnit.objects.filter(is_blocked=False).order_by("code")
        ],
    }
