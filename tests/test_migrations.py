"""The migrations say what the models say, and lead back to nothing and forth again."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from tests.database import drop_database, make_database

OUR_APPS = ("loket_import", "connections", "ledger")

# All that the migrations make, each with its definition and rights.
SCHEMA = """
SELECT 'table', c.oid::regclass::text,
       ARRAY(SELECT acl::text FROM unnest(c.relacl) acl ORDER BY 1)::text,
       c.relrowsecurity || ' ' || c.relforcerowsecurity
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
 UNION ALL
SELECT 'column', a.attrelid::regclass || '.' || a.attname,
       ARRAY(SELECT acl::text FROM unnest(a.attacl) acl ORDER BY 1)::text,
       format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
 UNION ALL
SELECT 'constraint', conrelid::regclass || ' ' || conname, '', pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
 UNION ALL
SELECT 'trigger', tgrelid::regclass || ' ' || tgname, tgenabled::text, pg_get_triggerdef(oid)
  FROM pg_trigger WHERE NOT tgisinternal
 UNION ALL
SELECT 'policy', tablename || ' ' || policyname, cmd || permissive, qual || with_check
  FROM pg_policies
 UNION ALL
SELECT 'function', oid::regprocedure::text,
       ARRAY(SELECT acl::text FROM unnest(proacl) acl ORDER BY 1)::text || proowner,
       pg_get_functiondef(oid)
  FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


def schema() -> set[tuple[Any, ...]]:
    """Everything in the database, as its owner sees it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(SCHEMA)
        return set(cursor.fetchall())


def migrate(*target: str) -> None:
    call_command("migrate", *target, database="owner", verbosity=0)


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A migrated database beside the one of the other tests, which keeps Django's connections."""
    name = str(connections["default"].settings_dict["NAME"])
    with django_db_blocker.unblock():
        make_database(f"{name}_migrations")
        try:
            yield
        finally:
            for connection in connections.all():
                connection.close()
                connection.settings_dict["NAME"] = name
            drop_database(f"{name}_migrations")


def test_the_models_need_no_further_migration(
    own_database: None, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    except SystemExit:
        pytest.fail(capsys.readouterr().out)


def test_the_guards_come_off_and_on_again(own_database: None) -> None:
    before = schema()

    for app in OUR_APPS:
        migrate(app, "0001")
    bare = schema()
    migrate()

    assert not {kind for kind, *_ in bare} & {"trigger", "policy"}
    assert not [name for _, name, *_ in bare if name.endswith("_same_administration")]
    assert schema() == before


def test_everything_leads_back_to_nothing_and_forth_again(own_database: None) -> None:
    before = schema()

    for app in (*OUR_APPS, "sessions", "finmaster", "auth", "contenttypes"):
        migrate(app, "zero")
    left = {name.split(".")[0].split(" ")[0] for _, name, *_ in schema()}
    migrate()

    assert {name for name in left if not name.startswith("django_migrations")} == set()
    assert schema() == before
