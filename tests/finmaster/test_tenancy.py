"""The tenant scope in Python: without one nothing is read or written, with several nothing written.

Generated over the models, so that a new one is held to it without a test of its own.
"""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, models, transaction

from finmaster.tenancy import (
    AdministrationManager,
    AdministrationModel,
    NoScopeError,
    ScopeError,
    SiblingKey,
    administration_in_scope,
    administration_scope,
    administrations_in_scope,
)
from ledger.models import Account
from tests.finmaster.conftest import Tenants
from tests.rows import tenant_models

Model = type[AdministrationModel]

every_model = pytest.mark.parametrize(
    "model", tenant_models(), ids=[model._meta.label for model in tenant_models()]
)


def first_of(model: Model) -> AdministrationModel:
    """An instance that stands for the first row, without reading it."""
    instance = model()
    instance.pk = 1
    return instance


READS: dict[str, Callable[[Model], Any]] = {
    "all": lambda model: list(model.objects.all()),
    "get": lambda model: model.objects.get(pk=1),
    "first": lambda model: model.objects.first(),
    "filter": lambda model: list(model.objects.filter(pk=1)),
    "exclude": lambda model: list(model.objects.exclude(pk=1)),
    "exists": lambda model: model.objects.exists(),
    "count": lambda model: model.objects.count(),
    "aggregate": lambda model: model.objects.aggregate(models.Count("pk")),
    "annotate": lambda model: list(model.objects.annotate(n=models.Count("pk"))),
    "explain": lambda model: model.objects.explain(),
    "iterator": lambda model: list(model.objects.iterator()),
    "in_bulk": lambda model: model.objects.in_bulk(),
    "values": lambda model: list(model.objects.values()),
    "union": lambda model: list(model.objects.union(model.objects.none())),
    "select_for_update": lambda model: list(model.objects.select_for_update()),
    "using": lambda model: list(model.objects.using("default")),
    "db_manager": lambda model: list(model.objects.db_manager("default").all()),
    "raw": lambda model: list(model.objects.raw(f"SELECT * FROM {model._meta.db_table}")),  # noqa: S608
    "base manager": lambda model: model._base_manager.exists(),
    "refresh": lambda model: first_of(model).refresh_from_db(),
}
WRITES: dict[str, Callable[[Model], Any]] = {
    "create": lambda model: model.objects.create(),
    "bulk_create": lambda model: model.objects.bulk_create([model()]),
    "bulk_update": lambda model: model.objects.bulk_update([first_of(model)], ["administration"]),
    "get_or_create": lambda model: model.objects.get_or_create(pk=0),
    "update_or_create": lambda model: model.objects.update_or_create(pk=0),
    "save": lambda model: model().save(),
    "update": lambda model: model.objects.update(administration=None),
    "delete": lambda model: model.objects.all().delete(),
    "delete from the base manager": lambda model: model._base_manager.all()._raw_delete("default"),
}


@every_model
@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_without_a_scope_nothing_is_read(
    tenants: Tenants, model: Model, read: Callable[[Model], Any]
) -> None:
    with pytest.raises((NoScopeError, ProgrammingError), match="administration is in scope"):
        read(model)


@every_model
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_without_a_scope_nothing_is_written(
    tenants: Tenants, model: Model, write: Callable[[Model], Any]
) -> None:
    with pytest.raises(
        (NoScopeError, ProgrammingError), match=r"administration is in scope|permission denied"
    ):
        write(model)


@every_model
def test_a_scope_shows_its_own_rows_only(tenants: Tenants, model: Model) -> None:
    with administration_scope(tenants.own):
        for rows in (model.objects.all(), model._base_manager.all()):
            assert set(rows.values_list("administration", flat=True)) == {tenants.own}
        assert not model._base_manager.filter(administration=tenants.foreign).exists()


@every_model
def test_several_in_scope_are_read_together(tenants: Tenants, model: Model) -> None:
    with administration_scope(tenants.own, tenants.foreign):
        found = set(model.objects.values_list("administration", flat=True))

    assert found == {tenants.own, tenants.foreign}


@every_model
@pytest.mark.parametrize("write", ["create", "bulk_create", "save", "delete"])
def test_with_several_in_scope_nothing_is_written(
    tenants: Tenants, model: Model, write: str
) -> None:
    action = WRITES["delete from the base manager" if write == "delete" else write]
    with (
        pytest.raises(
            (ScopeError, ProgrammingError), match=r"one administration in scope|permission denied"
        ),
        administration_scope(tenants.own, tenants.foreign),
    ):
        action(model)


@every_model
def test_an_empty_scope_shows_nothing(tenants: Tenants, model: Model) -> None:
    with administration_scope():
        assert not model.objects.exists()
        assert not model._base_manager.exists()


@every_model
def test_the_default_manager_is_the_one_that_knows_the_scope(model: Model) -> None:
    assert all(isinstance(manager, AdministrationManager) for manager in model._meta.managers)


@every_model
def test_rows_refer_to_siblings_by_sibling_keys(model: Model) -> None:
    for field in model._meta.local_fields:
        target = field.related_model
        if isinstance(target, type) and issubclass(target, AdministrationModel):
            assert isinstance(field, SiblingKey), field
    assert not model._meta.local_many_to_many


def test_no_other_model_has_a_column_of_the_administration() -> None:
    """Each exception with its reason."""
    allowed = {
        # Who may enter; it is read to find out which scope to open.
        "finmaster.Membership",
        # Says to which administration the browser comes back from Loket.
        "connections.AuthorisationAttempt",
        # A statement is an office's, across its administrations; it has a scope of its own.
        "connections.StatementLine",
    }
    found = {
        model._meta.label
        for model in apps.get_models()
        if not issubclass(model, AdministrationModel)
        and any(field.name == "administration" for field in model._meta.local_fields)
    }

    assert found <= allowed


def test_a_new_row_is_stamped_with_the_administration_in_scope(tenants: Tenants) -> None:
    with administration_scope(tenants.own):
        account = Account(code="9990", name="Tijdelijk", kind="asset")
        account.administration_id = tenants.foreign
        account.save()
        assert account.administration_id == tenants.own
        account.delete()


def test_a_row_of_another_scope_is_not_overwritten(tenants: Tenants) -> None:
    with administration_scope(tenants.foreign):
        account = Account.objects.get(code="1700")
    account.name = "Gekaapt"

    with administration_scope(tenants.own):
        assert Account._base_manager.filter(pk=account.pk).update(name="Gekaapt") == 0
        with pytest.raises(IntegrityError, match="ledger_account_pkey"), transaction.atomic():
            account.save()
        assert account.__class__._base_manager.filter(pk=account.pk)._raw_delete("default") == 0

    with administration_scope(tenants.foreign):
        assert Account.objects.get(code="1700").name == "Te betalen netto lonen"


def test_a_scope_is_not_entered_inside_another(tenants: Tenants) -> None:
    with administration_scope(tenants.own):
        for administration in (tenants.own, tenants.foreign):
            with pytest.raises(ScopeError), administration_scope(administration):
                pass
        assert administrations_in_scope() == (tenants.own,)
        assert Account.objects.exists()


def test_a_scope_is_not_entered_inside_a_transaction(tenants: Tenants) -> None:
    with transaction.atomic():
        with pytest.raises(RuntimeError), administration_scope(tenants.own):
            pass
        with pytest.raises(NoScopeError):
            administrations_in_scope()


def test_writing_needs_one_administration(tenants: Tenants) -> None:
    with administration_scope(tenants.own, tenants.foreign), pytest.raises(ScopeError):
        administration_in_scope()


def scope_of_database() -> str:
    """What PostgreSQL holds for the scope; empty when nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.administrations', true)")
        return cursor.fetchone()[0] or ""


def test_a_scope_leaves_nothing_behind_on_its_connection(tenants: Tenants) -> None:
    with administration_scope(tenants.own):
        session = connection.connection
        assert scope_of_database() == f"{{{tenants.own}}}"

    assert connection.connection is session
    assert scope_of_database() == ""
    with pytest.raises(ProgrammingError, match="no administration is in scope"):
        Account._base_manager.exists()


def test_a_scope_that_fails_undoes_its_work_and_leaves_nothing_behind(tenants: Tenants) -> None:
    def fail() -> None:
        with administration_scope(tenants.own):
            Account.objects.create(code="9991", name="Tijdelijk", kind="asset")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert scope_of_database() == ""
    with pytest.raises(NoScopeError):
        administrations_in_scope()
    with administration_scope(tenants.own):
        assert not Account.objects.filter(code="9991").exists()


def test_a_queryset_that_outlives_its_scope_is_refused(tenants: Tenants) -> None:
    with administration_scope(tenants.own):
        accounts = Account.objects.all()

    with pytest.raises(ProgrammingError, match="no administration is in scope"):
        list(accounts)


def test_another_thread_has_no_scope(tenants: Tenants) -> None:
    caught: list[Exception] = []

    def read() -> None:
        try:
            Account.objects.exists()
        except NoScopeError as error:
            caught.append(error)
        finally:
            connection.close()

    with administration_scope(tenants.own):
        thread = Thread(target=read)
        thread.start()
        thread.join()

    assert len(caught) == 1
