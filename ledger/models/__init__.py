"""The tables of the books: what they are kept with (chart) and what is kept in them (entries)."""

from ledger.models.calendar import FiscalYear, Period
from ledger.models.chart import (
    MEMORIAL_KINDS,
    Account,
    AccountKind,
    CostCenter,
    CostUnit,
    Dimension,
    Journal,
    JournalKind,
)
from ledger.models.entries import EntryState, JournalEntry, JournalLine, NumberSeries

__all__ = [
    "MEMORIAL_KINDS",
    "Account",
    "AccountKind",
    "CostCenter",
    "CostUnit",
    "Dimension",
    "EntryState",
    "FiscalYear",
    "Journal",
    "JournalEntry",
    "JournalKind",
    "JournalLine",
    "NumberSeries",
    "Period",
]
