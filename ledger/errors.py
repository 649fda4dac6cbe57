"""What the books refuse, in sentences."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from finmaster.errors import UserError


class LedgerError(UserError):
    """The books refuse; nothing was posted."""


class NoPeriod(LedgerError):
    """No fiscal year holds the booking date."""

    code = "no_period"

    def __init__(self, booked_on: date) -> None:
        self.message = _(
            "There is no fiscal year with a period for %(date)s. Nothing was booked. "
            "Choose another booking date, or ask a manager to add the fiscal year, "
            "under Master data, Fiscal years."
        ) % {"date": booked_on.strftime("%d-%m-%Y")}


class PostingRefused(LedgerError):
    """A rule of the database refused the entry; `constraint` names it."""

    code = "posting_refused"

    def __init__(self, constraint: str) -> None:
        self.constraint = constraint
        if constraint:
            # What a user passes on to the help desk tells which rule it was.
            self.code = f"posting_refused:{constraint}"  # type: ignore[misc]
        self.message = SENTENCES.get(constraint, SENTENCES[""])


class AlreadyReversed(LedgerError):
    """The entry was reversed before."""

    code = "already_reversed"
    message = _(
        "This entry has been reversed already. Nothing was booked. "
        "Go back to the entry: it names its reversal."
    )


class YearRefused(LedgerError):
    """The fiscal year is not the one to add."""

    code = "year_refused"
    message = _(
        "The fiscal year was not added: it is there already, or it is not the year that follows. "
        "The years that are there are listed below."
    )


SENTENCES = {
    "": _(
        "The books refused this entry. Nothing was booked. Try again; "
        "if it stays, pass on the code of this message to the help desk."
    ),
    "entry_balances": _(
        "Debit and credit are not equal. Nothing was booked. "
        "Have the journal corrected in Loket.nl."
    ),
    "line_is_in_cents": _(
        "An amount is not in whole cents. Nothing was booked. "
        "Have the journal corrected in Loket.nl."
    ),
    "entry_has_two_lines": _(
        "An entry needs at least two lines. Nothing was booked. "
        "Have the journal corrected in Loket.nl."
    ),
    "entry_period_is_open": _(
        "The period of the booking date is closed. Nothing was booked. "
        "Choose a date in an open period, or ask a manager to open this one."
    ),
    "entry_date_in_period": _(
        "The booking date lies outside its period. Nothing was booked. "
        "Try again, or choose another booking date."
    ),
    "entry_reversed_not_before": _(
        "A reversal can't be dated before the entry that it undoes. Nothing was booked. "
        "Choose the date of that entry or a later one."
    ),
    "entry_reverses_an_original": _(
        "A reversal can't be reversed. Nothing was booked. Book the journal run once more instead."
    ),
}
