"""Keys are replaced without anybody having to authorise again."""

from io import StringIO

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from connections import lifecycle, oauth, tokens
from connections.encryption import key_id_of
from connections.models import ChartMode, Connection, TokenSet
from finmaster.tenancy import administration_scope
from tests.books import Books

OLD, NEW = b"o" * 32, b"n" * 32


@pytest.fixture
def connection(books: Books, settings: Settings) -> Connection:
    """A connection whose tokens were encrypted with the old key."""
    settings.TOKEN_KEYS = {"old": OLD}
    with administration_scope(books.id):
        made = lifecycle.create(username="api.x", chart_mode=ChartMode.ADOPT, user=books.manager)
        tokens.store(made, oauth.Grant("access-1", "refresh-1", 3600))
    return made


def rotate() -> str:
    """What the command says."""
    out = StringIO()
    call_command("rotate_token_keys", stdout=out)
    return out.getvalue()


def test_tokens_can_be_read_without_the_old_key(
    books: Books, connection: Connection, settings: Settings
) -> None:
    settings.TOKEN_KEYS = {"new": NEW, "old": OLD}

    assert "1 connections" in rotate()
    assert "0 connections" in rotate()

    settings.TOKEN_KEYS = {"new": NEW}
    with administration_scope(books.id):
        kept = TokenSet.objects.get()
        assert key_id_of(bytes(kept.access)) == "new"
        assert tokens.unseal(connection, "access", kept.access) == "access-1"
        assert tokens.unseal(connection, "refresh", kept.refresh) == "refresh-1"
