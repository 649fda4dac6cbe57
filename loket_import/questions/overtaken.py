"""Answers that came too late: a colleague said meanwhile what the code stands for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from connections.mapping import TARGETS, Dimension, Target, mapping_of, target_of
from connections.models import AccountMapping, ChartMode, CostCenterRule
from connections.models import Mapping as MappedCode
from loket_import.questions.cures import Asks, Question, read_key
from loket_import.questions.picking import tidy

# What an answer says that is no target: the lines are booked without it; something else is typed.
LEAVE_OUT, OTHER = "none", "other"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a code stands for by now, and the name of who said so; empty when that isn't known.

    Without a target it is left out.
    """

    code: str
    target: Target | None
    by: str

    def told(self) -> str:
        """That an answer was not kept, and why."""
        text = (
            _(
                "%(code)s was linked to %(target)s by %(name)s in the meantime; your answer was "
                "not kept."
            )
            if self.by
            else _("%(code)s was linked to %(target)s in the meantime; your answer was not kept.")
        )
        target = self.target or _("nothing (left out)")
        return text % {"code": self.code, "target": target, "name": self.by}

    def is_meant_by(self, answer: "SentAnswer") -> bool:
        """Whether an answer says the same."""
        if self.target is None:
            return answer.target == LEAVE_OUT
        if answer.is_chosen:
            return answer.target == str(self.target.pk)
        if answer.typed:
            own = (str(self.target), self.target.code, self.target.name)
            return tidy(answer.typed) in map(tidy, own)
        return self.target.code == self.code


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """An answer as a browser sent it: an id or to leave it out, a text, or the wish to make it."""

    target: str = ""
    typed: str = ""
    makes: bool = False

    @property
    def is_chosen(self) -> bool:
        """Whether one of what was shown was chosen."""
        return self.target not in ("", OTHER)

    @property
    def says_something(self) -> bool:
        """Whether the question was not left for later."""
        return self.is_chosen or bool(self.typed.strip()) or self.makes


def sent_answers(fields: Mapping[str, object]) -> dict[str, SentAnswer]:
    """The answers of a form of questions, by the key of the question."""
    return {
        key: SentAnswer(
            target=str(fields.get(f"{key}-target", "")),
            typed=str(fields.get(f"{key}-typed", "")),
            makes=f"{key}-create" in fields,
        )
        for key in dict.fromkeys(name.rpartition("-")[0] for name in fields)
    }


def as_standing(asks: Asks, mapping: MappedCode) -> Standing:
    """A mapping as the answer to a question; loads its target and its setter."""
    target = target_of(asks.about, mapping)
    if asks == Asks.DEFAULT_COST_CENTER and isinstance(mapping, AccountMapping):
        target = mapping.cost_center
    return Standing(
        code=mapping.loket_code, target=target, by=mapping.set_by.name if mapping.set_by else ""
    )


def standing(asks: Asks, code: str, mode: ChartMode) -> Standing | None:
    """What a code stands for, by the rules of `matching`: by its mapping, or else by itself.

    An account has no mapping that counts when the chart is taken over, and always needs one when
    it is transposed. A default cost centre is a rule of the account's mapping.
    """
    if asks == Asks.DEFAULT_COST_CENTER:
        mapping = mapping_of(Dimension.ACCOUNT, code)
        is_ruled = isinstance(mapping, AccountMapping) and (
            mapping.cost_center_rule != CostCenterRule.AS_SENT
        )
        return as_standing(asks, mapping) if mapping and is_ruled else None
    is_account = asks == Asks.ACCOUNT
    if not (is_account and mode == ChartMode.ADOPT):
        mapping = mapping_of(asks.dimension, code)
        if mapping and not (is_account and target_of(asks.dimension, mapping) is None):
            return as_standing(asks, mapping)
        if is_account:
            return None
    target = TARGETS[asks.dimension].objects.filter(code=code).first()
    return Standing(code, target, "") if target else None


def overtaken(
    answers: Mapping[str, SentAnswer], questions: Iterable[Question], mode: ChartMode
) -> tuple[int, list[str]]:
    """The answers to what is no question any more: how many came out the same, and what to say.

    Nothing is said of an answer that a colleague gave as well, and what the run doesn't hold any
    more is no answer at all.
    """
    still_asked = {question.key for question in questions}
    same, told = 0, []
    for key, answer in answers.items():
        read = read_key(key)
        if key in still_asked or read is None or not answer.says_something:
            continue
        now = standing(*read, mode)
        if now is None:
            continue
        if now.is_meant_by(answer):
            same += 1
        else:
            told.append(now.told())
    return same, told
