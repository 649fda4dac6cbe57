"""`manage.py check_books`: is everything in the books as it must be?"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from connections.billing.invariants import INVARIANTS as BILLING_INVARIANTS
from ledger.invariants import INVARIANTS as LEDGER_INVARIANTS
from ledger.invariants import Invariant
from loket_import.invariants import INVARIANTS as IMPORT_INVARIANTS

INVARIANTS = tuple(
    sorted(
        LEDGER_INVARIANTS + IMPORT_INVARIANTS + BILLING_INVARIANTS,
        key=lambda invariant: int(invariant.code[1:]),
    )
)


def violations(invariant: Invariant) -> list[str]:
    """What breaks an invariant, a line each; empty when it holds. Reads every administration."""
    with connections["audit"].cursor() as cursor:
        cursor.execute(invariant.query)
        return [
            f"{invariant.code} administration {administration}: {what}: {detail}"
            for administration, what, detail in cursor.fetchall()
        ]


class Command(BaseCommand):
    help = "Check the books of all administrations; exit code 1 when something is wrong."

    def handle(self, *args: Any, **options: Any) -> None:
        if "audit" not in settings.DATABASES:
            raise CommandError(
                "The setting DATABASE_AUDIT_URL is missing: PostgreSQL as finmaster_audit."
            )
        found = 0
        for invariant in INVARIANTS:
            broken = violations(invariant)
            found += len(broken)
            self.stdout.write(
                f"{'FAIL' if broken else 'ok  '} {invariant.code} {invariant.meaning}"
            )
            for line in broken:
                self.stderr.write(f"     {line}")
        if found:
            raise CommandError(f"{found} violations.")
