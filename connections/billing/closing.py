"""Close a month: one statement for each office, which never changes again.

The counting and the writing are one statement of SQL, so that memory does not grow with the number
of administrations. What is discovered later about a closed month (an event that was late, another
agreement) becomes a correction line in the next closing: that one compares what each closed month
should have cost with what was billed for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.billing import months
from connections.billing.prices import (
    NoPrice,
    Stretch,
    agreed_price,
    holding,
    months_between,
    stretches,
)
from connections.billing.scope import operator_scope
from connections.models.billing import Agreement, Closing, FeePrice, VatRate
from finmaster.errors import UserError

# Two closings at once: the second waits, and then finds the month closed.
LOCK = 6_051_871
# Longer than other work may take: 100,000 administrations with three years of history.
TIMEOUT = "30min"

CLOSE = """
WITH expected AS MATERIALIZED (
    SELECT * FROM connected_months(%(environment)s, %(reauthorisation_counts)s,
                                   %(history_from)s, %(month)s)
), billed AS (
    SELECT administration_id, month, min(office_id) AS office_id,
           sum(quantity) AS quantity, sum(amount) AS amount
      FROM connections_statementline GROUP BY 1, 2
), held_together AS (
    -- An administration that moved to another office is corrected where it was billed.
    SELECT coalesce(b.office_id, e.office_id) AS office_id, administration_id, month,
           e.first_day, e.last_day, e.connected_at, e.connected_by,
           e.month IS NOT NULL AS counts,
           coalesce(b.quantity, 0) AS quantity, coalesce(b.amount, 0) AS amount
      FROM (SELECT * FROM expected WHERE month >= %(first)s) e
      FULL JOIN billed b USING (administration_id, month)
), lines AS MATERIALIZED (
    SELECT h.office_id, h.administration_id, h.month, h.first_day, h.last_day, h.connected_at,
           h.connected_by,
           CASE WHEN h.month = %(month)s THEN 'fee' WHEN NOT h.counts THEN 'withdrawn'
                WHEN h.quantity = 0 THEN 'added' ELSE 'repriced' END AS kind,
           h.counts::int - h.quantity AS quantity,
           CASE WHEN h.counts THEN coalesce(agreed.price, general.price) ELSE 0 END AS price,
           CASE WHEN h.counts THEN coalesce(agreed.price, general.price) ELSE 0 END - h.amount
               AS amount,
           vat.price AS vat_percentage
      FROM held_together h
      JOIN unnest(%(general_first)s::date[], %(general_last)s::date[], %(general)s::numeric[])
           AS general (first, last, price) ON h.month BETWEEN general.first AND general.last
      JOIN unnest(%(vat_first)s::date[], %(vat_last)s::date[], %(vat)s::numeric[])
           AS vat (first, last, price) ON h.month BETWEEN vat.first AND vat.last
      LEFT JOIN unnest(%(offices)s::bigint[], %(agreed_first)s::date[], %(agreed_last)s::date[],
                       %(agreed)s::numeric[]) AS agreed (office_id, first, last, price)
             ON agreed.office_id = h.office_id
                AND h.month BETWEEN agreed.first AND agreed.last
     WHERE h.counts::int <> h.quantity
        OR h.counts AND coalesce(agreed.price, general.price) <> h.amount
), vats AS (
    SELECT office_id, vat_percentage, sum(amount) AS base,
           round(sum(amount) * vat_percentage / 100, 2) AS vat
      FROM lines GROUP BY 1, 2
), offices AS (
    SELECT office_id, sum(v.base) AS subtotal, sum(v.vat) AS vat FROM vats v GROUP BY 1
), counts AS (
    SELECT office_id, count(*) AS lines, count(*) FILTER (WHERE kind = 'fee') AS administrations
      FROM lines GROUP BY 1
), movement AS (
    SELECT count(*) FILTER (WHERE is_now AND NOT was) AS begun,
           count(*) FILTER (WHERE was AND NOT is_now) AS ended
      FROM (SELECT bool_or(month = %(month)s) AS is_now, bool_or(month < %(month)s) AS was
              FROM expected WHERE month >= %(before)s GROUP BY administration_id) one
), closing AS (
    INSERT INTO connections_closing (month, closed_at, environment, reauthorisation_counts,
           administrations, begun, ended, corrections, statement_count, subtotal, vat, total)
    SELECT %(month)s, %(closed_at)s, %(environment)s, %(reauthorisation_counts)s,
           coalesce(sum(administrations), 0), min(movement.begun), min(movement.ended),
           coalesce(sum(lines - administrations), 0), count(office_id),
           coalesce(sum(subtotal), 0), coalesce(sum(vat), 0), coalesce(sum(subtotal + vat), 0)
      FROM movement LEFT JOIN (offices JOIN counts USING (office_id)) ON true
    RETURNING id
), statements AS (
    INSERT INTO connections_statement (closing_id, office_id, number, month, closed_at,
           office_name, administrations, line_count, subtotal, vat, total)
    SELECT closing.id, o.id, row_number() OVER (ORDER BY o.name, o.id), %(month)s, %(closed_at)s,
           o.name, administrations, lines, subtotal, vat, subtotal + vat
      FROM closing, offices JOIN counts USING (office_id)
      JOIN finmaster_office o ON o.id = office_id
    RETURNING id, office_id
), vat_rows AS (
    INSERT INTO connections_statementvat (office_id, statement_id, percentage, base, amount)
    SELECT office_id, statements.id, vat_percentage, base, vat
      FROM vats JOIN statements USING (office_id)
)
INSERT INTO connections_statementline (office_id, statement_id, administration_id,
       administration_number, administration_name, month, kind, first_day, last_day, connected_at,
       connected_by_id, quantity, price, amount, vat_percentage)
SELECT lines.office_id, statements.id, a.id, a.number, a.name, lines.month, kind, first_day,
       last_day, connected_at, connected_by, quantity, price, amount, vat_percentage
  FROM lines JOIN statements USING (office_id)
  JOIN finmaster_administration a ON a.id = lines.administration_id
"""


class NotToBeClosed(UserError):
    """The month can't be closed now."""

    code = "month_not_to_be_closed"

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class NoPriceEntered(NotToBeClosed):
    """A month without a price or VAT rate."""

    code = "month_without_price"


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed month, and whether it was this call that closed it."""

    closing: Closing
    is_new: bool


@dataclass(frozen=True, slots=True)
class Tariff:
    """Stretches of the general price, of the VAT rate, and of each office with an agreement."""

    general: Sequence[Stretch]
    vat: Sequence[Stretch]
    agreed: Sequence[tuple[int, Stretch]]


def close_month(month: date) -> Closed:
    """Close a month, or find it closed; NotToBeClosed when it is not over or not its turn.

    May be called as often as one likes and by several at once: there is one closing. Opens its own
    transaction, so no scope may be open.
    """
    with transaction.atomic(durable=True), operator_scope():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = '{TIMEOUT}'")
            cursor.execute(f"SET LOCAL lock_timeout = '{TIMEOUT}'")
            # Else what each line refers to waits in memory until the end of the transaction.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        found = Closing.objects.filter(month=month).first()
        if found is not None:
            return Closed(found, is_new=False)
        check_turn(month)
        write(month)
        return Closed(Closing.objects.get(month=month), is_new=True)


def check_turn(month: date) -> None:
    """NotToBeClosed unless the month is over and follows the last one that was closed."""
    if not months.is_over(month):
        raise NotToBeClosed(
            _("%(month)s is not over yet. It can be closed from %(day)s on.")
            % {"month": months.written(month), "day": f"{months.after(month):%d-%m-%Y}"}
        )
    last = Closing.objects.order_by("month").last()
    if last is None:
        first = settings.BILLING_FIRST_MONTH
        if first is not None and month < first:
            raise NotToBeClosed(
                _("Nothing is billed before %(month)s (the setting BILLING_FIRST_MONTH).")
                % {"month": months.written(first)}
            )
    elif month != months.after(last.month):
        raise NotToBeClosed(
            _("Months are closed in order, and %(month)s is next.")
            % {"month": months.written(months.after(last.month))}
        )


def write(month: date) -> None:
    """Count, price and write all statements of a month."""
    opening = Closing.objects.order_by("month").first()
    first = opening.month if opening else month
    before = months.after(month, -1)
    tariff = tariff_of(first, month)
    values = {
        "environment": settings.LOKET_ENVIRONMENT,
        "reauthorisation_counts": settings.BILLING_REAUTHORISATION_COUNTS,
        "month": month,
        "first": first,
        "before": before,
        "history_from": min(first, before),
        "closed_at": timezone.now(),
        **columns("general", tariff.general),
        **columns("vat", tariff.vat),
        **columns("agreed", [stretch for _office, stretch in tariff.agreed]),
        "offices": [office for office, _stretch in tariff.agreed],
    }
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, values)


def columns(name: str, found: Sequence[Stretch]) -> dict[str, list[date] | list[Decimal]]:
    """Stretches as arrays, one for each of their parts."""
    return {
        f"{name}_first": [one.first for one in found],
        f"{name}_last": [one.last for one in found],
        name: [one.price for one in found],
    }


def tariff_of(first: date, last: date) -> Tariff:
    """What holds in these months, for all and by agreement; NoPriceEntered where nothing does."""
    span = months_between(first, last)
    prices = list(FeePrice.objects.order_by("pk"))
    rates = list(VatRate.objects.order_by("pk"))
    try:
        general = {month: price_in(prices, month) for month in span}
        vat = [(month, rate_in(rates, month)) for month in span]
    except NoPrice as error:
        raise NoPriceEntered(str(error)) from error
    agreements: dict[int, list[Agreement]] = {}
    for agreement in Agreement.objects.order_by("pk"):
        agreements.setdefault(agreement.office_id, []).append(agreement)
    agreed = [
        (office, stretch)
        for office, rows in agreements.items()
        for stretch in stretches(
            (month, agreed_price(general[month], holding(rows, month), month)) for month in span
        )
    ]
    return Tariff(stretches(general.items()), stretches(vat), agreed)


NO_PRICE = gettext_lazy("No price of the connection fee holds in %(month)s. Enter one first.")
NO_RATE = gettext_lazy("No VAT rate holds in %(month)s. Enter one first.")


def price_in(prices: Sequence[FeePrice], month: date) -> Decimal:
    """The general price of a month; NoPrice when there is none."""
    found = holding(prices, month)
    if found is None:
        raise NoPrice(NO_PRICE % {"month": months.written(month)})
    return found.amount


def rate_in(rates: Sequence[VatRate], month: date) -> Decimal:
    """The VAT percentage of a month; NoPrice when there is none."""
    found = holding(rates, month)
    if found is None:
        raise NoPrice(NO_RATE % {"month": months.written(month)})
    return found.percentage


def months_due() -> list[date]:
    """The months that are over and not closed yet, in order."""
    with operator_scope():
        last = Closing.objects.order_by("month").last()
        start = months.after(last.month) if last else first_month()
    return months_between(start, months.after(months.this_month(), -1)) if start else []


def first_month() -> date | None:
    """The first month to bill: BILLING_FIRST_MONTH, else the first in which one was connected."""
    chosen: date | None = settings.BILLING_FIRST_MONTH
    if chosen is not None:
        return chosen
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(month) FROM connected_months(%s, %s, '2020-01-01', %s)",
            [
                settings.LOKET_ENVIRONMENT,
                settings.BILLING_REAUTHORISATION_COUNTS,
                months.this_month(),
            ],
        )
        row: tuple[date | None] = cursor.fetchone()
    return row[0]


def close_due_months() -> list[Closed]:
    """Close whatever is due; nothing when all is closed."""
    return [close_month(month) for month in months_due()]
