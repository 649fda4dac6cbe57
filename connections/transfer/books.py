"""The mapping table in the database: read it as rows of a file, and save what was taken over."""

from collections.abc import Sequence
from typing import cast

from django.db import IntegrityError, transaction

from connections.mapping import TABLES, TARGETS, Dimension, answer_of, target_of
from connections.models import AccountMapping, CostCenterRule, Mapping, MappingOrigin
from connections.transfer.errors import Overtaken
from connections.transfer.plan import Change, Key, OurCodes, Ours, Plan, Standing
from connections.transfer.rows import Row
from finmaster.models import User
from finmaster.tenancy import AdministrationManager
from ledger.models import Account

ROWS_AT_ONCE = 2_000

# What says on which of ours a code is booked, in the order of an answer's fields.
COLUMNS = {
    Dimension.ACCOUNT: ("account_id", "cost_center_rule", "cost_center_id"),
    Dimension.COST_CENTER: ("cost_center_id",),
    Dimension.COST_UNIT: ("cost_unit_id",),
}


def rows_of_table() -> list[Row]:
    """The whole mapping table, by part and code; three queries."""
    found = []
    for part, table in TABLES.items():
        related = {part.value} | ({"cost_center"} if part == Dimension.ACCOUNT else set())
        mappings = table.objects.select_related(*sorted(related)).order_by("loket_code")
        found += [row_of_mapping(part, mapping) for mapping in mappings]
    return found


def row_of_mapping(part: Dimension, mapping: Mapping) -> Row:
    """A mapping, read with what it leads to, as a file has it."""
    target = target_of(part, mapping)
    rule, cost_center = CostCenterRule.AS_SENT if target else CostCenterRule.DROP, ""
    if isinstance(mapping, AccountMapping):
        rule = CostCenterRule(mapping.cost_center_rule)
        cost_center = mapping.cost_center.code if mapping.cost_center else ""
    return Row(
        part=part,
        loket_code=mapping.loket_code,
        loket_description=mapping.loket_description,
        our_code=target.code if target else "",
        our_name=target.name if target else "",
        rule=rule,
        cost_center=cost_center,
    )


def our_codes() -> OurCodes:
    """All that there is to book on, by code; three queries."""
    return {
        part: {
            one.code: Ours(one.pk, one.is_blocked, isinstance(one, Account) and not one.is_postable)
            for one in table.objects.all()
        }
        for part, table in TARGETS.items()
    }


def standing_table(*, lock: bool = False) -> dict[Key, Standing]:
    """What each code stands for now; three queries. With `lock`, nobody changes it before we do."""
    found = {}
    for part, table in TABLES.items():
        # In one order, so that two who lock them don't wait for each other.
        mappings = table.objects.order_by("pk")
        for mapping in mappings.select_for_update() if lock else mappings:
            found[part, mapping.loket_code] = Standing(
                mapping.loket_description, answer_of(part, mapping)
            )
    return found


def save(plan: Plan, *, user: User, origin: MappingOrigin) -> None:
    """Do what a plan says, all or nothing; two statements for each part.

    The table must be locked since the plan was made. Overtaken when a colleague added one of the
    codes meanwhile.
    """
    try:
        with transaction.atomic():
            for part in Dimension:
                insert(part, [one for one in plan.added if one.part == part], user, origin)
                replace(part, [one for one in plan.changed if one.part == part], user, origin)
    except IntegrityError as error:
        raise Overtaken from error


def insert(part: Dimension, changes: Sequence[Change], user: User, origin: MappingOrigin) -> None:
    """Add codes that have no mapping yet."""
    rows = [mapping_from(change, user, origin) for change in changes]
    manager_of(part).bulk_create(rows, batch_size=ROWS_AT_ONCE)


def replace(part: Dimension, changes: Sequence[Change], user: User, origin: MappingOrigin) -> None:
    """Let codes that have a mapping stand for something else; in one statement, however many."""
    rows = [mapping_from(change, user, origin) for change in changes]
    manager_of(part).bulk_create(
        rows,
        batch_size=ROWS_AT_ONCE,
        update_conflicts=True,
        unique_fields=("administration", "loket_code"),
        update_fields=(*COLUMNS[part], "set_by", "set_at", "origin"),
    )


def manager_of(part: Dimension) -> "AdministrationManager[Mapping]":
    """The manager of a part's table, whichever of the three it is."""
    return cast("AdministrationManager[Mapping]", TABLES[part].objects)


def mapping_from(change: Change, user: User, origin: MappingOrigin) -> Mapping:
    """The row that says what a code stands for from now on."""
    answer = change.new
    said = (answer.target_id, answer.cost_center_rule, answer.cost_center_id)
    return TABLES[change.part](
        loket_code=change.loket_code,
        loket_description=change.loket_description,
        set_by=user,
        origin=origin,
        # Of a cost centre or unit the first is all.
        **dict(zip(COLUMNS[change.part], said, strict=False)),
    )
