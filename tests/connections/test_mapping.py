"""Mappings: added once, changed on purpose, never to what belongs to another administration."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model

from connections.mapping import (
    TABLES,
    Dimension,
    add_mapping,
    bookable,
    change_mapping,
    mapping_of,
    target_of,
)
from connections.models import Mapping
from finmaster.models import User
from finmaster.tenancy import administration_scope
from ledger.models import Account, CostCenter, CostUnit
from tests.books import Books, make_books
from tests.connections.connected import at_once

TARGETS: dict[Dimension, type[Model]] = {
    Dimension.ACCOUNT: Account,
    Dimension.COST_CENTER: CostCenter,
    Dimension.COST_UNIT: CostUnit,
}

every_dimension = pytest.mark.parametrize("dimension", Dimension)


def target_in(books: Books, dimension: Dimension, place: int = 0) -> int:
    """The id of an account, cost centre or cost unit of these books."""
    with administration_scope(books.id):
        return target_in_scope(dimension, place)


def target_in_scope(dimension: Dimension, place: int) -> int:
    """The same, in the scope that is open."""
    ids = TARGETS[dimension].objects.order_by("pk").values_list("pk", flat=True)  # type: ignore[attr-defined]
    return int(ids[min(place, len(ids) - 1)])


def held(dimension: Dimension) -> Mapping:
    """The mapping of 4001, in the scope that is open."""
    mapping = mapping_of(dimension, "4001")
    assert mapping is not None
    return mapping


def map_(
    books: Books, dimension: Dimension, target: int, *, code: str = "4001", user: User | None = None
) -> None:
    with administration_scope(books.id):
        add_mapping(
            dimension,
            loket_code=code,
            loket_description="Bruto loon",
            target_id=target,
            user=user or books.bookkeeper,
        )


def mapped(books: Books, dimension: Dimension) -> list[tuple[str, int, User]]:
    with administration_scope(books.id):
        return [
            (row.loket_code, getattr(row, f"{dimension}_id"), row.set_by)
            for row in TABLES[dimension].objects.select_related("set_by").order_by("loket_code")
        ]


def test_every_dimension_has_a_table() -> None:
    assert set(TABLES) == set(TARGETS) == set(Dimension)


@every_dimension
def test_a_code_is_mapped(books: Books, dimension: Dimension) -> None:
    target = target_in(books, dimension)
    map_(books, dimension, target)

    assert mapped(books, dimension) == [("4001", target, books.bookkeeper)]
    assert all(not mapped(books, other) for other in Dimension if other != dimension)


@every_dimension
def test_who_maps_a_code_second_gets_the_mapping_that_is_there(
    books: Books, dimension: Dimension
) -> None:
    target = target_in(books, dimension)
    map_(books, dimension, target)
    with administration_scope(books.id):
        mapping = add_mapping(
            dimension,
            loket_code="4001",
            loket_description="Iets anders",
            target_id=target_in_scope(dimension, 1),
            user=books.manager,
        )
        assert target_of(dimension, mapping).pk == target

    assert mapped(books, dimension) == [("4001", target, books.bookkeeper)]


@every_dimension
def test_a_mapping_is_changed_by_someone_else(books: Books, dimension: Dimension) -> None:
    map_(books, dimension, target_in(books, dimension))
    other = target_in(books, dimension, 1)
    with administration_scope(books.id):
        before = held(dimension)
        change_mapping(dimension, held(dimension), target_id=other, user=books.manager)
        after = held(dimension)

    assert mapped(books, dimension) == [("4001", other, books.manager)]
    assert after.set_at > before.set_at
    assert after.loket_description == "Bruto loon"


@every_dimension
def test_a_code_without_a_mapping_has_none(books: Books, dimension: Dimension) -> None:
    with administration_scope(books.id):
        assert mapping_of(dimension, "4001") is None


@every_dimension
def test_what_is_blocked_can_not_be_booked_on(books: Books, dimension: Dimension) -> None:
    with administration_scope(books.id):
        before = bookable(dimension)
        rows = TARGETS[dimension].objects  # type: ignore[attr-defined]
        rows.filter(pk=before[0][0]).update(is_blocked=True)
        if dimension == Dimension.ACCOUNT:
            rows.filter(pk=before[1][0]).update(is_postable=False)

        assert bookable(dimension) == before[2 if dimension == Dimension.ACCOUNT else 1 :]


@every_dimension
def test_two_codes_may_share_a_target(books: Books, dimension: Dimension) -> None:
    target = target_in(books, dimension)
    for code in ("4001", "4002", "04001"):
        map_(books, dimension, target, code=code)

    assert [row[:2] for row in mapped(books, dimension)] == [
        ("04001", target),
        ("4001", target),
        ("4002", target),
    ]


@every_dimension
def test_administrations_map_the_same_code_apart(books: Books, dimension: Dimension) -> None:
    other = make_books()
    for one in (books, other):
        map_(one, dimension, target_in(one, dimension))

    assert [row[1] for row in mapped(books, dimension)] == [target_in(books, dimension)]
    assert [row[1] for row in mapped(other, dimension)] == [target_in(other, dimension)]


@every_dimension
def test_a_target_of_another_administration_is_refused(books: Books, dimension: Dimension) -> None:
    foreign = target_in(make_books(office=books.office), dimension)

    with pytest.raises(IntegrityError):
        map_(books, dimension, foreign)
    assert mapped(books, dimension) == []


@every_dimension
def test_also_when_a_mapping_is_changed(books: Books, dimension: Dimension) -> None:
    target = target_in(books, dimension)
    map_(books, dimension, target)

    foreign = target_in(make_books(), dimension)
    with pytest.raises(IntegrityError), administration_scope(books.id):
        change_mapping(dimension, held(dimension), target_id=foreign, user=books.manager)
    assert mapped(books, dimension) == [("4001", target, books.bookkeeper)]


@every_dimension
def test_a_target_that_is_not_there_is_refused(books: Books, dimension: Dimension) -> None:
    with pytest.raises(IntegrityError):
        map_(books, dimension, 10**12)


@every_dimension
def test_a_target_that_is_mapped_to_can_not_be_taken_away(
    books: Books, dimension: Dimension
) -> None:
    target = target_in(books, dimension)
    map_(books, dimension, target)

    with administration_scope(books.id), pytest.raises(IntegrityError), transaction.atomic():
        TARGETS[dimension].objects.filter(pk=target).delete()  # type: ignore[attr-defined]


def test_a_long_description_is_cut_and_not_refused(books: Books) -> None:
    with administration_scope(books.id):
        add_mapping(
            Dimension.ACCOUNT,
            loket_code="4001",
            loket_description="x" * 300,
            target_id=Account.objects.get(code="4000").pk,
            user=books.manager,
        )
        assert len(TABLES[Dimension.ACCOUNT].objects.get().loket_description) == 255


def test_two_who_map_a_code_at_once_leave_one_mapping(committed_books: Books) -> None:
    targets = [target_in(committed_books, Dimension.ACCOUNT, place) for place in (0, 1)] * 5
    at_once(lambda target: map_(committed_books, Dimension.ACCOUNT, target), targets, threads=10)

    ((code, target, _),) = mapped(committed_books, Dimension.ACCOUNT)
    assert code == "4001"
    assert target in targets
