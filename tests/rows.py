"""A row in every table of a tenant, made from the models, so that a new one is never forgotten."""

from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import uuid4

from django.apps import apps
from django.db import models
from django.utils import timezone

from connections.models import AccountMapping
from finmaster.models import User
from finmaster.tenancy import AdministrationModel, SiblingKey
from ledger.models import Account, Journal
from ledger.posting import Draft, DraftLine, post
from loket_import.models import LoketReport, ReportAction, RunContent, RunLine

Model = TypeVar("Model", bound=AdministrationModel)


def tenant_models() -> list[type[AdministrationModel]]:
    """All models whose rows belong to an administration."""
    return [model for model in apps.get_models() if issubclass(model, AdministrationModel)]


def sample(field: "models.Field[Any, Any]") -> Any:
    """A value that a column takes: its first choice, or one of its type."""
    if field.choices:
        return next(iter(field.flatchoices))[0]
    values: dict[str, Any] = {
        "ArrayField": [],
        "BinaryField": b"x",
        "BooleanField": False,
        "CharField": uuid4().hex[: field.max_length],
        "DateField": date(2026, 11, 30),
        "DateTimeField": timezone.now(),
        "DecimalField": Decimal("0.00"),
        "JSONField": {},
        "UUIDField": uuid4(),
    }
    return values.get(field.get_internal_type(), 1)


def make_row(model: type[Model], **values: Any) -> Model:
    """A row with what is given, and a sample in each other column that demands a value."""
    for field in model._meta.local_concrete_fields:
        is_given = field.name in values or field.attname in values
        if is_given or field.primary_key or field.null or field.has_default() or not field.editable:
            continue
        if isinstance(field, SiblingKey):
            values[field.name] = any_row(field.related_model)
        elif field.related_model is User:
            values[field.name] = User.objects.first() or User.objects.create_user(
                email="rows@example.nl", name="Rij", password=None
            )
        else:
            values[field.name] = sample(field)
    return model.objects.create(**values)


def any_row(model: Any) -> AdministrationModel:
    """The first row in scope; made when there is none."""
    found: AdministrationModel | None = model.objects.order_by("pk").first()
    return found if found is not None else make_row(model)


def post_entry() -> None:
    """An entry of EUR 100, on 30 November 2026, in the scope that is open."""
    debit, credit = Account.objects.order_by("code")[:2]
    amount, nothing = Decimal(100), Decimal(0)
    lines = (DraftLine(debit.pk, amount, nothing), DraftLine(credit.pk, nothing, amount))
    post(Draft(Journal.objects.get().pk, date(2026, 11, 30), "Loonjournaal", lines, None))


def fill() -> None:
    """Let every table have a row of the administration in scope, besides those of `make_books`."""
    post_entry()
    content = make_row(RunContent)
    make_row(RunLine, content=content, number=1, debit=Decimal(100))
    make_row(RunLine, content=content, number=2, credit=Decimal(100))
    # The database writes a row of the mapping history for it.
    make_row(AccountMapping, account=any_row(Account))
    make_row(LoketReport, action=ReportAction.FAILED)
    for model in tenant_models():
        any_row(model)
