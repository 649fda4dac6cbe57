"""How the runs of an administration are booked."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from finmaster.tenancy import AdministrationModel, SiblingKey
from ledger.models import Journal


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
