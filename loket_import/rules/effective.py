"""How runs are booked: the rules of the administration, and what a run says otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, QuerySet, When
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from finmaster.errors import UserError
from finmaster.models import User
from ledger.models import MEMORIAL_KINDS, Journal
from loket_import.models import BookingRules, JournalRun
from loket_import.periods import default_description, pay_period, placeholders_of
from loket_import.rules.dates import DateRules, booked_on
from loket_import.rules.descriptions import described


class NoMemorial(UserError):
    """The administration has no journal to book in."""

    code = "no_memorial"
    message = _(
        "This administration has no memorial journal, so nothing can be booked. "
        "Have a manager of it make one under Master data, Journals."
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """How a run is booked: in which journal, on which date, under which text, and how condensed."""

    journal: Journal
    booking_date: date
    description: str
    condenses: bool


def booking_rules() -> BookingRules:
    """The rules of the administration in scope; the defaults, unsaved, where nobody set any."""
    return BookingRules.objects.first() or BookingRules()


def change_rules(values: dict[str, Any], *, user: User) -> None:
    """Set the rules, by the names of their columns. What is booked stays as it is."""
    BookingRules.objects.update_or_create(defaults=values | {"changed_by": user})


def journals() -> QuerySet[Journal]:
    """The journals in which a run can be booked: memorials by code, then payroll journals."""
    order = Case(*(When(kind=kind, then=place) for place, kind in enumerate(MEMORIAL_KINDS)))
    return Journal.objects.filter(kind__in=MEMORIAL_KINDS).order_by(order, "code")


def date_rules(rules: BookingRules) -> DateRules:
    """The part of the rules that decides on the date."""
    return DateRules(
        date_rule=rules.date_rule,
        month_rule=rules.month_rule,
        payment_day=rules.payment_day,
        is_paid_next_month=rules.is_paid_next_month,
        keeps_payroll_year=rules.keeps_payroll_year,
    )


def terms_by_rules(
    run: JournalRun, connection: Connection, rules: BookingRules, found: Sequence[Journal]
) -> Terms:
    """How the rules have a run booked; `found` are the `journals`. NoMemorial without one."""
    return Terms(
        journal=_journal(rules.journal_id, found),
        booking_date=booked_on(pay_period(run), date_rules(rules)),
        description=description_by_rules(run, connection, rules),
        condenses=rules.condenses,
    )


def description_by_rules(run: JournalRun, connection: Connection, rules: BookingRules) -> str:
    """The description from the template, or the usual one where that leaves nothing."""
    text = described(rules.description_template, placeholders_of(run, connection)).strip()
    return text or default_description(run, connection)


def terms_of(
    run: JournalRun, connection: Connection, rules: BookingRules, found: Sequence[Journal]
) -> Terms:
    """How a run is booked: by the rules, but for what was chosen for this very run."""
    ruled = terms_by_rules(run, connection, rules, found)
    return Terms(
        journal=_journal(run.journal_id, found) if run.journal_id else ruled.journal,
        booking_date=run.booking_date or ruled.booking_date,
        description=run.description or ruled.description,
        condenses=ruled.condenses if run.condenses is None else run.condenses,
    )


def _journal(journal_id: int | None, found: Sequence[Journal]) -> Journal:
    """The journal that was chosen, or the first one."""
    if not found:
        raise NoMemorial
    return next((journal for journal in found if journal.pk == journal_id), found[0])


def choose(
    run: JournalRun,
    ruled: Terms,
    *,
    booking_date: date,
    description: str,
    journal: Journal | None,
    condenses: bool | None,
) -> None:
    """Keep for a run what differs from the rules; the rest goes on following them.

    A journal or detail of None is that of the rules, whatever they become.
    """
    run.booking_date = None if booking_date == ruled.booking_date else booking_date
    run.description = "" if description == ruled.description else description
    run.journal = journal
    run.condenses = condenses
    run.save(update_fields=CHOSEN)


def follow_rules(run: JournalRun) -> None:
    """Forget what was chosen for a run."""
    run.booking_date, run.description, run.journal, run.condenses = None, "", None, None
    run.save(update_fields=CHOSEN)


CHOSEN = ("booking_date", "description", "journal", "condenses")


def is_chosen(run: JournalRun) -> bool:
    """Whether anything was chosen for a run that the rules would otherwise say."""
    return bool(run.booking_date or run.description or run.journal_id or run.condenses is not None)
