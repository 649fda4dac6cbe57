"""The database keeps each change of a mapping, whoever makes it, and shows what one may see."""

from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from connections.mapping import TABLES, TARGETS, Dimension, add_mapping, remove_mapping
from connections.models import (
    AccountMapping,
    CostCenterMapping,
    CostCenterRule,
    CostUnitMapping,
    MappingChange,
    MappingOrigin,
)
from finmaster.models import Membership, Office, Role, User
from finmaster.tenancy import administration_scope
from ledger.models import Account, CostCenter, CostUnit
from tests.books import Books, make_books, make_user
from tests.database import Writer, transaction_as
from tests.ledger.drafts import refusal, refused_by

every_dimension = pytest.mark.parametrize("dimension", Dimension)
CODES = {Dimension.ACCOUNT: "4000", Dimension.COST_CENTER: "K100", Dimension.COST_UNIT: "P01"}
OTHERS = {Dimension.ACCOUNT: "4100", Dimension.COST_CENTER: "K200", Dimension.COST_UNIT: "P02"}


def id_of(dimension: Dimension, code: str) -> int:
    """Id of what has this code, in the scope that is open."""
    return TARGETS[dimension].objects.get(code=code).pk


def map_(books: Books, dimension: Dimension, code: str = "MON", *, by: User | None = None) -> int:
    """Map a code of Loket to the first of CODES; gives the id of the mapping."""
    with administration_scope(books.id):
        if dimension == Dimension.COST_UNIT:
            CostUnit.objects.get_or_create(code="P02", defaults={"name": "Gebak"})
        return add_mapping(
            dimension,
            loket_code=code,
            loket_description="Montage",
            target_id=id_of(dimension, CODES[dimension]),
            user=by or books.bookkeeper,
        ).pk


def said(dimension: Dimension, target_id: int | None, **rule: Any) -> dict[str, Any]:
    """The columns that say what a code is booked on."""
    if dimension == Dimension.ACCOUNT:
        rule = {"cost_center_rule": "as_sent", "cost_center_id": None} | rule
    return {f"{dimension}_id": target_id} | rule


def kept(books: Books) -> list[tuple[Any, ...]]:
    """The history: code, before, after, how and by whom, the oldest first."""
    with administration_scope(books.id):
        return list(
            MappingChange.objects.order_by("pk").values_list(
                "dimension", "loket_code", "old", "new", "origin", "changed_by"
            )
        )


@every_dimension
def test_what_is_mapped_is_kept_with_who_did_it(books: Books, dimension: Dimension) -> None:
    map_(books, dimension)

    with administration_scope(books.id):
        target = id_of(dimension, CODES[dimension])
        change = MappingChange.objects.get()
    assert kept(books) == [
        (dimension, "MON", None, said(dimension, target), "wizard", books.bookkeeper.pk)
    ]
    assert change.loket_description == "Montage"
    assert change.changed_at is not None


@every_dimension
@pytest.mark.parametrize("way", ["save", "update", "raw SQL"])
def test_a_change_is_kept_by_whatever_way_it_comes(
    books: Books, dimension: Dimension, way: str
) -> None:
    id = map_(books, dimension)
    table = TABLES[dimension]

    with administration_scope(books.id):
        old, new = (id_of(dimension, codes[dimension]) for codes in (CODES, OTHERS))
        if way == "save":
            mapping = table.objects.get(pk=id)
            setattr(mapping, f"{dimension}_id", new)
            mapping.origin, mapping.set_by = MappingOrigin.TABLE, books.manager
            mapping.save()
        elif way == "update":
            table.objects.filter(pk=id).update(
                **{f"{dimension}_id": new, "origin": MappingOrigin.TABLE, "set_by": books.manager}
            )
        else:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"UPDATE {table._meta.db_table} SET {dimension}_id = %s, origin = 'table',"  # noqa: S608
                    " set_by_id = %s WHERE id = %s",
                    [new, books.manager.pk, id],
                )

    assert kept(books)[1:] == [
        (
            dimension,
            "MON",
            said(dimension, old),
            said(dimension, new),
            "table",
            books.manager.pk,
        )
    ]


@every_dimension
@pytest.mark.parametrize("way", ["delete", "queryset", "raw SQL"])
def test_what_is_taken_away_is_kept(books: Books, dimension: Dimension, way: str) -> None:
    id = map_(books, dimension)
    table = TABLES[dimension]

    with administration_scope(books.id):
        target = id_of(dimension, CODES[dimension])
        if way == "delete":
            table.objects.get(pk=id).delete()
        elif way == "queryset":
            table.objects.filter(pk=id).delete()
        else:
            with connection.cursor() as cursor:
                cursor.execute(f"DELETE FROM {table._meta.db_table} WHERE id = %s", [id])  # noqa: S608

    assert kept(books)[1:] == [
        (dimension, "MON", said(dimension, target), None, "wizard", books.bookkeeper.pk)
    ]


@every_dimension
def test_who_takes_a_mapping_away_is_kept(books: Books, dimension: Dimension) -> None:
    id = map_(books, dimension)

    with administration_scope(books.id):
        remove_mapping(dimension, TABLES[dimension].objects.get(pk=id), user=books.manager)

    ((*_, old, new, origin, by),) = kept(books)[1:]
    assert (old is None, new, origin, by) == (False, None, "table", books.manager.pk)


@every_dimension
def test_the_same_answer_again_is_no_change(books: Books, dimension: Dimension) -> None:
    id = map_(books, dimension)

    with administration_scope(books.id):
        TABLES[dimension].objects.filter(pk=id).update(
            set_by=books.manager, origin=MappingOrigin.FILE, loket_description="Anders"
        )

    assert len(kept(books)) == 1


def test_a_rule_for_the_cost_centre_is_a_change_of_its_own(books: Books) -> None:
    id = map_(books, Dimension.ACCOUNT)

    with administration_scope(books.id):
        account = id_of(Dimension.ACCOUNT, "4000")
        center = CostCenter.objects.get(code="K100").pk
        AccountMapping.objects.filter(pk=id).update(
            cost_center_rule=CostCenterRule.FIXED, cost_center=center
        )

    ((_, _, old, new, _, _),) = kept(books)[1:]
    assert old == said(Dimension.ACCOUNT, account)
    assert new == said(Dimension.ACCOUNT, account, cost_center_rule="fixed", cost_center_id=center)


@every_dimension
def test_a_change_that_is_undone_leaves_no_trace(books: Books, dimension: Dimension) -> None:
    with administration_scope(books.id), transaction.atomic():
        target = id_of(dimension, CODES[dimension])
        add_mapping(
            dimension,
            loket_code="MON",
            loket_description="",
            target_id=target,
            user=books.manager,
        )
        transaction.set_rollback(True)

    assert kept(books) == []


@pytest.fixture(scope="module")
def ours(committed_for_module: None) -> Books:
    """Committed books with a mapping of each kind; tests leave them as they are."""
    found = make_books()
    for dimension in Dimension:
        map_(found, dimension)
    return found


@pytest.mark.parametrize("writer", ["app", "owner"])
@every_dimension
def test_the_code_of_a_mapping_is_final(ours: Books, dimension: Dimension, writer: Writer) -> None:
    table = TABLES[dimension]._meta.db_table

    refused = refused_by(
        writer,
        ours.id,
        lambda connection: connection.execute(f"UPDATE {table} SET loket_code = 'ANDERS'"),  # noqa: S608
    )

    assert refused == "mapping_code_is_final"


WRITES = {
    "insert": (
        "INSERT INTO connections_mappingchange (administration_id, dimension, loket_code,"
        " loket_description, origin, changed_at) VALUES ({id}, 'account', 'X', '', 'table', now())"
    ),
    "update": "UPDATE connections_mappingchange SET loket_code = 'X'",
    "delete": "DELETE FROM connections_mappingchange",
    "truncate": "TRUNCATE connections_mappingchange",
}


@pytest.mark.parametrize("command", WRITES)
def test_the_application_never_writes_the_history(ours: Books, command: str) -> None:
    error = refusal(
        "app", ours.id, lambda connection: connection.execute(WRITES[command].format(id=ours.id))
    )

    assert isinstance(error, psycopg.errors.InsufficientPrivilege)


@pytest.mark.parametrize("command", ["update", "delete", "truncate"])
@pytest.mark.parametrize("writer", ["owner", "superuser"])
def test_nobody_changes_the_history(ours: Books, command: str, writer: Writer) -> None:
    guard = "is_never_emptied" if command == "truncate" else "rows_are_final"

    refused = refused_by(writer, ours.id, lambda connection: connection.execute(WRITES[command]))

    assert refused == f"connections_mappingchange_{guard}"


# What an office's administrations have mapped.


def office_mappings(user: User, beside: Books, *scope: Books) -> list[tuple[Any, ...]]:
    """What the application is told of the mappings beside an administration, in a scope."""
    ids = [books.id for books in scope]
    with transaction_as("app", *ids) as connection:
        return connection.execute(
            "SELECT administration_id, dimension, loket_code, loket_description, target_code,"
            " target_name, rgs_code, cost_center_rule, cost_center_code"
            " FROM office_mappings(%s, %s) ORDER BY 1, 2",
            [user.pk, beside.id],
        ).fetchall()


@pytest.fixture(scope="module")
def sister(ours: Books) -> Books:
    """Another administration of the same office, with mappings of its own."""
    found = make_books("Zus", office=ours.office)
    with administration_scope(found.id):
        Account.objects.filter(code="4000").update(rgs_code="WPerLesLon")
        center = CostCenter.objects.get(code="K100")
        AccountMapping.objects.create(
            loket_code="40",
            loket_description="Loon",
            account=Account.objects.get(code="4000"),
            cost_center_rule=CostCenterRule.FIXED,
            cost_center=center,
            set_by=found.manager,
        )
        CostCenterMapping.objects.create(loket_code="A", cost_center=center)
        CostUnitMapping.objects.create(loket_code="B", cost_unit=None)
    return found


@pytest.fixture(scope="module")
def partner(ours: Books, sister: Books) -> User:
    """Somebody who may look at all administrations of the office."""
    user = make_user("partner@example.nl")
    Membership.objects.create(user=user, office=ours.office, role=Role.VIEWER)
    return user


def told_of(books: Books) -> list[tuple[Any, ...]]:
    """What is told of the sister."""
    return [
        (books.id, "account", "40", "Loon", "4000", "Bruto lonen", "WPerLesLon", "fixed", "K100"),
        (books.id, "cost_center", "A", "", "K100", "Kantoor", "", "as_sent", None),
        (books.id, "cost_unit", "B", "", None, None, "", "as_sent", None),
    ]


def test_a_member_of_the_office_sees_what_its_other_administrations_mapped(
    ours: Books, sister: Books, partner: User
) -> None:
    assert office_mappings(partner, ours, ours) == told_of(sister)


def test_a_member_of_one_administration_sees_nothing_of_another(ours: Books, sister: Books) -> None:
    assert office_mappings(ours.manager, ours, ours) == []


def test_a_member_of_both_sees_the_other(ours: Books, sister: Books) -> None:
    user = make_user("beide@example.nl")
    for books in (ours, sister):
        Membership.objects.create(
            user=user, office=ours.office, administration=books.administration, role=Role.VIEWER
        )

    assert office_mappings(user, ours, ours) == told_of(sister)


def test_nothing_is_seen_of_another_office(ours: Books, sister: Books, partner: User) -> None:
    elsewhere = make_books("Elders")
    map_(elsewhere, Dimension.ACCOUNT)
    Membership.objects.create(user=partner, office=elsewhere.office, role=Role.MANAGER)

    assert office_mappings(partner, ours, ours) == told_of(sister)
    assert office_mappings(partner, elsewhere, elsewhere) == []


def test_who_is_no_user_any_more_sees_nothing(ours: Books, sister: Books) -> None:
    user = make_user("weg@example.nl")
    Membership.objects.create(user=user, office=ours.office, role=Role.MANAGER)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert office_mappings(user, ours, ours) == []


def test_a_stranger_sees_nothing(ours: Books, sister: Books) -> None:
    stranger = make_user("vreemd@example.nl")
    elsewhere = Office.objects.create(name="Elders")
    Membership.objects.create(user=stranger, office=elsewhere, role=Role.MANAGER)

    assert office_mappings(stranger, ours, ours) == []


def test_nothing_is_seen_beside_what_is_not_in_scope(
    ours: Books, sister: Books, partner: User
) -> None:
    # Beside the sister stand ours, and a scope of ours does not reach there.
    assert office_mappings(partner, sister, sister) != []
    assert office_mappings(partner, sister, ours) == []


@pytest.mark.parametrize("several", [False, True], ids=["no scope", "several in scope"])
def test_without_one_administration_in_scope_it_is_refused(
    ours: Books, sister: Books, partner: User, several: bool
) -> None:
    scope = (ours, sister) if several else ()

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        office_mappings(partner, ours, *scope)
