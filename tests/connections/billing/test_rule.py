"""Which administrations count: examples, and the rule against a naive model, day by day."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connections.billing.months import AMSTERDAM, after, begin, last_day
from connections.billing.rule import Days, Step, counted_days
from connections.models import EventKind
from tests.connections.billing.histories import at

NOVEMBER = date(2026, 11, 1)
AUTHORISED, REAUTHORISE, ENDED = EventKind.AUTHORISED, EventKind.REAUTHORISE, EventKind.ENDED


def november(*connections: list[tuple[EventKind, datetime]], reauthorisation: bool = True):
    """What counts in November 2026."""
    histories = [[Step(kind, when) for kind, when in steps] for steps in connections]
    return counted_days(histories, NOVEMBER, reauthorisation_counts=reauthorisation)


def day(number: int) -> date:
    return date(2026, 11, number)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], None),
        ([(EventKind.CREATED, at(2026, 11, 1)), (EventKind.REFUSED, at(2026, 11, 2))], None),
        ([(AUTHORISED, at(2026, 3, 5))], (1, 30)),
        ([(AUTHORISED, at(2026, 11, 17))], (17, 30)),
        ([(AUTHORISED, at(2026, 12, 1))], None),
        ([(AUTHORISED, at(2026, 3, 5)), (ENDED, at(2026, 11, 9))], (1, 9)),
        ([(AUTHORISED, at(2026, 3, 5)), (ENDED, at(2026, 10, 31))], None),
        # One minute is a moment.
        ([(AUTHORISED, at(2026, 11, 9, 12, 0)), (ENDED, at(2026, 11, 9, 12, 1))], (9, 9)),
        # It waits for authorisation from October until after November.
        ([(AUTHORISED, at(2026, 3, 5)), (REAUTHORISE, at(2026, 10, 8))], (1, 30)),
        # Created and ended without ever having been authorised.
        ([(EventKind.CREATED, at(2026, 11, 1)), (ENDED, at(2026, 11, 5))], None),
        ([(REAUTHORISE, at(2026, 11, 1))], None),
    ],
)
def test_examples(
    steps: list[tuple[EventKind, datetime]], expected: tuple[int, int] | None
) -> None:
    assert november(steps) == (expected and Days(day(expected[0]), day(expected[1])))


def test_the_operator_may_leave_out_what_waits_for_authorisation() -> None:
    waiting = [(AUTHORISED, at(2026, 3, 5)), (REAUTHORISE, at(2026, 10, 8))]

    assert november(waiting, reauthorisation=False) is None
    assert november([*waiting, (AUTHORISED, at(2026, 11, 20))], reauthorisation=False) == Days(
        day(20), day(30)
    )


def test_a_month_ends_at_midnight_in_amsterdam() -> None:
    """23:30 UTC on 31 October is November in Amsterdam; 22:30 UTC on 30 November still is."""
    utc = UTC
    late = [(AUTHORISED, datetime(2026, 10, 31, 23, 30, tzinfo=utc))]
    early = [
        (AUTHORISED, at(2026, 3, 1)),
        (ENDED, datetime(2026, 10, 31, 23, 0, tzinfo=utc)),
    ]

    assert november(late) == Days(day(1), day(30))
    assert november(early) is None
    assert november([early[0], (ENDED, at(2026, 11, 1, 0, 1))]) == Days(day(1), day(1))


def test_two_connections_in_a_month_are_one_administration() -> None:
    first = [(AUTHORISED, at(2026, 3, 1)), (ENDED, at(2026, 11, 4))]
    second = [(AUTHORISED, at(2026, 11, 20)), (ENDED, at(2026, 11, 25))]

    assert november(first, second) == Days(day(1), day(25))


def test_summer_time_moves_no_month() -> None:
    """The night of 29 March 2026 has 23 hours, that of 25 October 25; days stay days."""
    steps = [Step(AUTHORISED, at(2026, 3, 29, 1, 59)), Step(ENDED, at(2026, 10, 25, 2, 30))]

    found = [
        counted_days([steps], date(2026, month, 1), reauthorisation_counts=True)
        for month in (2, 3, 10, 11)
    ]

    assert found == [
        None,
        Days(date(2026, 3, 29), date(2026, 3, 31)),
        Days(date(2026, 10, 1), date(2026, 10, 25)),
        None,
    ]


# Around the borders of a month and the changes of the clock, to the microsecond.
BORDERS = [
    begin(month) + delta
    for month in (date(2026, 3, 1), date(2026, 4, 1), date(2026, 10, 1), date(2026, 11, 1))
    for delta in (timedelta(microseconds=-1), timedelta(0), timedelta(microseconds=1))
]
moments = st.one_of(
    st.sampled_from(BORDERS),
    st.integers(0, 293 * 24 * 60).map(
        lambda minutes: datetime(2026, 2, 20, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
)
kinds = st.sampled_from([AUTHORISED, AUTHORISED, REAUTHORISE, ENDED, EventKind.REFUSED])


@st.composite
def connection_steps(draw: st.DrawFn) -> list[Step]:
    """A history in order of time."""
    found = draw(st.lists(st.builds(Step, kinds, moments), max_size=6))
    return sorted(found, key=lambda step: step.at)


def naive(
    connections: Sequence[Sequence[Step]], month: date, *, reauthorisation_counts: bool
) -> Days | None:
    """Walk through the month day by day, and ask of each moment that matters: is it connected?"""
    days = []
    for offset in range((after(month) - month).days):
        one = month + timedelta(days=offset)
        start = datetime.combine(one, time(), AMSTERDAM)
        end = datetime.combine(one + timedelta(days=1), time(), AMSTERDAM)
        if any(
            connected_within(steps, start, end, reauthorisation_counts) for steps in connections
        ):
            days.append(one)
    return Days(days[0], days[-1]) if days else None


def connected_within(
    steps: Sequence[Step], start: datetime, end: datetime, reauthorisation_counts: bool
) -> bool:
    """Whether the connection was connected at the start, or became so before the end."""
    state = "new"
    seen_at_start = False
    for step in steps:
        if step.at >= end:
            break
        if step.at > start and not seen_at_start:
            seen_at_start = True
            if counts(state, reauthorisation_counts):
                return True
        if state == "ended":
            continue
        if step.kind == AUTHORISED:
            state = "active"
            if step.at >= start:
                return True
        elif step.kind == REAUTHORISE and state != "new":
            state = "reauthorise"
        elif step.kind == ENDED:
            state = "ended"
    return not seen_at_start and counts(state, reauthorisation_counts)


def counts(state: str, reauthorisation_counts: bool) -> bool:
    return state == "active" or (state == "reauthorise" and reauthorisation_counts)


@given(
    st.lists(connection_steps(), max_size=3),
    st.sampled_from([date(2026, month, 1) for month in (2, 3, 4, 7, 10, 11, 12)]),
    st.booleans(),
)
@example([[Step(AUTHORISED, begin(NOVEMBER)), Step(ENDED, begin(NOVEMBER))]], NOVEMBER, True)
def test_the_rule_is_what_a_walk_through_the_days_finds(
    connections: list[list[Step]], month: date, reauthorisation_counts: bool
) -> None:
    expected = naive(connections, month, reauthorisation_counts=reauthorisation_counts)

    assert (
        counted_days(connections, month, reauthorisation_counts=reauthorisation_counts) == expected
    )


@given(st.lists(connection_steps(), max_size=3), st.booleans())
def test_the_first_and_last_day_lie_in_the_month(
    connections: list[list[Step]], reauthorisation_counts: bool
) -> None:
    found = counted_days(connections, NOVEMBER, reauthorisation_counts=reauthorisation_counts)

    assert found is None or NOVEMBER <= found.first <= found.last <= last_day(NOVEMBER)
