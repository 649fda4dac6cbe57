"""What makes the histories interesting: removals, re-runs, recalculations and odd lines.

Each function changes or adds runs in a ``RunHistory``; ``back`` counts periods before the last.
The last two monthly periods of Bakkerij De Korenbloem stay plain, for a demo without surprises.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from . import cast, profiles
from .cast import PAYROLL_COLLEAGUE
from .model import (
    ZERO,
    Component,
    Employer,
    JournalRun,
    Line,
    PayrollAdministration,
    PeriodType,
    RunError,
    Status,
    stable_id,
)
from .profiles import JournalProfile
from .runs import RunHistory

NO_ALLOCATION = (
    4,
    "Geen verdeling gevonden voor de component, kostenplaats, kostendrager combinatie",
)


def journal_runs(employer: Employer, today: date) -> list[JournalRun]:
    """All journal runs of an employer; none without the journal profile (product 940)."""
    if employer.product != 940:
        return []
    return [
        run
        for administration in employer.administrations
        for run in _history(employer.name, administration, today)
    ]


def _history(
    employer_name: str, administration: PayrollAdministration, today: date
) -> list[JournalRun]:
    history = RunHistory(administration, _profile(employer_name, administration), today)
    if employer_name == cast.KORENBLOEM:
        _bakery(history)
    elif administration.period_type is PeriodType.FOUR_WEEKS:
        _fitters(history)
    elif employer_name == cast.VAN_DEN_BERG:
        _installer_office(history)
    elif employer_name == cast.ZORGGROEP:
        _care(history)
    elif employer_name == cast.DE_GROOT:
        _catering(history)
    return history.finished()


def _profile(employer_name: str, administration: PayrollAdministration) -> JournalProfile:
    if administration.period_type is PeriodType.FOUR_WEEKS:
        return profiles.INSTALLER_FITTERS
    return {
        cast.KORENBLOEM: profiles.BAKERY,
        cast.VAN_DEN_BERG: profiles.INSTALLER_OFFICE,
        cast.ZORGGROEP: profiles.CARE,
        cast.DE_GROOT: profiles.CATERING,
        cast.VAN_DIJK: profiles.BAKERY,
    }[employer_name]


def _bakery(history: RunHistory) -> None:
    recalculate(history, back=3, amount=Decimal("500.00"))
    remove_and_run_again(history, back=4)
    fail(history, back=5)
    history.add_test_year(back=6)


def _installer_office(history: RunHistory) -> None:
    history.regular(3).status = Status.EXPORTING
    recalculate(history, back=4, amount=Decimal("312.50"), negative=False)
    history.add_test_year(back=5)
    run_correction(history, back=1)


def _fitters(history: RunHistory) -> None:
    remove_and_run_again(history, back=1)
    recalculate(history, back=3, amount=Decimal("1250.40"))
    failed_export = history.regular(4)
    history.runs.remove(failed_export)
    history.add(failed_export.period, status=Status.EXPORT_FAILED)


def _care(history: RunHistory) -> None:
    last = history.periods[-1]
    history.add(
        last,
        status=Status.WAITING,
        note="waiting",
        payroll_note="extra",
        lines=(),
        hours_later=5,
    )
    big = history.regular(2)
    big.lines = history.lines_of(big.period, profiles.CARE_BY_TEAM)
    history.add(
        history.periods[-4],
        status=Status.NO_RESULTS,
        note="empty",
        payroll_note="correction",
        lines=(),
        hours_later=4,
    )
    fail(history, back=5)


def _catering(history: RunHistory) -> None:
    put_odd_sides(history.regular(0))
    unbalance(history.regular(1))
    use_three_decimals(history.regular(2))
    fail(history, back=4)


def recalculate(
    history: RunHistory, *, back: int, amount: Decimal, negative: bool = True
) -> JournalRun:
    """A second journal run of a payroll run that holds only the differences.

    Moves wages between two cost units or centres. Whether the falling side is a negative debit
    or a credit isn't known of Loket, so the world has both.
    """
    original = history.regular(back)
    account = history.profile.accounts["wages"]
    wages = [line for line in original.lines if line.account == account]
    source, target = wages[-2:]
    debet, credit = (-amount, ZERO) if negative else (ZERO, amount)
    lines = (
        replace(source, debet=debet, credit=credit),
        replace(target, debet=amount, credit=ZERO),
    )
    return history.add(
        original.period, status=Status.READY, note="recalculation", lines=lines, hours_later=50
    )


def run_correction(history: RunHistory, *, back: int) -> JournalRun:
    """A second payroll run in the same period, for one employee who was forgotten."""
    period = history.periods[-1 - back]
    lines = history.lines_of(period, _one_employee(history.profile))
    return history.add(
        period,
        status=Status.READY,
        note="correction",
        payroll_note="correction",
        lines=lines,
        hours_later=26,
    )


def _one_employee(profile: JournalProfile) -> JournalProfile:
    department = replace(profile.departments[0], monthly_wages=Decimal("2875.00"))
    return JournalProfile(profile.accounts, (department,), profile.shows_components)


def remove_and_run_again(history: RunHistory, *, back: int) -> None:
    """The regular run was removed in Loket; a new id took the place of its payroll run's."""
    removed = history.regular(back)
    history.add(removed.period, status=removed.status, note="again", hours_later=28)
    removed.status = Status.REMOVED
    removed.removed_at = removed.requested_at + timedelta(hours=27)
    removed.removed_by = PAYROLL_COLLEAGUE
    removed.exports.clear()


def fail(history: RunHistory, *, back: int) -> None:
    """The first attempt failed on a missing allocation; the next one went well."""
    failed = history.regular(back)
    history.add(failed.period, status=failed.status, note="retry", hours_later=6)
    failed.status = Status.FAILED
    failed.exports.clear()
    first = failed.lines[0]
    key, text = NO_ALLOCATION
    failed.errors = (
        RunError(
            id=stable_id("error", failed.id, 1),
            key=key,
            text=text,
            employee_number=202,
            account=first.account,
            cost_center=first.cost_center,
            cost_unit=None,
            component=Component(286, "KINDEROPV.BEL"),
        ),
    )
    failed.lines = ()


def put_odd_sides(run: JournalRun) -> None:
    """Give a run a line with both sides, a zero line and a cost centre on a liability.

    It still balances: the reserve's two sides were two lines or one, and zero adds nothing.
    """
    wages, *_ = run.lines
    reserve = [line for line in run.lines if line.account.code == "1740"]
    both = replace(reserve[0], debet=Decimal("640.00"), credit=ZERO)
    rest = []
    for line in run.lines:
        if line.account.code == "1740":
            continue
        is_tax = line.account.code == "1710"
        rest.append(replace(line, cost_center=wages.cost_center) if is_tax else line)
    credit = sum((line.credit - line.debet for line in reserve), ZERO) + both.debet
    zero = Line(wages.account, ZERO, ZERO, wages.cost_center)
    run.lines = (*rest, replace(both, credit=credit), zero)


def unbalance(run: JournalRun) -> None:
    """Make debit ten euros and a cent more than credit."""
    first, *rest = run.lines
    run.lines = (replace(first, debet=first.debet + Decimal("10.01")), *rest)


def use_three_decimals(run: JournalRun) -> None:
    """Split a cost over two lines in thousandths of a euro; the journal itself balances."""
    first, *rest = run.lines
    part = Decimal("33.335")
    run.lines = (
        replace(first, debet=first.debet - part),
        replace(first, debet=part, cost_center=None),
        *rest,
    )
