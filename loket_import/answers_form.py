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
        return values

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
        code, name = self.question.code, self.cleaned_data["name"]
        match self.question.dimension:
            case Dimension.ACCOUNT:
                kind = self.cleaned_data["kind"]
                return Account.objects.get_or_create(
                    code=code, defaults={"name": name, "kind": kind}
                )[0].pk
            case Dimension.COST_CENTER:
                return CostCenter.objects.get_or_create(code=code, defaults={"name": name})[0].pk
            case Dimension.COST_UNIT:
                return CostUnit.objects.get_or_create(code=code, defaults={"name": name})[0].pk


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
