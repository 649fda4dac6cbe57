"""Work in the background."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from finmaster.tenancy import AdministrationModel


class JobKind(models.TextChoices):
    """What a job does: the calls to Loket, and the booking that asks Loket once more."""

    EMPLOYERS = "employers", _("Fetch employers")
    PAYROLL_ADMINISTRATIONS = "payrolls", _("Fetch payroll administrations")
    RUNS = "runs", _("Fetch journal runs")
    CONTENT = "content", _("Fetch the content of a journal run")
    BOOKING = "booking", _("Book a journal run")
    REPORT = "report", _("Tell Loket what became of a journal run")


class JobState(models.TextChoices):
    """Where a job stands."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("under way")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


UNFINISHED = (JobState.WAITING, JobState.RUNNING)


class Job(AdministrationModel):
    """A piece of work in the background: a row in a state, which a worker brings to its end.

    The queue only rings the bell; a row that nobody finishes is rung again.
    """

    kind = models.CharField(max_length=10, choices=JobKind)
    # What tells it from others of its kind; see `subjects`. Empty if nothing does.
    subject = models.CharField(max_length=30, blank=True)
    # What the user saw when asking for it, for a booking; see `booking.BookingOrder`.
    order = models.JSONField(default=dict)
    state = models.CharField(max_length=7, choices=JobState, default=JobState.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # What came out, small and typed by kind: employers to choose from, the entry that was booked.
    result = models.JSONField(default=dict)
    error_code = models.CharField(max_length=80, blank=True)
    error_message = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True)
    # Not to be touched before this moment: the lease of the worker, or the wait before a retry.
    due_at = models.DateTimeField()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "kind", "subject"),
                condition=Q(state__in=UNFINISHED),
                name="one_unfinished_job",
            ),
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
        )
        indexes = (
            models.Index(fields=("due_at",), condition=Q(state__in=UNFINISHED), name="jobs_due"),
            models.Index(
                fields=("administration", "kind", "subject", "-id"), name="jobs_of_a_subject"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state not in UNFINISHED
