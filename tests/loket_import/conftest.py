"""Fixtures of the tests between a connection and a posted entry."""

from tests.loket_import.browsing import bookkeeper, manager, puzzling, run
from tests.loket_import.linked import linked, loket

__all__ = ["bookkeeper", "linked", "loket", "manager", "puzzling", "run"]
