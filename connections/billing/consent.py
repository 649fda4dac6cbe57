"""What a connection will cost, told before it is made, and who agreed to it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connections.billing.closing import price_in, rate_in
from connections.billing.months import this_month
from connections.billing.prices import holding, price_when_charged, vat_over
from connections.billing.scope import office_scope
from connections.models import Connection
from connections.models.billing import Agreement, ConnectionConsent, FeePrice, VatRate
from finmaster.models import User


@dataclass(frozen=True, slots=True)
class Offer:
    """The price a month of one administration, excl. VAT, and the last month that is free."""

    price: Decimal
    vat_percentage: Decimal
    free_until: date | None

    @property
    def including_vat(self) -> Decimal:
        """For one administration; over several, VAT is rounded once."""
        return self.price + vat_over(self.price, self.vat_percentage)

    @property
    def token(self) -> str:
        """The offer as a form carries it, to see that what was agreed to is what still holds."""
        return f"{self.price} {self.vat_percentage} {self.free_until or ''}".strip()


def offer_to(office_id: int, month: date | None = None) -> Offer:
    """What an office pays for one administration a month, from this month on."""
    month = month or this_month()
    general = price_in(list(FeePrice.objects.order_by("pk")), month)
    rate = rate_in(list(VatRate.objects.order_by("pk")), month)
    with office_scope(office_id):
        agreement = agreement_in(office_id, month)
    if agreement is None:
        return Offer(general, rate, None)
    free = agreement.free_until if agreement.free_until and agreement.free_until >= month else None
    return Offer(price_when_charged(general, agreement), rate, free)


def agreement_in(office_id: int, month: date) -> Agreement | None:
    """The agreement that holds for an office in a month; None when the general price does."""
    found = holding(Agreement.objects.filter(office_id=office_id).order_by("pk"), month)
    if found is None or (found.holds_until is not None and found.holds_until < month):
        return None
    return found


def agree(connection: Connection, offer: Offer, *, user: User) -> ConnectionConsent:
    """Keep who agreed to what; in the scope of the connection's administration."""
    return ConnectionConsent.objects.create(
        connection_id=connection.pk,
        price=offer.price,
        vat_percentage=offer.vat_percentage,
        free_until=offer.free_until,
        agreed_by=user,
    )
