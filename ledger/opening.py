"""Open the books of an administration: chart of accounts, journals, and a year to book in."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from ledger.models import Account, FiscalYear, Journal, JournalKind, Period

JOURNALS = (
    ("MEM", "Memoriaal", JournalKind.MEMORIAL),
    ("BNK", "Bank", JournalKind.BANK),
    ("KAS", "Kas", JournalKind.CASH),
    ("INK", "Inkoop", JournalKind.PURCHASE),
    ("VRK", "Verkoop", JournalKind.SALES),
)


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a UTF-8 file with a header and semicolons, as Dutch spreadsheets write it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def add_accounts(rows: Iterable[Mapping[str, str]]) -> None:
    """Add accounts, in the scope that is open.

    Columns: code, name, kind (asset, liability, equity, income, expense), rgs_code, and postable,
    requires_cost_center and blocked, each 1 or 0. The database refuses a code that is there.
    """
    Account.objects.bulk_create(
        Account(
            code=row["code"],
            name=row["name"],
            kind=row["kind"],
            rgs_code=row["rgs_code"],
            is_postable=row["postable"] == "1",
            requires_cost_center=row["requires_cost_center"] == "1",
            is_blocked=row["blocked"] == "1",
        )
        for row in rows
    )


def add_journals() -> None:
    """Add the usual journals, in the scope that is open."""
    for code, name, kind in JOURNALS:
        Journal.objects.create(code=code, name=name, kind=kind)


def open_year(year: int) -> FiscalYear:
    """Add a calendar year of twelve open months, in the scope that is open."""
    starts = [date(year, month, 1) for month in range(1, 13)] + [date(year + 1, 1, 1)]
    fiscal_year = FiscalYear.objects.create(
        label=str(year), starts_on=starts[0], ends_on=starts[-1] - timedelta(days=1)
    )
    for number, (first, following) in enumerate(pairwise(starts), start=1):
        Period.objects.create(
            fiscal_year=fiscal_year,
            number=number,
            starts_on=first,
            ends_on=following - timedelta(days=1),
        )
    return fiscal_year
