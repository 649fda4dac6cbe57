"""What the demo shows of the connection fee: somebody who bills, two months, and an agreement.

The past that is billed is invented: connections that were made and ended before today, beside the
live ones that the product's own steps make. The database stamps events with the moment at which
they are added, so this writes the moments itself; nothing but the demo does.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import connection

from connections.billing.closing import close_due_months
from connections.billing.consent import agree, offer_to
from connections.billing.months import after, begin, this_month
from connections.billing.scope import operator_scope
from connections.models import ChartMode, Connection, ConnectionState, EventKind
from connections.models.billing import Agreement
from finmaster.models import Administration, Office, User
from finmaster.tenancy import administration_scope

DE_VRIES = {
    "address": "Stationsplein 12",
    "postal_code": "3511 CE",
    "city": "Utrecht",
    "chamber_of_commerce_number": "30112233",
}
SOUTH = {
    "name": "Administratiekantoor Zuid",
    "address": "Markt 3",
    "postal_code": "4811 XL",
    "city": "Breda",
    "chamber_of_commerce_number": "20445566",
}
ADDED = """
INSERT INTO connections_connectionevent
       (administration_id, connection_id, kind, detail, happened_at, user_id)
VALUES (%s, %s, %s, '', %s, %s)
"""

Steps = tuple[tuple[EventKind, datetime], ...]


def moment(month: date, days: int) -> datetime:
    """Noon, so many days after the first of a month."""
    return begin(month) + timedelta(days=days, hours=12)


def add_past(administration: Administration, username: str, steps: Steps, user: User) -> None:
    """A connection of earlier, with what it went through; its fee was agreed to."""
    offer = offer_to(administration.office_id)
    with administration_scope(administration.pk):
        made = Connection.objects.create(
            environment=settings.LOKET_ENVIRONMENT,
            username=username,
            chart_mode=ChartMode.ADOPT,
            state=ConnectionState.ENDED,
        )
        agree(made, offer, user=user)
        with connection.cursor() as cursor:
            cursor.executemany(
                ADDED,
                [(administration.pk, made.pk, kind, when, user.pk) for kind, when in steps],
            )


def add_billing_past(
    installer: Administration, printer: Administration, *, manager: User, operator: User
) -> None:
    """Connections of the last two months, of the demo's office and of another one."""
    earlier, last = after(this_month(), -2), after(this_month(), -1)
    ended = moment(last, 27)
    Office.objects.filter(pk=installer.office_id).update(**DE_VRIES)
    add_past(
        installer,
        "api.vandenberg.oud",
        ((EventKind.AUTHORISED, moment(earlier, 4)), (EventKind.ENDED, ended)),
        manager,
    )
    add_past(
        printer,
        "api.vandijk.oud",
        (
            (EventKind.AUTHORISED, moment(last, 10)),
            (EventKind.REAUTHORISE, moment(last, 15)),
            (EventKind.ENDED, moment(last, 20)),
        ),
        manager,
    )
    south = Office.objects.create(**SOUTH)
    butcher = Administration.objects.create(
        office=south, number="2001", name="Slagerij Zuid B.V.", slug="slagerij-zuid"
    )
    add_past(
        butcher,
        "api.slagerij",
        ((EventKind.AUTHORISED, moment(earlier, 12)), (EventKind.ENDED, ended)),
        operator,
    )
    with operator_scope():
        Agreement.objects.create(
            office=south,
            holds_from=earlier,
            discount=Decimal(10),
            reason="Introductiekorting",
            made_by=operator,
        )


def close_the_past() -> None:
    """Close what is due, as beat does each night."""
    close_due_months()
