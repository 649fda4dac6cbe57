"""Prices, agreements, consents, and the statements of closed months. All are only ever added to."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from connections.billing.scope import OfficeModel
from finmaster.models import Administration
from finmaster.tenancy import AdministrationModel, SiblingKey


def percentage_between(field: str, lowest: int, highest: int) -> Q:
    """The condition that a percentage lies between two bounds, both included."""
    return Q(**{f"{field}__gte": lowest, f"{field}__lte": highest})


class FeePrice(models.Model):
    """What one administration costs a month, excl. VAT, from a month on. The same for everybody."""

    holds_from = models.DateField(_("from the month"))
    amount = models.DecimalField(_("price a month"), max_digits=8, decimal_places=2)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(amount__gte=0), name="fee_price_not_negative"),
            models.CheckConstraint(
                condition=Q(holds_from__day=1), name="fee_price_from_first_of_month"
            ),
        )

    def __str__(self) -> str:
        return f"{self.amount} from {self.holds_from}"


class VatRate(models.Model):
    """The general VAT rate from a month on, as a percentage."""

    holds_from = models.DateField(_("from the month"))
    percentage = models.DecimalField(_("VAT rate"), max_digits=5, decimal_places=2)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=percentage_between("percentage", 0, 100), name="vat_rate_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(holds_from__day=1), name="vat_rate_from_first_of_month"
            ),
        )

    def __str__(self) -> str:
        return f"{self.percentage}% from {self.holds_from}"


class Agreement(OfficeModel):
    """What an office and the operator agreed on; it replaces the office's agreement before it.

    Without price, discount and free months it says that the general price holds again.
    """

    holds_from = models.DateField(_("from the month"))
    # The last month in which it holds; none for as long as nothing else is agreed.
    holds_until = models.DateField(_("up to and including the month"), null=True, blank=True)
    price = models.DecimalField(
        _("price a month"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    discount = models.DecimalField(
        _("discount in percent"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    # The last month that is free.
    free_until = models.DateField(_("free up to and including the month"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=255)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(price=None) | Q(discount=None), name="agreement_price_or_discount"
            ),
            models.CheckConstraint(
                condition=Q(price=None) | Q(price__gte=0), name="agreement_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(discount=None) | percentage_between("discount", 0, 100),
                name="agreement_discount_a_percentage",
            ),
            models.CheckConstraint(
                condition=Q(holds_from__day=1)
                & (Q(holds_until=None) | Q(holds_until__day=1, holds_until__gte=F("holds_from")))
                & (Q(free_until=None) | Q(free_until__day=1, free_until__gte=F("holds_from"))),
                name="agreement_of_whole_months",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="agreement_has_a_reason"),
        )

    def __str__(self) -> str:
        return f"{self.office_id} from {self.holds_from}: {self.reason}"


class ConnectionConsent(AdministrationModel):
    """Who agreed, before connecting, to which price a month for this administration."""

    connection = SiblingKey("connections.Connection", related_name="consents")
    price = models.DecimalField(max_digits=8, decimal_places=2)
    vat_percentage = models.DecimalField(max_digits=5, decimal_places=2)
    free_until = models.DateField(null=True)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    agreed_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.price} for connection {self.connection_id}"


class Closing(models.Model):
    """A month that was closed: once, for good, with its totals over all offices.

    `environment` and `reauthorisation_counts` say by which rule it was counted; `administrations`
    is how many counted, `begun` and `ended` how that differs from the month before.
    """

    month = models.DateField()
    closed_at = models.DateTimeField()
    environment = models.CharField(max_length=10)
    reauthorisation_counts = models.BooleanField()
    administrations = models.PositiveIntegerField()
    begun = models.PositiveIntegerField()
    ended = models.PositiveIntegerField()
    corrections = models.PositiveIntegerField()
    statement_count = models.PositiveIntegerField()
    subtotal = models.DecimalField(max_digits=14, decimal_places=2)
    vat = models.DecimalField(max_digits=14, decimal_places=2)
    total = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("month",), name="month_closed_once"),
            # What statements refer to: they are of the month of their closing.
            models.UniqueConstraint(fields=("month", "id"), name="closing_of_its_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="closing_of_a_month"),
            models.CheckConstraint(
                condition=Q(total=F("subtotal") + F("vat")), name="closing_adds_up"
            ),
        )

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Statement(OfficeModel):
    """What one office owes for a month. The database holds it to its lines."""

    closing = models.ForeignKey(Closing, on_delete=models.PROTECT, related_name="statements")
    # Within its month, without gaps: with the month it is the number of the invoice.
    number = models.PositiveIntegerField()
    month = models.DateField()
    closed_at = models.DateTimeField()
    office_name = models.CharField(max_length=100)
    administrations = models.PositiveIntegerField()
    line_count = models.PositiveIntegerField()
    subtotal = models.DecimalField(max_digits=12, decimal_places=2)
    vat = models.DecimalField(max_digits=12, decimal_places=2)
    total = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("office", "month"), name="one_statement_per_month"),
            models.UniqueConstraint(fields=("closing", "number"), name="statement_number_once"),
            # What lines and VAT refer to, so that neither can join another office's statement.
            models.UniqueConstraint(fields=("office", "id"), name="statement_of_office"),
            models.CheckConstraint(
                condition=Q(total=F("subtotal") + F("vat")), name="statement_adds_up"
            ),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The number of the invoice: unique, and without gaps within its month."""
        return f"{self.month:%Y-%m}-{self.number:04d}"


class StatementVat(OfficeModel):
    """The VAT of a statement at one rate: over the total, rounded once."""

    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="vat_rows", db_constraint=False
    )
    percentage = models.DecimalField(max_digits=5, decimal_places=2)
    base = models.DecimalField(max_digits=12, decimal_places=2)
    amount = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("statement", "percentage"), name="statement_vat_once_per_rate"
            ),
        )

    def __str__(self) -> str:
        return f"{self.percentage}% over {self.base}"


class LineKind(models.TextChoices):
    """Why a line stands on a statement."""

    FEE = "fee", _("Connected in this month")
    ADDED = "added", _("Correction: turned out to have been connected")
    WITHDRAWN = "withdrawn", _("Correction: turned out not to have been connected")
    REPRICED = "repriced", _("Correction: another price for this month")


class StatementLine(OfficeModel):
    """One administration in one month; a correction is of a month before the statement's own.

    `quantity` and `amount` are what changes: 1 for what counts, -1 for what is withdrawn, 0 for
    another price. `price` is what the month costs now.
    """

    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, related_name="lines", db_constraint=False
    )
    administration = models.ForeignKey(Administration, on_delete=models.PROTECT, related_name="+")
    administration_number = models.CharField(max_length=20)
    administration_name = models.CharField(max_length=100)
    month = models.DateField()
    kind = models.CharField(max_length=9, choices=LineKind)
    # Within the month; none where it turned out not to have been connected.
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    # When, and by whom, the connection that counts was authorised.
    connected_at = models.DateTimeField(null=True)
    connected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    quantity = models.SmallIntegerField()
    price = models.DecimalField(max_digits=8, decimal_places=2)
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    vat_percentage = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("statement", "administration", "month"), name="administration_counts_once"
            ),
            models.CheckConstraint(
                condition=Q(kind=LineKind.FEE, quantity=1, amount=F("price"))
                | Q(kind=LineKind.ADDED, quantity=1)
                | Q(kind=LineKind.WITHDRAWN, quantity=-1)
                | Q(kind=LineKind.REPRICED, quantity=0) & ~Q(amount=0),
                name="statement_line_says_something",
            ),
            models.CheckConstraint(
                condition=Q(kind=LineKind.WITHDRAWN) | Q(first_day__lte=F("last_day")),
                name="statement_line_has_days",
            ),
        )
        indexes = (models.Index(fields=("administration", "month"), name="billed_months"),)

    def __str__(self) -> str:
        return f"{self.administration_number} in {self.month:%Y-%m}: {self.amount}"
