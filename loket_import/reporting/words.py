"""What Loket was told of a run, or is about to be, as its pages show it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from connections.description import Happening
from loket_import.jobs import latest_job
from loket_import.models import (
    JobKind,
    JournalRun,
    LoketReport,
    ReportState,
)
from loket_import.reporting.outbox import MAY_BE_REFUSED, is_belied


@dataclass(frozen=True, slots=True)
class Reports:
    """The reports of a run, the newest first, and what can be done.

    `may_retry` when the newest was not sent and can be; `needs_right` when that takes a right at
    Loket first; `may_refuse` when Loket can be told that the run can't be booked.
    """

    events: list[Happening]
    may_retry: bool
    needs_right: bool
    may_refuse: bool


def reports_of(run: JournalRun) -> Reports:
    """What Loket was told of a run; three queries at most."""
    found = list(LoketReport.objects.filter(run=run).select_related("requested_by").order_by("-pk"))
    waiting = next((one for one in found if one.state == ReportState.WAITING), None)
    trouble, is_stuck = trouble_of(run) if waiting else ("", False)
    newest = found[0].state if found and not is_belied(found[0]) else ""
    return Reports(
        events=[
            happening(one, trouble if one is waiting else "", is_stuck=one is waiting and is_stuck)
            for one in found
        ],
        may_retry=newest == ReportState.FAILED or (newest == ReportState.WAITING and is_stuck),
        needs_right=newest == ReportState.NOT_ALLOWED,
        may_refuse=(
            waiting is None
            and run.status_key in MAY_BE_REFUSED
            and run.missing_since is None
            and not run.test_year
        ),
    )


def trouble_of(run: JournalRun) -> tuple[str, bool]:
    """Why the waiting report of a run was not sent yet, and whether nobody will try again."""
    job = latest_job(JobKind.REPORT, str(run.pk))
    if job is None:
        return "", True
    return job.error_message, job.is_finished


def happening(report: LoketReport, trouble: str, *, is_stuck: bool) -> Happening:
    """A report in the history of a run."""
    title, tone = title_of(ReportState(report.state), is_stuck=is_stuck)
    quoted = _("Message: “%(message)s”.") % {"message": report.message.removesuffix(".")}
    reason = report.error_message or trouble
    return Happening(
        at=report.settled_at or report.created_at,
        title=title,
        text=f"{quoted} {reason}".strip(),
        actor=report.requested_by.name if report.requested_by else "",
        tone=tone,
    )


def title_of(state: ReportState, *, is_stuck: bool) -> tuple[str, str]:
    """What became of a report, in a few words, and the tone in which it is said."""
    match state:
        case ReportState.SENT:
            return _("Reported to Loket.nl"), "success"
        case ReportState.WAITING if is_stuck:
            return _("Not reported to Loket.nl"), "warning"
        case ReportState.WAITING:
            return _("Is being reported to Loket.nl"), "info"
        case ReportState.NOT_ALLOWED:
            return _("Not reported to Loket.nl: the right is missing there"), "warning"
        case ReportState.FAILED:
            return _("Not reported to Loket.nl"), "warning"
        case ReportState.NEEDLESS:
            return _("No longer to be reported to Loket.nl"), "neutral"
