"""Checks of whether the wages of a journal run stand in the books already."""

from collections.abc import Iterator

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from loket_import.checks.likeness import cost_of, holds_wages_again, totals_of
from loket_import.checks.problems import confirmable, run_error, run_problem
from loket_import.proposal import Case, OtherBooking, Problem, Severity


def wages_are_not_booked_twice(case: Case) -> Iterator[Problem]:
    """What a removed run left in the books is reversed before the run that replaces it is booked.

    Loket: removing a journal run removes nothing elsewhere, and the run that replaces it has an id
    of its own. Runs of one payroll run that are both there are no replacement: a recalculation
    holds the differences only, and comes on top of the earlier ones. One that holds all wages
    again, and another payroll run of the period with the same total, are for a person to judge.
    """
    others = case.facts.other_bookings
    totals = totals_of(case.run_lines)
    beneath = [other for other in others if other.is_same_payroll_run and not other.is_gone]
    is_again = holds_wages_again(totals, cost_of(case.proposal.lines), beneath)
    for other in others:
        if other.is_gone:
            yield _replaced(other)
        elif other.is_same_payroll_run:
            yield _again(case, other) if is_again else _on_top(other)
        elif other.total in totals:
            yield _same_total(case, other)


def _replaced(other: OtherBooking) -> Problem:
    return run_error(
        "replaced_run_booked",
        format_lazy(
            _(
                "Journal run {number} of the same pay period is booked as {entry} and was "
                "removed in Loket afterwards. With this run the wages could be in the "
                "books twice."
            ),
            number=other.run_number,
            entry=other.entry,
        ),
        format_lazy(_("Reverse {entry} first."), entry=other.entry),
        target_id=other.entry_id,
    )


def _on_top(other: OtherBooking) -> Problem:
    return run_problem(
        "comes_on_top",
        Severity.WARNING,
        format_lazy(
            _(
                "This run comes on top of {entry}, which books journal run {number} of the "
                "same payroll run."
            ),
            number=other.run_number,
            entry=other.entry,
        ),
        _("Check that its lines hold the differences only, and not all wages again."),
        target_id=other.entry_id,
    )


def _again(case: Case, other: OtherBooking) -> Problem:
    return confirmable(
        case,
        ("full_wages_again", _entry_and_lines(case, other.entry_id)),
        format_lazy(
            _(
                "This run seems to hold all wages again, and not the differences only: {entry} "
                "books journal run {number} of the same payroll run."
            ),
            number=other.run_number,
            entry=other.entry,
        ),
        format_lazy(
            _(
                "Compare the two. If the same wages are in both, reverse {entry} first; if this "
                "run does come on top of it, confirm that."
            ),
            entry=other.entry,
        ),
        other.entry_id,
    )


def _same_total(case: Case, other: OtherBooking) -> Problem:
    return confirmable(
        case,
        ("same_wages_booked", _entry_and_lines(case, other.entry_id)),
        format_lazy(
            _(
                "Journal run {number}, of another payroll run of the same pay period, is booked "
                "as {entry} with the same total. The wages could be in the books twice."
            ),
            number=other.run_number,
            entry=other.entry,
        ),
        format_lazy(
            _(
                "Compare the two. If the same wages are in both, book one of them only; if this "
                "run comes on top of {entry}, confirm that."
            ),
            entry=other.entry,
        ),
        other.entry_id,
    )


def wages_were_not_typed_by_hand(case: Case) -> Iterator[Problem]:
    """An entry with the same total in the same period, of no run, is for a person to judge."""
    for twin in case.facts.twins:
        yield confirmable(
            case,
            ("twin", _entry_and_lines(case, twin.entry_id)),
            format_lazy(
                _(
                    "{entry} of {date} has the same total and books no journal run: somebody may "
                    "have typed or imported these wages by hand."
                ),
                entry=twin.entry,
                date=f"{twin.booked_on:%d-%m-%Y}",
            ),
            format_lazy(
                _(
                    "Look at {entry}. If it holds these wages, reverse it first or leave this run "
                    "unbooked; if it holds something else, confirm that."
                ),
                entry=twin.entry,
            ),
            twin.entry_id,
        )


def _entry_and_lines(case: Case, entry_id: int) -> str:
    """What was compared: an entry, and the lines that the run has now."""
    return f"{entry_id}:{case.facts.source_hash[:16]}".rstrip(":")


DOUBLE_CHECKS = (wages_are_not_booked_twice, wages_were_not_typed_by_hand)
