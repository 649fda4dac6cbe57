"""Open the books of an administration: chart of accounts, journals, and a year to book in."""

import csv
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from django.db import IntegrityError, transaction

from finmaster.errors import violated_constraint
from ledger.errors import YearRefused
from ledger.models import Account, FiscalYear, Journal, JournalKind, Period

JOURNALS = (
    ("MEM", "Memoriaal", JournalKind.MEMORIAL),
    ("BNK", "Bank", JournalKind.BANK),
    ("KAS", "Kas", JournalKind.CASH),
    ("INK", "Inkoop", JournalKind.PURCHASE),
    ("VRK", "Verkoop", JournalKind.SALES),
)

# The constraint that the slower of two meets who add the same year.
YEAR_IS_THERE = {"fiscal_year_label_once", "fiscal_years_do_not_overlap"}


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


def next_year(today: date) -> int | None:
    """The calendar year that may be added: the one after the last, or this one to begin with.

    None when the last has not begun yet, or does not end with its calendar year: what follows it
    would overlap it or leave a gap.
    """
    last = FiscalYear.objects.order_by("-ends_on").first()
    if last is None:
        return today.year
    ends_with_december = (last.ends_on.month, last.ends_on.day) == (12, 31)
    return last.ends_on.year + 1 if ends_with_december and last.starts_on <= today else None


def add_year(label: str, *, today: date) -> FiscalYear:
    """Add the calendar year of this label; YearRefused unless it is the one of `next_year`.

    The label is what the user saw on the button, so that pressing it twice adds one year.
    """
    year = next_year(today)
    if year is None or label != str(year):
        raise YearRefused
    try:
        with transaction.atomic():
            return open_year(year)
    except IntegrityError as error:
        if violated_constraint(error) not in YEAR_IS_THERE:
            raise
        raise YearRefused from error
