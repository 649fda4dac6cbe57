"""Journal runs as Loket told them, how they are booked, and the work that is under way."""

from loket_import.models.bookings import Booking, Confirmation
from loket_import.models.jobs import UNFINISHED, Job, JobKind, JobState
from loket_import.models.reports import LoketReport, ReportAction, ReportState
from loket_import.models.rules import BookingRules, DateRule, MonthRule
from loket_import.models.runs import JournalRun, RunContent, RunLine

__all__ = [
    "UNFINISHED",
    "Booking",
    "BookingRules",
    "Confirmation",
    "DateRule",
    "Job",
    "JobKind",
    "JobState",
    "JournalRun",
    "LoketReport",
    "MonthRule",
    "ReportAction",
    "ReportState",
    "RunContent",
    "RunLine",
]
