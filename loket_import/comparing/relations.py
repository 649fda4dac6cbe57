"""How a run relates to earlier ones: what they book together, and what replaces what.

Loket: a payroll run may have several journal runs, of which the later hold differences; one that
was removed comes back with a new id, and its wages are then in both.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from ledger.models import JournalLine
from loket_import.comparing.differences import additions, net_amounts
from loket_import.comparing.loading import (
    Comparison,
    Place,
    Title,
    compared_contents,
    old_added_together,
    table,
)
from loket_import.models import Booking, JournalRun, RunContent, RunLine
from loket_import.preview import Preview
from loket_import.proposal import Proposal
from loket_import.rivals import is_gone, rivals_of
from loket_import.statuses import FAILED, REMOVED
from loket_import.storing import newest_content

MOST_REPLACED = 3


@dataclass(frozen=True, slots=True)
class Relative:
    """Another run of the same payroll run or pay period, and its live booking if it has one."""

    run: JournalRun
    booking: Booking | None
    is_same_payroll_run: bool
    is_gone: bool


def has_relatives(run: JournalRun) -> bool:
    """Whether there is anything to tell: another booking that lives, or a run that is gone."""
    others = rivals_of(run).exclude(pk=run.pk)
    is_booked = Q(bookings__isnull=False, bookings__reversal=None)
    was_there = Q(contents__isnull=False) & (Q(status_key=REMOVED) | Q(missing_since__isnull=False))
    return others.filter(is_booked | was_there).exists()


def made_anew(run: JournalRun) -> JournalRun | None:
    """The newest later run of the same payroll run that Loket still has and could make, or None."""
    later = (
        rivals_of(run)
        .filter(payroll_run_id=run.payroll_run_id, sequence_number__gt=run.sequence_number)
        .exclude(Q(status_key__in=(FAILED, REMOVED)) | Q(missing_since__isnull=False))
    )
    return later.order_by("-sequence_number").first()


def relatives_of(run: JournalRun) -> list[Relative]:
    """The other runs of the payroll run or pay period, the first one first; in two queries."""
    others = list(rivals_of(run).exclude(pk=run.pk).order_by("sequence_number"))
    live = Booking.objects.filter(run__in=others, reversal=None).select_related(
        "entry__journal", "entry__fiscal_year"
    )
    bookings = {booking.run_id: booking for booking in live}
    return [
        Relative(
            run=other,
            booking=bookings.get(other.pk),
            is_same_payroll_run=other.payroll_run_id == run.payroll_run_id,
            is_gone=is_gone(other),
        )
        for other in others
    ]


def relation(
    run: JournalRun, relatives: Sequence[Relative], booked: Booking | None, seen: Preview | None
) -> list[Comparison]:
    """The tables of a run: together with what is booked, against what it replaces, and itself.

    `booked` is its own live booking, and `seen` is how it would be booked if it has none.
    """
    tables: list[Comparison] = []
    beneath = [relative.booking for relative in relatives if relative.booking]
    ours = loket_accounts([*beneath, *filter(None, [booked])], seen)
    if beneath:
        tables.append(together(beneath, booked, seen, ours))
    newest = newest_content(run)
    if newest is not None:
        gone = [relative for relative in relatives if relative.is_gone]
        tables += replaced(gone[-MOST_REPLACED:], newest, ours)
        if booked is not None and booked.content.source_hash != newest.source_hash:
            tables.append(against_loket(booked, newest, ours))
    return tables


def together(
    beneath: Sequence[Booking],
    booked: Booking | None,
    seen: Preview | None,
    ours: dict[str, str],
) -> Comparison:
    """What the other entries book, what this run does, and both together.

    By account, cost centre and cost unit: a recalculation may move a cost between those alone.
    """
    before = entry_amounts([booking.entry_id for booking in beneath])
    this = entry_amounts([booked.entry_id]) if booked else proposed_amounts(seen)
    codes: dict[str, list[str]] = {}
    for code, account in sorted(ours.items()):
        codes.setdefault(account, []).append(code)
    title = Title(
        "together",
        _("Booked so far, this run, and both together"),
        (_("Booked so far"), _("This run"), _("Together")),
    )
    return table(
        title,
        additions(before, this),
        also={account: ", ".join(found) for account, found in codes.items()},
        columns=old_added_together,
        also_heading=_("In Loket.nl"),
    )


def entry_amounts(entry_ids: Iterable[int]) -> dict[Place, Decimal]:
    """What entries add up to on each account, cost centre and cost unit, in one query."""
    sums = (
        JournalLine.objects.filter(entry__in=list(entry_ids))
        .values_list(
            "account__code",
            "account__name",
            "cost_center__code",
            "cost_center__name",
            "cost_unit__code",
            "cost_unit__name",
        )
        .annotate(Sum("debit"), Sum("credit"))
    )
    return net_amounts(
        ((label(*line[0:2]), label(*line[2:4]), label(*line[4:6])), *line[6:8]) for line in sums
    )


def label(code: str | None, name: str | None) -> str:
    """How the choices of a proposal write themselves; empty for none."""
    return f"{code} {name}" if code else ""


def proposed_amounts(seen: Preview | None) -> dict[Place, Decimal]:
    """What a run would add to each of them; an account of Loket's that stands for none is named."""
    return net_amounts(
        (
            (
                str(line.account or f"{line.loket_account_code} ({_('To link')})"),
                str(line.cost_center or ""),
                str(line.cost_unit or ""),
            ),
            line.debit,
            line.credit,
        )
        for line in (seen.proposal.lines if seen else ())
    )


def loket_accounts(bookings: Sequence[Booking], seen: Preview | None) -> dict[str, str]:
    """Our account by Loket's code: as it was booked, or as the run would be booked now.

    In two queries, none without a booking. A line of an entry says from which of Loket's it came.
    """
    found: dict[str, str] = {}
    if bookings:
        contents = {booking.entry_id: booking.content_id for booking in bookings}
        codes = {
            (content_id, number): code.strip()
            for content_id, number, code in RunLine.objects.filter(
                content__in=contents.values()
            ).values_list("content_id", "number", "account_code")
        }
        lines = JournalLine.objects.filter(entry__in=contents, source_line__isnull=False)
        for entry_id, number, code, name in lines.values_list(
            "entry_id", "source_line", "account__code", "account__name"
        ):
            if loket_code := codes.get((contents[entry_id], number or 0)):
                found[loket_code] = f"{code} {name}"
    return found | (accounts_of(seen.proposal) if seen else {})


def accounts_of(proposal: Proposal) -> dict[str, str]:
    """Our account by Loket's code, as far as a run's codes stand for one."""
    return {
        line.account_code: str(line.account)
        for line in proposal.matched_lines
        if line.account is not None
    }


def replaced(
    gone: Sequence[Relative], newest: RunContent, ours: dict[str, str]
) -> list[Comparison]:
    """What each run that is gone held, what this one holds, and the difference."""
    tables = []
    for relative in gone:
        old = relative.booking.content if relative.booking else newest_content(relative.run)
        if old is not None:
            number = relative.run.sequence_number
            title = Title(
                f"replaced-{number}",
                _("Run %(number)s, which is gone, against this run") % {"number": number},
                (_("Run %(number)s") % {"number": number}, _("This run"), _("Difference")),
            )
            tables.append(compared_contents(title, old, newest, ours=ours))
    return tables


def against_loket(booked: Booking, newest: RunContent, ours: dict[str, str]) -> Comparison:
    """What was booked of a run, what Loket has now, and the difference."""
    title = Title(
        "changed",
        _("What was booked, against what Loket has now"),
        (_("Booked"), _("In Loket.nl now"), _("Difference")),
    )
    return compared_contents(title, booked.content, newest, ours=ours)
