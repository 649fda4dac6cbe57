"""Checks of what Loket says of a journal run: is it ready, and is it real?"""

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from finmaster.templatetags.finmaster import nl_datetime
from loket_import.checks.problems import confirmable, run_error
from loket_import.judging.exports import Trail
from loket_import.proposal import Case, Problem
from loket_import.status_words import MISSING, UNREADY
from loket_import.statuses import MAY_BE_BOOKED, READY


def run_is_ready(case: Case) -> Iterator[Problem]:
    """Loket: status 4 'Journaal gereed' may be booked at once; the key decides.

    One that was exported, or failed to be, may be booked by who has looked at what became of it;
    the export that Loket notes when we tell it what became of a run is no reason to ask.
    """
    key = case.facts.status_key
    if case.facts.is_missing:
        yield run_error(MISSING.code, MISSING.reason, MISSING.cure)
    elif key in MAY_BE_BOOKED:
        if key != READY and not case.facts.is_exported_by_us:
            yield _exported(case)
    elif words := UNREADY.get(key):
        yield run_error(words.code, words.reason, words.cure)
    else:
        yield run_error(
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
        return run_error(
            words.code,
            words.reason,
            _("Fetch the run again: then its export history in Loket is shown here."),
        )
    message = format_lazy("{reason} {told}", reason=words.reason, told=_last_export(trail))
    return confirmable(case, (words.code, trail.evidence), message, words.cure, None)


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
        yield run_error(
            "test_year",
            format_lazy(
                _("{year} is a test year in Loket, so these wages were never paid."),
                year=case.facts.year,
            ),
            _("You need not do anything: runs of a test year are not booked."),
        )


READINESS_CHECKS = (run_is_ready, run_is_real)
