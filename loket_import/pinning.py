"""Does a fresh authorisation still see what the connection is pinned to?"""

from contextlib import closing

from django.conf import settings

from connections.errors import PIN_REFUSALS, ConnectionTrouble, NotAuthorised
from connections.models import Connection
from loket_import.client import LoketClient
from loket_import.errors import LoketError
from loket_import.sight import NotInSight, check_in_sight


class OtherEmployer(ConnectionTrouble):
    """The Loket user that authorised does not see the linked employer."""

    code = "other_employer"
    message = PIN_REFUSALS[code]


class PinNotChecked(ConnectionTrouble):
    """Loket did not answer the question."""

    code = "pin_not_checked"
    message = PIN_REFUSALS[code]


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
    if connection.employer_id is None:
        return
    client = LoketClient(
        api_url=settings.LOKET_API_URL, tokens=OneToken(access), deadline_seconds=15
    )
    try:
        with closing(client):
            check_in_sight(client, connection.employer_id, connection.payroll_administration_id)
    except NotInSight as error:
        raise OtherEmployer from error
    except LoketError as error:
        raise PinNotChecked from error
