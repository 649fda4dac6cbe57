"""Book a run: ask Loket once more, compare with what the user saw, post, all or nothing."""

from dataclasses import asdict
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from connections.models import Connection, ConnectionState
from finmaster.errors import UserError, violated_constraint
from finmaster.models import Role, User
from finmaster.permissions import hold_role
from finmaster.tenancy import administration_scope
from ledger.models import JournalEntry
from ledger.posting import Draft, DraftLine, post
from loket_import.fetching import NoConnection, ask_for_run
from loket_import.jobs import Claimed, request_job
from loket_import.judging.reported import exported_by_us
from loket_import.models import Booking, Job, JobKind, JournalRun
from loket_import.orders import BookingOrder, unseen_warnings
from loket_import.preview import Preview, preview
from loket_import.proof.sources import proof_of
from loket_import.reporting.outbox import report_booking
from loket_import.rivals import lock_with_rivals
from loket_import.statuses import MAY_BE_BOOKED, READY


class BookingRefused(UserError):
    """Nothing was booked; `code` says why."""

    code = "booking_refused"

    def __init__(self, code: str) -> None:
        self.code = code  # type: ignore[misc]
        self.message = SENTENCES[code]


SENTENCES = {
    "changed_in_loket": _(
        "The journal run was changed in Loket.nl after you looked at it. Nothing was booked. "
        "Look at the new content and book again."
    ),
    "changed_here": _(
        "An account, a mapping, the date or the description was changed after you looked at it, "
        "or there is a new warning. Nothing was booked. Look at the entry again and book once more."
    ),
    "not_ready": _(
        "The journal run has another state in Loket.nl than when you looked at it, or is no longer "
        "there. Nothing was booked. Look at its state now."
    ),
    "has_problems": _(
        "There are problems in the way by now. Nothing was booked. "
        "The page of the run names each one and what to do."
    ),
    "booked_otherwise": _(
        "This run was booked by a colleague in the meantime, with another date, description or "
        "account than you saw. Nothing was booked again. Look at that entry first."
    ),
    "another_order_pending": _(
        "This run is being booked already, with another date, description or account than you "
        "saw. Your order was not taken. Wait until the other one has ended, then look at the run "
        "again."
    ),
    "not_allowed": _(
        "You are no longer allowed to book in this administration. Nothing was booked. Ask a "
        "manager of it for the role of bookkeeper, or have a colleague book the run."
    ),
}


def order_booking(seen: Preview, *, user: User) -> Job:
    """Have a run booked as it was seen.

    The job of a colleague who was quicker is as good, if it is for the same; else BookingRefused.
    """
    if not seen.proposal.is_bookable:
        raise BookingRefused("has_problems")
    order = asdict(BookingOrder.of(seen))
    job = request_job(JobKind.BOOKING, subject=str(seen.run.pk), order=order, requested_by=user)
    if job.order != order:
        raise BookingRefused("another_order_pending")
    return job


def live_booking(run: JournalRun) -> Booking | None:
    """The booking of a run that has not been reversed."""
    return (
        Booking.objects.filter(run=run, reversal=None)
        .select_related("entry__journal", "entry__fiscal_year", "booked_by")
        .first()
    )


def handle_booking(job: Claimed) -> None:
    """Ask Loket for state and content once more and book what was seen, if it is still that."""
    order = BookingOrder.read(job.order)
    asked = ask_for_run(job)
    with administration_scope(job.administration_id):
        # Who has lost the job has been asleep: what it heard of Loket may be long out of date.
        job.hold()
        # Stored even when the booking is refused: the page must show what Loket says now.
        asked.store()
    if asked.row.status_key not in MAY_BE_BOOKED or asked.results is None:
        raise BookingRefused("not_ready")
    if asked.results.source_hash != order.source_hash:
        raise BookingRefused("changed_in_loket")
    with administration_scope(job.administration_id):
        booking = book(asked.run_id, order, user_id=job.requested_by_id)
        job.finish(entry=booking.entry_id)


def book(run_id: int, order: BookingOrder, *, user_id: int | None) -> Booking:
    """Post the run as ordered, in the scope that is open; the same order twice books once.

    Locks in a fixed order: membership, the run and its rivals, period (by `post`), number (by the
    seal).
    """
    if user_id is not None:
        try:
            hold_role(user_id, Role.BOOKKEEPER)
        except PermissionDenied:
            raise BookingRefused("not_allowed") from None
    run = lock_with_rivals(run_id)
    if booked := live_booking(run):
        if booked.posting_hash != order.posting_hash:
            raise BookingRefused("booked_otherwise")
        return booked
    if run.missing_since is not None or not is_status_as_seen(run, order):
        raise BookingRefused("not_ready")
    connection = connection_of(run)
    seen = preview(run, connection)
    if seen is None or seen.content.pk != order.content_id:
        raise BookingRefused("changed_in_loket")
    if not seen.proposal.is_bookable:
        raise BookingRefused("has_problems")
    if seen.hash != order.posting_hash or unseen_warnings(seen.proposal, order.warnings):
        raise BookingRefused("changed_here")
    booking = take_slot(seen, post(draft_of(seen, user_id)), user_id)
    report_booking(booking, connection)
    return booking


def is_status_as_seen(run: JournalRun, order: BookingOrder) -> bool:
    """Whether Loket's status is what the user agreed to, or no worse: ready, or our own message."""
    return run.status_key in (order.status_key, READY) or run.pk in exported_by_us([run])


def connection_of(run: JournalRun) -> Connection:
    """The live connection that is linked to the payroll of a run; NoConnection without one."""
    found = (
        Connection.objects.exclude(state=ConnectionState.ENDED)
        .filter(
            environment=run.environment, payroll_administration_id=run.payroll_administration_id
        )
        .first()
    )
    if found is None:
        raise NoConnection
    return found


def take_slot(seen: Preview, entry: JournalEntry, user_id: int | None) -> Booking:
    """Note that the run is booked; the database lets one live booking through."""
    earlier = Booking.objects.filter(run=seen.run).count()
    try:
        return Booking.objects.create(
            run=seen.run,
            content=seen.content,
            generation=earlier + 1,
            posting_hash=seen.hash,
            proof=proof_of(seen),
            entry=entry,
            booked_by_id=user_id,
        )
    except IntegrityError as error:
        if violated_constraint(error) in ("one_live_booking_per_run", "booking_generation_once"):
            raise BookingRefused("booked_otherwise") from error
        raise


def draft_of(seen: Preview, user_id: int | None) -> Draft:
    """The draft of a proposal without problems."""
    return Draft(
        journal_id=seen.journal.pk,
        booked_on=seen.options.booking_date,
        description=seen.options.description,
        lines=[draft_line(line) for line in seen.proposal.lines],
        posted_by_id=user_id,
    )


def draft_line(line: Any) -> DraftLine:
    """A line of the books from a proposed one, whose account is known."""
    return DraftLine(
        account_id=line.account.id,
        cost_center_id=line.cost_center and line.cost_center.id,
        cost_unit_id=line.cost_unit and line.cost_unit.id,
        debit=line.debit,
        credit=line.credit,
        description=line.description,
        # Of a line that stands for several the proof of the booking names them all.
        source_line=line.source_lines[0] if len(line.source_lines) == 1 else None,
    )
