"""Checks of a journal run as a whole: its lines, its totals, the date it would be booked on.

Each check looks at one matter, yields what is wrong with it, and leaves the rest to the others.
"""

from collections.abc import Iterator

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from loket_import.amounts import MAX_AMOUNT, exact_text
from loket_import.checks.problems import run_error, run_problem
from loket_import.proposal import Case, Problem, Severity

MAX_DESCRIPTION_LENGTH = 255


def run_has_lines(case: Case) -> Iterator[Problem]:
    """An entry has two lines at least; a run without any is told apart from one of zeros."""
    proposal = case.proposal
    if not case.run_lines:
        yield run_error(
            "no_lines",
            _("This journal run has no lines."),
            _("Fetch the run again. If it stays empty there is nothing to book."),
        )
    elif len(proposal.dropped_lines) == len(case.run_lines):
        yield run_error(
            "only_zero_lines",
            _("All lines of this journal run are zero."),
            _("You need not do anything: there is nothing to book."),
        )
    elif sum(len(line.source_lines) for line in proposal.lines) + len(proposal.unusable_lines) == 1:
        yield run_error(
            "too_few_lines",
            _("This journal run has one line with an amount, and an entry needs two at least."),
            _(
                "Have your payroll administrator check the journal profile in Loket and make the "
                "run anew."
            ),
        )


def every_line_is_accounted_for(case: Case) -> Iterator[Problem]:
    """The lines that were counted on fetching are all proposed, dropped or refused, each once."""
    proposal = case.proposal
    accounted = {number for line in proposal.lines for number in line.source_lines}
    accounted.update(proposal.dropped_lines, proposal.unusable_lines)
    stored, found = case.facts.stored_line_count, len(case.run_lines)
    # Two lines of one number are one line that is accounted for.
    if found == stored:
        found = len(accounted)
    if found != stored:
        yield run_error(
            "line_count_differs",
            format_lazy(
                _("This journal run was fetched with {stored} lines, but {found} are found now."),
                stored=stored,
                found=found,
            ),
            _("Fetch the run again. If the numbers still differ, report it to support."),
        )


def run_balances(case: Case) -> Iterator[Problem]:
    """Debit equals credit to the cent. A cent is never invented to make it so."""
    proposal = case.proposal
    # An amount that can't be read in cents has its own problem; without it no total is true.
    if proposal.unusable_lines or not proposal.difference:
        return
    yield run_error(
        "unbalanced",
        format_lazy(
            _(
                "This journal run does not balance: debit {debit}, credit {credit}, "
                "difference {difference}."
            ),
            debit=exact_text(proposal.total_debit),
            credit=exact_text(proposal.total_credit),
            difference=exact_text(proposal.difference),
        ),
        _(
            "Have your payroll administrator check the journal profile in Loket and make the run "
            "anew; then fetch the runs."
        ),
    )


def total_fits(case: Case) -> Iterator[Problem]:
    """The entry's total stays within numeric(14,2) even where each of its lines does."""
    largest = max(case.proposal.total_debit, case.proposal.total_credit)
    if largest > MAX_AMOUNT:
        yield run_error(
            "total_too_large",
            format_lazy(
                _(
                    "The total of this journal run, {total}, is more than the books can hold: "
                    "{limit}."
                ),
                total=exact_text(largest),
                limit=exact_text(MAX_AMOUNT),
            ),
            _("Have your payroll administrator check the amounts in Loket."),
        )


def booking_date_has_open_period(case: Case) -> Iterator[Problem]:
    """Nothing is posted outside a period, in a closed period or in a closed fiscal year."""
    period = case.proposal.period
    booking_date = f"{case.options.booking_date:%d-%m-%Y}"
    if period is None:
        yield run_error(
            "no_period",
            format_lazy(
                _("There is no period for the booking date {date}."),
                date=booking_date,
            ),
            _(
                "Choose another booking date, or have a manager of this administration add the "
                "fiscal year under Master data."
            ),
        )
        return
    if not period.is_year_open:
        yield run_error(
            "year_closed",
            format_lazy(
                _("The booking date {date} lies in a fiscal year that is closed."),
                date=booking_date,
            ),
            _("Choose a booking date in an open fiscal year, or have the fiscal year opened."),
        )
    if not period.is_open:
        yield run_error(
            "period_closed",
            format_lazy(
                _("The booking date {date} lies in {period}, which is closed."),
                date=booking_date,
                period=period.label,
            ),
            _("Choose a booking date in an open period, or have this period opened."),
        )


def booking_date_is_in_pay_period(case: Case) -> Iterator[Problem]:
    """Wages outside their pay period, or in another year of the books, are seldom meant.

    Lawful they are, and outside their period they are meant where the booking rules put them.
    Loket: the first period of a payroll year may start in December and the last end in January, so
    that a date in the pay period may be in another year.
    """
    booking_date, facts = case.options.booking_date, case.facts
    year = facts.year
    is_outside = not facts.period_start <= booking_date <= facts.period_end
    if is_outside and not case.options.is_date_by_rule:
        yield run_problem(
            "date_outside_pay_period",
            Severity.WARNING,
            format_lazy(
                _(
                    "The booking date {date} lies outside the pay period of this run, "
                    "{first} to {last}."
                ),
                date=f"{booking_date:%d-%m-%Y}",
                first=f"{facts.period_start:%d-%m-%Y}",
                last=f"{facts.period_end:%d-%m-%Y}",
            ),
            _("Check that these wages belong on that date; change the booking date if not."),
        )
    elif booking_date.year != year:
        yield run_problem(
            "date_outside_payroll_year",
            Severity.WARNING,
            format_lazy(
                _("The booking date {date} is not in {year}, the payroll year of this run."),
                date=f"{booking_date:%d-%m-%Y}",
                year=year,
            ),
            _("Check that these wages belong in that year; change the booking date if not."),
        )


def description_is_usable(case: Case) -> Iterator[Problem]:
    """The entry's description is filled, and fits in its column."""
    length = len(case.options.description)
    if not case.options.description.strip():
        yield run_error(
            "description_missing",
            _("The entry has no description."),
            _("Fill in a description, for instance the payroll period."),
        )
    elif length > MAX_DESCRIPTION_LENGTH:
        yield run_error(
            "description_too_long",
            format_lazy(
                _("The description has {length} characters, and {limit} is the most."),
                length=length,
                limit=MAX_DESCRIPTION_LENGTH,
            ),
            _("Shorten the description."),
        )


RUN_CHECKS = (
    run_has_lines,
    every_line_is_accounted_for,
    run_balances,
    total_fits,
    booking_date_has_open_period,
    booking_date_is_in_pay_period,
    description_is_usable,
)
