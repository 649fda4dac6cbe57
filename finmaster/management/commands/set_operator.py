"""`manage.py set_operator wie@finmaster.example`: who of the operator's staff bills the fee."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from finmaster.models import User


class Command(BaseCommand):
    help = "Let a user bill the connection fee, or no longer; the user is made when not there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="e-mail address")
        parser.add_argument("--end", action="store_true", help="no longer")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].lower()
        user = User.objects.filter(email=email).first()
        if user is None and options["end"]:
            raise CommandError(f"There is no user {email}.")
        user = user or make_user(email)
        user.is_staff = not options["end"]
        user.save(update_fields=["is_staff"])
        self.stdout.write(f"{email} {'bills' if user.is_staff else 'no longer bills'} the fee.")


def make_user(email: str) -> User:
    """A new user, whose name and password are asked for; member of no administration."""
    name = input(f"Name of {email}: ").strip()
    password = getpass.getpass("Password: ")
    try:
        validate_password(password)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    return User.objects.create_user(email, password, name=name or email)
