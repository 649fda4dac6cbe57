"""Result lines from JSON values, in the form in which the API shows them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from .model import Coded, Component, Line


def line_from_row(row: Mapping[str, Any]) -> Line:
    """A line; ``KeyError`` or ``TypeError`` when something is missing. Amounts: int or Decimal."""
    account = _coded(row["generalLedgerAccount"])
    if account is None:
        raise TypeError("generalLedgerAccount may not be null")
    component = row.get("payrollComponent")
    return Line(
        account,
        Decimal(row["debetAmount"]),
        Decimal(row["creditAmount"]),
        _coded(row.get("costCenter")),
        _coded(row.get("costUnit")),
        Component(component["key"], component["description"]) if component else None,
    )


def _coded(row: Mapping[str, Any] | None) -> Coded | None:
    return Coded(row["key"], row["code"], row["description"]) if row else None
