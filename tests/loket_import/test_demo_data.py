"""The demo's chart of accounts, cost centres and cost units: well formed, and fit for payroll."""

import csv
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import loket_import.demo
from ledger.models import AccountKind
from loket_import.matching import match
from loket_import.proposal import (
    AccountChoice,
    Books,
    ChartMode,
    DimensionChoice,
    Options,
    PeriodChoice,
    RunFacts,
    RunLine,
)

DEMO = Path(loket_import.demo.__file__).parent

# A payroll journal of a small company: account, debit, credit, cost centre, cost unit.
PAYROLL_JOURNAL = """
    4000 18450.00        0 K100
    4000 22310.50        0 K200 P01
    4005  1245.75        0 K200 P01
    4010   750.00        0 K100
    4020        0  1310.40 K200
    4050  1476.00        0 K100
    4050  1884.50        0 K200
    4100  2214.90        0 K100
    4100  2880.37        0 K200
    4110  1249.92        0 K100
    4110  1533.52        0 K200
    4120   141.33        0 K200
    4200  1402.11        0 K100
    4200  1688.04        0 K200
    4300   412.16        0 K100
    4300   698.28        0 K200
    4310    86.40        0 K100
    4390   160.00        0
    4510        0   225.00 K100
    1700        0 30778.95
    1710        0 10118.00
    1711        0  5095.27
    1712        0  2783.44
    1713        0   160.00
    1720        0  4635.22
    1730        0   212.00
    1740        0  3360.50
    1740   640.00        0
    1750        0   350.00
    1760        0   150.00
    1770        0    45.00
"""

FLAGS = ("postable", "requires_cost_center", "blocked")


def rows(name):
    with (DEMO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";", strict=True))


@pytest.fixture(scope="module")
def chart():
    return rows("chart.csv")


@pytest.fixture(scope="module")
def dimensions():
    return rows("dimensions.csv")


def payroll_lines():
    for number, text in enumerate(PAYROLL_JOURNAL.strip().splitlines(), start=1):
        code, debit, credit, *dimensions = text.split()
        cost_center, cost_unit, *_ = [*dimensions, None, None]
        yield RunLine(
            number,
            code,
            "",
            cost_center,
            None,
            cost_unit,
            None,
            Decimal(debit),
            Decimal(credit),
        )


def choices(dimensions, kind):
    return [
        DimensionChoice(number, row["code"], row["name"], False)
        for number, row in enumerate(dimensions, start=1)
        if row["kind"] == kind
    ]


def test_the_chart_has_the_size_of_a_real_one(chart):
    assert len(chart) >= 170
    assert {kind for row in chart if (kind := row["kind"])} == set(AccountKind.values)


def test_every_account_is_well_formed(chart):
    for row in chart:
        assert None not in row, row
        assert re.fullmatch(r"[0-9]{4}", row["code"]), row
        assert row["name"] == row["name"].strip() != "", row
        assert len(row["name"]) <= 100, row
        assert re.fullmatch(r"([BW][A-Z][A-Za-z]{8})?", row["rgs_code"]), row
        assert all(row[flag] in {"0", "1"} for flag in FLAGS), row
    codes = [row["code"] for row in chart]
    assert codes == sorted(set(codes))
    names = [row["name"] for row in chart]
    assert len(names) == len(set(names))


def test_a_heading_is_nothing_more_than_a_heading(chart):
    headings = [row for row in chart if row["postable"] == "0"]

    assert len(headings) > 10
    for row in headings:
        assert (row["rgs_code"], row["requires_cost_center"], row["blocked"]) == ("", "0", "0")


def test_a_few_accounts_are_blocked(chart):
    assert 3 <= sum(row["blocked"] == "1" for row in chart) <= 10


def test_accounts_of_payroll_have_their_rgs_code(chart):
    accounts = {row["code"]: row for row in chart}

    for line in payroll_lines():
        account = accounts[line.account_code]
        is_cost = line.account_code.startswith("4")
        assert account["rgs_code"].startswith("W" if is_cost else "B"), account
        assert account["kind"] == ("expense" if is_cost else "liability"), account


def test_only_costs_demand_a_cost_center(chart):
    demanding = [row for row in chart if row["requires_cost_center"] == "1"]

    assert demanding
    assert {row["kind"] for row in demanding} == {"expense"}


def test_cost_centers_and_cost_units_are_well_formed(dimensions):
    keys = [(row["kind"], row["code"]) for row in dimensions]

    assert len(keys) == len(set(keys))
    assert {kind for kind, _ in keys} == {"cost_center", "cost_unit"}
    for row in dimensions:
        assert None not in row, row
        assert re.fullmatch(r"K[0-9]{3}|P[0-9]{2}", row["code"]), row
        assert row["name"] == row["name"].strip() != "", row


def test_a_payroll_journal_is_bookable_on_the_demo_chart_as_it_is(chart, dimensions):
    lines = list(payroll_lines())
    day = date(2026, 1, 31)
    books = Books.indexed(
        accounts=[
            AccountChoice(
                number,
                row["code"],
                row["name"],
                is_blocked=row["blocked"] == "1",
                is_postable=row["postable"] == "1",
                requires_cost_center=row["requires_cost_center"] == "1",
            )
            for number, row in enumerate(chart, start=1)
        ],
        cost_centers=choices(dimensions, "cost_center"),
        cost_units=choices(dimensions, "cost_unit"),
        account_mappings={},
        cost_center_mappings={},
        cost_unit_mappings={},
        periods=[PeriodChoice(1, 1, "2026-01", day.replace(day=1), day, True, True)],
    )

    proposal = match(
        facts=RunFacts(4, "Journaal gereed", False, 2026, 1, day, day, len(lines), False, ()),
        lines=lines,
        books=books,
        options=Options(ChartMode.ADOPT, day, "Loonjournaal januari 2026"),
    )

    assert proposal.problems == ()
    assert len(proposal.lines) == 31
    assert proposal.total_debit == proposal.total_credit == Decimal("59223.78")
