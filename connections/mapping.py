"""Mappings: Loket code X is booked on ours Y. Said once, changed only on purpose."""

from enum import StrEnum

from connections.models import AccountMapping, CostCenterMapping, CostUnitMapping, Mapping
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


def add_mapping(
    dimension: Dimension, *, loket_code: str, loket_description: str, target_id: int, user: User
) -> Mapping:
    """Map a trimmed code of Loket to an account, cost centre or cost unit of this administration.

    Gives the mapping that stands now. Its target is another one than was asked for when somebody
    mapped the code before: that answer stays. A target of another administration is refused by the
    database.
    """
    return TABLES[dimension].objects.get_or_create(
        loket_code=loket_code,
        defaults={
            "loket_description": loket_description[:255],
            f"{dimension}_id": target_id,
            "set_by": user,
        },
    )[0]


def change_mapping(dimension: Dimension, mapping: Mapping, *, target_id: int, user: User) -> None:
    """Book a code on something else from now on; what is booked already stays as it is.

    A target of another administration is refused by the database.
    """
    setattr(mapping, f"{dimension}_id", target_id)
    mapping.set_by = user
    mapping.save()


def mapping_of(dimension: Dimension, loket_code: str) -> Mapping | None:
    """The mapping of a trimmed code of Loket, if somebody made one; with its target and setter."""
    found: Mapping | None = (
        TABLES[dimension]
        .objects.select_related(dimension.value, "set_by")
        .filter(loket_code=loket_code)
        .first()
    )
    return found


def target_of(dimension: Dimension, mapping: Mapping) -> Target:
    """What a mapping leads to."""
    target: Target = getattr(mapping, dimension.value)
    return target


def bookable(dimension: Dimension) -> list[tuple[str, str]]:
    """What can be booked on now, by code: ids with names, as a form's choices. One query.

    Nothing is booked on what is blocked, nor on an account that is a heading.
    """
    may_be_booked_on = {"is_blocked": False}
    if dimension == Dimension.ACCOUNT:
        may_be_booked_on["is_postable"] = True
    found = TARGETS[dimension].objects.filter(**may_be_booked_on).order_by("code")
    return [(str(one.pk), str(one)) for one in found]
