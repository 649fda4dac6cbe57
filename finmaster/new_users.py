"""Users that a management command makes, asking at the terminal for what it needs."""

import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from finmaster.models import User


def find_or_make_user(email: str) -> User:
    """The user with this address; a new one is asked for a name and a password.

    CommandError for a password that is too weak.
    """
    if found := User.objects.filter(email=email.lower()).first():
        return found
    name = input(f"Name of {email}: ").strip()
    password = getpass.getpass("Password: ")
    try:
        validate_password(password)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    return User.objects.create_user(email, password, name=name or email)
