"""Connections, their tokens, what they went through, and the mapping tables."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from finmaster.models import Administration
from finmaster.tenancy import AdministrationModel, SiblingKey
from ledger.models import Account, CostCenter, CostUnit


class ChartMode(models.TextChoices):
    """How a ledger account of Loket becomes one of ours."""

    ADOPT = "adopt", _("Take over the chart of accounts")
    TRANSPOSE = "transpose", _("Transpose")


class ConnectionState(models.TextChoices):
    """Where a connection stands."""

    NEW = "new", _("Not authorised yet")
    ACTIVE = "active", _("Connected")
    REAUTHORISE = "reauthorise", _("Authorise again")
    ENDED = "ended", _("Ended")


class Environment(models.TextChoices):
    """Loket's environments; data of one never meets data of another."""

    SANDBOX = "sandbox", _("sandbox")
    ACCEPTANCE = "acceptance", _("acceptance")
    PRODUCTION = "production", _("production")


class Connection(AdministrationModel):
    """An administration's link with Loket.nl, by a Loket user of its own.

    The employer and the payroll administration are pinned once, and checked on every read: a
    Loket user may see several employers, and consent is given per user, not per employer.
    """

    environment = models.CharField(max_length=10, choices=Environment)
    username = models.CharField(_("Loket user name"), max_length=100)
    chart_mode = models.CharField(_("chart of accounts"), max_length=9, choices=ChartMode)
    state = models.CharField(max_length=11, choices=ConnectionState, default=ConnectionState.NEW)

    employer_id = models.UUIDField(null=True, blank=True)
    employer_name = models.CharField(_("employer"), max_length=255, blank=True)
    employer_kvk = models.CharField(_("KvK number"), max_length=20, blank=True)
    payroll_administration_id = models.UUIDField(null=True, blank=True)
    payroll_name = models.CharField(_("payroll administration"), max_length=255, blank=True)
    payroll_tax_number = models.CharField(_("payroll tax number"), max_length=20, blank=True)
    payroll_period_type = models.CharField(_("pay period"), max_length=50, blank=True)
    # Loket's payrollPeriodType: 1 month, 3 four weeks, 4 week.
    payroll_period_key = models.PositiveSmallIntegerField(null=True, blank=True)

    # The last refusal or failure, by its stable code; empty when the last call went well.
    trouble = models.CharField(max_length=40, blank=True)
    # Whether Loket lets this user say what became of a run; None until it was tried.
    may_report = models.BooleanField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("administration", "id"), name="connection_sibling"),
            models.UniqueConstraint(
                fields=("administration",),
                condition=~Q(state=ConnectionState.ENDED),
                name="one_live_connection",
            ),
            models.UniqueConstraint(
                "environment",
                Lower("username"),
                condition=~Q(state=ConnectionState.ENDED),
                name="loket_user_in_one_administration",
            ),
            # The name above is what somebody typed; this is what Loket showed.
            models.UniqueConstraint(
                fields=("environment", "payroll_administration_id"),
                condition=~Q(state=ConnectionState.ENDED)
                & Q(payroll_administration_id__isnull=False),
                name="payroll_in_one_administration",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ConnectionState.values), name="connection_state_known"
            ),
            models.CheckConstraint(
                condition=Q(chart_mode__in=ChartMode.values), name="connection_chart_mode_known"
            ),
            models.CheckConstraint(
                condition=Q(environment__in=Environment.values), name="connection_environment_known"
            ),
            models.CheckConstraint(
                condition=Q(payroll_administration_id=None) | Q(employer_id__isnull=False),
                name="connection_payroll_has_employer",
            ),
        )

    def __str__(self) -> str:
        return f"Loket.nl ({self.username})"

    @property
    def is_live(self) -> bool:
        """Whether it has not ended."""
        return self.state != ConnectionState.ENDED


class TokenSet(AdministrationModel):
    """The tokens of a connection, encrypted and bound to this row. Opened by `oauth` alone.

    In a table of its own, so that no page that shows a connection ever loads them.
    """

    connection = SiblingKey(Connection)
    access = models.BinaryField()
    refresh = models.BinaryField()
    # The refresh token before this one: tried once, when the present one is refused.
    previous_refresh = models.BinaryField(null=True)
    expires_at = models.DateTimeField()
    refresh_at = models.DateTimeField()
    # Counts the refreshes; a worker stores its answer only if no other did since it asked.
    generation = models.PositiveIntegerField(default=1)
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("administration", "connection"), name="one_token_set_per_connection"
            ),
        )

    def __str__(self) -> str:
        return f"tokens of connection {self.connection_id}"


class EventKind(models.TextChoices):
    """What can happen to a connection."""

    CREATED = "created", _("Created")
    AUTHORISED = "authorised", _("Authorised at Loket.nl")
    REFUSED = "refused", _("Authorisation refused")
    REAUTHORISE = "reauthorise", _("Authorisation no longer valid")
    EMPLOYER_LINKED = "employer_linked", _("Employer linked")
    PAYROLL_LINKED = "payroll_linked", _("Payroll administration linked")
    USERNAME_CHANGED = "username_changed", _("Loket user name changed")
    MODE_CHANGED = "mode_changed", _("Chart of accounts mode changed")
    ENDED = "ended", _("Ended")


class ConnectionEvent(AdministrationModel):
    """What a connection went through, and when; the fee is counted from it. Only ever added to."""

    connection = SiblingKey(Connection, related_name="events")
    kind = models.CharField(max_length=20, choices=EventKind)
    detail = models.CharField(max_length=255, blank=True)
    happened_at = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=EventKind.values), name="connection_event_kind_known"
            ),
        )
        indexes = (
            models.Index(fields=("administration", "connection", "id"), name="events_in_order"),
        )

    def __str__(self) -> str:
        return self.kind


class AuthorisationAttempt(models.Model):
    """One trip to Loket's authorisation page; its secret `state` is kept as a hash only.

    Not in the tenant scope: the browser comes back to one address for all administrations, and
    this row says, for the user who left, to which one. It is deleted when it is used.
    """

    state_hash = models.CharField(max_length=64, unique=True)
    session_hash = models.CharField(max_length=64)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    administration = models.ForeignKey(Administration, on_delete=models.CASCADE, related_name="+")
    connection_id = models.BigIntegerField()
    environment = models.CharField(max_length=10, choices=Environment)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"attempt for connection {self.connection_id}"


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


# The connection fee's tables live in a module of their own; Django looks for models here.
from connections.billing import models as billing_models  # noqa: E402, F401
