"""Years and periods: without overlap, periods within their year, entries within their period."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError

from finmaster.errors import violated_constraint
from finmaster.tenancy import administration_scope
from ledger.models import FiscalYear
from tests.database import Connection, Writer
from tests.ledger.conftest import Guarded
from tests.ledger.drafts import Chart, insert, refused_by

writers = ("app", "owner", "superuser")


def year(chart: Chart, label: str, starts_on: str, ends_on: str) -> dict[str, Any]:
    """A row of ledger_fiscalyear."""
    return {
        "administration_id": chart.administration,
        "label": label,
        "starts_on": starts_on,
        "ends_on": ends_on,
    }


def period(chart: Chart, number: int, starts_on: str, ends_on: str) -> dict[str, Any]:
    """A row of ledger_period, in the year 2026."""
    return {
        "administration_id": chart.administration,
        "fiscal_year_id": chart.fiscal_year,
        "number": number,
        "starts_on": starts_on,
        "ends_on": ends_on,
    }


YEARS: dict[str, tuple[str, Callable[[Chart], dict[str, Any]]]] = {
    "overlapping by a day": (
        "fiscal_years_do_not_overlap",
        lambda chart: year(chart, "2027", "2026-12-31", "2027-12-30"),
    ),
    "within another": (
        "fiscal_years_do_not_overlap",
        lambda chart: year(chart, "2026a", "2026-02-01", "2026-03-01"),
    ),
    "with a label twice": (
        "fiscal_year_label_once",
        lambda chart: year(chart, "2026", "2027-01-01", "2027-12-31"),
    ),
    "of one day": (
        "fiscal_year_ends_after_start",
        lambda chart: year(chart, "2027", "2027-01-01", "2027-01-01"),
    ),
}
PERIODS: dict[str, tuple[str, Callable[[Chart], dict[str, Any]]]] = {
    "overlapping by a day": (
        "periods_do_not_overlap",
        lambda chart: period(chart, 13, "2026-12-31", "2026-12-31"),
    ),
    "outside its year": (
        "period_lies_in_its_fiscal_year",
        lambda chart: period(chart, 13, "2027-01-01", "2027-01-31"),
    ),
    "reaching out of its year": (
        "period_lies_in_its_fiscal_year",
        lambda chart: period(chart, 13, "2026-12-31", "2027-01-01"),
    ),
    "with a number twice": (
        "period_number_once",
        lambda chart: period(chart, 12, "2026-12-31", "2026-12-31"),
    ),
    "of another administration's year": (
        "ledger_period_fiscal_year_id_same_administration",
        lambda chart: period(chart, 13, "2028-01-01", "2028-01-31") | {"fiscal_year_id": 999_999},
    ),
}


@pytest.mark.parametrize("writer", writers)
@pytest.mark.parametrize(("guard", "row"), YEARS.values(), ids=YEARS)
def test_a_year_is_refused(
    guarded: Guarded, guard: str, row: Callable[[Chart], dict[str, Any]], writer: Writer
) -> None:
    assert guard == refused_by(
        writer,
        guarded.chart.administration,
        lambda connection: insert(connection, "ledger_fiscalyear", row(guarded.chart)),
    )


@pytest.mark.parametrize("writer", writers)
@pytest.mark.parametrize(("guard", "row"), PERIODS.values(), ids=PERIODS)
def test_a_period_is_refused(
    guarded: Guarded, guard: str, row: Callable[[Chart], dict[str, Any]], writer: Writer
) -> None:
    def attempt(connection: Connection) -> None:
        if guard == "period_number_once":
            connection.execute("UPDATE ledger_period SET ends_on = '2026-12-30' WHERE number = 12")
        insert(connection, "ledger_period", row(guarded.chart))

    assert guard == refused_by(writer, guarded.chart.administration, attempt)


@pytest.mark.parametrize("writer", writers)
@pytest.mark.parametrize(
    ("guard", "change"),
    [
        (
            "fiscal_year_holds_its_periods",
            "UPDATE ledger_fiscalyear SET ends_on = '2026-12-30' WHERE id = {chart.fiscal_year}",
        ),
        (
            "period_holds_its_entries",
            "UPDATE ledger_period SET ends_on = '2026-11-29' WHERE id = {chart.period}",
        ),
        (
            "period_ends_after_start",
            "UPDATE ledger_period SET ends_on = '2026-04-30' WHERE number = 5",
        ),
        (
            "ledger_period_fiscal_year_id_same_administration",
            "UPDATE ledger_period SET fiscal_year_id = 999999 WHERE number = 5",
        ),
    ],
)
def test_a_change_is_refused(guarded: Guarded, guard: str, change: str, writer: Writer) -> None:
    statement = change.format(chart=guarded.chart)
    assert guard == refused_by(
        writer,
        guarded.chart.administration,
        lambda connection: connection.execute(statement),
    )


def test_a_foreign_year_is_refused(guarded: Guarded) -> None:
    row = period(guarded.chart, 13, "2028-01-01", "2028-01-31")
    row["fiscal_year_id"] = guarded.foreign.fiscal_year
    guard = refused_by(
        "app",
        guarded.chart.administration,
        lambda connection: insert(connection, "ledger_period", row),
    )
    assert guard == "ledger_period_fiscal_year_id_same_administration"


def test_another_administration_may_have_the_same_year(guarded: Guarded) -> None:
    for chart in (guarded.chart, guarded.foreign):
        with administration_scope(chart.administration):
            assert FiscalYear.objects.get().label == "2026"


def test_the_orm_is_held_to_the_calendar(guarded: Guarded) -> None:
    with (
        pytest.raises(IntegrityError) as refused,
        administration_scope(guarded.chart.administration),
    ):
        FiscalYear.objects.create(
            label="2027", starts_on=date(2026, 12, 31), ends_on=date(2027, 12, 31)
        )

    assert violated_constraint(refused.value) == "fiscal_years_do_not_overlap"
