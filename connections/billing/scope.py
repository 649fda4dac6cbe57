"""The scope of billing: which offices' statements the running code may see. It fails closed.

Statements are an office's, across its administrations, so the tenant scope does not fit them. An
office's manager sees its own; the operator's staff, and the closing, see all and alone may write.
As with the tenant scope, managers filter, and row-level security is the second lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from django.db import connection, models, transaction

EVERY_OFFICE = "all"
_offices: ContextVar[str | None] = ContextVar("billing_offices", default=None)

T = TypeVar("T", bound="models.Model")


class NoBillingScopeError(RuntimeError):
    """A query on statements or agreements while no office is in scope."""


@contextmanager
def billing_scope(value: str) -> Iterator[None]:
    """A transaction, or a part of one, in which these offices' rows are seen."""
    earlier = _offices.get()
    token = _offices.set(value)
    try:
        with transaction.atomic():
            set_offices(value)
            yield
            set_offices(earlier or "")
    finally:
        _offices.reset(token)


def set_offices(value: str) -> None:
    """Tell PostgreSQL, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.billing_offices', %s, true)", [value])


@contextmanager
def office_scope(office_id: int) -> Iterator[None]:
    """What one office may see of its own. May stand inside an administration's scope."""
    with billing_scope(f"{{{office_id:d}}}"):
        yield


@contextmanager
def operator_scope() -> Iterator[None]:
    """All offices, to read and to write: for the operator's staff and for the closing."""
    with billing_scope(EVERY_OFFICE):
        yield


class OfficeManager(models.Manager[T]):
    """The default manager of an office's table: its rows only, or NoBillingScopeError."""

    def get_queryset(self) -> models.QuerySet[T]:
        offices = _offices.get()
        if offices is None:
            raise NoBillingScopeError("No office is in scope.")
        found = super().get_queryset()
        return (
            found if offices == EVERY_OFFICE else found.filter(office_id=int(offices.strip("{}")))
        )


class OfficeModel(models.Model):
    """A row of an office's billing."""

    office = models.ForeignKey("finmaster.Office", on_delete=models.PROTECT, related_name="+")

    objects = OfficeManager()

    class Meta:
        abstract = True
