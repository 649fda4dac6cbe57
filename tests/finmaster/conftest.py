"""Two administrations with a row in every table."""

from dataclasses import dataclass

import pytest

from finmaster.tenancy import administration_scope
from tests.books import make_books
from tests.rows import fill


@dataclass(frozen=True, slots=True)
class Tenants:
    """Ids of two administrations of different offices."""

    own: int
    foreign: int


@pytest.fixture(scope="module")
def tenants(committed_for_module: None) -> Tenants:
    """Committed, and shared by a module that leaves them as they are."""
    own, foreign = (make_books(name).id for name in ("Eigen", "Vreemd"))
    for administration in (own, foreign):
        with administration_scope(administration):
            fill()
    return Tenants(own, foreign)
