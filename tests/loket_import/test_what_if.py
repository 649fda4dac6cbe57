"""What a change of a mapping would have meant for the runs that are booked."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from connections.mapping import Answer, Dimension, add_mapping
from connections.mappings.consequences import Consequence
from connections.mappings.history import last_change
from connections.models import ChartMode as ConnectionMode
from connections.models import Connection, CostCenterRule
from finmaster.models import Membership
from finmaster.tenancy import administration_scope
from ledger.models import Account, CostCenter, CostUnit, Journal
from ledger.posting import Draft, DraftLine, post
from ledger.reversal import reverse as post_reversal
from loket_import.models import Booking, JournalRun, RunContent, RunLine
from loket_import.proof.keeping import KeptMapping, KeptOptions, Proof
from loket_import.proposal import (
    AccountChoice,
    Books,
    ChartMode,
    CostCenterTreatment,
    DimensionChoice,
)
from loket_import.what_if import (
    BookedLine,
    Place,
    moved,
    moves,
    place_in_proof,
    place_of,
    what_if,
    with_answer,
    with_answers,
)
from tests.books import Books as OurBooks
from tests.books import make_books
from tests.pages import client_of
from tests.rows import make_row

ADOPT, TRANSPOSE = ChartMode.ADOPT, ChartMode.TRANSPOSE
ZERO = Decimal("0.00")

BOOKS = Books.indexed(
    accounts=[
        AccountChoice(id, code, f"Rekening {code}", False, True, False)
        for id, code in ((1, "4000"), (2, "1700"), (3, "4100"))
    ],
    cost_centers=[
        DimensionChoice(1, "K100", "Kantoor", False),
        DimensionChoice(2, "K200", "Bakkerij", False),
        DimensionChoice(3, "K300", "Winkel", False),
    ],
    cost_units=[
        DimensionChoice(1, "P01", "Bruiloften", False),
        DimensionChoice(2, "P02", "Taarten", False),
    ],
    account_mappings={"40": 1, "17": 2, "41": 3, "42": None},
    cost_center_mappings={"AFD1": 1, "AFD2": 2, "AFD3": None},
    cost_unit_mappings={"PROJ": 1, "OUD": None},
    cost_center_rules={
        "17": CostCenterTreatment("drop"),
        "41": CostCenterTreatment("default", 3),
        "4100": CostCenterTreatment("fixed", 2),
        "42": CostCenterTreatment("fixed", 1),
    },
    periods=[],
)

ACCOUNT_CODES = ["40", "17", "41", "42", "4000", "1700", "4100", "9"]
CENTER_CODES = ["", "AFD1", "AFD2", "AFD3", "K100", "K300", "ZZ"]
UNIT_CODES = ["", "PROJ", "OUD", "P02"]

some_codes = st.tuples(*map(st.sampled_from, (ACCOUNT_CODES, CENTER_CODES, UNIT_CODES)))
some_mode = st.sampled_from(ChartMode)
some_amount = st.decimals(0, 10_000, places=2)
some_place = st.builds(
    Place,
    st.sampled_from([1, 2, 3]),
    st.sampled_from([None, 1, 2, 3]),
    st.sampled_from([None, 1, 2]),
)
some_rule = st.one_of(
    st.tuples(st.sampled_from([CostCenterRule.AS_SENT, CostCenterRule.DROP]), st.none()),
    st.tuples(
        st.sampled_from([CostCenterRule.DEFAULT, CostCenterRule.FIXED]),
        st.sampled_from([1, 2, 3]),
    ),
)
some_answer = st.one_of(
    st.none(),
    st.builds(lambda target, rule: Answer(target, *rule), st.sampled_from([None, 1, 2]), some_rule),
)
some_change = st.one_of(
    st.tuples(st.just(Dimension.ACCOUNT), st.sampled_from(ACCOUNT_CODES), some_answer),
    st.tuples(st.just(Dimension.COST_CENTER), st.sampled_from(CENTER_CODES[1:]), some_answer),
    st.tuples(st.just(Dimension.COST_UNIT), st.sampled_from(UNIT_CODES[1:]), some_answer),
)
Change = tuple[Dimension, str, Answer | None]


@given(st.lists(some_change, max_size=6))
def test_answers_together_are_answers_one_after_the_other(changes: list[Change]) -> None:
    one_by_one = BOOKS
    for change in changes:
        one_by_one = with_answer(one_by_one, *change)

    assert with_answers(BOOKS, changes) == one_by_one


@st.composite
def some_lines(draw: Any) -> list[BookedLine]:
    """Lines of three entries, booked wherever."""
    sides = st.one_of(
        st.tuples(some_amount, st.just(ZERO)),
        st.tuples(st.just(ZERO), some_amount),
        st.tuples(some_amount, some_amount),
    )
    return [
        BookedLine(entry, codes, place, *amounts)
        for entry, codes, place, amounts in draw(
            st.lists(st.tuples(st.integers(1, 3), some_codes, some_place, sides), max_size=12)
        )
    ]


def booked_by(lines: list[BookedLine], books: Books, mode: ChartMode) -> list[BookedLine]:
    """The same lines where these books have them; those without an account are in no entry."""
    placed = [(line, place_of(line.codes, books, mode)) for line in lines]
    return [
        BookedLine(line.entry_id, line.codes, place, line.debit, line.credit)
        for line, place in placed
        if place.account_id is not None
    ]


def answer_in(books: Books, dimension: Dimension, code: str) -> Answer | None:
    """What a code stands for in these books."""
    if dimension == Dimension.ACCOUNT:
        rule = books.cost_center_rules.get(code, CostCenterTreatment("as_sent"))
        if code not in books.account_mappings and code not in books.cost_center_rules:
            return None
        return Answer(
            books.account_mappings.get(code), CostCenterRule(rule.rule), rule.cost_center_id
        )
    mappings = (
        books.cost_center_mappings
        if dimension == Dimension.COST_CENTER
        else books.cost_unit_mappings
    )
    return Answer(mappings[code]) if code in mappings else None


def balances(
    entries: Iterator[tuple[int, Place, Decimal, Decimal]],
) -> dict[tuple[int, Place], tuple[Decimal, Decimal]]:
    """What is on each place of each entry, debit and credit; places with nothing left out."""
    debit: Counter[tuple[int, Place]] = Counter()
    credit: Counter[tuple[int, Place]] = Counter()
    for entry, place, to_debit, to_credit in entries:
        debit[entry, place] += to_debit  # type: ignore[assignment]
        credit[entry, place] += to_credit  # type: ignore[assignment]
    return {
        key: (Decimal(debit[key]), Decimal(credit[key]))
        for key in debit.keys() | credit.keys()
        if debit[key] or credit[key]
    }


# The rules


@given(some_lines(), some_change, some_mode)
def test_what_a_code_stands_for_already_moves_nothing(
    lines: list[BookedLine], change: Change, mode: ChartMode
) -> None:
    dimension, code, _answer = change
    same = with_answer(BOOKS, dimension, code, answer_in(BOOKS, dimension, code))

    assert moves(lines, BOOKS, same, mode) == []


@given(some_lines(), some_change, some_mode)
def test_a_change_moves_exactly_what_the_books_have_elsewhere_after_it(
    lines: list[BookedLine], change: Change, mode: ChartMode
) -> None:
    lines = booked_by(lines, BOOKS, mode)
    after = with_answer(BOOKS, *change)

    found = moves(lines, BOOKS, after, mode)

    was = [(line.entry_id, line.place, line.debit, line.credit) for line in lines]
    away = [(move.entry_id, move.old, -move.debit, -move.credit) for move in found]
    to = [(move.entry_id, move.new, move.debit, move.credit) for move in found]
    would_be = [
        (line.entry_id, place_of(line.codes, after, mode), line.debit, line.credit)
        for line in lines
    ]
    assert balances(iter(was + away + to)) == balances(iter(would_be))
    assert all(move.old != move.new for move in found)


@given(some_lines(), some_change, some_mode)
def test_what_moves_away_is_what_moves_to_and_is_never_negative(
    lines: list[BookedLine], change: Change, mode: ChartMode
) -> None:
    found = moves(lines, BOOKS, with_answer(BOOKS, *change), mode)

    for entry in (1, 2, 3):
        here = [line for line in lines if line.entry_id == entry]
        moving = [move for move in found if move.entry_id == entry]
        assert sum(move.debit for move in moving) <= sum(line.debit for line in here)
        assert sum(move.credit for move in moving) <= sum(line.credit for line in here)
    assert all(move.debit >= 0 and move.credit >= 0 for move in found)
    assert len({(move.entry_id, move.old, move.new) for move in found}) == len(found)


@given(some_lines(), some_change, some_mode)
def test_lines_with_another_code_stay(
    lines: list[BookedLine], change: Change, mode: ChartMode
) -> None:
    dimension, code, _answer = change
    position = list(Dimension).index(dimension)
    others = [line for line in lines if line.codes[position] != code]

    assert moves(others, BOOKS, with_answer(BOOKS, *change), mode) == []


@given(some_place, some_place)
def test_a_change_that_changes_nothing_leaves_a_place_of_long_ago(
    booked: Place, same: Place
) -> None:
    assert moved(booked, same, same) == booked


def place_after(codes: tuple[str, str, str], answer: Answer | None, mode: ChartMode) -> Place:
    """Where a line is once its account code stands for this."""
    return place_of(codes, with_answer(BOOKS, Dimension.ACCOUNT, codes[0], answer), mode)


@pytest.mark.parametrize(
    ("rule", "given_code", "center"),
    [
        (Answer(1), "AFD1", 1),
        (Answer(1), "K300", 3),
        (Answer(1), "AFD3", None),
        (Answer(1), "", None),
        (Answer(1, CostCenterRule.DROP), "AFD1", None),
        (Answer(1, CostCenterRule.DROP), "", None),
        (Answer(1, CostCenterRule.FIXED, 2), "AFD1", 2),
        (Answer(1, CostCenterRule.FIXED, 2), "", 2),
        (Answer(1, CostCenterRule.DEFAULT, 2), "AFD1", 1),
        (Answer(1, CostCenterRule.DEFAULT, 2), "", 2),
    ],
)
@pytest.mark.parametrize("mode", ChartMode)
def test_the_rule_of_an_account_says_the_cost_centre(
    rule: Answer, given_code: str, center: int | None, mode: ChartMode
) -> None:
    found = place_after(("4000", given_code, ""), rule, mode)

    assert found == Place(1, center, None)


def test_an_account_that_is_taken_over_does_not_move() -> None:
    assert place_after(("4100", "", ""), Answer(1, CostCenterRule.DROP), ADOPT).account_id == 3
    assert place_after(("4100", "", ""), Answer(1, CostCenterRule.DROP), TRANSPOSE).account_id == 1


def test_a_line_of_long_ago_moves_from_where_it_is() -> None:
    line = BookedLine(1, ("40", "AFD1", ""), Place(2, 3, 1), Decimal("10.00"), ZERO)
    after = with_answer(BOOKS, Dimension.ACCOUNT, "40", Answer(3))

    (move,) = moves([line], BOOKS, after, TRANSPOSE)

    assert (move.old, move.new) == (Place(2, 3, 1), Place(3, 3, 1))
    assert (move.debit, move.credit) == (Decimal("10.00"), ZERO)


def proof(**kept: tuple[KeptMapping, ...]) -> Proof:
    """A proof that keeps these mappings."""
    return Proof(
        version=1,
        options=KeptOptions("transpose", date(2026, 1, 31), "Loon", "MEM", "Memoriaal", True),
        **{"accounts": (), "cost_centers": (), "cost_units": ()} | kept,
        lines_received=2,
        lines_dropped=0,
        lines_booked=1,
        normalised={},
        total_debit="0.00",
        total_credit="0.00",
        checks=(),
        warnings=(),
        source_hash="",
        answer_sha256="",
        posting_hash="",
    )


def kept(code: str, target_id: int | None, *accounts: str) -> KeptMapping:
    """What a code stood for; under the rule of these accounts."""
    way = "rule" if accounts else "mapping"
    return KeptMapping(code, "", way, target_id=target_id, accounts=accounts)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("40", "AFD", "P"), Place(1, 7, 9)),
        (("40", "", ""), Place(1, None, None)),
        (("17", "AFD", ""), Place(2, None, None)),
        (("41", "", ""), Place(3, 8, None)),
        (("41", "AFD", ""), Place(3, 7, None)),
        (("99", "AFD", ""), None),
    ],
)
def test_a_proof_tells_where_a_line_was_booked(
    codes: tuple[str, str, str], expected: Place | None
) -> None:
    found = proof(
        accounts=(kept("40", 1), kept("17", 2), kept("41", 3)),
        cost_centers=(kept("AFD", None, "17"), kept("AFD", 7), kept("", 8, "41")),
        cost_units=(kept("P", 9),),
    )

    assert place_in_proof(codes, found) == expected


# What is booked


@pytest.fixture
def transposing(books: OurBooks) -> OurBooks:
    """Books in which 40 goes to 4000, 17 to 1700, and AFD to K100."""
    with administration_scope(books.id):
        Connection.objects.create(
            environment="sandbox", username="loket", chart_mode=ConnectionMode.TRANSPOSE
        )
        CostUnit.objects.create(code="P02", name="Gebak")
        for dimension, code, target in (
            (Dimension.ACCOUNT, "40", account("4000")),
            (Dimension.ACCOUNT, "17", account("1700")),
            (Dimension.COST_CENTER, "AFD", center("K100")),
        ):
            add_mapping(
                dimension,
                loket_code=code,
                loket_description="",
                target_id=target,
                user=books.manager,
            )
    return books


def account(code: str) -> int:
    return Account.objects.get(code=code).pk


def center(code: str) -> int:
    return CostCenter.objects.get(code=code).pk


def unit(code: str) -> int:
    return CostUnit.objects.get(code=code).pk


def content_of(*lines: tuple[str, str | None, str | None, str, str]) -> RunContent:
    """A run's content with lines: account, cost centre, cost unit, debit and credit of Loket."""
    content = make_row(RunContent, run=make_row(JournalRun), line_count=len(lines))
    for number, (code, cost_center, cost_unit, debit, credit) in enumerate(lines, 1):
        make_row(
            RunLine,
            content=content,
            number=number,
            account_code=code,
            cost_center_code=cost_center,
            cost_unit_code=cost_unit,
            debit=Decimal(debit),
            credit=Decimal(credit),
        )
    return content


def book(
    content: RunContent, *lines: DraftLine, day: date = date(2026, 1, 31), **how: Any
) -> Booking:
    """The booking of a content by these lines."""
    entry = post(Draft(Journal.objects.get().pk, day, "Loonjournaal", lines, None))
    return Booking.objects.create(
        run=content.run, content=content, posting_hash="x", entry=entry, **how
    )


def wages(amount: str = "100.00", *, day: date = date(2026, 1, 31)) -> Booking:
    """A run of gross wages at AFD against net wages, booked as it is mapped."""
    value = Decimal(amount)
    content = content_of(("40 ", " AFD", None, amount, "0"), ("17", None, None, "0", amount))
    return book(
        content,
        DraftLine(account("4000"), value, ZERO, center("K100"), source_line=1),
        DraftLine(account("1700"), ZERO, value, source_line=2),
        day=day,
    )


def asked(dimension: Dimension, code: str, answer: Answer | None) -> list[Consequence]:
    """What one change would have meant."""
    return what_if([(dimension, code, answer)])


def told(found: list[Consequence]) -> list[tuple[str, str, str, str]]:
    return [(one.old, one.new, str(one.debit), str(one.credit)) for one in found]


def test_another_account_tells_which_entries_would_have_it(transposing: OurBooks) -> None:
    with administration_scope(transposing.id):
        first, second = wages(), wages("250.50", day=date(2026, 2, 28))

        found = asked(Dimension.ACCOUNT, "40", Answer(account("4100")))

        assert [one.entry_id for one in found] == [second.entry_id, first.entry_id]
        assert found[0].entry == str(second.entry)
        assert found[0].period.startswith("Februari 2026")
        old, new = "4000 Bruto lonen · K100 Kantoor", "4100 Werkgeverslasten · K100 Kantoor"
        assert told(found) == [(old, new, "250.50", "0.00"), (old, new, "100.00", "0.00")]


@pytest.mark.parametrize("most_asked", [50, 0])
def test_changes_of_a_whole_table_are_told_together(
    transposing: OurBooks, monkeypatch: pytest.MonkeyPatch, most_asked: int
) -> None:
    monkeypatch.setattr("loket_import.what_if.MOST_ASKED", most_asked)
    with administration_scope(transposing.id):
        wages()

        found = what_if(
            [
                (Dimension.ACCOUNT, "40", Answer(account("4100"))),
                (Dimension.COST_CENTER, "AFD", Answer(center("K200"))),
                (Dimension.ACCOUNT, "nowhere", Answer(account("4100"))),
            ]
        )

        old, new = "4000 Bruto lonen · K100 Kantoor", "4100 Werkgeverslasten · K200 Werkplaats"
        assert told(found) == [(old, new, "100.00", "0.00")]
        assert what_if([]) == []


def test_what_is_mapped_already_has_no_consequences(transposing: OurBooks) -> None:
    with administration_scope(transposing.id):
        wages()

        assert asked(Dimension.ACCOUNT, "40", Answer(account("4000"))) == []
        assert asked(Dimension.COST_CENTER, "AFD", Answer(center("K100"))) == []
        assert asked(Dimension.COST_UNIT, "PROJ", Answer(unit("P02"))) == []


def test_only_the_code_itself_counts_and_not_one_that_holds_it(transposing: OurBooks) -> None:
    with administration_scope(transposing.id):
        content = content_of(("400", None, None, "5", "0"), ("17", None, None, "0", "5"))
        book(
            content,
            DraftLine(account("4000"), Decimal(5), ZERO, source_line=1),
            DraftLine(account("1700"), ZERO, Decimal(5), source_line=2),
        )

        assert asked(Dimension.ACCOUNT, "40", Answer(account("4100"))) == []


@pytest.mark.parametrize(
    ("answer", "new"),
    [
        (("K200",), "4000 Bruto lonen · K200 Werkplaats"),
        ((None,), "4000 Bruto lonen · geen kostenplaats"),
        (None, "4000 Bruto lonen · eerst te koppelen"),
    ],
)
def test_a_cost_centre_moves_by_its_mapping(
    transposing: OurBooks, answer: tuple[str | None] | None, new: str
) -> None:
    with administration_scope(transposing.id):
        wages()
        chosen = answer and Answer(center(answer[0]) if answer[0] else None)

        found = asked(Dimension.COST_CENTER, "AFD", chosen or None)

        assert told(found) == [("4000 Bruto lonen · K100 Kantoor", new, "100.00", "0.00")]


def test_a_rule_of_an_account_moves_its_cost_centre(transposing: OurBooks) -> None:
    with administration_scope(transposing.id):
        wages()
        fixed = Answer(account("1700"), CostCenterRule.FIXED, center("K200"))

        found = asked(Dimension.ACCOUNT, "17", fixed)

        assert told(found) == [
            (
                "1700 Te betalen netto lonen · geen kostenplaats",
                "1700 Te betalen netto lonen · K200 Werkplaats",
                "0.00",
                "100.00",
            )
        ]


def test_where_the_chart_is_taken_over_an_account_stays(transposing: OurBooks) -> None:
    with administration_scope(transposing.id):
        Connection.objects.update(chart_mode=ConnectionMode.ADOPT)
        wages()

        assert asked(Dimension.ACCOUNT, "40", Answer(account("4100"))) == []


def test_a_negative_amount_and_two_sides_are_told_on_the_side_where_they_are(
    transposing: OurBooks,
) -> None:
    with administration_scope(transposing.id):
        content = content_of(
            ("40", None, None, "-30", "0"),
            ("40", None, None, "100", "20"),
            ("40", None, None, "0", "0"),
            ("17", None, None, "0", "50"),
        )
        book(
            content,
            DraftLine(account("4000"), ZERO, Decimal(30), source_line=1),
            DraftLine(account("4000"), Decimal(100), ZERO, source_line=2),
            DraftLine(account("4000"), ZERO, Decimal(20), source_line=2),
            DraftLine(account("1700"), ZERO, Decimal(50), source_line=4),
        )

        (found,) = asked(Dimension.ACCOUNT, "40", Answer(account("4100")))

        assert (found.debit, found.credit) == (Decimal("100.00"), Decimal("50.00"))


def test_a_run_whose_entry_was_reversed_has_no_consequences(transposing: OurBooks) -> None:
    with administration_scope(transposing.id):
        booking = wages()
        counter = post_reversal(
            booking.entry, booked_on=date(2026, 1, 31), reason="Fout", reversed_by_id=None
        )
        Booking.objects.filter(pk=booking.pk).update(reversal=counter)

        assert asked(Dimension.ACCOUNT, "40", Answer(account("4100"))) == []


def test_lines_that_were_added_up_are_found_by_the_proof(transposing: OurBooks) -> None:
    with administration_scope(transposing.id):
        content = content_of(
            ("41", None, None, "60", "0"),
            ("40", "AFD", None, "40", "0"),
            ("17", None, None, "0", "100"),
        )
        kept_then = proof(
            accounts=(kept("40", account("4100")), kept("41", account("4100"))),
            cost_centers=(kept("AFD", None),),
        )
        book(
            content,
            DraftLine(account("4100"), Decimal(100), ZERO, source_line=1),
            DraftLine(account("1700"), ZERO, Decimal(100), source_line=3),
            proof=msgspec.to_builtins(kept_then),
        )

        found = asked(Dimension.ACCOUNT, "40", Answer(account("1710")))

        old, new = (
            f"{one} · geen kostenplaats"
            for one in ("4100 Werkgeverslasten", "1710 Af te dragen loonheffing")
        )
        assert told(found) == [(old, new, "40.00", "0.00")]


def test_many_runs_take_as_many_queries_as_one(transposing: OurBooks) -> None:
    with administration_scope(transposing.id):
        counts = []
        for _run in range(3):
            wages()
            with CaptureQueriesContext(
                connection,
            ) as queries:
                found = asked(Dimension.ACCOUNT, "40", Answer(account("4100")))
            counts.append((len(found), len(queries)))

    assert [number for number, _ in counts] == [1, 2, 3]
    assert len({queries for _, queries in counts}) == 1


def test_nothing_is_told_of_another_administration(transposing: OurBooks) -> None:
    with administration_scope(transposing.id):
        wages()
        elsewhere = account("4100")

    with administration_scope(make_books("Anders").id):
        assert asked(Dimension.ACCOUNT, "40", Answer(elsewhere)) == []


def test_the_page_shows_the_entries_with_amounts_and_says_that_they_stay(
    transposing: OurBooks,
) -> None:
    slug = transposing.administration.slug
    with administration_scope(transposing.id):
        booking, _other = wages("1234.50"), wages("100.00", day=date(2026, 2, 28))
        chosen = {
            "dimension": "account",
            "code": "40",
            "target": account("4100"),
            "cost_center_rule": "as_sent",
            "seen": last_change(Dimension.ACCOUNT, "40"),
        }

    answer = client_of(transposing.manager).get(
        reverse("mapping_consequences", args=[slug]), chosen
    )

    shown = answer.content.decode()
    assert reverse("entry", args=[slug, booking.entry_id]) in shown
    for words in ("1.234,50", "1.334,50", "4100 Werkgeverslasten", "Januari 2026"):
        assert words in shown
    assert "2 geboekte runs zouden anders geboekt zijn" in shown
    assert "Wat geboekt is, blijft zoals het is." in shown


def test_a_file_tells_what_it_would_have_meant_for_what_is_booked(transposing: OurBooks) -> None:
    with administration_scope(transposing.id):
        wages("1234.50")
    table = (
        "Onderdeel;Code in Loket.nl;Omschrijving in Loket.nl;Onze code;Regel;Kostenplaats\r\n"
        "Rekeningen;40;;4100;;\r\nKostenplaatsen;AFD;;K200;;\r\nRekeningen;99;;4000;;\r\n"
    )

    answer = client_of(transposing.manager).post(
        reverse("mappings_import", args=[transposing.administration.slug]),
        {"file": SimpleUploadedFile("tabel.csv", table.encode())},
    )

    assert told(answer.context["consequences"]) == [
        (
            "4000 Bruto lonen · K100 Kantoor",
            "4100 Werkgeverslasten · K200 Werkplaats",
            "1234.50",
            "0.00",
        )
    ]
    assert "1 geboekte run zou anders geboekt zijn" in answer.content.decode()


def test_another_table_tells_what_it_would_have_meant_for_what_is_booked(
    transposing: OurBooks,
) -> None:
    other = make_books("Bakkerij De Halm", office=transposing.office)
    with administration_scope(other.id):
        add_mapping(
            Dimension.ACCOUNT,
            loket_code="40",
            loket_description="",
            target_id=account("4100"),
            user=other.manager,
        )
    with administration_scope(transposing.id):
        wages("1234.50")
    Membership.objects.create(
        user=transposing.manager,
        office=other.office,
        administration=other.administration,
        role="viewer",
    )

    answer = client_of(transposing.manager).get(
        reverse(
            "mappings_copy_from",
            args=[transposing.administration.slug, other.administration.slug],
        )
    )

    new = "4100 Werkgeverslasten · K100 Kantoor"
    assert [one.new for one in answer.context["consequences"]] == [new]
    assert "1.234,50" in answer.content.decode()
