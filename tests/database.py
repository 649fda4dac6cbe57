"""The database of the tests: made as its administrator, migrated as its owner, used as the app."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from connections.billing.first_prices import FIRST_PRICES
from finmaster.databases import embedded_url
from finmaster.management.commands.setup_database import in_database
from finmaster.roles import create_database, create_roles, grant_rights

Connection = psycopg.Connection[tuple[Any, ...]]
Writer = Literal["app", "owner", "audit", "superuser"]


def admin_url() -> str:
    """A superuser's address: DATABASE_ADMIN_URL, or the embedded server's."""
    return os.environ.get("DATABASE_ADMIN_URL") or embedded_url(
        settings.VAR_DIR / "postgres", "postgres", "postgres"
    )


def drop_database(name: str) -> None:
    """Remove a database with whatever is still connected to it."""
    with psycopg.connect(admin_url(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def make_database(name: str) -> None:
    """A new, migrated database, to which Django's connections are turned."""
    drop_database(name)
    with psycopg.connect(admin_url(), autocommit=True) as connection:
        create_roles(connection)
        create_database(connection, name)
    with psycopg.connect(in_database(admin_url(), name), autocommit=True) as connection:
        grant_rights(connection)
    server = urlsplit(admin_url())
    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
        if os.environ.get("DATABASE_ADMIN_URL"):
            connections[alias].settings_dict.update(
                HOST=server.hostname, PORT=str(server.port or ""), PASSWORD=""
            )
    call_command("migrate", database="owner", verbosity=0)
    connections["owner"].close()


def connect_as(writer: Writer) -> Connection:
    """A connection past Django to the database of the tests."""
    if writer == "superuser":
        name = str(connections["default"].settings_dict["NAME"])
        return psycopg.connect(in_database(admin_url(), name))
    entry = connections["default" if writer == "app" else writer].settings_dict
    return psycopg.connect(
        host=entry["HOST"],
        port=entry["PORT"] or None,
        user=entry["USER"],
        password=entry["PASSWORD"] or None,
        dbname=entry["NAME"],
    )


def set_scope(connection: Connection, *administration_ids: int) -> None:
    """Tell PostgreSQL which administrations are in scope until the transaction ends."""
    connection.execute(
        "SELECT set_config('app.administrations', %s, true)",
        ["{" + ",".join(map(str, administration_ids)) + "}"],
    )


@contextmanager
def transaction_as(writer: Writer, *administration_ids: int) -> Iterator[Connection]:
    """A transaction of raw SQL, committed at the end; no ids, no scope."""
    with connect_as(writer) as connection:
        if administration_ids:
            set_scope(connection, *administration_ids)
        yield connection


@contextmanager
def past_the_guards() -> Iterator[Connection]:
    """A superuser's replica session, in which no trigger and no foreign key holds. It commits."""
    with connect_as("superuser") as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def empty_database() -> None:
    """Take out all rows, past the guards, as only a superuser's replica session can."""
    with past_the_guards() as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission')"
        ).fetchall()
        connection.execute(
            sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(
                sql.SQL(", ").join(sql.Identifier(table) for (table,) in tables)
            )
        )
        # What the migrations entered, and every installation has.
        connection.execute(FIRST_PRICES)
