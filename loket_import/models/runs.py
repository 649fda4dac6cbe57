"""Journal runs and their lines as Loket told them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from connections.models import Environment
from finmaster.tenancy import AdministrationModel, SiblingKey
from ledger.models import Journal


class JournalRun(AdministrationModel):
    """One journalising of a payroll run, known by Loket's id within an environment."""

    environment = models.CharField(max_length=10, choices=Environment)
    loket_id = models.UUIDField()
    employer_id = models.UUIDField()
    payroll_administration_id = models.UUIDField()
    payroll_run_id = models.UUIDField()
    sequence_number = models.PositiveIntegerField()
    status_key = models.IntegerField()
    status_text = models.CharField(max_length=100)
    method_key = models.IntegerField()
    method_text = models.CharField(max_length=100)
    year = models.PositiveSmallIntegerField(_("payroll year"))
    period_number = models.PositiveSmallIntegerField(_("pay period"), null=True)
    period_start = models.DateField()
    period_end = models.DateField()
    test_year = models.BooleanField()
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    # When Loket was asked for what stands above, and for the lines of the newest content: an
    # answer to an earlier question never takes the place of one to a later.
    seen_at = models.DateTimeField()
    content_seen_at = models.DateTimeField(null=True)
    # Since when Loket no longer lists it; empty while it does.
    missing_since = models.DateTimeField(null=True)

    # What Loket tells of a run that is not ready; see `judging`.
    exports = models.JSONField(default=list)
    faults = models.JSONField(default=list)

    # What the user chose in step 4; empty where the booking rules of the administration hold.
    booking_date = models.DateField(_("booking date"), null=True, blank=True)
    description = models.CharField(_("description"), max_length=255, blank=True)
    journal = SiblingKey(Journal, null=True, blank=True)
    condenses = models.BooleanField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "environment", "loket_id"), name="journal_run_once"
            ),
            models.UniqueConstraint(fields=("administration", "id"), name="journal_run_sibling"),
        )
        indexes = (
            models.Index(
                fields=("administration", "payroll_administration_id", "year", "-sequence_number"),
                name="runs_of_a_year",
            ),
        )

    def __str__(self) -> str:
        return f"{self.year}-{self.period_number} run {self.sequence_number}"


class RunContent(AdministrationModel):
    """The lines of a run as they came at one moment; never changed. The newest one counts."""

    run = SiblingKey(JournalRun, related_name="contents")
    # Bodies of the answers, byte for byte, one a page; and SHA-256 over them.
    pages = ArrayField(models.BinaryField())
    answer_sha256 = models.CharField(max_length=64)
    # SHA-256 over the lines in canonical form: equal however Loket orders or writes them.
    source_hash = models.CharField(max_length=64)
    line_count = models.PositiveIntegerField()
    fetched_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("administration", "id"), name="run_content_sibling"),
            # What a booking refers to, so that it is always of the run that it books.
            models.UniqueConstraint(
                fields=("administration", "id", "run"), name="run_content_of_run"
            ),
        )

    def __str__(self) -> str:
        return f"content {self.source_hash[:8]}"


class RunLine(AdministrationModel):
    """One line of a run as Loket sent it: codes untrimmed, amounts signed and unrounded."""

    content = SiblingKey(RunContent, related_name="lines")
    number = models.PositiveIntegerField()
    account_code = models.CharField(max_length=50)
    account_description = models.CharField(max_length=255)
    cost_center_code = models.CharField(max_length=50, null=True)  # noqa: DJ001 - null is Loket's
    cost_center_description = models.CharField(max_length=255, null=True)  # noqa: DJ001
    cost_unit_code = models.CharField(max_length=50, null=True)  # noqa: DJ001
    cost_unit_description = models.CharField(max_length=255, null=True)  # noqa: DJ001
    debit = models.DecimalField(max_digits=18, decimal_places=6)
    credit = models.DecimalField(max_digits=18, decimal_places=6)
    component_key = models.IntegerField(null=True)
    component_description = models.CharField(max_length=50, null=True)  # noqa: DJ001

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "content", "number"), name="run_line_number_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.content_id}/{self.number}"
