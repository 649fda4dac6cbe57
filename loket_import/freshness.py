"""What a page shows of a fetch: under way, failed, out of date, or done at some time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from loket_import.jobs import latest_job
from loket_import.models import Job, JobKind, JobState
from loket_import.subjects import in_address

STALE_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Progress:
    """What components/progress.html shows.

    `trouble` is a sentence while the work waits for another try, and `next_try` its time of day.
    """

    phase: str
    done: int
    total: int
    trouble: str = ""
    next_try: str = ""


@dataclass(frozen=True, slots=True)
class Fetch:
    """A fetch as its page sees it. `page_url` is the page, `fetch_url` where to ask for another.

    `seen_at` is when Loket was last asked for the same in another way: booking asks once more.
    """

    job: Job | None
    page_url: str
    fetch_url: str
    poll_url: str
    seen_at: datetime | None = None

    @property
    def fetched_at(self) -> datetime | None:
        """When what is shown was last asked for; None while it never was."""
        moments = (self.job and self.job.finished_at, self.seen_at)
        return max((moment for moment in moments if moment), default=None)

    @property
    def progress(self) -> Progress | None:
        """Not None while a worker is at it, or about to be."""
        if self.job is None or self.job.is_finished:
            return None
        return progress_of(self.job)

    @property
    def failed(self) -> bool:
        """Whether the last one went wrong for good."""
        return self.job is not None and self.job.state == JobState.FAILED

    @property
    def is_wanted(self) -> bool:
        """Whether the page should fetch by itself: never done, or long ago."""
        if self.job is None:
            return True
        if self.job.state != JobState.DONE or self.fetched_at is None:
            return False
        return timezone.now() - self.fetched_at > STALE_AFTER


def fetch_of(
    kind: JobKind, *, slug: str, page_url: str, subject: str, seen_at: datetime | None = None
) -> Fetch:
    """The last fetch of this kind and subject; `seen_at` as in `Fetch`."""
    job = latest_job(kind, subject)
    return Fetch(
        job=job,
        page_url=page_url,
        fetch_url=reverse("loket_import:fetch", args=[slug, kind.value, in_address(kind, subject)]),
        poll_url=reverse("loket_import:progress", args=[slug, job.pk]) if job else "",
        seen_at=seen_at,
    )


def progress_of(job: Job) -> Progress:
    """How far a job is; one that waits for another try says why, and until when."""
    if job.state == JobState.WAITING and job.error_message and job.due_at > timezone.now():
        return Progress(
            _("Waiting for the next try"),
            done=0,
            total=0,
            trouble=job.error_message,
            next_try=f"{timezone.localtime(job.due_at):%H:%M:%S}",
        )
    return Progress(phase(job), job.done, job.total)


def phase(job: Job) -> str:
    """What is being done, in words."""
    match JobKind(job.kind):
        case JobKind.EMPLOYERS:
            return _("Fetching the employers from Loket.nl")
        case JobKind.PAYROLL_ADMINISTRATIONS:
            return _("Fetching the payroll administrations from Loket.nl")
        case JobKind.RUNS:
            return _("Fetching the journal runs from Loket.nl")
        case JobKind.CONTENT:
            return _("Fetching the lines of the journal run from Loket.nl")
        case JobKind.BOOKING:
            return _("Checking the run at Loket.nl once more, then booking it")
        case JobKind.REPORT:
            return _("Telling Loket.nl what became of the journal run")
