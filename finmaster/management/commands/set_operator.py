"""`manage.py set_operator wie@finmaster.example`: who of the operator's staff bills the fee."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from finmaster.models import User
from finmaster.new_users import find_or_make_user


class Command(BaseCommand):
    help = "Let a user bill the connection fee, or no longer; the user is made when not there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="e-mail address")
        parser.add_argument("--end", action="store_true", help="no longer")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].lower()
        if options["end"] and not User.objects.filter(email=email).exists():
            raise CommandError(f"There is no user {email}.")
        user = find_or_make_user(email)
        user.is_staff = not options["end"]
        user.save(update_fields=["is_staff"])
        self.stdout.write(f"{email} {'bills' if user.is_staff else 'no longer bills'} the fee.")
