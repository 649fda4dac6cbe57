"""Books in which the code MON040 of Loket is mapped, in each part of the table."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connections import lifecycle
from connections.mapping import TABLES, TARGETS, Dimension, add_mapping
from connections.models import ChartMode, Mapping, MappingChange
from finmaster.tenancy import administration_scope
from ledger.models import CostUnit
from tests.books import Books

CODES = {Dimension.ACCOUNT: "4000", Dimension.COST_CENTER: "K100", Dimension.COST_UNIT: "P01"}
OTHERS = {Dimension.ACCOUNT: "4100", Dimension.COST_CENTER: "K200", Dimension.COST_UNIT: "P02"}


@pytest.fixture
def mapped(books: Books) -> Books:
    """A connection that transposes, with a mapping of each kind by the bookkeeper."""
    with administration_scope(books.id):
        CostUnit.objects.create(code="P02", name="Gebak")
        for dimension, code in CODES.items():
            add_mapping(
                dimension,
                loket_code="MON040",
                loket_description="Montage",
                target_id=TARGETS[dimension].objects.get(code=code).pk,
                user=books.bookkeeper,
            )
        lifecycle.create(
            username="api.korenbloem", chart_mode=ChartMode.TRANSPOSE, user=books.manager
        )
    return books


def address(books: Books, name: str, *arguments: object) -> str:
    """Address of a page of the mapping table."""
    outside = name in ("mapping_consequences", "mapping_restore")
    return reverse(
        name if outside else f"connections:{name}", args=[books.administration.slug, *arguments]
    )


def mapping(books: Books, dimension: Dimension) -> Mapping:
    """The one mapping of a kind."""
    with administration_scope(books.id):
        return TABLES[dimension].objects.select_related("set_by").get()


def is_mapped(books: Books, dimension: Dimension) -> bool:
    """Whether there is one."""
    with administration_scope(books.id):
        return TABLES[dimension].objects.exists()


def target_id(books: Books, dimension: Dimension, code: str) -> int:
    """Id of what has this code here."""
    with administration_scope(books.id):
        return TARGETS[dimension].objects.get(code=code).pk


def changes(books: Books) -> list[MappingChange]:
    """The history, the oldest first."""
    with administration_scope(books.id):
        return list(MappingChange.objects.select_related("changed_by").order_by("pk"))


def seen(books: Books, dimension: Dimension) -> int:
    """Id of the newest change of MON040."""
    return [one.pk for one in changes(books) if one.dimension == dimension][-1]


def choice(books: Books, dimension: Dimension, target: object, **more: object) -> dict[str, Any]:
    """What the form of MON040 sends."""
    rule = {"cost_center_rule": "as_sent"} if dimension == Dimension.ACCOUNT else {}
    return {
        "dimension": dimension.value,
        "code": "MON040",
        "description": "Montage",
        "seen": seen(books, dimension),
        "target": target,
        **rule,
        **more,
    }


def save(client: Client, books: Books, chosen: dict[str, Any]) -> Any:
    """Press 'Opslaan' on the page that tells the consequences."""
    return client.post(address(books, "mapping_consequences"), chosen)
