"""What Loket is to be told: written with our own commit, sent afterwards by `telling`.

All of this happens in the scope that is open, with the run locked: who settles a report holds the
same lock, so that a report which is added meanwhile is never left without a job.
"""

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from finmaster.errors import UserError, violated_constraint
from finmaster.models import User
from loket_import.jobs import request_job
from loket_import.models import (
    Booking,
    BookingRules,
    JobKind,
    JournalRun,
    LoketReport,
    ReportAction,
    ReportState,
)
from loket_import.statuses import EXPORT_FAILED, EXPORTING, READY
from loket_import.wizard import runs_of

# Loket documents nowhere in which states it may be told; results exist, and no export succeeded.
MAY_BE_TOLD = frozenset({READY, EXPORTING, EXPORT_FAILED})
# While somebody exports a run, that it failed is not ours to say.
MAY_BE_REFUSED = MAY_BE_TOLD - {EXPORTING}

BOOKED_AS = gettext_noop("FinMaster: booked as %(entry)s")


class ReportRefused(UserError):
    """Nothing is sent to Loket; `code` says why."""

    code = "report_refused"

    def __init__(self, code: str) -> None:
        self.code = code  # type: ignore[misc]
        self.message = SENTENCES[code]


SENTENCES = {
    "report_waiting": _(
        "A message to Loket.nl about this run is on its way already. Yours was not sent. Wait "
        "until that one has been sent, then look whether another one is needed."
    ),
    "report_of_booked_run": _(
        "This run was booked in the meantime, so Loket.nl isn't told that it can't be booked."
    ),
    "report_not_open": _(
        "Loket.nl can only be told of a run whose journal is ready and was not exported. This run "
        "is in another state by now, so nothing was sent."
    ),
    "report_not_allowed": _(
        "The Loket.nl user of this connection isn't allowed to tell Loket.nl what became of a run. "
        "Nothing was sent. The page of the connection says how to grant the right."
    ),
}


def report_booking(booking: Booking, connection: Connection) -> None:
    """Have Loket told that a run is booked, unless the booking rules say otherwise.

    What was still to be said of the run is needless by now. Where the Loket user is known to lack
    the right nothing is sent, but it is noted, for the day on which the right is granted.
    """
    waiting_reports(booking.run_id).update(state=ReportState.NEEDLESS, settled_at=Now())
    rules = BookingRules.objects.first()
    if rules is not None and not rules.reports_to_loket:
        return
    is_allowed = connection.may_report is not False
    LoketReport.objects.create(
        run_id=booking.run_id,
        booking=booking,
        action=ReportAction.PROCESSED,
        message=booked_as(booking),
        state=ReportState.WAITING if is_allowed else ReportState.NOT_ALLOWED,
        settled_at=None if is_allowed else timezone.now(),
        requested_by_id=booking.booked_by_id,
    )
    if is_allowed:
        send(booking.run_id)


def booked_as(booking: Booking) -> str:
    """What the payroll staff reads of a booking: the number of its entry, and no more."""
    with translation.override("nl"):
        return gettext(BOOKED_AS) % {"entry": booking.entry}


def refuse_run(run_id: int, *, message: str, connection: Connection, user: User) -> LoketReport:
    """Have Loket told that a run can't be booked, and why; ReportRefused when that can't be said.

    Loket: the run gets the status of a failed export, which others see as well.
    """
    run = JournalRun.objects.select_for_update().get(pk=run_id)
    if is_booked(run_id):
        raise ReportRefused("report_of_booked_run")
    if run.status_key not in MAY_BE_REFUSED or run.missing_since or run.test_year:
        raise ReportRefused("report_not_open")
    if connection.may_report is False:
        raise ReportRefused("report_not_allowed")
    try:
        with transaction.atomic():
            report = LoketReport.objects.create(
                run=run, action=ReportAction.FAILED, message=message, requested_by=user
            )
    except IntegrityError as error:
        if violated_constraint(error) != "one_report_at_a_time":
            raise
        raise ReportRefused("report_waiting") from error
    send(run_id)
    return report


def send_again(run_id: int) -> bool:
    """Try once more to send the newest report of a run; whether there was one to be sent."""
    JournalRun.objects.select_for_update().get(pk=run_id)
    report = LoketReport.objects.filter(run_id=run_id).order_by("-pk").first()
    if report is None or report.state in (ReportState.SENT, ReportState.NEEDLESS):
        return False
    if is_belied(report):
        return False
    put_back(LoketReport.objects.filter(pk=report.pk))
    send(run_id)
    return True


def allow_again(connection: Connection) -> int:
    """Forget that Loket forbade it, and send what it forbade of bookings that still stand.

    How many are sent. Loket is asked one after the other; the first refusal stops the rest.
    """
    runs = runs_of(connection)
    refused = LoketReport.objects.filter(
        run__in=runs, state=ReportState.NOT_ALLOWED, booking__reversal=None, booking__isnull=False
    )
    run_ids = sorted(refused.values_list("run_id", flat=True))
    list(runs.filter(pk__in=run_ids).select_for_update().order_by("pk"))
    # Each run has one booking that stands, and what is still to be said of it is that.
    busy = set(waiting_reports(*run_ids).values_list("run_id", flat=True))
    put_back(refused.exclude(run_id__in=busy))
    # After the runs, as whoever settles a report does it: the other way about they would deadlock.
    connection.may_report = None
    connection.save(update_fields=["may_report"])
    for run_id in run_ids:
        send(run_id)
    return len(run_ids)


def waiting_reports(*run_ids: int) -> QuerySet[LoketReport]:
    """What is still to be sent of these runs: one of each at most."""
    return LoketReport.objects.filter(run_id__in=run_ids, state=ReportState.WAITING)


def put_back(reports: QuerySet[LoketReport]) -> None:
    """Let reports wait to be sent again."""
    reports.update(state=ReportState.WAITING, settled_at=None, error_message="")


def send(run_id: int) -> None:
    """Have the waiting report of a run sent, once this commits."""
    request_job(JobKind.REPORT, subject=str(run_id))


def is_belied(report: LoketReport) -> bool:
    """Whether a report says that a run can't be booked which was booked since."""
    return report.action == ReportAction.FAILED and is_booked(report.run_id)


def is_booked(run_id: int) -> bool:
    """Whether a booking of a run stands."""
    return Booking.objects.filter(run_id=run_id, reversal=None).exists()
