"""What Celery runs: a bell for a job, the round that rings for forgotten ones, and a broom."""

from typing import Any

from celery import shared_task

from loket_import import forgetting, jobs
from loket_import.booking import handle_booking
from loket_import.fetching import (
    handle_content,
    handle_employers,
    handle_payroll_administrations,
    handle_runs,
)
from loket_import.models import JobKind
from loket_import.reporting.telling import handle_report

HANDLERS = {
    JobKind.EMPLOYERS: handle_employers,
    JobKind.PAYROLL_ADMINISTRATIONS: handle_payroll_administrations,
    JobKind.RUNS: handle_runs,
    JobKind.CONTENT: handle_content,
    JobKind.BOOKING: handle_booking,
    JobKind.REPORT: handle_report,
}


@shared_task
def run_job(administration_id: int, job_id: int, **_later: Any) -> None:
    """Bring one job a step further; harmless to deliver twice, late, or for a job long gone."""
    jobs.run(administration_id, job_id, HANDLERS)


@shared_task
def ring_unfinished_jobs(**_later: Any) -> None:
    """Ring again for each job that is due, whatever became of the bell that rang for it."""
    for administration_id, job_id in jobs.unfinished_jobs():
        jobs.ring(administration_id, job_id)


@shared_task
def forget_old_work(**_later: Any) -> None:
    """Sweep out what has long been done or was never used; once a night is enough."""
    forgetting.forget_expired_sessions()
    forgetting.forget_expired_attempts()
    forgetting.forget_old_jobs()
