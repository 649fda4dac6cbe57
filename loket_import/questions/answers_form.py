"""The answer to one question: accept a suggestion, choose what is there, or make it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from connections.forms import NOT_IN_LIST, TARGET_LABELS
from connections.mapping import TARGETS, Dimension
from connections.mappings.form import COST_CENTER_RULES, LEAVE_OUT_LABELS
from connections.models import NAMES_A_COST_CENTER, CostCenterRule, MappingOrigin
from finmaster.models import User
from ledger.models import AccountKind
from loket_import.questions.answering import (
    Answerer,
    CostCenterAnswer,
    keep_cost_center,
    keep_default,
    keep_target,
)
from loket_import.questions.cures import Asks, Question
from loket_import.questions.overtaken import LEAVE_OUT, OTHER, Standing
from loket_import.questions.typed_target import (
    MOST_CODE_CHARACTERS,
    MOST_NAME_CHARACTERS,
    TypedTarget,
)
from loket_import.suggestions.candidates import Target
from loket_import.suggestions.ranking import Suggestion

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
OTHER_LABELS = {
    Dimension.ACCOUNT: _("Another account"),
    Dimension.COST_CENTER: _("Another cost centre"),
    Dimension.COST_UNIT: _("Another cost unit"),
}

Targets = Mapping[Dimension, tuple[Target, ...]]


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen with one press."""

    value: str
    id: str
    label: str
    is_chosen: bool
    suggestion: Suggestion | None = None


class AnswerForm(forms.Form):
    """`target` accepts a suggestion or leaves the code out, `typed` names something else.

    `create` makes what is missing with the code that Loket uses. The rule for the cost centre
    goes along with the account. Nothing is chosen beforehand: what nobody answers stays open.
    """

    target = forms.CharField(required=False)
    cost_center_rule = forms.ChoiceField(
        label=_("Cost centre on this account"),
        choices=COST_CENTER_RULES,
        required=False,
        initial=CostCenterRule.AS_SENT,
        error_messages={"invalid_choice": NOT_IN_LIST},
    )
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
        targets: Targets,
        suggestions: tuple[Suggestion, ...] = (),
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
        self.question, self.suggestions = question, suggestions
        dimension = question.dimension
        self.targets = targets[dimension]
        if question.may_choose:
            self.fields["target"].label = TARGET_LABELS[dimension]
            has_choices = bool(suggestions) or question.may_leave_out
            labels = OTHER_LABELS if has_choices else TARGET_LABELS
            self.add_typed("typed", dimension, targets, label=labels[dimension])
        else:
            del self.fields["target"]
        if question.asks == Asks.ACCOUNT:
            self.add_typed(
                "cost_center", Dimension.COST_CENTER, targets, label=_("This cost centre")
            )
        else:
            del self.fields["cost_center_rule"], self.fields["kind"]
        self.fields["create"].label = _("Make %(code)s") % {"code": question.code}
        if not (may_create and question.may_make):
            for name in ("create", "name", "kind"):
                self.fields.pop(name, None)
            if not question.may_choose:
                del self.fields["cost_center_rule"], self.fields["cost_center"]

    def add_typed(self, name: str, dimension: Dimension, targets: Targets, *, label: Any) -> None:
        """Add a field to type one of these targets in."""
        self.fields[name] = TypedTarget(dimension, targets[dimension], label=label)

    @property
    def demand(self) -> str:
        """Why a cost centre can't be left out; empty where it can, or is not asked for."""
        accounts = self.question.demanded_by
        if not accounts:
            return ""
        return ngettext(
            "It can't be left out: account %(accounts)s demands a cost centre.",
            "It can't be left out: accounts %(accounts)s demand a cost centre.",
            len(accounts),
        ) % {"accounts": ", ".join(accounts)}

    @property
    def one_press_choices(self) -> list[Choice]:
        """What can be chosen with one press: suggestions, leaving it out, and something else."""
        if "target" not in self.fields or not (self.suggestions or self.question.may_leave_out):
            return []
        options: list[tuple[str, str, Suggestion | None]] = [
            (str(one.target.id), str(one.target), one) for one in self.suggestions
        ]
        if self.question.may_leave_out:
            options.append((LEAVE_OUT, str(LEAVE_OUT_LABELS[self.question.dimension]), None))
        options.append((OTHER, str(self.fields["typed"].label), None))
        bound = self["target"]
        return [
            Choice(
                value=value,
                id=f"{bound.id_for_label}_{place}",
                label=label,
                is_chosen=bound.value() == value,
                suggestion=suggestion,
            )
            for place, (value, label, suggestion) in enumerate(options)
        ]

    def clean_target(self) -> int | str | None:
        """The id of what was chosen, LEAVE_OUT, or None for nothing or for what is typed."""
        chosen = self.cleaned_data["target"]
        if chosen in ("", OTHER):
            return None
        if chosen == LEAVE_OUT and self.question.may_leave_out:
            return LEAVE_OUT
        if chosen == LEAVE_OUT and self.demand:
            # An account was linked, or came to demand one, since the page was shown.
            raise ValidationError(self.demand)
        found = next((one.id for one in self.targets if str(one.id) == chosen), None)
        if found is None:
            raise ValidationError(NOT_IN_LIST)
        return found

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("target") and values.get("typed"):
            self.add_error("typed", _("You chose one above as well. Clear this, or choose this."))
        if values.get("create"):
            self.refuse_what_cannot_be_made(values)
        else:
            self.refuse_half_made(values)
        self.refuse_half_a_rule(values)
        return values

    def refuse_what_cannot_be_made(self, values: dict[str, Any]) -> None:
        """What is made has a name, fits the books, and isn't there yet."""
        for name in ("target", "typed"):
            if values.get(name):
                self.add_error(name, _("Choose one, or make one; not both."))
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
        elif values.get("kind") and "kind" in self.changed_data and not self.chooses(values):
            self.add_error("kind", _("Tick “Make %(code)s” to make it, or undo the choice.") % code)

    def refuse_half_a_rule(self, values: dict[str, Any]) -> None:
        """A rule goes with an account, and a cost centre with a rule that uses it."""
        if "cost_center_rule" not in self.fields or "cost_center" in self.errors:
            return
        rule, cost_center = values.get("cost_center_rule"), values.get("cost_center")
        if rule in NAMES_A_COST_CENTER and not cost_center:
            self.add_error("cost_center", _("Say which cost centre."))
        if cost_center and rule not in NAMES_A_COST_CENTER:
            self.add_error("cost_center_rule", _("Say when this cost centre is used, or clear it."))
        is_answered = self.chooses(values) or values.get("create")
        if rule not in ("", None, CostCenterRule.AS_SENT) and not (is_answered or self.errors):
            self.add_error(
                "cost_center_rule",
                _("Choose an account as well, or leave it as Loket.nl sends it."),
            )

    def chooses(self, values: dict[str, Any]) -> bool:
        """Whether something that is there was chosen, or typed."""
        return bool(values.get("target") or values.get("typed"))

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
        return bool(self.cleaned_data.get("create")) or self.chooses(self.cleaned_data)

    def answer(self, user: User) -> Standing | None:
        """Keep the answer; when a colleague's came first, keep nothing and give that one.

        Needs a valid form with an answer.
        """
        by = Answerer(user, self.origin)
        with transaction.atomic():
            first = self.keep(self.make() if self.cleaned_data.get("create") else self.chosen, by)
            if first:
                transaction.set_rollback(True)
        return first

    def keep(self, target_id: int | None, by: Answerer) -> Standing | None:
        """Keep what the code stands for, as far as the code alone does not say it."""
        if self.question.asks == Asks.DEFAULT_COST_CENTER:
            assert target_id is not None  # noqa: S101
            return keep_default(self.question, target_id, by)
        is_made_alike = bool(self.cleaned_data.get("create")) and not self.is_transposed
        if not is_made_alike:
            return keep_target(self.question, target_id, by, self.said_of_cost_center)
        if self.said_of_cost_center.rule == CostCenterRule.AS_SENT:
            return None
        return keep_cost_center(self.question, self.said_of_cost_center, by)

    @property
    def is_transposed(self) -> bool:
        """Whether an account is always mapped, also to one with the same code."""
        return self.question.asks == Asks.ACCOUNT and self.question.may_choose

    @property
    def chosen(self) -> int | None:
        """The id of what was chosen or typed; None leaves it out."""
        if typed := self.cleaned_data.get("typed"):
            return int(typed.id)
        target = self.cleaned_data["target"]
        return None if target == LEAVE_OUT else int(target)

    @property
    def said_of_cost_center(self) -> CostCenterAnswer:
        """What becomes of the cost centre on the account."""
        rule = self.cleaned_data.get("cost_center_rule") or CostCenterRule.AS_SENT
        named = self.cleaned_data.get("cost_center")
        return CostCenterAnswer(CostCenterRule(rule), named.id if named else None)

    @property
    def origin(self) -> MappingOrigin:
        """By which way the answer came: a suggestion was accepted, or not."""
        suggested = {one.target.id for one in self.suggestions}
        is_accepted = self.cleaned_data.get("target") in suggested
        return MappingOrigin.SUGGESTION if is_accepted else MappingOrigin.WIZARD

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
