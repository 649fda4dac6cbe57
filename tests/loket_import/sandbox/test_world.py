"""The made-up world: balanced journals, every status, and the same each time."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from loket_import.sandbox.model import PeriodType, Status
from loket_import.sandbox.payroll import difference
from loket_import.sandbox.world import World

DAYS = [
    date(2026, 11, 24),
    date(2026, 1, 1),
    date(2026, 1, 3),
    date(2027, 1, 4),
    date(2021, 1, 2),
    date(2028, 2, 29),
    date(2026, 5, 31),
]


@pytest.fixture(scope="module")
def world():
    return World(date(2026, 11, 24))


def runs(world, employer, index=0):
    return world.runs_of(world.employer(employer).administrations[index].id)


def run_noted(world, employer, note, index=0):
    return next(run for run in runs(world, employer, index) if run.note == note)


@pytest.mark.parametrize("today", DAYS)
def test_every_journal_balances_but_the_one_that_should_not(today):
    world = World(today)

    differences = {run.id: difference(run.lines) for run in world.runs.values()}

    unbalanced = {identity: gap for identity, gap in differences.items() if gap}
    assert list(unbalanced.values()) == [Decimal("10.01")]
    (identity,) = unbalanced
    assert world.run(identity).administration_id == (
        world.employer("De Groot").administrations[0].id
    )


@pytest.mark.parametrize("today", DAYS)
def test_all_statuses_occur_and_the_current_year_has_runs(today):
    world = World(today)

    assert {run.status for run in world.runs.values()} == set(Status)
    for administration in world.administrations.values():
        found = world.runs_of(administration.id)
        employer = world.employers[administration.employer_id]
        years = {run.period.year for run in found}
        assert years == ({today.year - 1, today.year} if employer.product == 940 else set())


@pytest.mark.parametrize("today", DAYS)
def test_the_bakerys_last_two_periods_are_plain(today):
    world = World(today)
    all_runs = runs(world, "Korenbloem")
    periods = sorted({(run.period.year, run.period.number) for run in all_runs})[-2:]

    last = [run for run in all_runs if (run.period.year, run.period.number) in periods]

    assert all_runs[-2:] == last
    for run in last:
        assert run.status == Status.READY
        assert not run.period.test_year
        assert 25 <= len(run.lines) <= 40
        assert all((line.debet > 0) != (line.credit > 0) for line in run.lines)


def test_the_world_is_the_same_each_time(world):
    again = World(date(2026, 11, 24))

    assert again.runs == world.runs
    assert again.employers == world.employers
    assert again.users == world.users


def test_ids_and_amounts_do_not_change_with_the_day(world):
    later = World(date(2026, 12, 24))

    for identity, run in world.runs.items():
        if run.note == "" and run.status == Status.EXPORTED:
            assert later.run(identity).period == run.period
    run = runs(world, "Van Dijk")[0]
    assert later.run(run.id).lines == run.lines


@pytest.mark.parametrize("today", DAYS)
def test_sequence_numbers_follow_the_time_of_request(today):
    world = World(today)

    for administration in world.administrations.values():
        found = world.runs_of(administration.id)
        assert [run.sequence_number for run in found] == list(range(1, len(found) + 1))
        times = [run.requested_at for run in found]
        assert times == sorted(times)
        midnight = datetime.combine(today, datetime.min.time(), UTC)
        assert all(moment < midnight + timedelta(days=2) for moment in times)


def test_journals_differ_by_month(world):
    by_month = {run.period.number: run for run in runs(world, "Van Dijk")}

    def amount(run, code, side):
        return sum(getattr(line, side) for line in run.lines if line.account.code == code)

    assert amount(by_month[5], "1740", "debet") > 30_000
    assert amount(by_month[5], "1740", "debet") > 5 * amount(by_month[4], "1740", "debet")
    assert amount(by_month[12], "4010", "debet") > 5_000
    overtime = {amount(run, "4005", "debet") for run in by_month.values()}
    assert len(overtime) == len(by_month)
    sick = Counter(amount(run, "4020", "credit") > 0 for run in by_month.values())
    assert set(sick) == {True, False}


def test_journals_have_the_usual_size(world):
    plain = [run for run in world.runs.values() if run.note in ("", "again", "retry")]

    sizes = Counter(len(run.lines) for run in plain if run.status.has_results)

    assert all(25 <= size <= 42 for size in sizes if size < 250)
    assert max(sizes) >= 260


def test_net_pay_is_most_of_the_wages(world):
    run = runs(world, "Korenbloem")[-1]
    wages = sum(line.debet for line in run.lines if line.account.code == "4000")
    (net,) = [line.credit for line in run.lines if line.account.code == "1700"]

    assert Decimal("0.55") < net / wages < Decimal("0.85")


def test_a_recalculation_moves_wages_with_a_negative_debit(world):
    again = run_noted(world, "Korenbloem", "recalculation")

    assert [line.debet for line in again.lines] == [Decimal("-500.00"), Decimal("500.00")]
    assert [line.cost_unit.code for line in again.lines] == ["P01", "P02"]
    payroll_runs = [run.payroll_run_id for run in runs(world, "Korenbloem")]
    assert payroll_runs.count(again.payroll_run_id) == 2


def test_another_recalculation_uses_the_credit_side(world):
    again = run_noted(world, "Van den Berg", "recalculation")

    assert [line.credit for line in again.lines] == [Decimal("312.50"), 0]


def test_a_removed_run_has_a_successor_for_the_same_payroll_run(world):
    again = run_noted(world, "Korenbloem", "again")
    (removed,) = [run for run in runs(world, "Korenbloem") if run.status == Status.REMOVED]

    assert removed.payroll_run_id == again.payroll_run_id
    assert removed.id != again.id
    assert removed.removed_by
    assert removed.removed_at < again.requested_at


def test_a_correction_is_a_payroll_run_of_its_own(world):
    correction = run_noted(world, "Van den Berg", "correction")
    regular = [run for run in runs(world, "Van den Berg") if run.period == correction.period]

    assert len({run.payroll_run_id for run in regular}) == 2


def test_a_test_year_run_is_there(world):
    assert any(run.period.test_year for run in runs(world, "Korenbloem"))


def test_a_four_week_period_crosses_new_year(world):
    periods = [run.period for run in runs(world, "Van den Berg", 1)]

    assert {p.number for p in periods if p.year == 2025} == set(range(1, 14))
    assert any(p.start.year < p.end.year for p in periods)
    assert world.employer("Van den Berg").administrations[1].period_type == PeriodType.FOUR_WEEKS


def test_a_year_with_53_weeks_has_a_week_53():
    weeks = [run.period for run in runs(World(date(2027, 1, 20)), "Anker")]

    assert max(week.number for week in weeks if week.year == 2026) == 53
    assert date(2027, 1, 3) in {week.end for week in weeks if week.number == 53}


def test_the_bar_has_the_odd_lines(world):
    odd, unbalanced, thousandths = reversed(runs(world, "De Groot")[-3:])
    codes = {line.account.code for line in odd.lines}

    assert "4300 " in codes
    assert any("é" in line.account.description for line in odd.lines)
    assert any(line.debet and line.credit for line in odd.lines)
    assert any(not line.debet and not line.credit for line in odd.lines)
    assert any(line.account.code == "1710" and line.cost_center for line in odd.lines)
    assert any(line.account.code == "0160" for run in runs(world, "De Groot") for line in run.lines)
    assert difference(unbalanced.lines) == Decimal("10.01")
    assert any(line.debet.as_tuple().exponent == -3 for line in thousandths.lines)


def test_codes_of_the_installer_have_seven_digits(world):
    lines = [line for index in (0, 1) for line in runs(world, "Van den Berg", index)[-1].lines]

    assert {len(line.account.code) for line in lines} == {7}
    assert "4002020" in {line.account.code for line in lines}
    assert "SAL073" in {line.cost_center.code for line in lines if line.cost_center}


def test_reset_puts_everything_back():
    world = World(date(2026, 11, 24))
    run = runs(world, "Korenbloem")[-1]
    world.remove_run(run.id)
    world.hide_employer("api.korenbloem", world.employer("Korenbloem").id)

    world.reset()

    assert world.run(run.id).status == Status.READY
    assert world.visible_employers("api.korenbloem")


def test_an_employer_that_is_not_there_is_a_key_error(world):
    with pytest.raises(KeyError):
        world.employer("Nergens")
