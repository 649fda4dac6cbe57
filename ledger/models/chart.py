"""Chart of accounts, cost centres, cost units and journals of an administration."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from finmaster.tenancy import AdministrationModel


class AccountKind(models.TextChoices):
    """Where an account stands in the balance sheet or the profit and loss account."""

    ASSET = "asset", _("asset")
    LIABILITY = "liability", _("liability")
    EQUITY = "equity", _("equity")
    INCOME = "income", _("income")
    EXPENSE = "expense", _("expense")


class Account(AdministrationModel):
    """A general ledger account, known by its code."""

    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=AccountKind)
    # Referentie Grootboekschema, for instance WPerLesLon; see referentiegrootboekschema.nl.
    rgs_code = models.CharField(_("RGS code"), max_length=20, blank=True)
    is_postable = models.BooleanField(_("can be posted on"), default=True)
    is_blocked = models.BooleanField(_("blocked"), default=False)
    requires_cost_center = models.BooleanField(_("demands a cost centre"), default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "code"),
                name="account_code_once",
                violation_error_message=_("There is an account with this code already."),
            ),
            models.UniqueConstraint(fields=("administration", "id"), name="account_sibling"),
            models.CheckConstraint(
                condition=Q(kind__in=AccountKind.values), name="account_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^\S(.*\S)?$"),
                name="account_code_without_outer_spaces",
                violation_error_message=_("A code does not begin or end with a space."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Dimension(AdministrationModel):
    """What a line names besides its account, known by its code."""

    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=100)
    is_blocked = models.BooleanField(_("blocked"), default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class CostCenter(Dimension):
    """Where a cost belongs: a department, a branch."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "code"),
                name="cost_center_code_once",
                violation_error_message=_("There is a cost centre with this code already."),
            ),
            models.UniqueConstraint(fields=("administration", "id"), name="cost_center_sibling"),
        )


class CostUnit(Dimension):
    """What a cost is for: a project, a product."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "code"),
                name="cost_unit_code_once",
                violation_error_message=_("There is a cost unit with this code already."),
            ),
            models.UniqueConstraint(fields=("administration", "id"), name="cost_unit_sibling"),
        )


class JournalKind(models.TextChoices):
    """The kinds of book of prime entry."""

    MEMORIAL = "memorial", _("memorial")
    PAYROLL = "payroll", _("payroll")
    BANK = "bank", _("bank")
    CASH = "cash", _("cash")
    SALES = "sales", _("sales")
    PURCHASE = "purchase", _("purchase")


# Kinds for entries without a bank or an invoice behind them: what the memorial lists.
MEMORIAL_KINDS = (JournalKind.MEMORIAL, JournalKind.PAYROLL)


class Journal(AdministrationModel):
    """A book of prime entry."""

    code = models.CharField(_("code"), max_length=10)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=JournalKind)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "code"),
                name="journal_code_once",
                violation_error_message=_("There is a journal with this code already."),
            ),
            models.UniqueConstraint(fields=("administration", "id"), name="journal_sibling"),
            models.CheckConstraint(
                condition=Q(kind__in=JournalKind.values), name="journal_kind_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
