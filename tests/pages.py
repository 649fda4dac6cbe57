"""Visit pages as each member of an administration, as a stranger, and logged out."""

from typing import Any

from django.test import Client

from finmaster.models import User
from tests.books import Books, make_user

# Queries around any page of an administration: session, user, administration, membership, scope
# (a savepoint, its release, a setting), the administrations to switch to, and the offices whose
# connection fee a manager may see.
FRAME_QUERIES = 9

ROLES = ("viewer", "bookkeeper", "manager")


def client_of(user: User) -> Client:
    """A browser in which this user is logged in."""
    client = Client()
    client.force_login(user)
    return client


def statuses(books: Books, address: str, *, method: str = "get") -> dict[str, int]:
    """The status that each role, a stranger and someone who isn't logged in meets."""
    clients: dict[str, Any] = {role: client_of(getattr(books, role)) for role in ROLES}
    clients["stranger"] = client_of(make_user("vreemd@example.nl"))
    clients["logged out"] = Client()
    return {name: getattr(client, method)(address).status_code for name, client in clients.items()}


def only(*roles: str, status: int = 200) -> dict[str, int]:
    """Served to these roles; 403 for the others, 404 for a stranger, else off to log in."""
    return {role: status if role in roles else 403 for role in ROLES} | {
        "stranger": 404,
        "logged out": 302,
    }
