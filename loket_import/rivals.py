"""Runs that may hold the same wages: what else is booked of a payroll run or a pay period.

Loket: a payroll run may have several journal runs, and one that was undone comes back as a run
with a new id for the same pay period, perhaps of a new payroll run.
"""

from django.db.models import F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from ledger.models import AccountKind
from loket_import.amounts import ZERO
from loket_import.models import Booking, JournalRun
from loket_import.proposal import OtherBooking
from loket_import.statuses import REMOVED


def rivals_of(run: JournalRun) -> QuerySet[JournalRun]:
    """The runs of the same payroll run or of the same pay period, the run itself among them."""
    same_payroll_run = Q(payroll_run_id=run.payroll_run_id)
    same_period = Q(year=run.year, period_start=run.period_start, period_end=run.period_end)
    return JournalRun.objects.filter(
        Q(pk=run.pk) | same_payroll_run | same_period,
        environment=run.environment,
        payroll_administration_id=run.payroll_administration_id,
    )


def lock_with_rivals(run_id: int) -> JournalRun:
    """The run, locked with its rivals in order of their ids, so that one is booked at a time."""
    run = JournalRun.objects.get(pk=run_id)
    locked = rivals_of(run).select_for_update().order_by("pk")
    return next(one for one in locked if one.pk == run_id)


def other_bookings(run: JournalRun) -> tuple[OtherBooking, ...]:
    """The live bookings of a run's rivals, in the order in which they were booked."""
    live = (
        Booking.objects.filter(run__in=rivals_of(run).exclude(pk=run.pk), reversal=None)
        .select_related("run", "entry__journal", "entry__fiscal_year")
        .annotate(
            cost=Coalesce(
                Sum(
                    F("entry__lines__debit") - F("entry__lines__credit"),
                    filter=Q(entry__lines__account__kind=AccountKind.EXPENSE),
                ),
                Value(ZERO),
            )
        )
        .order_by("pk")
    )
    return tuple(
        OtherBooking(
            run_number=booking.run.sequence_number,
            is_same_payroll_run=booking.run.payroll_run_id == run.payroll_run_id,
            is_gone=is_gone(booking.run),
            entry_id=booking.entry_id,
            entry=str(booking.entry),
            total=booking.entry.total,
            cost=booking.cost,
        )
        for booking in live
    )


def is_gone(run: JournalRun) -> bool:
    """Whether Loket removed the run, or lists it no longer."""
    return run.status_key == REMOVED or run.missing_since is not None
