"""Set mappings: Loket code X is booked on ours Y, once and for ever."""

from enum import StrEnum

from connections.models import AccountMapping, CostCenterMapping, CostUnitMapping
from finmaster.models import User


class Dimension(StrEnum):
    """What a code of Loket stands for."""

    ACCOUNT = "account"
    COST_CENTER = "cost_center"
    COST_UNIT = "cost_unit"


TABLES: dict[Dimension, type[AccountMapping | CostCenterMapping | CostUnitMapping]] = {
    Dimension.ACCOUNT: AccountMapping,
    Dimension.COST_CENTER: CostCenterMapping,
    Dimension.COST_UNIT: CostUnitMapping,
}


def set_mapping(
    dimension: Dimension, *, loket_code: str, loket_description: str, target_id: int, user: User
) -> None:
    """Map a trimmed code of Loket to an account, cost centre or cost unit of this administration.

    What is booked already stays as it is. A target of another administration is refused by the
    database.
    """
    TABLES[dimension].objects.update_or_create(
        loket_code=loket_code,
        defaults={
            "loket_description": loket_description[:255],
            f"{dimension}_id": target_id,
            "set_by": user,
        },
    )
