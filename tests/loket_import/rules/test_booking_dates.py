"""On which date a pay period is booked: every rule, at every turn of month and year."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket_import import models
from loket_import.proposal import PeriodChoice
from loket_import.rules.dates import (
    DateRule,
    DateRules,
    Month,
    MonthRule,
    PayPeriod,
    booked_on,
    month_of,
    next_open_period,
)

PERIOD_END, MONTH_END, PAYMENT_DAY = DateRule
ENDS_IN, MOST_DAYS, BEGINS_IN = MonthRule


def d(text: str) -> date:
    """A date as dd-mm-jjjj."""
    day, month, year = text.split("-")
    return date(int(year), int(month), int(day))


def period(year: int, number: int | None, first: str, last: str) -> PayPeriod:
    return PayPeriod(year, number, d(first), d(last))


JANUARY = period(2026, 1, "01-01-2026", "31-01-2026")
LEAP_FEBRUARY = period(2028, 2, "01-02-2028", "29-02-2028")
# Four weeks: the first begins in December, the last of 2026 (five weeks) ends in January.
P1 = period(2026, 1, "29-12-2025", "25-01-2026")
P2 = period(2026, 2, "26-01-2026", "22-02-2026")
P3 = period(2026, 3, "23-02-2026", "22-03-2026")
P13 = period(2026, 13, "30-11-2026", "03-01-2027")
EVEN = period(2026, 4, "15-04-2026", "14-05-2026")  # 16 days of April, 14 of May
TIED = period(2026, 5, "18-05-2026", "14-06-2026")  # 14 days of May, 14 of June
WEEK_53 = period(2026, 53, "28-12-2026", "03-01-2027")
WEEK_1 = period(2026, 1, "29-12-2025", "04-01-2026")
WEEK_9 = period(2028, 9, "28-02-2028", "05-03-2028")  # over 29 February


def test_the_rules_are_those_of_the_database() -> None:
    assert {one.name: one.value for one in DateRule} == {
        one.name: one.value for one in models.DateRule
    }
    assert {one.name: one.value for one in MonthRule} == {
        one.name: one.value for one in models.MonthRule
    }


@pytest.mark.parametrize(
    ("found", "ends_in", "most_days", "begins_in"),
    [
        (JANUARY, (2026, 1), (2026, 1), (2026, 1)),
        (P1, (2026, 1), (2026, 1), (2025, 12)),
        (P2, (2026, 2), (2026, 2), (2026, 1)),
        (P3, (2026, 3), (2026, 3), (2026, 2)),
        (P13, (2027, 1), (2026, 12), (2026, 11)),
        (EVEN, (2026, 5), (2026, 4), (2026, 4)),
        (TIED, (2026, 6), (2026, 6), (2026, 5)),
        (WEEK_53, (2027, 1), (2026, 12), (2026, 12)),
        (WEEK_1, (2026, 1), (2026, 1), (2025, 12)),
        (WEEK_9, (2028, 3), (2028, 3), (2028, 2)),
    ],
)
def test_the_month_of_a_period(
    found: PayPeriod,
    ends_in: tuple[int, int],
    most_days: tuple[int, int],
    begins_in: tuple[int, int],
) -> None:
    assert month_of(found, ENDS_IN) == Month(*ends_in)
    assert month_of(found, MOST_DAYS) == Month(*most_days)
    assert month_of(found, BEGINS_IN) == Month(*begins_in)


@pytest.mark.parametrize(
    ("found", "month_rule", "period_end", "month_end", "on_25", "on_31_next"),
    [
        (JANUARY, ENDS_IN, "31-01-2026", "31-01-2026", "25-01-2026", "28-02-2026"),
        (JANUARY, MOST_DAYS, "31-01-2026", "31-01-2026", "25-01-2026", "28-02-2026"),
        (JANUARY, BEGINS_IN, "31-01-2026", "31-01-2026", "25-01-2026", "28-02-2026"),
        (LEAP_FEBRUARY, ENDS_IN, "29-02-2028", "29-02-2028", "25-02-2028", "31-03-2028"),
        (P1, ENDS_IN, "25-01-2026", "31-01-2026", "25-01-2026", "28-02-2026"),
        (P1, MOST_DAYS, "25-01-2026", "31-01-2026", "25-01-2026", "28-02-2026"),
        (P1, BEGINS_IN, "31-12-2025", "31-12-2025", "25-12-2025", "31-01-2026"),
        (P13, ENDS_IN, "03-01-2027", "31-01-2027", "25-01-2027", "28-02-2027"),
        (P13, MOST_DAYS, "31-12-2026", "31-12-2026", "25-12-2026", "31-01-2027"),
        (P13, BEGINS_IN, "30-11-2026", "30-11-2026", "25-11-2026", "31-12-2026"),
        (WEEK_53, ENDS_IN, "03-01-2027", "31-01-2027", "25-01-2027", "28-02-2027"),
        (WEEK_53, MOST_DAYS, "31-12-2026", "31-12-2026", "25-12-2026", "31-01-2027"),
        (WEEK_53, BEGINS_IN, "31-12-2026", "31-12-2026", "25-12-2026", "31-01-2027"),
        (WEEK_9, BEGINS_IN, "29-02-2028", "29-02-2028", "25-02-2028", "31-03-2028"),
    ],
)
def test_each_date_rule_in_each_month(
    found: PayPeriod,
    month_rule: MonthRule,
    period_end: str,
    month_end: str,
    on_25: str,
    on_31_next: str,
) -> None:
    rules = DateRules(month_rule=month_rule)

    assert booked_on(found, replace(rules, date_rule=PERIOD_END)) == d(period_end)
    assert booked_on(found, replace(rules, date_rule=MONTH_END)) == d(month_end)
    paid = replace(rules, date_rule=PAYMENT_DAY, payment_day=25)
    assert booked_on(found, paid) == d(on_25)
    late = replace(paid, payment_day=31, is_paid_next_month=True)
    assert booked_on(found, late) == d(on_31_next)


@pytest.mark.parametrize(
    ("found", "rules", "kept"),
    [
        (P13, DateRules(), "31-12-2026"),
        (WEEK_53, DateRules(), "31-12-2026"),
        (WEEK_53, DateRules(MONTH_END), "31-12-2026"),
        (P1, DateRules(month_rule=BEGINS_IN), "01-01-2026"),
        (P1, DateRules(MONTH_END, BEGINS_IN), "01-01-2026"),
        (P1, DateRules(PAYMENT_DAY, BEGINS_IN, 24), "01-01-2026"),
        (P13, DateRules(PAYMENT_DAY, MOST_DAYS, 5, is_paid_next_month=True), "31-12-2026"),
        (P1, DateRules(), "25-01-2026"),
        (JANUARY, DateRules(), "31-01-2026"),
    ],
)
def test_a_date_is_brought_back_into_the_payroll_year(
    found: PayPeriod, rules: DateRules, kept: str
) -> None:
    assert booked_on(found, replace(rules, keeps_payroll_year=True)) == d(kept)


@pytest.mark.parametrize("rules", [DateRules("guess"), DateRules(month_rule="guess")])
def test_a_rule_that_does_not_exist_is_refused(rules: DateRules) -> None:
    with pytest.raises(ValueError, match="guess"):
        booked_on(P1, rules)


# Properties

ALL_RULES = [
    DateRules(date_rule, month_rule, day, is_paid_next_month=is_next, keeps_payroll_year=keeps)
    for date_rule, month_rule, keeps in product(DateRule, MonthRule, (False, True))
    for day, is_next in (
        product((1, 15, 28, 29, 30, 31), (False, True))
        if date_rule == PAYMENT_DAY
        else ((None, False),)
    )
]
all_rules = st.sampled_from(ALL_RULES)
years = st.integers(2000, 2100)


@st.composite
def periods(draw: st.DrawFn) -> PayPeriod:
    """A month, four weeks (five for the last of a long year) or a week of a payroll year."""
    year = draw(years)
    if draw(st.booleans()):
        number = draw(st.integers(1, 12))
        last = monthrange(year, number)[1]
        return PayPeriod(year, number, date(year, number, 1), date(year, number, last))
    weeks = draw(st.sampled_from([1, 4]))
    first, following = date.fromisocalendar(year, 1, 1), date.fromisocalendar(year + 1, 1, 1)
    count = (following - first).days // 7 // weeks
    number = draw(st.integers(1, count))
    starts_on = first + timedelta(weeks=weeks * (number - 1))
    ends_on = (
        following - timedelta(days=1)
        if number == count
        else starts_on + timedelta(weeks=weeks, days=-1)
    )
    return PayPeriod(year, number, starts_on, ends_on)


@given(found=periods(), rules=all_rules)
def test_the_date_lies_in_the_month_of_the_period_or_the_next(
    found: PayPeriod, rules: DateRules
) -> None:
    day = booked_on(found, replace(rules, keeps_payroll_year=False))

    month = month_of(found, rules.month_rule)
    assert Month.of(day) == (month.following if rules.is_paid_next_month else month)
    if rules.date_rule == PAYMENT_DAY:
        last = monthrange(day.year, day.month)[1]
        assert day.day == min(rules.payment_day or 31, last)
    if rules.date_rule == MONTH_END:
        assert Month.of(day + timedelta(days=1)) != Month.of(day)
    if rules.date_rule == PERIOD_END:
        assert found.starts_on <= day <= found.ends_on


@given(found=periods(), rules=all_rules)
def test_what_keeps_the_payroll_year_changes_nothing_else(
    found: PayPeriod, rules: DateRules
) -> None:
    kept = booked_on(found, replace(rules, keeps_payroll_year=True))
    free = booked_on(found, replace(rules, keeps_payroll_year=False))

    assert kept.year == found.year
    assert (kept == free) == (free.year == found.year)
    if kept != free:
        assert kept in (date(found.year, 1, 1), date(found.year, 12, 31))
        assert (kept < free) == (free.year > found.year)


@given(found=periods(), rule=st.sampled_from(list(MonthRule)))
def test_the_month_is_one_in_which_the_period_lies(found: PayPeriod, rule: MonthRule) -> None:
    month = month_of(found, rule)

    days = [
        found.starts_on + timedelta(days=place)
        for place in range((found.ends_on - found.starts_on).days + 1)
    ]
    of_month = [day for day in days if Month.of(day) == month]
    assert of_month
    if rule == MOST_DAYS:
        others = len(days) - len(of_month)
        assert len(of_month) > others or (
            len(of_month) == others and month == Month.of(found.ends_on)
        )


@given(year=years, number=st.integers(1, 12), rules=all_rules)
def test_a_monthly_payroll_has_no_choice_of_month(year: int, number: int, rules: DateRules) -> None:
    last = date(year, number, monthrange(year, number)[1])
    found = PayPeriod(year, number, last.replace(day=1), last)

    assert {month_of(found, rule) for rule in MonthRule} == {Month(year, number)}
    if rules.date_rule != PAYMENT_DAY:
        assert booked_on(found, rules) == last


# The next open period


def choice(
    id: int, first: str, last: str, *, is_open: bool = True, is_year_open: bool = True
) -> PeriodChoice:
    return PeriodChoice(id, 1, str(id), d(first), d(last), is_open, is_year_open)


BOOKS = [
    choice(9, "01-09-2026", "30-09-2026"),
    choice(10, "01-10-2026", "31-10-2026", is_open=False),
    choice(11, "01-11-2026", "30-11-2026", is_year_open=False),
    choice(1, "01-01-2027", "31-01-2027"),
    choice(12, "01-12-2026", "31-12-2026"),
]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("30-09-2026", None),
        ("01-10-2026", 12),
        ("31-10-2026", 12),
        ("15-11-2026", 12),
        ("31-12-2026", None),
        ("15-08-2026", 9),
        ("01-02-2027", None),
    ],
)
def test_the_next_period_that_is_open(day: str, expected: int | None) -> None:
    found = next_open_period(d(day), BOOKS)

    assert (found.id if found else None) == expected
