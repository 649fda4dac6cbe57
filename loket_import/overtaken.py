"""Answers that came too late: a colleague said meanwhile what the code stands for."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from connections.mapping import TARGETS, Dimension, Target, mapping_of, target_of
from connections.models import ChartMode, Mapping
from loket_import.cures import Question, read_key


@dataclass(frozen=True, slots=True)
class Standing:
    """What a code stands for by now, and the name of who said so; empty when that isn't known."""

    code: str
    target: Target
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
        return text % {"code": self.code, "target": self.target, "name": self.by}


def as_standing(dimension: Dimension, mapping: Mapping) -> Standing:
    """A mapping as what a code stands for; loads its target and its setter."""
    return Standing(
        code=mapping.loket_code,
        target=target_of(dimension, mapping),
        by=mapping.set_by.name if mapping.set_by else "",
    )


def standing(dimension: Dimension, code: str, mode: ChartMode) -> Standing | None:
    """What a code stands for, by the rules of `matching`: by its mapping, or else by itself.

    An account has no mapping that counts when the chart is taken over, and always needs one when
    it is transposed.
    """
    is_account = dimension == Dimension.ACCOUNT
    if not (is_account and mode == ChartMode.ADOPT):
        if mapping := mapping_of(dimension, code):
            return as_standing(dimension, mapping)
        if is_account:
            return None
    target = TARGETS[dimension].objects.filter(code=code).first()
    return Standing(code, target, "") if target else None


def overtaken(
    answers: QueryDict, questions: Iterable[Question], mode: ChartMode
) -> tuple[int, list[str]]:
    """The answers to what is no question any more: how many came out the same, and what to say.

    Nothing is said of an answer that a colleague gave as well, and what the run doesn't hold any
    more is no answer at all.
    """
    still_asked = {question.key for question in questions}
    same, told = 0, []
    for key in dict.fromkeys(name.rpartition("-")[0] for name in answers):
        target, wants_new = answers.get(f"{key}-target", ""), f"{key}-create" in answers
        read = read_key(key)
        if key in still_asked or read is None or not (target or wants_new):
            continue
        now = standing(*read, mode)
        if now is None:
            continue
        made_alike = not target and now.target.code == now.code
        if made_alike or target == str(now.target.pk):
            same += 1
        else:
            told.append(now.told())
    return same, told
