"""Old, difference and new: each adds up, all together add up, and no order of lines matters."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from loket_import.comparing.differences import additions, changed, differences, net_amounts, sum_of

AMOUNTS = st.decimals(min_value=-(10**10), max_value=10**10, places=6)
KEYS = st.sampled_from(["1700", "4000", "4100", "0400"])
BY_KEY = st.dictionaries(KEYS, AMOUNTS)
ROWS = st.lists(st.tuples(KEYS, AMOUNTS, AMOUNTS), max_size=30)


@given(old=BY_KEY, new=BY_KEY)
def test_old_and_difference_make_new_under_each_key(old, new):
    found = differences(old, new)

    assert [one.key for one in found] == sorted({*old, *new})
    for one in found:
        assert one.old + one.difference == one.new
        assert (one.old, one.new) == (old.get(one.key, 0), new.get(one.key, 0))


@given(old=BY_KEY, new=BY_KEY)
def test_the_sums_agree_with_the_rows(old, new):
    total = sum_of(differences(old, new))

    assert total.old == sum(old.values())
    assert total.new == sum(new.values())
    assert total.difference == sum(new.values()) - sum(old.values())


@given(old=BY_KEY, added=BY_KEY)
def test_what_comes_on_top_makes_them_together(old, added):
    for one in additions(old, added):
        assert one.difference == added.get(one.key, 0)
        assert one.new == old.get(one.key, 0) + added.get(one.key, 0)


@given(old=BY_KEY, new=BY_KEY)
def test_swapping_old_and_new_turns_each_difference_round(old, new):
    there, back = differences(old, new), differences(new, old)

    assert [one.difference for one in there] == [-one.difference for one in back]


@given(rows=ROWS, data=st.data())
def test_the_order_of_the_rows_does_not_matter(rows, data):
    shuffled = data.draw(st.permutations(rows))

    assert net_amounts(shuffled) == net_amounts(rows)
    total = sum(net_amounts(rows).values(), Decimal(0))
    assert total == sum((debit - credit for _key, debit, credit in rows), Decimal(0))


@given(old=BY_KEY, new=BY_KEY)
def test_only_what_changed_has_a_difference(old, new):
    found = differences(old, new)

    assert [one for one in found if one.difference] == list(changed(found))
    assert changed(differences(old, old)) == ()
