"""The mapping tables, and each change of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from finmaster.tenancy import AdministrationModel, SiblingKey
from ledger.models import Account, CostCenter, CostUnit


class MappingOrigin(models.TextChoices):
    """By which way a mapping came to be as it is."""

    WIZARD = "wizard", _("answered while importing")
    SUGGESTION = "suggestion", _("suggestion accepted while importing")
    TABLE = "table", _("changed in the mapping table")
    FILE = "file", _("imported from a file")
    COPY = "copy", _("copied from another administration")
    RESTORED = "restored", _("put back")


class Mapping(AdministrationModel):
    """Loket code X is booked on ours Y: set once, used for ever. Belongs to the administration.

    The database keeps each earlier state in `MappingChange`.
    """

    loket_code = models.CharField(_("code in Loket.nl"), max_length=50)
    loket_description = models.CharField(_("description in Loket.nl"), max_length=255, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    set_at = models.DateTimeField(auto_now=True)
    origin = models.CharField(max_length=10, choices=MappingOrigin, default=MappingOrigin.WIZARD)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.loket_code


class CostCenterRule(models.TextChoices):
    """What becomes of the cost centre of the lines on an account of Loket's.

    Loket: the conversion from product 938 to 940 sets 'Kostenrekening' on every account, so that
    balance sheet accounts come with cost centres as well.
    """

    AS_SENT = "as_sent", _("As in Loket.nl")
    DROP = "drop", _("Leave out")
    DEFAULT = "default", _("This one where Loket.nl gives none")
    FIXED = "fixed", _("Always this one")


NAMES_A_COST_CENTER = (CostCenterRule.DEFAULT, CostCenterRule.FIXED)


class AccountMapping(Mapping):
    """A ledger account of Loket -> an account of ours, and what becomes of its cost centre.

    Without an account it holds the rule for the cost centre only: where the chart of accounts is
    taken over, the code itself says the account.
    """

    account = SiblingKey(Account, null=True, blank=True)
    cost_center_rule = models.CharField(
        _("cost centre"), max_length=7, choices=CostCenterRule, default=CostCenterRule.AS_SENT
    )
    cost_center = SiblingKey(CostCenter, null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "loket_code"), name="account_mapped_once"
            ),
            models.CheckConstraint(
                condition=Q(account__isnull=False) | ~Q(cost_center_rule=CostCenterRule.AS_SENT),
                name="account_mapping_says_something",
            ),
            models.CheckConstraint(
                condition=Q(cost_center__isnull=False, cost_center_rule__in=NAMES_A_COST_CENTER)
                | Q(
                    cost_center=None,
                    cost_center_rule__in=(CostCenterRule.AS_SENT, CostCenterRule.DROP),
                ),
                name="cost_center_rule_names_one",
            ),
        )


class CostCenterMapping(Mapping):
    """A cost centre of Loket -> a cost centre of ours, or none: then it is left out."""

    cost_center = SiblingKey(CostCenter, null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "loket_code"), name="cost_center_mapped_once"
            ),
        )


class CostUnitMapping(Mapping):
    """A cost unit of Loket -> a cost unit of ours, or none: then it is left out."""

    cost_unit = SiblingKey(CostUnit, null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "loket_code"), name="cost_unit_mapped_once"
            ),
        )


class MappingChange(AdministrationModel):
    """A mapping as it was before and after a change. Written by the database, only ever added to.

    `old` and `new` hold the columns that say what a code is booked on: account_id,
    cost_center_rule and cost_center_id, or cost_center_id, or cost_unit_id. `old` is None where
    there was no mapping, `new` where it was taken away.
    """

    dimension = models.CharField(max_length=11)
    loket_code = models.CharField(max_length=50)
    loket_description = models.CharField(max_length=255, blank=True)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    origin = models.CharField(max_length=10, choices=MappingOrigin)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(
                fields=("administration", "dimension", "loket_code", "-id"),
                name="mapping_changes_of_a_code",
            ),
        )

    def __str__(self) -> str:
        return f"{self.dimension} {self.loket_code}"
