"""Keeps what somebody answered; who comes first is not overruled."""

from dataclasses import dataclass

from connections.mapping import Dimension, add_mapping, change_mapping
from connections.models import AccountMapping, CostCenterRule, MappingOrigin
from finmaster.models import User
from loket_import.questions.cures import Asks, Question
from loket_import.questions.overtaken import Standing, as_standing


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers, and by which way."""

    user: User
    origin: MappingOrigin = MappingOrigin.WIZARD


@dataclass(frozen=True, slots=True)
class CostCenterAnswer:
    """What becomes of the cost centre of the lines on an account."""

    rule: CostCenterRule = CostCenterRule.AS_SENT
    cost_center_id: int | None = None


AS_SENT = CostCenterAnswer()


def keep_target(
    question: Question,
    target_id: int | None,
    by: Answerer,
    cost_center: CostCenterAnswer = AS_SENT,
) -> Standing | None:
    """Map the code of a question; None for the target of a cost centre or unit leaves it out.

    When a colleague's answer came first and is another one it stays, and is given back.
    """
    dimension = question.dimension
    if cost_center != AS_SENT and (ruled := locked(question.code)) and ruled.account_id is None:
        # It had a rule only, of the time when the chart of accounts was taken over.
        change(ruled, target_id, cost_center, by)
        return None
    mapping = add_mapping(
        dimension,
        loket_code=question.code,
        loket_description=question.description,
        target_id=target_id,
        user=by.user,
        origin=by.origin,
        cost_center_rule=cost_center.rule,
        cost_center_id=cost_center.cost_center_id,
    )
    is_kept = getattr(mapping, f"{dimension}_id") == target_id
    if isinstance(mapping, AccountMapping) and cost_center != AS_SENT:
        is_kept = is_kept and says(mapping, cost_center)
    return None if is_kept else as_standing(question.asks, mapping)


def keep_cost_center(
    question: Question, cost_center: CostCenterAnswer, by: Answerer
) -> Standing | None:
    """Say what becomes of the cost centre on an account of Loket's; its account stays as it is.

    A rule that a colleague gave meanwhile stays, and is given back if it is another one.
    """
    mapping = locked(question.code)
    if mapping is None:
        made = add_mapping(
            Dimension.ACCOUNT,
            loket_code=question.code,
            loket_description=question.description,
            target_id=None,
            user=by.user,
            origin=by.origin,
            cost_center_rule=cost_center.rule,
            cost_center_id=cost_center.cost_center_id,
        )
        assert isinstance(made, AccountMapping)  # noqa: S101
        mapping = made
    elif mapping.cost_center_rule == CostCenterRule.AS_SENT:
        change(mapping, mapping.account_id, cost_center, by)
        return None
    return None if says(mapping, cost_center) else as_standing(Asks.DEFAULT_COST_CENTER, mapping)


def locked(code: str) -> AccountMapping | None:
    """The mapping of an account of Loket's, held until the transaction ends."""
    return AccountMapping.objects.select_for_update(of=("self",)).filter(loket_code=code).first()


def change(
    mapping: AccountMapping, account_id: int | None, cost_center: CostCenterAnswer, by: Answerer
) -> None:
    """Have a mapping say this."""
    change_mapping(
        Dimension.ACCOUNT,
        mapping,
        target_id=account_id,
        user=by.user,
        origin=by.origin,
        cost_center_rule=cost_center.rule,
        cost_center_id=cost_center.cost_center_id,
    )


def says(mapping: AccountMapping, cost_center: CostCenterAnswer) -> bool:
    """Whether a mapping names this rule, or the same cost centre by another one."""
    if cost_center.cost_center_id is not None:
        return mapping.cost_center_id == cost_center.cost_center_id
    return mapping.cost_center_rule == cost_center.rule


def keep_default(question: Question, cost_center_id: int, by: Answerer) -> Standing | None:
    """Give an account of Loket's the cost centre that is used where Loket gives none."""
    assert question.asks == Asks.DEFAULT_COST_CENTER  # noqa: S101
    return keep_cost_center(question, CostCenterAnswer(CostCenterRule.DEFAULT, cost_center_id), by)
