"""What Loket is told became of a run."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from finmaster.tenancy import AdministrationModel, SiblingKey
from loket_import.models.bookings import Booking
from loket_import.models.runs import JournalRun


class ReportAction(models.TextChoices):
    """What Loket is told became of a run. Source: the actions of PATCH on a journal run."""

    PROCESSED = "MarkAsProcessed", _("Booked")
    FAILED = "MarkAsProcessingFailed", _("Not booked")


class ReportState(models.TextChoices):
    """Where a message to Loket stands."""

    WAITING = "waiting", _("to be sent")
    SENT = "sent", _("sent")
    NOT_ALLOWED = "not_allowed", _("not allowed")
    FAILED = "failed", _("not sent")
    NEEDLESS = "needless", _("not needed any more")


class LoketReport(AdministrationModel):
    """What Loket is to be told of a run: written with our own commit, sent afterwards.

    A booking is told once; a run that can't be booked when somebody says so.
    """

    run = SiblingKey(JournalRun, related_name="reports")
    booking = SiblingKey(Booking, null=True, blank=True)
    action = models.CharField(max_length=22, choices=ReportAction)
    # Loket: 255 characters at most, shown to the payroll staff. No amounts and no names in it.
    message = models.CharField(_("message"), max_length=255)
    state = models.CharField(max_length=11, choices=ReportState, default=ReportState.WAITING)
    error_message = models.TextField(blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "booking"),
                condition=Q(booking__isnull=False),
                name="booking_reported_once",
            ),
            models.UniqueConstraint(
                fields=("administration", "run"),
                condition=Q(state=ReportState.WAITING),
                name="one_report_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(action__in=ReportAction.values), name="report_action_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReportState.values), name="report_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(action=ReportAction.PROCESSED) | Q(booking__isnull=False),
                name="processed_means_booked",
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} for run {self.run_id}"
