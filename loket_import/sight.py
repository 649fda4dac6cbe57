"""Does the Loket user see what the connection is linked to?"""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from connections.errors import ConnectionTrouble
from loket_import.client import LoketClient
from loket_import.errors import LoketForbidden, LoketNotFound


class NotInSight(ConnectionTrouble):
    """The Loket user no longer sees what the connection is pinned to."""

    code = "not_in_sight"
    message = _(
        "The Loket user of this connection does not see the linked employer or payroll "
        "administration. Nothing was fetched and nothing was booked. Have its access checked in "
        "Loket.nl, or authorise with the right Loket user."
    )


def check_in_sight(
    client: LoketClient, employer_id: UUID, payroll_administration_id: UUID | None
) -> None:
    """NotInSight unless the client's user sees this employer and payroll administration, if any.

    Consent at Loket is per user and not per employer, so what the user sees may change.
    """
    if payroll_administration_id is None:
        visible = {employer.id for employer in client.employers()}
        wanted = employer_id
    else:
        try:
            payrolls = client.payroll_administrations(employer_id)
        except (LoketForbidden, LoketNotFound) as error:
            # Loket: an id that the user may not see gives 403.
            raise NotInSight from error
        visible = {payroll.id for payroll in payrolls}
        wanted = payroll_administration_id
    if wanted not in visible:
        raise NotInSight
