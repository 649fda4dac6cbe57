"""What a code of Loket is booked on, in words: codes and names, also of what is gone by now."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from connections.mapping import TARGETS, Answer, Dimension, Target, answer_of
from connections.models import CostCenterRule, Mapping
from finmaster.templatetags.finmaster import nl_datetime
from ledger.models import Account


@dataclass(frozen=True, slots=True)
class Named:
    """An account, cost centre or cost unit as it is called now.

    `hindrance` says in a word why nothing is booked on it; empty when it can be booked on.
    """

    name: str
    hindrance: str

    @classmethod
    def of(cls, target: Target) -> "Named":
        """What it is called, and what stands in the way of booking on it."""
        if target.is_blocked:
            return cls(str(target), _("blocked"))
        if isinstance(target, Account) and not target.is_postable:
            return cls(str(target), _("not for posting"))
        return cls(str(target), "")

    def __str__(self) -> str:
        return f"{self.name} ({self.hindrance})" if self.hindrance else self.name


class Names:
    """Accounts, cost centres and cost units by id, loaded in three queries at most."""

    def __init__(self, ids: dict[Dimension, set[int]]) -> None:
        self._named = {
            dimension: {
                one.pk: Named.of(one) for one in TARGETS[dimension].objects.filter(pk__in=wanted)
            }
            for dimension, wanted in ids.items()
            if wanted
        }

    @classmethod
    def in_answers(cls, answers: Iterable[tuple[Dimension, Answer | None]]) -> "Names":
        """The names of all that these answers lead to."""
        ids: dict[Dimension, set[int]] = {dimension: set() for dimension in Dimension}
        for dimension, answer in answers:
            if answer is None:
                continue
            if answer.target_id is not None:
                ids[dimension].add(answer.target_id)
            if answer.cost_center_id is not None:
                ids[Dimension.COST_CENTER].add(answer.cost_center_id)
        return cls(ids)

    def find(self, dimension: Dimension, id: int) -> Named | None:
        """What has this id; None when it was not asked for, or no longer exists."""
        return self._named.get(dimension, {}).get(id)

    def name(self, dimension: Dimension, id: int) -> str:
        """How it is called; that it no longer exists when it doesn't."""
        return str(self.find(dimension, id) or GONE[dimension]())


GONE = {
    Dimension.ACCOUNT: lambda: _("an account that no longer exists"),
    Dimension.COST_CENTER: lambda: _("a cost centre that no longer exists"),
    Dimension.COST_UNIT: lambda: _("a cost unit that no longer exists"),
}


def part_name(dimension: Dimension) -> str:
    """How a part of the mapping table is called."""
    match dimension:
        case Dimension.ACCOUNT:
            return _("General ledger accounts")
        case Dimension.COST_CENTER:
            return _("Cost centres")
        case Dimension.COST_UNIT:
            return _("Cost units")


def mapping_facts(
    dimension: Dimension, mapping: Mapping, *, takes_over: bool
) -> list[tuple[str, str]]:
    """Both sides of a mapping, and who set it when; by nobody when FinMaster itself did."""
    return [
        (_("In Loket.nl"), f"{mapping.loket_code} {mapping.loket_description}".strip()),
        (
            _("Booked on now"),
            booked_in_words(dimension, answer_of(dimension, mapping), takes_over=takes_over),
        ),
        (_("Set by"), mapping.set_by.name if mapping.set_by else ""),
        (_("Set on"), nl_datetime(mapping.set_at)),
    ]


def booked_in_words(dimension: Dimension, answer: Answer | None, *, takes_over: bool) -> str:
    """What a code is booked on, in three queries at most.

    Where the chart of accounts is taken over an account goes by its own code, whatever was mapped.
    """
    names = Names.in_answers([(dimension, answer)])
    if not (takes_over and dimension == Dimension.ACCOUNT):
        return answer_in_words(dimension, answer, names)
    rule = answer_in_words(dimension, replace(answer, target_id=None), names) if answer else ""
    return "; ".join(part for part in (_("the account with the same code"), rule) if part)


def answer_in_words(dimension: Dimension, answer: Answer | None, names: Names) -> str:
    """What a code is booked on, with the rule for its cost centre; 'no mapping' for None."""
    if answer is None:
        return _("no mapping")
    if answer.target_id is not None:
        target = names.name(dimension, answer.target_id)
    elif dimension == Dimension.ACCOUNT:
        target = ""
    else:
        target = _("left out")
    cost_center = (
        names.name(Dimension.COST_CENTER, answer.cost_center_id)
        if answer.cost_center_id is not None
        else ""
    )
    rule = rule_in_words(answer.cost_center_rule, cost_center)
    return "; ".join(part for part in (target, rule) if part)


def rule_in_words(rule: str, cost_center: str) -> str:
    """What becomes of the cost centre of an account's lines; '' where it is as Loket sends it."""
    match CostCenterRule(rule):
        case CostCenterRule.DROP:
            return _("cost centre left out")
        case CostCenterRule.FIXED:
            return _("cost centre always %(name)s") % {"name": cost_center}
        case CostCenterRule.DEFAULT:
            return _("cost centre %(name)s where Loket.nl gives none") % {"name": cost_center}
        case CostCenterRule.AS_SENT:
            return ""
