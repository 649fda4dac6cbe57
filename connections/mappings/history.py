"""What mappings said before, who changed them, and the way back. The database writes it down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from connections.errors import CannotRestore, MappingChangedMeanwhile
from connections.mapping import (
    TABLES,
    Answer,
    Dimension,
    answer_from,
    answer_of,
    mapping_of,
    put,
)
from connections.mappings.words import Names, answer_in_words, part_name
from connections.models import MappingChange, MappingOrigin
from finmaster.models import User


def last_change(dimension: Dimension, loket_code: str) -> int:
    """Id of the newest change of a code's mapping, by which a page says what it saw; 0 for none."""
    return (
        MappingChange.objects.filter(dimension=dimension, loket_code=loket_code)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
        or 0
    )


def put_as_seen(
    dimension: Dimension,
    *,
    loket_code: str,
    loket_description: str,
    answer: Answer | None,
    seen: int,
    user: User,
    origin: MappingOrigin,
) -> None:
    """Let a code stand for this from now on, if its mapping is still as `last_change` told.

    MappingChangedMeanwhile when a colleague changed it since; nothing is changed then.
    """
    with transaction.atomic():
        # Who waits for the lock reads the history after the other one's change.
        mapping = (
            TABLES[dimension].objects.select_for_update().filter(loket_code=loket_code).first()
        )
        if last_change(dimension, loket_code) != seen:
            raise MappingChangedMeanwhile
        put(
            dimension,
            mapping,
            loket_code=loket_code,
            loket_description=loket_description,
            answer=answer,
            user=user,
            origin=origin,
        )
        # There was no row to lock where there was no mapping: a colleague may have added one.
        if answer != current_answer(dimension, loket_code):
            raise MappingChangedMeanwhile


def current_answer(dimension: Dimension, loket_code: str) -> Answer | None:
    """What a trimmed code of Loket stands for now; None without a mapping."""
    mapping = mapping_of(dimension, loket_code)
    return answer_of(dimension, mapping) if mapping is not None else None


def restore(change: MappingChange, *, user: User, seen: int | None = None) -> None:
    """Put a code back to what it stood for before this change, also if that was nothing.

    CannotRestore when that account, cost centre or cost unit is gone or not booked on any more;
    MappingChangedMeanwhile when `seen` is given and is not the newest change of the code.
    """
    dimension = Dimension(change.dimension)
    answer = answer_from(dimension, change.old)
    refuse_what_is_not_booked_on(dimension, answer)
    put_as_seen(
        dimension,
        loket_code=change.loket_code,
        loket_description=change.loket_description,
        answer=answer,
        seen=last_change(dimension, change.loket_code) if seen is None else seen,
        user=user,
        origin=MappingOrigin.RESTORED,
    )


def refuse_what_is_not_booked_on(dimension: Dimension, answer: Answer | None) -> None:
    """CannotRestore for an answer of long ago that leads to what is gone, blocked or a heading."""
    if answer is None:
        return
    names = Names.in_answers([(dimension, answer)])
    ids = [(dimension, answer.target_id), (Dimension.COST_CENTER, answer.cost_center_id)]
    found = [names.find(kind, id) for kind, id in ids if id is not None]
    if None in found:
        raise CannotRestore([])
    if hindered := [str(one) for one in found if one is not None and one.hindrance]:
        raise CannotRestore(hindered)


@dataclass(frozen=True, slots=True)
class ToldChange:
    """A change as its page tells it; `may_restore` when going back to `old` would make a change."""

    id: int
    part: str
    loket_code: str
    loket_description: str
    at: datetime
    by: str
    origin: str
    old: str
    new: str
    may_restore: bool


def changes(dimension: Dimension | None = None, words: str = "") -> QuerySet[MappingChange]:
    """The changes of all mappings, or of a part, whose code or description has these words.

    The newest comes first.
    """
    found = MappingChange.objects.select_related("changed_by").order_by("-pk")
    if dimension is not None:
        found = found.filter(dimension=dimension)
    if words:
        found = found.filter(
            Q(loket_code__istartswith=words) | Q(loket_description__icontains=words)
        )
    return found


def told(rows: Sequence[MappingChange]) -> list[ToldChange]:
    """Changes in words, in six queries however many there are."""
    answers = {
        row.pk: tuple(answer_from(Dimension(row.dimension), said) for said in (row.old, row.new))
        for row in rows
    }
    names = Names.in_answers(
        (Dimension(row.dimension), answer) for row in rows for answer in answers[row.pk]
    )
    now = current_answers((Dimension(row.dimension), row.loket_code) for row in rows)
    found = []
    for row in rows:
        dimension = Dimension(row.dimension)
        old, new = answers[row.pk]
        found.append(
            ToldChange(
                id=row.pk,
                part=part_name(dimension),
                loket_code=row.loket_code,
                loket_description=row.loket_description,
                at=row.changed_at,
                by=row.changed_by.name if row.changed_by else "",
                origin=row.get_origin_display(),
                old=answer_in_words(dimension, old, names),
                new=answer_in_words(dimension, new, names),
                may_restore=now.get((dimension, row.loket_code)) != old,
            )
        )
    return found


def current_answers(
    codes: Iterable[tuple[Dimension, str]],
) -> dict[tuple[Dimension, str], Answer]:
    """What these codes stand for now, those without a mapping left out; a query for each part."""
    wanted: dict[Dimension, set[str]] = {}
    for dimension, code in codes:
        wanted.setdefault(dimension, set()).add(code)
    return {
        (dimension, mapping.loket_code): answer_of(dimension, mapping)
        for dimension, of_part in wanted.items()
        for mapping in TABLES[dimension].objects.filter(loket_code__in=of_part)
    }
