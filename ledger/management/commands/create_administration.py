"""`manage.py create_administration`: new books, with their office and manager where needed."""

import csv
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.timezone import localdate

from finmaster.errors import violated_constraint
from finmaster.models import Administration, Membership, Office, Role
from finmaster.new_users import find_or_make_user
from finmaster.tenancy import administration_scope
from ledger.opening import add_accounts, add_journals, open_year, read_rows


class Command(BaseCommand):
    help = "Make an administration with journals and a fiscal year, and its office and manager."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("office", help="name of the office")
        parser.add_argument("--office-id", type=int, help="id of an office that is there already")
        parser.add_argument("number", help="number of the administration within the office")
        parser.add_argument("name", help="name of the administration")
        parser.add_argument("--manager", required=True, help="e-mail address; made when not there")
        parser.add_argument("--chart", type=Path, help="chart of accounts; see ledger/opening.py")
        parser.add_argument("--year", type=int, default=localdate().year, help="first fiscal year")
        parser.add_argument("--kvk", default="", help="KvK number, compared with Loket's")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            chart = read_rows(options["chart"]) if options["chart"] else []
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CommandError(f"The chart of accounts can't be read: {error}") from error
        try:
            administration = self.make_administration(options)
            with administration_scope(administration.pk):
                add_accounts(chart)
                add_journals()
                open_year(options["year"])
        except Office.DoesNotExist as error:
            raise CommandError("There is no office with this id and name.") from error
        except KeyError as error:
            raise CommandError(f"The chart of accounts has no column {error}.") from error
        except IntegrityError as error:
            raise CommandError(f"Refused: {violated_constraint(error) or error}.") from error
        self.stdout.write(f"{administration} is there, at /a/{administration.slug}/.")

    @transaction.atomic
    def make_administration(self, options: dict[str, Any]) -> Administration:
        """The rows outside the books: office, administration, manager and membership."""
        office = self.find_or_make_office(options)
        slug = slugify(options["name"])[:50]
        if Administration.objects.filter(slug=slug).exists():
            slug = f"{slug}-{slugify(options['number'])}"
        administration = Administration.objects.create(
            office=office,
            number=options["number"],
            name=options["name"],
            slug=slug,
            chamber_of_commerce_number=options["kvk"],
        )
        Membership.objects.get_or_create(
            user=find_or_make_user(options["manager"]),
            office=office,
            administration=None,
            defaults={"role": Role.MANAGER},
        )
        return administration

    def find_or_make_office(self, options: dict[str, Any]) -> Office:
        """A new office, or the one whose id is given: a name alone may be another customer's."""
        if options["office_id"]:
            return Office.objects.get(pk=options["office_id"], name=options["office"])
        if same := Office.objects.filter(name=options["office"]).first():
            raise CommandError(
                f"There is an office called {same.name}. If it is the same one, add "
                f"--office-id {same.pk}; its managers will see this administration."
            )
        return Office.objects.create(name=options["office"])
