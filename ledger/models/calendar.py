"""Fiscal years and their periods, open or closed."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from finmaster.tenancy import AdministrationModel, SiblingKey


class FiscalYear(AdministrationModel):
    """A fiscal year; it need not be a calendar year."""

    label = models.CharField(_("fiscal year"), max_length=9)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "label"), name="fiscal_year_label_once"
            ),
            models.UniqueConstraint(fields=("administration", "id"), name="fiscal_year_sibling"),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")), name="fiscal_year_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return self.label


class Period(AdministrationModel):
    """A period of a fiscal year; nothing is posted in a closed one."""

    fiscal_year = SiblingKey(FiscalYear)
    number = models.PositiveSmallIntegerField(_("period"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "fiscal_year", "number"), name="period_number_once"
            ),
            models.UniqueConstraint(fields=("administration", "id"), name="period_sibling"),
            # What an entry refers to, so that its year is always the year of its period.
            models.UniqueConstraint(
                fields=("administration", "id", "fiscal_year"), name="period_of_fiscal_year"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="period_ends_after_start"
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def is_open(self) -> bool:
        """Whether entries may be posted in it, as far as the period itself goes."""
        return self.closed_at is None
