"""The mapping tables of the office's other administrations, as far as a user may see those.

One administration is in scope, so what another one has comes through a function of the database,
which checks the user's memberships itself.
"""

from dataclasses import dataclass

from django.db import connection

from connections.mapping import Dimension
from connections.models import CostCenterRule
from connections.transfer.rows import PART_WORDS, Place, PlacedRow, Row
from finmaster.models import Administration, User
from finmaster.permissions import visible_administrations
from finmaster.tenancy import administration_in_scope


@dataclass(frozen=True, slots=True)
class Source:
    """Another administration, and how many codes each part of its mapping table has."""

    administration: Administration
    counts: dict[Dimension, int]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to take over."""
        return not any(self.counts.values())


def other_administrations(user: User, here: Administration) -> list[Administration]:
    """The office's other administrations that a user may see, by number."""
    visible = visible_administrations(user).filter(office_id=here.office_id)
    return list(visible.exclude(pk=here.pk))


def sources(user: User, here: Administration) -> list[Source]:
    """The office's other administrations that a user may see; two queries for all of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT administration_id, dimension, count(*) FROM office_mappings(%s, %s)"
            " GROUP BY 1, 2",
            [user.pk, administration_in_scope()],
        )
        counts = {(pk, Dimension(part)): count for pk, part, count in cursor.fetchall()}
    return [
        Source(other, {part: counts.get((other.pk, part), 0) for part in Dimension})
        for other in other_administrations(user, here)
    ]


def rows_of_source(user: User, source: Administration) -> list[PlacedRow]:
    """The mapping table of another administration, by part and code; nothing if it is not shown."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT dimension, loket_code, loket_description, coalesce(target_code, ''),"
            " coalesce(target_name, ''), cost_center_rule, coalesce(cost_center_code, '')"
            " FROM office_mappings(%s, %s) WHERE administration_id = %s"
            " ORDER BY array_position(%s, dimension), loket_code",
            [user.pk, administration_in_scope(), source.pk, list(Dimension)],
        )
        return [placed(*row) for row in cursor.fetchall()]


def placed(
    dimension: str, code: str, description: str, our_code: str, name: str, rule: str, center: str
) -> PlacedRow:
    """A mapping of another administration as a row of a file."""
    part = Dimension(dimension)
    said = CostCenterRule(rule)
    if part != Dimension.ACCOUNT and not our_code:
        said = CostCenterRule.DROP
    row = Row(part, code, description, our_code, name, said, center)
    return PlacedRow(Place(PART_WORDS[part], 0), row)
