"""The operator's staff, and a closed month to look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
import time_machine

from connections.billing.closing import close_month
from finmaster.models import Administration, Membership, Office, Role, User
from tests.books import make_user
from tests.connections.billing.histories import (
    add_connection,
    at,
    make_administration,
    make_office,
)

NOVEMBER = date(2026, 11, 1)


@dataclass(frozen=True, slots=True)
class Billed:
    """Two offices of which November 2026 was closed on 3 December, and who may see what."""

    operator: User
    office: Office
    manager: User
    administration: Administration
    gone: Administration
    other: Office
    other_manager: User


def manager_of(office: Office, email: str) -> User:
    """Somebody who manages a whole office."""
    user = make_user(email)
    Membership.objects.create(user=user, office=office, role=Role.MANAGER)
    return user


@pytest.fixture
def billed(db: None) -> Iterator[Billed]:
    """It is 3 December 2026."""
    with time_machine.travel(at(2026, 12, 3), tick=True):
        operator = make_user("operator@example.nl", "Sanne Visser")
        operator.is_staff = True
        operator.save()
        office, other = make_office("Kantoor Oost"), make_office("Kantoor West")
        manager = manager_of(office, "oost@example.nl")
        one = make_administration(office, "Bakkerij Oost")
        add_connection(one, [("authorised", at(2026, 11, 17))], by=manager)
        gone = make_administration(office, "=Slagerij; 'Oost'")
        add_connection(gone, [("authorised", at(2026, 10, 1)), ("ended", at(2026, 11, 9))])
        add_connection(make_administration(other, "Geheim"), [("authorised", at(2026, 11, 2))])
        close_month(NOVEMBER)
        yield Billed(
            operator, office, manager, one, gone, other, manager_of(other, "west@example.nl")
        )
