"""The tenant scope: which administrations the running code may see. It fails closed.

A scope is opened at two doors only: the middleware, which turns the administration in the URL
into an object by membership, and the start of a background job. Inside it every manager filters
on it, new rows are stamped with it, and PostgreSQL's row-level security knows it as well.

Caveats: raw SQL is held back by row-level security alone; related objects are read through the
plain base manager, which is safe because composite foreign keys keep both ends in one
administration; a streaming response outlives its scope, so build it before returning.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from django.db import connection, models, transaction

_scope: ContextVar[tuple[int, ...] | None] = ContextVar("administration_scope", default=None)


class NoScopeError(RuntimeError):
    """A query on a tenant's table while no administration is in scope."""


class ScopeError(RuntimeError):
    """An attempt to enter a scope inside another one, or to write with several in scope."""


def administrations_in_scope() -> tuple[int, ...]:
    """Ids of the administrations in scope; NoScopeError when there is none."""
    if (ids := _scope.get()) is None:
        raise NoScopeError("No administration is in scope.")
    return ids


def administration_in_scope() -> int:
    """The one administration in scope; ScopeError when several are, for nothing is written then."""
    ids = administrations_in_scope()
    if len(ids) != 1:
        raise ScopeError("Writing needs exactly one administration in scope.")
    return ids[0]


@contextmanager
def administration_scope(*administration_ids: int) -> Iterator[None]:
    """Open a transaction in which only these administrations are seen.

    Several ids are for reading, on an office's overview; rows can only be written with one. It is
    the outermost transaction, so what was done in it is committed when the block ends.
    """
    if _scope.get() is not None:
        raise ScopeError("A scope is open already; close it before entering another.")
    token = _scope.set(administration_ids)
    try:
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                # Local to the transaction, so that a pooled connection never carries it on.
                cursor.execute(
                    "SELECT set_config('app.administrations', %s, true)",
                    ["{" + ",".join(map(str, administration_ids)) + "}"],
                )
            yield
    finally:
        _scope.reset(token)


T = TypeVar("T", bound="models.Model")


class AdministrationManager(models.Manager[T], Generic[T]):
    """The default manager of a tenant's table: only rows in scope, or NoScopeError."""

    def get_queryset(self) -> models.QuerySet[T]:
        return super().get_queryset().filter(administration_id__in=administrations_in_scope())


class AdministrationKey(models.ForeignKey):  # type: ignore[type-arg]
    """The foreign key to the administration; stamped on insert, so no caller ever passes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("to", "finmaster.Administration")
        kwargs.setdefault("on_delete", models.PROTECT)
        kwargs.setdefault("related_name", "+")
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if add:
            setattr(model_instance, self.attname, administration_in_scope())
        return super().pre_save(model_instance, add)


class AdministrationModel(models.Model):
    """A row that belongs to one administration."""

    administration = AdministrationKey()

    objects = AdministrationManager()

    class Meta:
        abstract = True


class SiblingKey(models.ForeignKey):  # type: ignore[type-arg]
    """A foreign key to a row of the same administration.

    The database holds it as a composite key (administration_id, id), which a migration adds with
    `finmaster.postgres.sibling_key`; the single-column constraint would be the weaker half of it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        kwargs.setdefault("on_delete", models.PROTECT)
        kwargs.setdefault("related_name", "+")
        super().__init__(*args, **kwargs)


def sibling_key_columns(model: type[models.Model]) -> Sequence[SiblingKey]:
    """The sibling keys of a model, in the order in which they are declared."""
    return [field for field in model._meta.local_fields if isinstance(field, SiblingKey)]
