"""The tables of the books: what they are kept with (chart) and what is kept in them (entries)."""

from ledger.models.calendar import FiscalYear, Period
from ledger.models.chart import (
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
