"""Journal runs as Loket told them, their booking, and the work that is under way."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from connections.models import Environment
from finmaster.tenancy import AdministrationModel, SiblingKey
from ledger.models import Journal, JournalEntry


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

    # What Loket tells of a run that is not ready; see `exports` and `faults`.
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


class Booking(AdministrationModel):
    """The booking of a run, live until its entry is reversed; a run has one live at most."""

    run = SiblingKey(JournalRun, related_name="bookings")
    content = SiblingKey(RunContent)
    generation = models.PositiveIntegerField(default=1)
    # SHA-256 over date, journal, description and lines as booked.
    posting_hash = models.CharField(max_length=64)
    # What was known and decided when it was booked; see `proof`.
    proof = models.JSONField(default=dict)
    entry = SiblingKey(JournalEntry)
    reversal = SiblingKey(JournalEntry, null=True, blank=True)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    booked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "run"),
                condition=Q(reversal=None),
                name="one_live_booking_per_run",
            ),
            models.UniqueConstraint(
                fields=("administration", "run", "generation"), name="booking_generation_once"
            ),
            models.UniqueConstraint(fields=("administration", "entry"), name="entry_books_one_run"),
            # What a report refers to, so that it is always of the run that is booked.
            models.UniqueConstraint(fields=("administration", "id", "run"), name="booking_of_run"),
        )

    def __str__(self) -> str:
        return f"booking {self.generation} of run {self.run_id}"


class Confirmation(AdministrationModel):
    """Somebody looked at a problem of a run and said that it may be booked all the same.

    `problem` is the key of the problem, which names what it is about as well: another problem of
    the same kind needs a word of its own. Only ever added to.
    """

    run = SiblingKey(JournalRun, related_name="confirmations")
    problem = models.CharField(max_length=150)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "run", "problem"), name="problem_confirmed_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.problem} of run {self.run_id}"


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


class DateRule(models.TextChoices):
    """Which day of a pay period its entry is booked on."""

    PERIOD_END = "period_end", _("Last day of the pay period")
    MONTH_END = "month_end", _("Last day of the month")
    PAYMENT_DAY = "payment_day", _("Day on which wages are paid")


class MonthRule(models.TextChoices):
    """To which month a pay period belongs that lies in two: one of four weeks, or a week."""

    ENDS_IN = "ends_in", _("The month in which it ends")
    MOST_DAYS = "most_days", _("The month that has most of its days")
    BEGINS_IN = "begins_in", _("The month in which it begins")


class BookingRules(AdministrationModel):
    """How runs of an administration are booked, until a run says otherwise. One row at most.

    It belongs to the administration, so that it survives a connection.
    """

    # None: the first memorial journal.
    journal = SiblingKey(Journal, null=True, blank=True)
    condenses = models.BooleanField(default=False)
    date_rule = models.CharField(max_length=11, choices=DateRule, default=DateRule.PERIOD_END)
    month_rule = models.CharField(max_length=9, choices=MonthRule, default=MonthRule.ENDS_IN)
    # Books period 13 or week 53 in the payroll year, also where it ends in the next one.
    keeps_payroll_year = models.BooleanField(default=False)
    payment_day = models.PositiveSmallIntegerField(null=True, blank=True)
    is_paid_next_month = models.BooleanField(default=False)
    description_template = models.CharField(max_length=255, blank=True)
    # An amount stands out when it differs by more than both from that of the run before.
    notable_percentage = models.PositiveSmallIntegerField(default=25)
    notable_amount = models.DecimalField(max_digits=14, decimal_places=2, default=100)
    reports_to_loket = models.BooleanField(default=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("administration",), name="one_set_of_booking_rules"),
            models.CheckConstraint(
                condition=Q(date_rule=DateRule.PAYMENT_DAY, payment_day__range=(1, 31))
                | (~Q(date_rule=DateRule.PAYMENT_DAY) & Q(payment_day=None)),
                name="payment_day_with_its_rule",
            ),
            models.CheckConstraint(
                condition=Q(date_rule__in=DateRule.values), name="date_rule_known"
            ),
            models.CheckConstraint(
                condition=Q(month_rule__in=MonthRule.values), name="month_rule_known"
            ),
            models.CheckConstraint(
                condition=Q(notable_amount__gte=0), name="notable_amount_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"booking rules of {self.administration_id}"


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
