"""Errors that a user sees: each has a stable code and a sentence with what to do next."""

from typing import ClassVar

from django.db import DatabaseError
from django.utils.functional import Promise


class UserError(Exception):
    """Something a user can do about. `message` says what happened, what it means, what to do."""

    code: ClassVar[str]
    message: "str | Promise"

    def __str__(self) -> str:
        return str(self.message)


def violated_constraint(error: DatabaseError) -> str:
    """Name of the constraint or guard that refused a statement; empty when none is named."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
