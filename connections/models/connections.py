"""Connections, their tokens, and what they went through."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from finmaster.models import Administration
from finmaster.tenancy import AdministrationModel, SiblingKey


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
