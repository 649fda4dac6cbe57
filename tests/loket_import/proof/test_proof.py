"""What is kept of a booking: made from its preview, as it was, and read back the same."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.mapping import Dimension, add_mapping, change_mapping, mapping_of
from connections.models import AccountMapping, ChartMode, CostCenterRule
from ledger.models import Account, CostCenter
from loket_import.matching import CHECKS
from loket_import.models import Booking, JournalRun
from loket_import.proof.keeping import (
    BY_MAPPING,
    BY_RULE,
    BY_SAME_CODE,
    KeptMapping,
    Proof,
    SetMappings,
    made_proof,
    read_proof,
)
from loket_import.proof.reckoning import BookedSides, Compared, Sides, added, compared
from loket_import.proof.verdict import Reckoning, objections
from loket_import.proof.words import CHECKS as CHECK_WORDS
from loket_import.proof.words import NOTES, check_in_words
from loket_import.proposal import GivenWord
from loket_import.sandbox.model import JournalRun as LoketRun
from tests.loket_import.browsing import line
from tests.loket_import.linked import Linked

ZERO = Decimal("0.00")
NOW = datetime(2026, 11, 24, 10, 5, tzinfo=UTC)


def proof_of(linked: Linked, booking: Booking) -> Proof:
    """What is kept of a booking."""
    with linked.scope():
        found = read_proof(Booking.objects.get(pk=booking.pk).proof)
    assert found is not None
    return found


def by_code(kept: tuple[KeptMapping, ...]) -> dict[str, KeptMapping]:
    """The mappings by Loket's code."""
    return {one.loket_code: one for one in kept}


def test_options_lines_totals_hashes_and_checks_are_kept(linked: Linked, run: JournalRun) -> None:
    booking = linked.booked(run)
    kept = proof_of(linked, booking)
    with linked.scope():
        content = booking.content

    assert kept.version == 1
    assert kept.options.chart_mode == "adopt"
    assert kept.options.booking_date == date(2026, 10, 31)
    assert kept.options.description == booking.entry.description
    assert (kept.options.journal_code, kept.options.condenses) == ("MEM", False)
    assert kept.lines_booked == booking.entry.line_count
    assert kept.total_debit == kept.total_credit == f"{booking.entry.total:.2f}"
    assert kept.answer_sha256 == content.answer_sha256
    assert kept.source_hash == content.source_hash
    assert kept.posting_hash == booking.posting_hash
    assert set(kept.checks) == {check.__name__ for check in CHECKS}
    assert by_code(kept.accounts)["1700"].way == BY_SAME_CODE
    assert by_code(kept.accounts)["1700"].name == "Te betalen netto lonen"


def test_lines_without_an_amount_and_negative_ones_are_counted(linked: Linked) -> None:
    lines = [
        line("4000", "100.00"),
        replace(line("4100", "0"), debet=Decimal("-10.00")),
        line("1700", "-90.00"),
        line("1710", "0"),
    ]
    kept = proof_of(linked, linked.booked(linked.fetched(linked.add_run(lines))))

    assert (kept.lines_received, kept.lines_dropped, kept.lines_booked) == (4, 1, 3)
    assert kept.normalised == {"negative_amount": 1, "zero_line": 1}
    assert "1710" not in by_code(kept.accounts)


@pytest.fixture
def sent(linked: Linked) -> LoketRun:
    """A run with an account that goes by a mapping, with a rule, and a cost centre that does."""
    with linked.scope():
        linked_to = linked.connection()
        linked_to.chart_mode = ChartMode.TRANSPOSE
        linked_to.save()
        for code, ours in (("L1", "4000"), ("L2", "1700")):
            add_mapping(
                Dimension.ACCOUNT,
                loket_code=code,
                loket_description="",
                target_id=Account.objects.get(code=ours).pk,
                user=linked.books.manager,
            )
        AccountMapping.objects.filter(loket_code="L2").update(
            cost_center_rule=CostCenterRule.FIXED, cost_center=CostCenter.objects.get(code="K200")
        )
        add_mapping(
            Dimension.COST_CENTER,
            loket_code="Z1",
            loket_description="",
            target_id=CostCenter.objects.get(code="K100").pk,
            user=linked.books.bookkeeper,
        )
    return linked.add_run(
        [line("L1 ", "70.00", center="Z1"), line("L1", "30.00", center="K100"), line("L2", "-100")]
    )


def test_the_mapping_is_kept_as_it_was_with_who_set_it(linked: Linked, sent: LoketRun) -> None:
    booking = linked.booked(linked.fetched(sent))
    with linked.scope():
        mapping = mapping_of(Dimension.ACCOUNT, "L1")
        assert mapping is not None
        change_mapping(
            Dimension.ACCOUNT,
            mapping,
            target_id=Account.objects.get(code="4100").pk,
            user=linked.books.bookkeeper,
        )
        Account.objects.filter(code="4000").update(name="Iets anders")

    kept = proof_of(linked, booking)

    account = by_code(kept.accounts)["L1"]
    assert (account.way, account.code, account.name) == (BY_MAPPING, "4000", "Bruto lonen")
    assert account.set_by == linked.books.manager.name
    assert account.set_at is not None
    assert account.origin == "wizard"
    ruled = by_code(kept.accounts)["L2"]
    assert (ruled.rule, ruled.rule_cost_center) == ("fixed", "K200 Werkplaats")
    assert [
        (one.loket_code, one.code, one.way, one.accounts, one.set_by) for one in kept.cost_centers
    ] == [
        ("", "K200", BY_RULE, ("L2",), ""),
        ("K100", "K100", BY_SAME_CODE, (), ""),
        ("Z1", "K100", BY_MAPPING, (), linked.books.bookkeeper.name),
    ]


def test_a_warning_is_kept_in_the_words_of_then_with_who_overruled_it(
    linked: Linked, run: JournalRun
) -> None:
    with linked.scope():
        JournalRun.objects.filter(pk=run.pk).update(booking_date=date(2026, 11, 2))
        seen = linked.seen(run)
    (warning,) = [one for one in seen.proposal.warnings if one.code == "date_outside_pay_period"]
    overruled = replace(warning, confirmation="key")
    seen = replace(seen, proposal=replace(seen.proposal, problems=(overruled,)))

    stored = made_proof(
        seen, SetMappings({}, {}, {}), ["run_balances"], {"key": GivenWord("Jeroen", NOW)}
    )

    kept = read_proof(stored)
    assert kept is not None
    (found,) = kept.warnings
    assert (found.code, found.confirmed_by, found.confirmed_at) == (
        "date_outside_pay_period",
        "Jeroen",
        NOW,
    )
    assert "02-11-2026" in found.message


def test_a_check_that_found_something_is_not_among_those_that_were_passed(
    linked: Linked, run: JournalRun
) -> None:
    with linked.scope():
        JournalRun.objects.filter(pk=run.pk).update(booking_date=date(2026, 11, 2))

    kept = proof_of(linked, linked.booked(run))

    assert [warning.code for warning in kept.warnings] == ["date_outside_pay_period"]
    assert {check.__name__ for check in CHECKS} - set(kept.checks) == {
        "booking_date_is_in_pay_period"
    }


def test_nothing_kept_is_nothing_read() -> None:
    assert read_proof({}) is None


def test_each_check_and_each_note_has_words() -> None:
    assert {check.__name__ for check in CHECKS} <= CHECK_WORDS.keys()
    assert NOTES.keys() >= {"zero_line", "negative_amount", "two_sides"}
    assert check_in_words("gone_by_now") == "gone_by_now"


# Both sides by account


def kept_mapping(code: str, target_id: int) -> KeptMapping:
    """A code that was booked on an account."""
    return KeptMapping(code, "", BY_MAPPING, target_id=target_id, code=str(target_id), name="x")


amounts = st.integers(0, 10**9).map(lambda value: Decimal(value).scaleb(-2))
sides = st.tuples(amounts, amounts)
codes = st.dictionaries(st.sampled_from("ABCDEFG"), sides)
targets = st.dictionaries(st.sampled_from("ABCDEFG"), st.integers(1, 3))


@given(loket=codes, placed=targets)
def test_what_is_booked_as_it_was_mapped_agrees_on_each_account(
    loket: dict[str, Sides], placed: dict[str, int]
) -> None:
    loket = {code: both for code, both in loket.items() if code in placed}
    booked = {
        account: BookedSides(
            str(account), added(loket[code] for code in loket if placed[code] == account)
        )
        for account in {placed[code] for code in loket}
    }

    rows = compared(loket, [kept_mapping(*one) for one in placed.items()], booked)

    assert all(row.is_equal for row in rows)
    assert added(row.loket for row in rows) == added(loket.values())
    assert sorted(code for row in rows for code in row.loket_codes) == sorted(loket)


@given(loket=codes, placed=targets, booked=st.dictionaries(st.integers(1, 4), sides))
def test_each_amount_of_both_sides_is_in_one_row(
    loket: dict[str, Sides], placed: dict[str, int], booked: dict[int, Sides]
) -> None:
    named = {account: BookedSides(str(account), both) for account, both in booked.items()}

    rows = compared(loket, [kept_mapping(*one) for one in placed.items()], named)

    assert added(row.loket for row in rows) == added(loket.values())
    assert added(row.booked for row in rows) == added(booked.values())
    unplaced = [code for code, both in sorted(loket.items()) if code not in placed and any(both)]
    assert [row.loket_codes for row in rows if not row.account] == (
        [tuple(unplaced)] if unplaced else []
    )
    assert all(not row.is_equal for row in rows if not row.account)


# The verdict

BOTH: Sides = (Decimal("10.00"), Decimal("10.00"))
OTHER: Sides = (Decimal("10.01"), Decimal("10.00"))
SOUND = Reckoning(
    rows=(Compared("4000 Lonen", ("4000",), BOTH, BOTH),),
    loket=BOTH,
    booked=BOTH,
    entry_total=Decimal("10.00"),
    kept=BOTH,
    hash_then="a",
    hash_now="a",
    hash_kept="a",
)


def test_a_sound_booking_meets_no_objection() -> None:
    assert objections(SOUND) == []
    assert objections(replace(SOUND, rows=(), kept=None, hash_kept=None)) == []


@pytest.mark.parametrize(
    ("unsound", "told"),
    [
        (replace(SOUND, loket=OTHER), "Loket.nl heeft debet 10,01"),
        (replace(SOUND, entry_total=ZERO), "Het totaal van de boeking is 0,00"),
        (replace(SOUND, kept=OTHER), "Bij het boeken is debet 10,01"),
        (replace(SOUND, hash_now="b"), "SHA-256"),
        (replace(SOUND, hash_then="b"), "SHA-256"),
        (replace(SOUND, hash_kept="b"), "SHA-256"),
        (replace(SOUND, rows=(Compared("4000 Lonen", (), OTHER, BOTH),)), "4000 Lonen: "),
        (replace(SOUND, rows=(Compared("", ("X1",), BOTH, BOTH),)), "Codes X1"),
    ],
)
def test_each_thing_that_does_not_hold_is_told(unsound: Reckoning, told: str) -> None:
    (objection,) = objections(unsound)

    assert told in objection
