"""`manage.py close_billing_month 2026-11`: close a month of the connection fee."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from connections.billing.closing import NotToBeClosed, close_month
from connections.billing.months import parse, written


def month(text: str) -> date:
    """The month on the command line."""
    return parse(text)


class Command(BaseCommand):
    help = "Close a month of the connection fee that is over. Harmless to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("month", type=month, help="the month, as 2026-11")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            closed = close_month(options["month"])
        except NotToBeClosed as error:
            raise CommandError(str(error)) from error
        made = closed.closing
        self.stdout.write(
            f"{written(made.month)} {'closed' if closed.is_new else 'was closed already'}: "
            f"{made.administrations} administrations, {made.corrections} corrections, "
            f"{made.statement_count} statements, EUR {made.subtotal} excl. VAT, "
            f"VAT {made.vat}, EUR {made.total} in all."
        )
