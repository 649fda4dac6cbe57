"""Journal entries and their lines. The database guards them; see the migration `0002_guards`."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from finmaster.tenancy import AdministrationModel, SiblingKey
from ledger.models.calendar import FiscalYear, Period
from ledger.models.chart import Account, CostCenter, CostUnit, Journal


class NumberSeries(AdministrationModel):
    """The last number given out in a journal and fiscal year; a rollback gives it back."""

    journal = SiblingKey(Journal)
    fiscal_year = SiblingKey(FiscalYear)
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "journal", "fiscal_year"), name="number_series_once"
            ),
        )

    def __str__(self) -> str:
        return str(self.last_number)


class EntryState(models.TextChoices):
    """A draft lives inside the transaction that writes it; what is committed is posted."""

    DRAFT = "draft", _("draft")
    POSTED = "posted", _("posted")


class JournalEntry(AdministrationModel):
    """A balanced set of lines with one number and one date."""

    journal = SiblingKey(Journal)
    fiscal_year = SiblingKey(FiscalYear)
    period = SiblingKey(Period)
    number = models.PositiveIntegerField(_("entry number"), null=True)
    booked_on = models.DateField(_("booking date"))
    description = models.CharField(_("description"), max_length=255)
    state = models.CharField(max_length=6, choices=EntryState, default=EntryState.DRAFT)
    line_count = models.PositiveIntegerField(_("lines"))
    # Sum of the debit side, equal to the sum of the credit side.
    total = models.DecimalField(_("total"), max_digits=16, decimal_places=2)
    reverses = SiblingKey("self", null=True, blank=True, related_name="reversals")
    reversal_reason = models.CharField(_("reason"), max_length=255, blank=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    posted_at = models.DateTimeField(_("posted at"), null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "journal", "fiscal_year", "number"),
                name="entry_number_once",
            ),
            models.UniqueConstraint(fields=("administration", "id"), name="entry_sibling"),
            models.UniqueConstraint(
                fields=("administration", "reverses"), name="entry_reversed_once"
            ),
            # What a booking refers to, so that its reversal is the reversal of its entry.
            models.UniqueConstraint(
                fields=("administration", "id", "reverses"), name="entry_is_reversal_of"
            ),
            models.CheckConstraint(
                condition=Q(state=EntryState.DRAFT, number=None, posted_at=None)
                | Q(state=EntryState.POSTED, number__gt=0, posted_at__isnull=False),
                name="entry_has_number_when_posted",
            ),
            models.CheckConstraint(
                condition=Q(reverses=None, reversal_reason="")
                | (Q(reverses__isnull=False) & ~Q(reversal_reason="")),
                name="entry_reversal_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(reverses=F("id")), name="entry_does_not_reverse_itself"
            ),
        )
        indexes = (
            models.Index(
                fields=("administration", "journal", "-booked_on", "-id"), name="entry_by_date"
            ),
        )

    def __str__(self) -> str:
        return f"{self.journal.code} {self.fiscal_year.label}-{self.number or 0:04d}"


class JournalLine(AdministrationModel):
    """One debit or one credit."""

    entry = SiblingKey(JournalEntry, related_name="lines")
    number = models.PositiveIntegerField(_("line"))
    account = SiblingKey(Account)
    cost_center = SiblingKey(CostCenter, null=True, blank=True)
    cost_unit = SiblingKey(CostUnit, null=True, blank=True)
    debit = models.DecimalField(_("debit"), max_digits=14, decimal_places=2)
    credit = models.DecimalField(_("credit"), max_digits=14, decimal_places=2)
    description = models.CharField(_("description"), max_length=255, blank=True)
    # The line of the source document that this one comes from, counted from 1.
    source_line = models.PositiveIntegerField(_("source line"), null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "entry", "number"), name="line_number_once"
            ),
            models.CheckConstraint(
                condition=Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0),
                name="line_has_one_positive_side",
            ),
            # PostgreSQL's numeric knows NaN, and holds it for greater than every number.
            models.CheckConstraint(
                condition=Q(debit__lt=10**12, credit__lt=10**12), name="line_amount_is_a_number"
            ),
        )

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.number}"
