"""Close periods and open them again."""

from django.db.models.functions import Now

from ledger.models import Period


def close(period: Period) -> None:
    """Nothing more is posted in the period; waits for what is being posted in it."""
    held = Period.objects.select_for_update().get(pk=period.pk)
    if held.is_open:
        held.closed_at = Now()
        held.save(update_fields=["closed_at"])


def reopen(period: Period) -> None:
    """Entries may be posted in the period again."""
    held = Period.objects.select_for_update().get(pk=period.pk)
    held.closed_at = None
    held.save(update_fields=["closed_at"])
