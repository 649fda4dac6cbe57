"""Calendar months in Amsterdam."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from connections.billing.months import (
    after,
    begin,
    is_over,
    label,
    last_day,
    month_of,
    parse,
    written,
)

months = st.dates(date(2000, 1, 1), date(2100, 12, 31)).map(lambda day: day.replace(day=1))


@given(months, st.integers(-30, 30))
def test_months_later_and_earlier(month: date, number: int) -> None:
    found = after(month, number)

    assert found.day == 1
    assert (found.year - month.year) * 12 + found.month - month.month == number


@given(months)
def test_a_month_begins_at_midnight_in_amsterdam(month: date) -> None:
    assert month_of(begin(month)) == month
    assert month_of(begin(month) - timedelta(microseconds=1)) == after(month, -1)
    assert last_day(month) + timedelta(days=1) == after(month)


@given(months)
def test_what_is_written_is_read(month: date) -> None:
    assert parse(written(month)) == month


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "2026-1", "26-01", "1999-01", "2026-011"]
)
def test_other_texts_are_no_month(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text)


def test_a_month_is_over_when_it_is_in_amsterdam() -> None:
    november = date(2026, 11, 1)
    with time_machine.travel(datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC), tick=False):
        assert not is_over(november)
    with time_machine.travel(datetime(2026, 11, 30, 23, 0, tzinfo=UTC), tick=False):
        assert is_over(november)


def test_a_month_in_words() -> None:
    assert label(date(2026, 11, 1)) == "november 2026"
