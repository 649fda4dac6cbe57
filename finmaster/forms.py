"""Fields that every form of FinMaster shares."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

FIRST_YEAR, LAST_YEAR = 2000, 2100


class DateField(forms.DateField):
    """A date as a bookkeeper types it, the day first; DATE_INPUT_FORMATS has the ways to write it.

    A year outside 2000 to 2100 is a slip of the keys, and is refused.
    """

    default_error_messages = {
        "invalid": _("This is not a date. Write the date as 31-01-2026."),
        "far_off": _("The year %(year)s lies too far off. Write the date as 31-01-2026."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"help_text": _("For instance 31-01-2026")} | kwargs))

    def to_python(self, value: Any) -> date | None:
        """The date, None for nothing; ValidationError for what is no date or lies far off."""
        if isinstance(value, str) and value.strip().isdigit() and len(value.strip()) != 8:
            # With fewer digits 1112026 could be the first of November or the eleventh of January.
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        found = super().to_python(value)
        if found is not None and not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise ValidationError(
                self.error_messages["far_off"], code="far_off", params={"year": found.year}
            )
        return found
