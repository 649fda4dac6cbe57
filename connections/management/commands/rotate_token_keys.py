"""`manage.py rotate_token_keys`: encrypt all stored tokens with the newest key."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from connections.encryption import key_id_of
from connections.models import Connection, TokenSet
from connections.tokens import reseal
from finmaster.models import Administration
from finmaster.tenancy import administration_scope


class Command(BaseCommand):
    help = (
        "Encrypt all stored tokens with the first of TOKEN_KEYS. Put the new key in front, "
        "restart, run this, and take the old key out. It may be stopped and run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        newest = next(iter(settings.TOKEN_KEYS))
        done = 0
        for administration_id in Administration.objects.values_list("pk", flat=True):
            with administration_scope(administration_id):
                done += sum(rotate(tokens, newest) for tokens in TokenSet.objects.all())
        self.stdout.write(f"{done} connections now use key {newest}.")


def rotate(tokens: TokenSet, newest: str) -> bool:
    """Encrypt one connection's tokens anew; False when they use the newest key already."""
    held = TokenSet.objects.select_for_update().get(pk=tokens.pk)
    present = [held.access, held.refresh, held.previous_refresh or held.refresh]
    if all(key_id_of(bytes(ciphertext)) == newest for ciphertext in present):
        return False
    connection = Connection.objects.get(pk=held.connection_id)
    held.access = reseal(connection, "access", held.access)
    held.refresh = reseal(connection, "refresh", held.refresh)
    if held.previous_refresh is not None:
        held.previous_refresh = reseal(connection, "refresh", held.previous_refresh)
    held.save(update_fields=["access", "refresh", "previous_refresh"])
    return True
