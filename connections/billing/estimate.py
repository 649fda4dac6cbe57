"""What the current month costs so far: counted by the same rule as a closing, without closing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.db import connection

from connections.billing.closing import price_in, rate_in
from connections.billing.consent import agreement_in
from connections.billing.prices import Bill, agreed_price, bill_of
from connections.models.billing import FeePrice, VatRate

COUNTED = """
SELECT a.number, a.name, a.slug, c.first_day, c.last_day, c.connected_at, coalesce(u.name, '')
  FROM connected_months(%s, %s, %s, %s) c
  JOIN finmaster_administration a ON a.id = c.administration_id
  LEFT JOIN finmaster_user u ON u.id = c.connected_by
 WHERE c.office_id = %s
 ORDER BY a.number, a.id
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """An administration that counts in a month, with its evidence."""

    number: str
    name: str
    slug: str
    first_day: date
    last_day: date
    connected_at: datetime
    connected_by: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """A month that isn't closed, as it would be if it were closed now."""

    month: date
    administrations: Sequence[Counted]
    price: Decimal
    vat_percentage: Decimal
    bill: Bill


def estimate(office_id: int, month: date) -> Estimate:
    """What an office would owe for a month, in the scope of that office."""
    with connection.cursor() as cursor:
        cursor.execute(
            COUNTED,
            [
                settings.LOKET_ENVIRONMENT,
                settings.BILLING_REAUTHORISATION_COUNTS,
                month,
                month,
                office_id,
            ],
        )
        counted = [Counted(*row) for row in cursor.fetchall()]
    general = price_in(list(FeePrice.objects.order_by("pk")), month)
    rate = rate_in(list(VatRate.objects.order_by("pk")), month)
    price = agreed_price(general, agreement_in(office_id, month), month)
    return Estimate(month, counted, price, rate, bill_of([price] * len(counted), rate))
