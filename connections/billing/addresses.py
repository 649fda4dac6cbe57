"""How months and kinds of files stand in addresses."""

from datetime import date

from django.urls import register_converter

from connections.billing.months import parse, written
from connections.billing.spreadsheets import WRITERS


class MonthConverter:
    """A month as 2026-11."""

    regex = "[0-9]{4}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return parse(value)

    def to_url(self, value: date) -> str:
        return written(value)


class ExtensionConverter:
    """A kind of spreadsheet."""

    regex = "|".join(WRITERS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(MonthConverter, "month")
register_converter(ExtensionConverter, "spreadsheet")
