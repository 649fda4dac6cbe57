"""The answer to one question: choose what is there, or make it."""

from typing import Any

from django import forms
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from connections.forms import NO_TARGET, NOT_IN_LIST, TARGET_LABELS
from connections.mapping import TARGETS, Dimension, add_mapping, bookable
from finmaster.models import User
from ledger.models import AccountKind
from loket_import.cures import Question
from loket_import.overtaken import Standing, as_standing

# What the columns of accounts, cost centres and cost units hold.
MOST_CODE_CHARACTERS = 20
MOST_NAME_CHARACTERS = 100

Choices = list[tuple[str, str]]

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

    target = forms.ChoiceField(required=False, error_messages={"invalid_choice": NOT_IN_LIST})
    create = forms.BooleanField(required=False)
    name = forms.CharField(label=_("Name"), max_length=MOST_NAME_CHARACTERS, required=False)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=AccountKind,
        required=False,
        error_messages={"invalid_choice": NOT_IN_LIST},
    )

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
            initial={
                "name": question.description[:MOST_NAME_CHARACTERS],
                "kind": likely_kind(question),
            },
        )
        self.question = question
        target = self.fields["target"]
        assert isinstance(target, forms.ChoiceField)  # noqa: S101
        target.label = TARGET_LABELS[question.dimension]
        target.choices = [("", NO_TARGET[question.dimension]), *choices[question.dimension]]
        self.fields["create"].label = _("Make %(code)s") % {"code": question.code}
        if not question.may_choose:
            del self.fields["target"]
        if not may_create:
            del self.fields["create"], self.fields["name"], self.fields["kind"]
        elif question.dimension != Dimension.ACCOUNT:
            del self.fields["kind"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("create"):
            self.refuse_what_cannot_be_made(values)
        else:
            self.refuse_half_made(values)
        return values

    def refuse_what_cannot_be_made(self, values: dict[str, Any]) -> None:
        """What is made has a name, fits the books, and isn't there yet."""
        if values.get("target"):
            self.add_error("target", _("Choose one, or make one; not both."))
        if not values.get("name"):
            self.add_error("name", _("Give it a name."))
        if len(self.question.code) > MOST_CODE_CHARACTERS:
            self.add_error(
                "create",
                _("This code is too long: the books hold codes of %(most)s characters at most.")
                % {"most": MOST_CODE_CHARACTERS},
            )
        elif self.is_taken():
            self.add_error("create", TAKEN[self.question.dimension])

    def refuse_half_made(self, values: dict[str, Any]) -> None:
        """Who changed what was filled in already wants to make it, but forgot to say so.

        A kind needs no word once something was chosen: it can't be cleared, and nothing is lost.
        """
        code = {"code": self.question.code}
        if values.get("name") and "name" in self.changed_data:
            self.add_error("name", _("Tick “Make %(code)s” to make it, or clear the name.") % code)
        elif values.get("kind") and "kind" in self.changed_data and not values.get("target"):
            self.add_error("kind", _("Tick “Make %(code)s” to make it, or undo the choice.") % code)

    def is_taken(self) -> bool:
        """Whether the code is here already, under another meaning for all that is known.

        An account that is taken over is not asked for while its code exists: if it does by now, a
        colleague has just made it.
        """
        model = TARGETS[self.question.dimension]
        return self.question.may_choose and model.objects.filter(code=self.question.code).exists()

    @property
    def is_answered(self) -> bool:
        """Whether the question was not left for later. Needs a valid form."""
        return bool(self.cleaned_data.get("create") or self.cleaned_data.get("target"))

    def answer(self, user: User) -> Standing | None:
        """Keep the answer; when a colleague's came first, keep nothing and give that one.

        Needs a valid form with an answer.
        """
        with transaction.atomic():
            makes = self.cleaned_data.get("create")
            target_id = self.make() if makes else int(self.cleaned_data["target"])
            if not self.needs_mapping:
                return None
            dimension = self.question.dimension
            mapping = add_mapping(
                dimension,
                loket_code=self.question.code,
                loket_description=self.question.description,
                target_id=target_id,
                user=user,
            )
            now = as_standing(dimension, mapping)
            if now.target.pk == target_id:
                return None
            transaction.set_rollback(True)
        return now

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
        model = TARGETS[self.question.dimension]
        return model.objects.get_or_create(code=self.question.code, defaults=defaults)[0].pk


def likely_kind(question: Question) -> str:
    """The kind that an account of Loket's most likely has here.

    In the decimal numbering that most Dutch charts follow, class 4 holds the costs and class 1
    what is still to be paid. So sick pay that comes back from the UWV, in credit of 4002090, is
    less of a cost and no debt. With any other number: costs stand mostly in debit, what is to be
    paid in credit.
    """
    if question.code.startswith("4"):
        return AccountKind.EXPENSE
    if question.code.startswith("1"):
        return AccountKind.LIABILITY
    return AccountKind.EXPENSE if question.debit >= question.credit else AccountKind.LIABILITY


def choices() -> dict[Dimension, Choices]:
    """What can be booked on, by code: three queries for all questions of a page."""
    return {dimension: bookable(dimension) for dimension in Dimension}
