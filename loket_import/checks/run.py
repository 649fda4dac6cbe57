"""Checks of a journal run as a whole: its status, its totals, the date it would be booked on.

Each check looks at one matter, yields what is wrong with it, and leaves the rest to the others.
"""

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from finmaster.templatetags.finmaster import nl_datetime
from loket_import.amounts import MAX_AMOUNT, exact_text
from loket_import.checks.likeness import cost_of, holds_wages_again, totals_of
from loket_import.judging.exports import Trail
from loket_import.proposal import Case, OtherBooking, Problem, Severity
from loket_import.status_words import MISSING, UNREADY
from loket_import.statuses import MAY_BE_BOOKED, READY

MAX_DESCRIPTION_LENGTH = 255


def _run_problem(
    code: str, severity: Severity, message: Promise, cure: Promise, target_id: int | None = None
) -> Problem:
    return Problem(code, severity, None, None, message, cure, (), target_id)


def _run_error(code: str, message: Promise, cure: Promise, target_id: int | None = None) -> Problem:
    return _run_problem(code, Severity.ERROR, message, cure, target_id)


def _confirmable(
    case: Case, key: tuple[str, object], message: Promise, cure: Promise, target_id: int | None
) -> Problem:
    """A problem that stands in the way until a person overrules it: its code, and its evidence."""
    code, evidence = key
    name = f"{code}:{evidence}"
    word = case.facts.confirmed.get(name)
    if word is None:
        return Problem(code, Severity.ERROR, None, None, message, cure, (), target_id, name)
    said = format_lazy(
        _("Confirmed by {name} on {moment}."), name=word.name, moment=nl_datetime(word.at)
    )
    return Problem(code, Severity.WARNING, None, None, message, said, (), target_id, name)


def _entry_and_lines(case: Case, entry_id: int) -> str:
    """What was compared: an entry, and the lines that the run has now."""
    return f"{entry_id}:{case.facts.source_hash[:16]}".rstrip(":")


def run_is_ready(case: Case) -> Iterator[Problem]:
    """Loket: status 4 'Journaal gereed' may be booked at once; the key decides.

    One that was exported, or failed to be, may be booked by who has looked at what became of it;
    the export that Loket notes when we tell it what became of a run is no reason to ask.
    """
    key = case.facts.status_key
    if case.facts.is_missing:
        yield _run_error(MISSING.code, MISSING.reason, MISSING.cure)
    elif key in MAY_BE_BOOKED:
        if key != READY and not case.facts.is_exported_by_us:
            yield _exported(case)
    elif words := UNREADY.get(key):
        yield _run_error(words.code, words.reason, words.cure)
    else:
        yield _run_error(
            "run_status_unknown",
            format_lazy(
                _("Loket gives this journal run a status that is not known here: {key} {text}."),
                key=key,
                text=case.facts.status_text.strip(),
            ),
            _(
                "Do not book the run by hand before you have asked your payroll administrator what "
                "this status means."
            ),
        )


def _exported(case: Case) -> Problem:
    """An export that is not our own, with the last that Loket tells of it."""
    words, trail = UNREADY[case.facts.status_key], case.facts.trail
    if trail is None:
        return _run_error(
            words.code,
            words.reason,
            _("Fetch the run again: then its export history in Loket is shown here."),
        )
    message = format_lazy("{reason} {told}", reason=words.reason, told=_last_export(trail))
    return _confirmable(case, (words.code, trail.evidence), message, words.cure, None)


def _last_export(trail: Trail) -> Promise:
    if trail.exports is None:
        return _(
            "The Loket user of this connection may not see the export history, so it is unknown "
            "where the run went."
        )
    if trail.last is None:
        return _("The export history in Loket is empty: somebody may have marked it by hand.")
    moment, application = nl_datetime(trail.last.at), trail.last.to or "?"
    if trail.last.succeeded:
        return format_lazy(
            _("Exported to {application} on {moment}."), application=application, moment=moment
        )
    return format_lazy(
        _("The export to {application} on {moment} failed: {error}"),
        application=application,
        moment=moment,
        error=trail.last.error,
    )


def run_is_real(case: Case) -> Iterator[Problem]:
    """Loket: a run of a test year is test data and must not be regarded as actual."""
    if case.facts.test_year:
        yield _run_error(
            "test_year",
            format_lazy(
                _("{year} is a test year in Loket, so these wages were never paid."),
                year=case.facts.year,
            ),
            _("You need not do anything: runs of a test year are not booked."),
        )


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
    return _run_error(
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
    return _run_problem(
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
    return _confirmable(
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
    return _confirmable(
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
        yield _confirmable(
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


def run_has_lines(case: Case) -> Iterator[Problem]:
    """An entry has two lines at least; a run without any is told apart from one of zeros."""
    proposal = case.proposal
    if not case.run_lines:
        yield _run_error(
            "no_lines",
            _("This journal run has no lines."),
            _("Fetch the run again. If it stays empty there is nothing to book."),
        )
    elif len(proposal.dropped_lines) == len(case.run_lines):
        yield _run_error(
            "only_zero_lines",
            _("All lines of this journal run are zero."),
            _("You need not do anything: there is nothing to book."),
        )
    elif sum(len(line.source_lines) for line in proposal.lines) + len(proposal.unusable_lines) == 1:
        yield _run_error(
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
        yield _run_error(
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
    yield _run_error(
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
        yield _run_error(
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
        yield _run_error(
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
        yield _run_error(
            "year_closed",
            format_lazy(
                _("The booking date {date} lies in a fiscal year that is closed."),
                date=booking_date,
            ),
            _("Choose a booking date in an open fiscal year, or have the fiscal year opened."),
        )
    if not period.is_open:
        yield _run_error(
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
        yield _run_problem(
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
        yield _run_problem(
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
        yield _run_error(
            "description_missing",
            _("The entry has no description."),
            _("Fill in a description, for instance the payroll period."),
        )
    elif length > MAX_DESCRIPTION_LENGTH:
        yield _run_error(
            "description_too_long",
            format_lazy(
                _("The description has {length} characters, and {limit} is the most."),
                length=length,
                limit=MAX_DESCRIPTION_LENGTH,
            ),
            _("Shorten the description."),
        )


RUN_CHECKS = (
    run_is_ready,
    run_is_real,
    wages_are_not_booked_twice,
    wages_were_not_typed_by_hand,
    run_has_lines,
    every_line_is_accounted_for,
    run_balances,
    total_fits,
    booking_date_has_open_period,
    booking_date_is_in_pay_period,
    description_is_usable,
)
