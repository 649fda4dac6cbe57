"""Mappings: added once, changed on purpose, never to what belongs to another administration."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model

from connections import lifecycle
from connections.mapping import (
    TABLES,
    Answer,
    Dimension,
    add_mapping,
    answer_from,
    answer_of,
    bookable,
    change_mapping,
    mapping_of,
    put,
    remove_mapping,
    takes_over_chart,
    target_of,
)
from connections.models import (
    AccountMapping,
    ChartMode,
    Connection,
    CostCenterRule,
    Mapping,
    MappingChange,
    MappingOrigin,
)
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
    books: Books,
    dimension: Dimension,
    target: int | None,
    *,
    code: str = "4001",
    user: User | None = None,
) -> None:
    with administration_scope(books.id):
        add_mapping(
            dimension,
            loket_code=code,
            loket_description="Bruto loon",
            target_id=target,
            user=user or books.bookkeeper,
        )


def mapped(books: Books, dimension: Dimension) -> list[tuple[str, int | None, User]]:
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
        found = target_of(dimension, mapping)
        assert found is not None
        assert found.pk == target

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


@every_dimension
def test_a_mapping_says_by_which_way_it_came(books: Books, dimension: Dimension) -> None:
    map_(books, dimension, target_in(books, dimension))
    other = target_in(books, dimension, 1)
    with administration_scope(books.id):
        first = held(dimension).origin
        change_mapping(dimension, held(dimension), target_id=other, user=books.manager)
        second = held(dimension).origin
        change_mapping(
            dimension,
            held(dimension),
            target_id=other,
            user=books.manager,
            origin=MappingOrigin.FILE,
        )

        assert (first, second, held(dimension).origin) == ("wizard", "table", "file")


@pytest.mark.parametrize("dimension", [Dimension.COST_CENTER, Dimension.COST_UNIT])
def test_a_cost_centre_or_unit_may_be_left_out(books: Books, dimension: Dimension) -> None:
    map_(books, dimension, None)

    with administration_scope(books.id):
        assert target_of(dimension, held(dimension)) is None
        assert answer_of(dimension, held(dimension)) == Answer(None)


def test_an_account_that_says_nothing_is_refused(books: Books) -> None:
    with pytest.raises(IntegrityError, match="account_mapping_says_something"):
        map_(books, Dimension.ACCOUNT, None)


def add_rule(books: Books, rule: CostCenterRule, cost_center_id: int | None = None) -> Mapping:
    """A rule for the cost centre of 4001 and nothing else, in the scope that is open."""
    return add_mapping(
        Dimension.ACCOUNT,
        loket_code="4001",
        loket_description="",
        target_id=None,
        user=books.manager,
        cost_center_rule=rule,
        cost_center_id=cost_center_id,
    )


def test_an_account_may_have_a_rule_for_its_cost_centre_only(books: Books) -> None:
    with administration_scope(books.id):
        center = target_in_scope(Dimension.COST_CENTER, 0)
        add_rule(books, CostCenterRule.FIXED, center)

        assert answer_of(Dimension.ACCOUNT, held(Dimension.ACCOUNT)) == Answer(
            None, CostCenterRule.FIXED, center
        )


def test_an_account_with_a_rule_only_gets_its_account_when_somebody_answers(books: Books) -> None:
    with administration_scope(books.id):
        center = target_in_scope(Dimension.COST_CENTER, 0)
        add_rule(books, CostCenterRule.DEFAULT, center)
    target, other = (target_in(books, Dimension.ACCOUNT, place) for place in (0, 1))

    map_(books, Dimension.ACCOUNT, target)
    map_(books, Dimension.ACCOUNT, other)

    assert mapped(books, Dimension.ACCOUNT) == [("4001", target, books.bookkeeper)]
    with administration_scope(books.id):
        found = held(Dimension.ACCOUNT)
        assert answer_of(Dimension.ACCOUNT, found) == Answer(target, CostCenterRule.DEFAULT, center)
        assert found.origin == MappingOrigin.WIZARD
        assert MappingChange.objects.count() == 2


def test_another_account_leaves_the_rule_for_the_cost_centre(books: Books) -> None:
    with administration_scope(books.id):
        add_rule(books, CostCenterRule.DROP)
        target = target_in_scope(Dimension.ACCOUNT, 0)
        change_mapping(
            Dimension.ACCOUNT, held(Dimension.ACCOUNT), target_id=target, user=books.manager
        )

        assert answer_of(Dimension.ACCOUNT, held(Dimension.ACCOUNT)) == Answer(
            target, CostCenterRule.DROP
        )


def test_a_cost_centre_of_another_administration_is_refused(books: Books) -> None:
    foreign = target_in(make_books(office=books.office), Dimension.COST_CENTER)

    with pytest.raises(IntegrityError), administration_scope(books.id):
        add_rule(books, CostCenterRule.FIXED, foreign)


@every_dimension
def test_a_mapping_is_taken_away_by_somebody(books: Books, dimension: Dimension) -> None:
    map_(books, dimension, target_in(books, dimension))
    with administration_scope(books.id):
        remove_mapping(dimension, held(dimension), user=books.manager)
        change = MappingChange.objects.latest("pk")

        assert mapping_of(dimension, "4001") is None
        assert (change.new, change.changed_by, change.origin) == (None, books.manager, "table")


def put_(books: Books, dimension: Dimension, answer: Answer | None) -> None:
    """Let 4001 stand for something, in the scope that is open."""
    put(
        dimension,
        mapping_of(dimension, "4001"),
        loket_code="4001",
        loket_description="Bruto loon",
        answer=answer,
        user=books.manager,
        origin=MappingOrigin.FILE,
    )


@every_dimension
def test_a_code_is_put_wherever_it_stood(books: Books, dimension: Dimension) -> None:
    with administration_scope(books.id):
        first, second = (Answer(target_in_scope(dimension, place)) for place in (0, 1))
        stood = []
        for answer in (None, first, second, second, None, None):
            put_(books, dimension, answer)
            mapping = mapping_of(dimension, "4001")
            stood.append(mapping and answer_of(dimension, mapping))
            assert mapping is None or (mapping.set_by, mapping.origin) == (books.manager, "file")

        assert stood == [None, first, second, second, None, None]
        changes = MappingChange.objects.order_by("pk")
        kept = [answer_from(dimension, change.new) for change in changes]
        units = dimension == Dimension.COST_UNIT
        # There is one cost unit, so the second answer is the first.
        assert kept == ([first, None] if units else [first, second, None])


def test_the_same_answer_leaves_the_name_of_who_gave_it(books: Books) -> None:
    target = target_in(books, Dimension.COST_CENTER)
    map_(books, Dimension.COST_CENTER, target)
    with administration_scope(books.id):
        put_(books, Dimension.COST_CENTER, Answer(target))

    assert mapped(books, Dimension.COST_CENTER) == [("4001", target, books.bookkeeper)]


@every_dimension
def test_what_the_history_keeps_is_read_as_the_answer_that_it_was(
    books: Books, dimension: Dimension
) -> None:
    map_(books, dimension, target_in(books, dimension))
    with administration_scope(books.id):
        if dimension == Dimension.ACCOUNT:
            AccountMapping.objects.update(
                cost_center_rule=CostCenterRule.FIXED,
                cost_center_id=target_in_scope(Dimension.COST_CENTER, 0),
            )
        change = MappingChange.objects.latest("pk")

        assert answer_from(dimension, change.new) == answer_of(dimension, held(dimension))


def test_the_newest_connection_says_whether_the_chart_is_taken_over(books: Books) -> None:
    with administration_scope(books.id):
        never_connected = takes_over_chart()
        first = lifecycle.create(username="api.een", chart_mode=ChartMode.ADOPT, user=books.manager)
        adopting = takes_over_chart()
        lifecycle.end(first, user=books.manager)
        ended = takes_over_chart()
        lifecycle.create(username="api.twee", chart_mode=ChartMode.TRANSPOSE, user=books.manager)

        assert Connection.objects.count() == 2
        assert (never_connected, adopting, ended, takes_over_chart()) == (False, True, True, False)


def test_two_who_map_a_code_at_once_leave_one_mapping(committed_books: Books) -> None:
    targets = [target_in(committed_books, Dimension.ACCOUNT, place) for place in (0, 1)] * 5
    at_once(lambda target: map_(committed_books, Dimension.ACCOUNT, target), targets, threads=10)

    ((code, target, _),) = mapped(committed_books, Dimension.ACCOUNT)
    assert code == "4001"
    assert target in targets
