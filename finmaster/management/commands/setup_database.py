"""`manage.py setup_database`: roles, database and rights, as an administrator of the server."""

from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from finmaster.configuration import text
from finmaster.roles import create_database, create_roles, grant_rights


class Command(BaseCommand):
    help = "Make FinMaster's database roles, its database and their rights. Harmless to repeat."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--admin-url",
            default=text(settings.ENV, "DATABASE_ADMIN_URL"),
            help="postgresql:// address of a superuser; the setting DATABASE_ADMIN_URL if left out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        admin_url = options["admin_url"]
        if not admin_url:
            raise CommandError(
                "The setting DATABASE_ADMIN_URL is missing: the address of PostgreSQL as superuser."
            )
        name = settings.DATABASES["default"]["NAME"]
        passwords = {
            entry["USER"]: entry["PASSWORD"]
            for entry in settings.DATABASES.values()
            if entry.get("PASSWORD")
        }
        with psycopg.connect(admin_url, autocommit=True) as connection:
            create_roles(connection, passwords)
            made = create_database(connection, name)
        with psycopg.connect(in_database(admin_url, name), autocommit=True) as connection:
            grant_rights(connection)
        self.stdout.write(f"Database {name} {'made' if made else 'was there'}; roles are set.")


def in_database(url: str, name: str) -> str:
    """The same server, user and options, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
