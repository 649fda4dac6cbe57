"""The check of the books, for the end of a test."""

from django.db import connections

from loket_import.management.commands.check_books import INVARIANTS, violations


def broken_invariants() -> list[str]:
    """All that is wrong in the committed books, a line each."""
    try:
        return [line for invariant in INVARIANTS for line in violations(invariant)]
    finally:
        connections["audit"].close()
