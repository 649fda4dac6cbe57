"""Entries that may hold the wages of a run although they book no run: typed or imported by hand."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q

from ledger.models import JournalEntry, Period
from loket_import.checks.likeness import totals_of
from loket_import.models import Booking, JournalRun
from loket_import.proposal import RunLine, Twin

MOST_TWINS = 5


def twins_of(
    run: JournalRun, booking_date: date, lines: Sequence[RunLine], *, judged: int = 0
) -> tuple[Twin, ...]:
    """Live entries that book no run and have the total of these lines, in one query.

    They are booked in the ledger period of the booking date, or within the pay period. Five at
    most, and as many more as were `judged` already, so that those never hide another.
    """
    totals = totals_of(lines)
    if not totals:
        return ()
    same_period = Q(starts_on__lte=booking_date, ends_on__gte=booking_date)
    pay_period = Q(starts_on__lte=run.period_end, ends_on__gte=run.period_start)
    found = (
        JournalEntry.objects.filter(
            Q(period__starts_on__lte=booking_date, period__ends_on__gte=booking_date)
            | Q(booked_on__range=(run.period_start, run.period_end)),
            # Which the index on the period finds; the dates above tell which of them count.
            period__in=Period.objects.filter(same_period | pay_period),
            total__in=totals,
            reverses=None,
        )
        .exclude(Exists(JournalEntry.objects.filter(reverses=OuterRef("pk"))))
        .exclude(Exists(Booking.objects.filter(entry=OuterRef("pk"))))
        .select_related("journal", "fiscal_year")
        .order_by("pk")[: MOST_TWINS + judged]
    )
    return tuple(Twin(entry.pk, str(entry), entry.booked_on) for entry in found)
