"""Loads what suggestions are made from, in a fixed number of queries, and makes them."""

from collections.abc import Iterable, Mapping

from django.db import connection

from connections.mapping import TABLES, Dimension, bookable_targets
from finmaster.tenancy import administration_in_scope
from loket_import.questions.cures import Asks, Question
from loket_import.suggestions.candidates import Evidence, MappedCode, Precedent, Target
from loket_import.suggestions.ranking import Suggestion, suggest

# Each administration maps a code once, so rows that are counted are administrations.
OFFICE = """
SELECT dimension, loket_code, loket_description, coalesce(target_code, ''),
       coalesce(target_name, ''), coalesce(rgs_code, ''), count(*)
  FROM office_mappings(%s, %s)
 WHERE loket_code = ANY(%s)
   -- An account without target has a rule for its cost centre only.
   AND (dimension <> 'account' OR target_code IS NOT NULL)
 GROUP BY 1, 2, 3, 4, 5, 6
"""


def load_evidence(questions: Iterable[Question], *, user_id: int) -> dict[Dimension, Evidence]:
    """What suggestions for these questions are made from, in the scope that is open.

    Seven queries, however many questions there are. Of the office's other administrations only
    those count that the user may see.
    """
    precedents = office_precedents({question.code for question in questions}, user_id=user_id)
    return {
        dimension: Evidence(
            targets=targets(dimension),
            precedents=tuple(precedents.get(dimension, ())),
            mapped=mapped_codes(dimension),
        )
        for dimension in Dimension
    }


def targets(dimension: Dimension) -> tuple[Target, ...]:
    """What can be booked on now, by code."""
    columns = ["id", "code", "name"]
    if dimension == Dimension.ACCOUNT:
        columns += ["kind", "rgs_code"]
    return tuple(Target(*row) for row in bookable_targets(dimension).values_list(*columns))


def mapped_codes(dimension: Dimension) -> tuple[MappedCode, ...]:
    """The codes that are mapped here already, but for those that are left out."""
    column = f"{dimension}_id"
    found = TABLES[dimension].objects.filter(**{f"{column}__isnull": False})
    return tuple(
        MappedCode(*row) for row in found.values_list("loket_code", "loket_description", column)
    )


def office_precedents(codes: set[str], *, user_id: int) -> dict[Dimension, list[Precedent]]:
    """What the office's other administrations book these codes on."""
    found: dict[Dimension, list[Precedent]] = {}
    with connection.cursor() as cursor:
        cursor.execute(OFFICE, [user_id, administration_in_scope(), sorted(codes)])
        for dimension, *row in cursor.fetchall():
            found.setdefault(Dimension(dimension), []).append(Precedent(*row))
    return found


def suggestions_for(
    question: Question, evidence: Mapping[Dimension, Evidence]
) -> tuple[Suggestion, ...]:
    """The suggestions for a question; none where there is nothing to choose.

    Neither for a default cost centre: nothing in an account's code tells of it.
    """
    if not question.may_choose or question.asks == Asks.DEFAULT_COST_CENTER:
        return ()
    return suggest(question, evidence[question.dimension])
