"""Fields that every form of FinMaster shares."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from finmaster.templatetags.finmaster import amount

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


class AmountField(forms.DecimalField):
    """An amount in whole cents as a bookkeeper types it: 1.234,56 or 1234.56, with or without €.

    A point before three digits stands between thousands; a third decimal is refused, not rounded.
    """

    default_error_messages = {
        "invalid": _("This is not an amount. Write the amount as 1.234,56."),
    }
    _DUTCH = re.compile(r"-?(\d+|\d{1,3}(\.\d{3})+)(,\d{1,2})?")
    _WITH_POINT = re.compile(r"-?\d+\.\d{1,2}")

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        given: dict[str, Any] = {"widget": widget, "max_digits": 14, "decimal_places": 2} | kwargs
        super().__init__(**given)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """The amount, None for nothing; ValidationError for what is no amount in whole cents."""
        if isinstance(value, str):
            typed = re.sub(r"[\s€]", "", value)
            if self._DUTCH.fullmatch(typed):
                value = typed.replace(".", "").replace(",", ".")
            elif typed and not self._WITH_POINT.fullmatch(typed):
                raise ValidationError(self.error_messages["invalid"], code="invalid")
            else:
                value = typed
        found: Any = super().to_python(value)
        return None if found is None else Decimal(found)

    def prepare_value(self, value: Any) -> Any:
        """The amount as it is shown everywhere; what was typed stays as it is."""
        return amount(Decimal(value)) if isinstance(value, Decimal | int) else value
