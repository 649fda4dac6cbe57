"""Reports to Loket in tests: the one of a run, its job, and what Loket heard."""

from datetime import timedelta

from django.db.models import Value
from django.db.models.functions import Now

from connections.models import Connection
from loket_import.models import Booking, Job, JobKind, JournalRun, LoketReport
from loket_import.sandbox.model import ExportAttempt
from loket_import.sandbox.model import JournalRun as LoketRun
from tests.loket_import.linked import Linked


def report_of(linked: Linked, run: JournalRun) -> LoketReport:
    """The newest report of a run."""
    with linked.scope():
        found = LoketReport.objects.filter(run=run).order_by("-pk").first()
    assert found is not None
    return found


def report_job(linked: Linked, run: JournalRun) -> Job:
    """The newest job that reports a run, due by now."""
    with linked.scope():
        found = Job.objects.filter(kind=JobKind.REPORT, subject=str(run.pk)).order_by("-pk").first()
        assert found is not None
        Job.objects.filter(pk=found.pk).update(due_at=Now() - Value(timedelta(seconds=1)))
    return found


def send(linked: Linked, run: JournalRun) -> LoketReport:
    """Do what a worker does with the report of a run, and read it again."""
    linked.carry_out(report_job(linked, run))
    return report_of(linked, run)


def may_report(linked: Linked) -> bool | None:
    """What is known of the right to report."""
    with linked.scope():
        return Connection.objects.get(pk=linked.connection_id).may_report


def at_loket(linked: Linked, run: JournalRun) -> LoketRun:
    """A run as the sandbox has it."""
    return linked.loket.world.run(str(run.loket_id))


def heard(sent: LoketRun) -> list[ExportAttempt]:
    """What Loket was told of a run: the exports that are by FinMaster."""
    return [one for one in sent.exports if one.application_key == 940]


def stands(linked: Linked, booking: Booking) -> bool:
    """Whether a booking is live and its entry is there."""
    with linked.scope():
        return Booking.objects.filter(
            pk=booking.pk, reversal=None, entry__state="posted", entry__number=booking.entry.number
        ).exists()
