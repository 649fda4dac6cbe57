"""Mappings: Loket code X is booked on ours Y. Said once, changed only on purpose."""

from collections.abc import Mapping as Columns
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from connections.models import (
    AccountMapping,
    ChartMode,
    Connection,
    CostCenterMapping,
    CostCenterRule,
    CostUnitMapping,
    Mapping,
    MappingOrigin,
)
from finmaster.models import User
from ledger.models import Account, CostCenter, CostUnit


class Dimension(StrEnum):
    """What a code of Loket stands for."""

    ACCOUNT = "account"
    COST_CENTER = "cost_center"
    COST_UNIT = "cost_unit"


Target = Account | CostCenter | CostUnit

TABLES: dict[Dimension, type[AccountMapping | CostCenterMapping | CostUnitMapping]] = {
    Dimension.ACCOUNT: AccountMapping,
    Dimension.COST_CENTER: CostCenterMapping,
    Dimension.COST_UNIT: CostUnitMapping,
}

TARGETS: dict[Dimension, type[Target]] = {
    Dimension.ACCOUNT: Account,
    Dimension.COST_CENTER: CostCenter,
    Dimension.COST_UNIT: CostUnit,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a code of Loket stands for: the id of an account, cost centre or cost unit of ours.

    Without a target a cost centre or cost unit is left out, and an account has a rule for its
    cost centre only. The rule and the cost centre that it names are of accounts alone.
    """

    target_id: int | None
    cost_center_rule: CostCenterRule = CostCenterRule.AS_SENT
    cost_center_id: int | None = None

    @property
    def says_nothing_of_an_account(self) -> bool:
        """Whether it is as good as no mapping of an account at all."""
        return self.target_id is None and self.cost_center_rule == CostCenterRule.AS_SENT


def add_mapping(
    dimension: Dimension,
    *,
    loket_code: str,
    loket_description: str,
    target_id: int | None,
    user: User,
    origin: MappingOrigin = MappingOrigin.WIZARD,
    cost_center_rule: CostCenterRule = CostCenterRule.AS_SENT,
    cost_center_id: int | None = None,
) -> Mapping:
    """Map a trimmed code of Loket to an account, cost centre or cost unit of this administration.

    Gives the mapping that stands now. Its target is another one than was asked for when somebody
    mapped the code before: that answer stays, but for an account that had a rule for its cost
    centre only: it gets its account, and the rule stays. A target of another administration is
    refused by the database, and so is an account without target and rule.
    """
    values: dict[str, Any] = {f"{dimension}_id": target_id, "set_by": user, "origin": origin}
    rule: dict[str, Any] = {}
    if dimension == Dimension.ACCOUNT:
        rule = {"cost_center_rule": cost_center_rule, "cost_center_id": cost_center_id}
    mapping, is_new = TABLES[dimension].objects.get_or_create(
        loket_code=loket_code,
        defaults={"loket_description": loket_description[:255]} | values | rule,
    )
    if isinstance(mapping, AccountMapping) and not is_new and target_id is not None:
        without_account = AccountMapping.objects.filter(pk=mapping.pk, account=None)
        if without_account.update(set_at=timezone.now(), **values):
            mapping.refresh_from_db()
    return mapping


def change_mapping(
    dimension: Dimension,
    mapping: Mapping,
    *,
    target_id: int | None,
    user: User,
    origin: MappingOrigin = MappingOrigin.TABLE,
    cost_center_rule: CostCenterRule | None = None,
    cost_center_id: int | None = None,
) -> None:
    """Book a code on something else from now on; what is booked already stays as it is.

    The rule for the cost centre of an account stays where none is given. A target of another
    administration is refused by the database.
    """
    changed = [f"{dimension}_id", "set_by", "origin", "set_at"]
    setattr(mapping, f"{dimension}_id", target_id)
    if isinstance(mapping, AccountMapping) and cost_center_rule is not None:
        mapping.cost_center_rule = cost_center_rule
        mapping.cost_center_id = cost_center_id
        changed += ["cost_center_rule", "cost_center_id"]
    mapping.set_by = user
    mapping.origin = origin
    mapping.save(update_fields=changed)


def remove_mapping(
    dimension: Dimension,
    mapping: Mapping,
    *,
    user: User,
    origin: MappingOrigin = MappingOrigin.TABLE,
) -> None:
    """Take a mapping away, as if nobody had ever answered; what is booked stays as it is."""
    with transaction.atomic():
        row = TABLES[dimension].objects.filter(pk=mapping.pk)
        # The history tells of a mapping that is gone what its row said last.
        row.update(set_by=user, origin=origin)
        row.delete()


def mapping_of(dimension: Dimension, loket_code: str) -> Mapping | None:
    """The mapping of a trimmed code of Loket, if somebody made one; with its target and setter."""
    found: Mapping | None = (
        TABLES[dimension]
        .objects.select_related(dimension.value, "set_by")
        .filter(loket_code=loket_code)
        .first()
    )
    return found


def target_of(dimension: Dimension, mapping: Mapping) -> Target | None:
    """What a mapping leads to; None where a code is left out, or has a rule only."""
    target: Target | None = getattr(mapping, dimension.value)
    return target


def answer_of(dimension: Dimension, mapping: Mapping) -> Answer:
    """What a mapping says."""
    target_id = getattr(mapping, f"{dimension}_id")
    if isinstance(mapping, AccountMapping):
        return Answer(target_id, CostCenterRule(mapping.cost_center_rule), mapping.cost_center_id)
    return Answer(target_id)


def answer_from(dimension: Dimension, columns: Columns[str, Any] | None) -> Answer | None:
    """What a mapping said, from the columns of a `MappingChange`; None where there was none."""
    if columns is None:
        return None
    target_id = columns[f"{dimension}_id"]
    if dimension == Dimension.ACCOUNT:
        return Answer(
            target_id, CostCenterRule(columns["cost_center_rule"]), columns["cost_center_id"]
        )
    return Answer(target_id)


def put(
    dimension: Dimension,
    mapping: Mapping | None,
    *,
    loket_code: str,
    loket_description: str,
    answer: Answer | None,
    user: User,
    origin: MappingOrigin,
) -> None:
    """Let a trimmed code of Loket stand for this from now on; None: for nothing.

    `mapping` is the one of the code that stands, None if there is none; when a colleague added one
    since, that one stays. What is booked already stays as it is. A description that is known is
    kept, and so is who gave an answer that is the same.
    """
    if mapping is not None and answer_of(dimension, mapping) == answer:
        return
    if answer is None:
        if mapping is not None:
            remove_mapping(dimension, mapping, user=user, origin=origin)
        return
    said: dict[str, Any] = {
        "target_id": answer.target_id,
        "cost_center_rule": answer.cost_center_rule,
        "cost_center_id": answer.cost_center_id,
        "user": user,
        "origin": origin,
    }
    if mapping is None:
        add_mapping(dimension, loket_code=loket_code, loket_description=loket_description, **said)
    else:
        change_mapping(dimension, mapping, **said)


def bookable(dimension: Dimension) -> list[tuple[str, str]]:
    """What can be booked on now, by code: ids with names, as a form's choices. One query."""
    return [(str(one.pk), str(one)) for one in bookable_targets(dimension)]


def bookable_targets(dimension: Dimension) -> QuerySet[Account | CostCenter | CostUnit]:
    """What can be booked on now, by code.

    Nothing is booked on what is blocked, nor on an account that is a heading.
    """
    may_be_booked_on = {"is_blocked": False}
    if dimension == Dimension.ACCOUNT:
        may_be_booked_on["is_postable"] = True
    return TARGETS[dimension].objects.filter(**may_be_booked_on).order_by("code")


def takes_over_chart() -> bool:
    """Whether accounts of Loket are booked on the account with the same code, so not by mapping.

    The newest connection says so, also once it has ended: the table outlives connections.
    """
    newest = Connection.objects.order_by("-pk").values_list("chart_mode", flat=True).first()
    return newest == ChartMode.ADOPT
