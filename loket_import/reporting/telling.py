"""Tell Loket what became of a run: the outbox is emptied here, exactly once in effect.

Loket is always asked first. So after a crash, a time-out or an answer that got lost the next
attempt finds what is done already, and an act that Loket documents no key for is never repeated.
Whatever happens here, the books stay as they are.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connections.errors import LoketLoginUnavailable
from connections.models import Connection, ConnectionState
from finmaster.tenancy import administration_scope
from loket_import.client import LoketClient
from loket_import.errors import (
    LoketConflict,
    LoketForbidden,
    LoketNotFound,
    LoketRefused,
    LoketTooLarge,
    LoketUnavailable,
    LoketUnreadable,
    quoted,
)
from loket_import.fetching import RunGone, linked_run, live_link
from loket_import.jobs import Claimed
from loket_import.models import Job, JobKind, JournalRun, LoketReport, ReportAction, ReportState
from loket_import.reporting.outbox import MAY_BE_REFUSED, MAY_BE_TOLD, send, waiting_reports
from loket_import.statuses import EXPORT_FAILED, EXPORTED, REMOVED


class NotTold(LoketUnavailable):
    """Loket can't be reached, so it is told later; a time-out may hide that it was told."""

    code = "not_told_yet"
    message = _(
        "Loket.nl doesn't answer at the moment, so it could not be told yet. Nothing changes in "
        "the books. FinMaster tries again by itself."
    )
    last_message = _(
        "Loket.nl did not answer, not even after several attempts, so it could not be told. "
        "Nothing changes in the books. Try again later."
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report as a worker needs it, read once; `is_overtaken` when its booking was reversed.

    `may_be_told` when an earlier attempt may have told Loket, so that an export there may be ours.
    """

    id: int
    run_id: int
    action: ReportAction
    message: str
    is_overtaken: bool
    is_forbidden: bool
    may_be_told: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a report: the state it gets, and why, with Loket's own words if it has any.

    `may_report` is what is known of the right by now; None where nothing new is.
    """

    state: ReportState
    why: "Promise | str" = ""
    loket_says: str = ""
    may_report: bool | None = None

    @property
    def in_words(self) -> str:
        """The reason in Dutch: workers have no user's language."""
        with translation.override("nl"):
            return f"{self.why} {quoted(self.loket_says)}".strip()


GONE = Outcome(
    ReportState.NEEDLESS, _("Loket.nl doesn't have this journal run any more, so it was not told.")
)
OTHER_PAYROLL = Outcome(
    ReportState.NEEDLESS,
    _(
        "The connection is linked to another payroll administration by now, so Loket.nl was not "
        "told."
    ),
)
REVERSED = Outcome(
    ReportState.NEEDLESS, _("The entry was reversed before Loket.nl was told, so it was not told.")
)
EXPORTED_MEANWHILE = Outcome(
    ReportState.NEEDLESS,
    _("Loket.nl says that the run was exported in the meantime, so it was not told."),
)
EXPORTED_ALREADY = Outcome(
    ReportState.NEEDLESS,
    _("In Loket.nl the run is exported already, so there was nothing left to tell."),
)
NOT_OPEN = Outcome(
    ReportState.FAILED,
    _("In Loket.nl the journal run is in a state in which nothing can be said of it."),
)
NOT_TAKEN = _("Loket.nl did not accept the message.")
FORBIDDEN = _(
    "The Loket.nl user of this connection isn't allowed to tell Loket.nl what became of a run: the "
    "right “Exporteren journaalrun” is missing."
)


def handle_report(job: Claimed) -> None:
    """Send the waiting report of a run; its job fails or waits without any effect on the books."""
    run_id = int(job.subject)
    with administration_scope(job.administration_id):
        waiting = read_waiting(job)
    if waiting is None:
        settle(job, run_id, None, None)
    elif waiting.is_overtaken:
        settle(job, run_id, waiting, REVERSED)
    elif waiting.is_forbidden:
        settle(job, run_id, waiting, Outcome(ReportState.NOT_ALLOWED, FORBIDDEN))
    else:
        settle(job, run_id, waiting, outcome_of(job, waiting))


def read_waiting(job: Claimed) -> Waiting | None:
    """The report that a job is to send, in the scope that is open."""
    run_id = int(job.subject)
    report = waiting_reports(run_id).select_related("booking").first()
    if report is None:
        return None
    live = Connection.objects.exclude(state=ConnectionState.ENDED)
    earlier = Job.objects.filter(
        kind=JobKind.REPORT, subject=job.subject, finished_at__gte=report.created_at
    )
    return Waiting(
        id=report.pk,
        run_id=run_id,
        action=ReportAction(report.action),
        message=report.message,
        is_overtaken=report.booking is not None and report.booking.reversal_id is not None,
        is_forbidden=live.filter(may_report=False).exists(),
        may_be_told=job.attempt > 1 or earlier.exists(),
    )


def outcome_of(job: Claimed, waiting: Waiting) -> Outcome:
    """Ask Loket, outside any scope, and tell it if that is still to be done.

    NotTold when it doesn't answer; LoketError or ConnectionTrouble when it can't be asked at all.
    """
    try:
        link = live_link(job.administration_id)
        with link.client() as client:
            pin = link.pin_in_sight(client)
            run = linked_run(job.administration_id, pin, waiting.run_id)
            return tell(client, run.loket_id, waiting)
    except RunGone:
        return OTHER_PAYROLL
    except (LoketUnavailable, LoketLoginUnavailable) as trouble:
        wait = trouble.retry_after if isinstance(trouble, LoketUnavailable) else None
        raise NotTold(str(trouble), retry_after=wait) from trouble


def tell(client: LoketClient, loket_id: UUID, waiting: Waiting) -> Outcome:
    """Tell Loket, unless it need not or can't be told."""
    if known := standing(client, loket_id, waiting):
        return known
    try:
        client.mark(loket_id, waiting.action, waiting.message, settings.LOKET_APPLICATION_KEY)
    except LoketForbidden as refusal:
        return Outcome(ReportState.NOT_ALLOWED, FORBIDDEN, refusal.reason, may_report=False)
    except LoketNotFound:
        return GONE
    except (LoketConflict, LoketRefused) as refusal:
        reached = standing(client, loket_id, waiting)
        return reached or Outcome(ReportState.FAILED, NOT_TAKEN, refusal.reason)
    except (LoketUnreadable, LoketTooLarge):
        # It answered 200 with a body that says nothing: the run itself says whether it was done.
        told = replace(waiting, may_be_told=True)
        return standing(client, loket_id, told) or Outcome(ReportState.FAILED, NOT_TAKEN)
    return Outcome(ReportState.SENT, may_report=True)


def standing(client: LoketClient, loket_id: UUID, waiting: Waiting) -> Outcome | None:
    """What Loket says already; None where it can be told.

    An export counts as our word where it may be: an export of somebody else never becomes it, for
    what we told decides later whether an exported run may be booked without asking.
    """
    try:
        status = client.journal_run(loket_id).status_key
    except LoketNotFound:
        return GONE
    if status == REMOVED:
        return GONE
    if status == EXPORTED:
        if waiting.action != ReportAction.PROCESSED:
            return EXPORTED_MEANWHILE
        return Outcome(ReportState.SENT) if waiting.may_be_told else EXPORTED_ALREADY
    if status not in (MAY_BE_TOLD if waiting.action == ReportAction.PROCESSED else MAY_BE_REFUSED):
        return NOT_OPEN
    if status == EXPORT_FAILED and waiting.action == ReportAction.FAILED:
        return Outcome(ReportState.SENT) if is_last_word(client, loket_id, waiting) else None
    return None


def is_last_word(client: LoketClient, loket_id: UUID, waiting: Waiting) -> bool:
    """Whether the last export of a run failed with this very message: then it was ours.

    Who may not see the audit trail tells it again, which changes nothing but that trail.
    """
    try:
        exports = client.exports(loket_id)
    except (LoketForbidden, LoketNotFound):
        return False
    return bool(exports) and exports[-1].error == " ".join(waiting.message.split())


def settle(job: Claimed, run_id: int, waiting: Waiting | None, outcome: Outcome | None) -> None:
    """Keep what became of a report, and end the job; both or neither.

    A report that was added meanwhile found this job under way, and gets one of its own.
    """
    with administration_scope(job.administration_id):
        JournalRun.objects.select_for_update().get(pk=run_id)
        if waiting is not None and outcome is not None:
            LoketReport.objects.filter(pk=waiting.id, state=ReportState.WAITING).update(
                state=outcome.state, error_message=outcome.in_words, settled_at=Now()
            )
            if outcome.may_report is not None:
                note_right(outcome.may_report)
        job.finish(report=outcome.state if outcome else "")
        if waiting_reports(run_id).exists():
            send(run_id)


def note_right(may_report: bool) -> None:
    """Keep on the live connection whether its Loket user may tell Loket what became of a run."""
    live = Connection.objects.exclude(state=ConnectionState.ENDED)
    live.exclude(may_report=may_report).update(may_report=may_report)
