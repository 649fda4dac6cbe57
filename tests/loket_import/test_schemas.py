"""The fingerprint of a run's lines: what changes it and what does not."""

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from loket_import.schemas import ResultLine, RunResults, source_hash

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)
optional_texts = st.none() | texts
cents = st.decimals(min_value=-(10**9), max_value=10**9, places=2)
lines = st.builds(
    ResultLine,
    account_code=texts,
    account_description=texts,
    cost_center_code=optional_texts,
    cost_center_description=optional_texts,
    cost_unit_code=optional_texts,
    cost_unit_description=optional_texts,
    debit=cents,
    credit=cents,
    component_key=st.none() | st.integers(-(2**31), 2**31 - 1),
    component_description=optional_texts,
)

LINE = ResultLine(
    account_code="4000",
    account_description="Café",
    cost_center_code=None,
    cost_center_description=None,
    cost_unit_code=None,
    cost_unit_description=None,
    debit=Decimal("12.50"),
    credit=Decimal(0),
    component_key=None,
    component_description=None,
)


@given(
    st.lists(lines, max_size=8).flatmap(lambda one: st.tuples(st.just(one), st.permutations(one)))
)
def test_the_order_of_lines_does_not_matter(orders):
    sent, shuffled = orders

    assert source_hash(sent) == source_hash(shuffled)


@given(lines, st.integers(0, 10))
def test_the_spelling_of_an_amount_does_not_matter(line, zeros):
    longer = Decimal(format(line.debit, "f") + "0" * zeros)

    assert source_hash([line]) == source_hash([replace(line, debit=longer)])


@given(lines)
def test_the_composition_of_accents_does_not_matter(line):
    decomposed = replace(
        line, account_description=unicodedata.normalize("NFD", line.account_description)
    )

    assert source_hash([line]) == source_hash([decomposed])


@given(lines, st.sampled_from(ResultLine.__struct_fields__), st.data())
def test_every_field_counts(line, field, data):
    other = getattr(data.draw(lines), field)
    changed = replace(line, **{field: other})
    same_text = isinstance(other, str) and isinstance(getattr(line, field), str)
    same = (
        unicodedata.normalize("NFC", other) == unicodedata.normalize("NFC", getattr(line, field))
        if same_text
        else other == getattr(line, field)
    )

    assert (source_hash([line]) == source_hash([changed])) is same


@pytest.mark.parametrize(
    "changed",
    [
        [],
        [LINE, LINE],
        [replace(LINE, account_code="4000 ")],
        [replace(LINE, account_code="04000")],
        [replace(LINE, cost_center_code="")],
        [replace(LINE, cost_center_description="null")],
        [replace(LINE, debit=Decimal(0), credit=Decimal("12.50"))],
        [replace(LINE, debit=Decimal("-12.50"))],
        [replace(LINE, debit=Decimal("12.500001"))],
    ],
)
def test_another_content_has_another_hash(changed):
    assert source_hash(changed) != source_hash([LINE])


def test_zero_has_one_hash():
    zeros = [Decimal(text) for text in ("0", "-0.0", "0.00", "0E+3", "0E-9")]

    assert len({source_hash([replace(LINE, credit=zero)]) for zero in zeros}) == 1


def test_the_hash_stays_what_it_was():
    assert source_hash([LINE]) == "a8f787da55dcbfe2214e226794742209fd1d149a183a4d7112b3008a9218985b"


def test_an_answer_is_fingerprinted_byte_by_byte():
    joined = RunResults(pages=(b"ab", b"c"), lines=(LINE,))
    split = RunResults(pages=(b"a", b"bc"), lines=(LINE,))

    assert joined.answer_sha256 != split.answer_sha256
    assert joined.source_hash == split.source_hash == source_hash([LINE])
