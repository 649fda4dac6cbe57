"""Does a fresh authorisation still see what the connection is pinned to?"""

from contextlib import closing

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from connections.errors import ConnectionTrouble, NotAuthorised
from connections.models import Connection
from loket_import.client import LoketClient
from loket_import.errors import LoketError


class OtherEmployer(ConnectionTrouble):
    """The Loket user that authorised does not see the linked employer."""

    code = "other_employer"
    message = _(
        "The Loket user that you logged in with does not see the employer that is linked to this "
        "administration. The connection was not changed. Authorise with the right Loket user."
    )


class PinNotChecked(ConnectionTrouble):
    """Loket did not answer the question."""

    code = "pin_not_checked"
    message = _(
        "Loket.nl gave permission but then did not answer, so FinMaster could not check whether "
        "the Loket user sees the linked employer. The connection was not changed. "
        "Authorise once more in a few minutes."
    )


class OneToken:
    """The access token of an authorisation that is not stored yet, and that nothing renews."""

    def __init__(self, access: str) -> None:
        self.access = access

    def current(self) -> str:
        """The token."""
        return self.access

    def renew(self, refused: str) -> str:
        """There is no other."""
        raise NotAuthorised


def check_pin(connection: Connection, access: str) -> None:
    """OtherEmployer unless the pinned employer and payroll administration are in sight."""
    client = LoketClient(
        api_url=settings.LOKET_API_URL, tokens=OneToken(access), deadline_seconds=15
    )
    try:
        with closing(client):
            check_in_sight(connection, client)
    except LoketError as error:
        raise PinNotChecked from error


def check_in_sight(connection: Connection, client: LoketClient) -> None:
    """OtherEmployer unless the client's user sees what the connection is pinned to."""
    if connection.employer_id not in {employer.id for employer in client.employers()}:
        raise OtherEmployer
    pinned = connection.payroll_administration_id
    if pinned is None or connection.employer_id is None:
        return
    visible = client.payroll_administrations(connection.employer_id)
    if pinned not in {payroll.id for payroll in visible}:
        raise OtherEmployer
