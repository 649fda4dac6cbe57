"""A pay period beside the one before it: nothing is lost, and what matters stands first."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket_import.insight.period_changes import Change, Novelty, Thresholds, compare
from loket_import.insight.run_history import AccountAmount, added_up

NORMAL = Thresholds(amount=Decimal(100), percentage=25)

amounts = st.builds(
    AccountAmount,
    code=st.sampled_from(["4000", "4010", "1700", "1710", "04"]),
    description=st.sampled_from(["Lonen", "Loon", ""]),
    net=st.decimals("-9999999.99", "9999999.99", places=2),
)
sides = st.lists(amounts, max_size=12)
thresholds = st.builds(
    Thresholds, amount=st.decimals(0, 10000, places=2), percentage=st.integers(0, 300)
)


def amount(code: str, net: str) -> AccountAmount:
    return AccountAmount(code, f"Omschrijving {code}", Decimal(net))


def only(previous: str | None, current: str | None, *, limits: Thresholds = NORMAL) -> Change:
    before, now = ([] if net is None else [amount("4000", net)] for net in (previous, current))
    (change,) = compare(before, now, limits)
    return change


@given(sides, sides, thresholds)
def test_the_sums_agree_with_what_came_in(
    previous: list[AccountAmount], current: list[AccountAmount], limits: Thresholds
) -> None:
    changes = compare(previous, current, limits)

    assert sum(change.previous or 0 for change in changes) == sum(one.net for one in previous)
    assert sum(change.current or 0 for change in changes) == sum(one.net for one in current)
    assert sum(change.change for change in changes) == sum(one.net for one in current) - sum(
        one.net for one in previous
    )


@given(sides, sides, thresholds)
def test_new_vanished_and_both_part_the_codes(
    previous: list[AccountAmount], current: list[AccountAmount], limits: Thresholds
) -> None:
    changes = compare(previous, current, limits)

    before, now = ({one.code for one in side} for side in (previous, current))
    found = {
        novelty: [change.code for change in changes if change.novelty == novelty]
        for novelty in Novelty
    }
    assert sorted(found[Novelty.NEW]) == sorted(now - before)
    assert sorted(found[Novelty.VANISHED]) == sorted(before - now)
    assert sorted(found[Novelty.BOTH]) == sorted(before & now)


@given(sides, sides, thresholds)
def test_a_change_is_what_is_now_minus_what_was(
    previous: list[AccountAmount], current: list[AccountAmount], limits: Thresholds
) -> None:
    for one in compare(previous, current, limits):
        was, now = one.previous or Decimal(0), one.current or Decimal(0)
        assert one.change == now - was
        assert abs(one.growth) == abs(one.change)
        assert (one.percentage is None) is (was == 0)
        is_above_both = (
            abs(now - was) > limits.amount and abs(now - was) * 100 > abs(was) * limits.percentage
        )
        assert one.is_large is is_above_both


@given(st.data(), sides, sides, thresholds)
def test_the_order_of_the_amounts_does_not_matter(
    data: st.DataObject,
    previous: list[AccountAmount],
    current: list[AccountAmount],
    limits: Thresholds,
) -> None:
    shuffled = [data.draw(st.permutations(side)) for side in (previous, current)]

    assert compare(*shuffled, limits) == compare(previous, current, limits)


@given(sides, sides, thresholds)
def test_what_stands_out_comes_first_the_largest_change_ahead(
    previous: list[AccountAmount], current: list[AccountAmount], limits: Thresholds
) -> None:
    changes = compare(previous, current, limits)

    assert [change.is_notable for change in changes] == sorted(
        (change.is_notable for change in changes), reverse=True
    )
    sizes = [abs(change.change) for change in changes if change.is_notable]
    assert sizes == sorted(sizes, reverse=True)
    quiet = [change.code for change in changes if not change.is_notable]
    assert quiet == sorted(quiet)


@given(sides)
def test_what_is_added_up_has_each_code_once_and_loses_nothing(side: list[AccountAmount]) -> None:
    together = added_up(side)

    assert [one.code for one in together] == sorted({one.code for one in side})
    assert sum(one.net for one in together) == sum(one.net for one in side)
    assert added_up(together) == together


@pytest.mark.parametrize(
    ("previous", "current", "is_large"),
    [
        ("1000.00", "1250.00", False),
        ("1000.00", "1250.01", True),
        ("1000.00", "749.99", True),
        ("400.00", "500.00", False),
        ("399.00", "499.00", False),
        ("399.00", "499.01", True),
        ("-1000.00", "-1250.01", True),
        ("100.00", "-100.00", True),
        ("0.00", "100.01", True),
        ("0.00", "100.00", False),
    ],
)
def test_a_change_is_large_above_both_limits(previous: str, current: str, is_large: bool) -> None:
    assert only(previous, current).is_large is is_large


@pytest.mark.parametrize(
    ("previous", "current", "growth", "percentage"),
    [
        ("1000.00", "1100.00", "100.00", "10.0"),
        # More of a debt is growth as well.
        ("-1000.00", "-1100.00", "100.00", "10.0"),
        ("-1000.00", "-900.00", "-100.00", "-10.0"),
        ("-100.00", "50.00", "-150.00", "-150.0"),
        (None, "-80.00", "80.00", None),
        ("80.00", None, "-80.00", "-100.0"),
        ("3.00", "4.00", "1.00", "33.3"),
        ("8000.00", "8001.00", "1.00", "0.0"),
        ("800.00", "802.80", "2.80", "0.4"),
    ],
)
def test_growth_is_seen_from_the_side_on_which_the_amount_stood(
    previous: str | None, current: str | None, growth: str, percentage: str | None
) -> None:
    change = only(previous, current)

    assert change.growth == Decimal(growth)
    assert change.percentage == (percentage and Decimal(percentage))


def test_small_amounts_stand_out_when_they_are_new_or_gone() -> None:
    assert only(None, "0.01").is_notable
    assert only("0.01", None).is_notable
    assert not only("0.01", "0.02").is_notable


def test_a_change_carries_the_newest_description() -> None:
    (change,) = compare(
        [AccountAmount("4000", "Oud", Decimal(1))],
        [AccountAmount("4000", "Nieuw", Decimal(1), account="4000 Lonen")],
        NORMAL,
    )

    assert (change.description, change.account) == ("Nieuw", "4000 Lonen")
