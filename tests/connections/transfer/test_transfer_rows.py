"""Rows of a file become mappings, or faults at the very cell; what they would change is told."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from connections.mapping import Answer, Dimension
from connections.models import CostCenterRule
from connections.transfer.errors import FileRefused
from connections.transfer.plan import Change, Ours, Standing, plan_of
from connections.transfer.reading import read_sheets
from connections.transfer.rows import (
    Fault,
    Place,
    PlacedRow,
    Reading,
    Row,
    Trouble,
    read_rows,
)
from connections.transfer.words import WORDS, WORDS_OF_PART, problem_of
from tests.connections.transfer.transferring import (
    ACCOUNT,
    ACCOUNT_HEADINGS,
    CENTER,
    UNIT,
    csv_file,
    saved,
    tables,
    workbook,
)

SOUND = ("0001", "Bruto loon", "4000", "", "", "")
DATE = date(2026, 1, 31)


def faults(reading: Reading) -> list[tuple[str, int, Fault, str]]:
    """Sheet, row, fault, and what is wrong."""
    return [(one.place.sheet, one.place.row, one.fault, one.about) for one in reading.troubles]


def read(content: bytes) -> Reading:
    """What a file says."""
    return read_rows(read_sheets(content))


@pytest.mark.parametrize(
    ("cells", "fault", "about"),
    [
        (("=B1", "", "4000", "", "", ""), Fault.FORMULA, "Code in Loket.nl"),
        (("4001", "=B1", "4000", "", "", ""), Fault.FORMULA, "Omschrijving in Loket.nl"),
        (("4001", "", 1e20, "", "", ""), Fault.INEXACT_NUMBER, "Onze code"),
        (("4001", "", 4000.5, "", "", ""), Fault.INEXACT_NUMBER, "Onze code"),
        (("4001", "", DATE, "", "", ""), Fault.DATE, "Onze code"),
        (("4001", "", True, "", "", ""), Fault.NOT_TEXT, "Onze code"),
        (("4001", "", "#N/A", "", "", ""), Fault.NOT_TEXT, "Onze code"),
        (("", "x", "4000", "", "", ""), Fault.NO_LOKET_CODE, ""),
        ((" \t", "x", "4000", "", "", ""), Fault.NO_LOKET_CODE, ""),
        (("4" * 51, "", "4000", "", "", ""), Fault.LOKET_CODE_TOO_LONG, "4" * 51),
        (("4001", "x" * 256, "4000", "", "", ""), Fault.DESCRIPTION_TOO_LONG, "4001"),
        (("4001", "", "", "", "", ""), Fault.NO_OUR_CODE, ""),
        (("4001", "", " ", "", "zoals in Loket.nl", ""), Fault.NO_OUR_CODE, ""),
        (("4001", "", "4000", "", "nooit", ""), Fault.UNKNOWN_RULE, "nooit"),
        (("4001", "", "4000", "", "altijd", ""), Fault.COST_CENTER_NEEDED, "altijd"),
        (("4001", "", "4000", "", "standaard", " "), Fault.COST_CENTER_NEEDED, "standaard"),
        (("4001", "", "4000", "", "weglaten", "K1"), Fault.COST_CENTER_NOT_ALLOWED, "weglaten"),
        (("4001", "", "4000", "", "", "K1"), Fault.COST_CENTER_NOT_ALLOWED, "zoals in Loket.nl"),
    ],
)
def test_what_is_wrong_with_an_account_is_told_with_its_row(
    cells: tuple[object, ...], fault: Fault, about: str
) -> None:
    reading = read(workbook(Rekeningen=[SOUND, (), cells]))

    assert faults(reading) == [("Rekeningen", 4, fault, about)]
    assert [placed.row.loket_code for placed in reading.rows] == ["0001"]


@pytest.mark.parametrize(
    ("cells", "fault", "about"),
    [
        (("K9", "", "", "", ""), Fault.NO_OUR_CODE, ""),
        (("K9", "", "K100", "", "weglaten"), Fault.OUR_CODE_LEFT_OUT, "K100"),
        (("K9", "", "K100", "", "altijd"), Fault.RULE_NOT_ALLOWED, "altijd"),
    ],
)
@pytest.mark.parametrize("sheet", ["Kostenplaatsen", "Kostendragers"])
def test_what_is_wrong_with_the_others_is_told_too(
    sheet: str, cells: tuple[str, ...], fault: Fault, about: str
) -> None:
    assert faults(read(workbook(**{sheet: [cells]}))) == [(sheet, 2, fault, about)]


@pytest.mark.parametrize(
    ("line", "fault", "about"),
    [
        ("Dagboeken;4001;;4000;;;", Fault.UNKNOWN_PART, "Dagboeken"),
        (";4001;;4000;;;", Fault.UNKNOWN_PART, ""),
        ("Kostenplaatsen;K9;;K100;;;K1", Fault.COST_CENTER_NOT_ALLOWED, "Kostenplaatsen"),
        ("Rekeningen;4001;;;;;", Fault.NO_OUR_CODE, ""),
    ],
)
def test_what_is_wrong_in_a_csv_file_is_told_with_its_row(
    line: str, fault: Fault, about: str
) -> None:
    content = csv_file('Rekeningen;4000;"two', 'lines";4000;;;', "", line)

    assert faults(read(content)) == [("", 4, fault, about)]


def test_all_that_is_wrong_is_told_at_once() -> None:
    reading = read(
        workbook(
            Rekeningen=[("", "", "=A1", "", "nooit", ""), ("4" * 51, "x" * 256, "", "", "x", "")],
            Kostendragers=[("P9", "", "", "", "")],
        )
    )

    assert [(row, fault) for _, row, fault, _ in faults(reading)] == [
        (2, Fault.FORMULA),
        (2, Fault.NO_LOKET_CODE),
        (3, Fault.UNKNOWN_RULE),
        (3, Fault.LOKET_CODE_TOO_LONG),
        (3, Fault.DESCRIPTION_TOO_LONG),
        (2, Fault.NO_OUR_CODE),
    ]


def test_a_code_that_comes_twice_counts_where_it_is_first() -> None:
    again = ("0001", "", "4100", "", "", "")
    other = ("0001", "", "K100", "", "")

    reading = read(
        workbook(Rekeningen=[SOUND, again, (" 0001 ", "", "", "", "", "")], Kostenplaatsen=[other])
    )

    assert faults(reading) == [
        ("Rekeningen", 3, Fault.LOKET_CODE_TWICE, "2"),
        ("Rekeningen", 4, Fault.NO_OUR_CODE, ""),
        ("Rekeningen", 4, Fault.LOKET_CODE_TWICE, "2"),
    ]
    assert [placed.row.our_code for placed in reading.rows] == ["4000", "K100"]


def test_a_formula_for_our_name_is_of_no_account() -> None:
    reading = read(workbook(Rekeningen=[("4001", "", "4000", "=VLOOKUP(C2,A:B,2)", "", "")]))

    assert reading.troubles == []
    assert reading.rows[0].row == Row(ACCOUNT, "4001", "", "4000")


def test_columns_are_known_by_their_heading() -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "rekeningen "
    sheet.append(
        [
            "Notitie",
            "ONZE  CODE",
            "kostenplaats",
            "Regel",
            "Code in loket.nl",
            *ACCOUNT_HEADINGS[1:2],
        ]
    )
    sheet.append(["=1+1", "4000", "K100", "Altijd", "0040", "Loon"])

    (placed,) = read(saved(made)).rows

    assert placed.row == Row(ACCOUNT, "0040", "Loon", "4000", "", CostCenterRule.FIXED, "K100")


def test_a_column_that_is_missing_or_doubled_is_told() -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Kostenplaatsen"
    sheet.append(["Code in Loket.nl", "Onze code", "Code in Loket.nl", "Onze naam"])
    sheet.append(["K9", "K100", "", ""])

    assert faults(read(saved(made))) == [
        ("Kostenplaatsen", 1, Fault.COLUMN_TWICE, "Code in Loket.nl"),
        ("Kostenplaatsen", 1, Fault.NO_COLUMN, "Omschrijving in Loket.nl"),
        ("Kostenplaatsen", 1, Fault.NO_COLUMN, "Regel"),
    ]
    found = faults(read(b"Regel;b\r\n1;2\r\n"))
    assert [fault for _, _, fault, _ in found] == [Fault.NO_COLUMN] * 5


def test_a_file_with_none_of_the_headings_is_something_else() -> None:
    with pytest.raises(FileRefused) as refused:
        read(b"%PDF-1.4 a;b\r\n1;2\r\n")

    assert refused.value.reason == "no_headings"


# What there is to book on: H is a heading, B is blocked.
OURS = {
    part: {"A": Ours(1, False), "Z": Ours(2, False), "B": Ours(3, True), " S": Ours(5, False)}
    | ({"H": Ours(4, False, is_heading=True)} if part == ACCOUNT else {})
    for part in Dimension
}
FIXED = CostCenterRule.FIXED


def plan_for(row: Row, old: Answer | None = None) -> tuple[Answer | None, list[tuple[Fault, str]]]:
    """What a row leads to where `old` stands, and what is wrong."""
    standing = {(row.part, row.loket_code): Standing("was", old)} if old else {}
    plan = plan_of([PlacedRow(Place("x", 9), row)], OURS, standing)
    changes = [*plan.added, *plan.changed]
    assert all(one.place == Place("x", 9) for one in plan.troubles)
    assert len(changes) + plan.unchanged + bool(plan.troubles) == 1
    return (changes[0].new if changes else None), [(one.fault, one.about) for one in plan.troubles]


@pytest.mark.parametrize(
    ("part", "code", "fault"),
    [
        (ACCOUNT, "4999", Fault.OUR_CODE_UNKNOWN),
        (ACCOUNT, "B", Fault.OUR_CODE_BLOCKED),
        (ACCOUNT, "H", Fault.OUR_CODE_HEADING),
        (CENTER, "K999", Fault.OUR_CODE_UNKNOWN),
        (CENTER, "B", Fault.OUR_CODE_BLOCKED),
        (UNIT, "P999", Fault.OUR_CODE_UNKNOWN),
        (UNIT, "B", Fault.OUR_CODE_BLOCKED),
    ],
)
def test_a_code_of_ours_must_be_one_to_book_on(part: Dimension, code: str, fault: Fault) -> None:
    row = Row(part, "4001", "", code)

    assert plan_for(row) == (None, [(fault, code)])
    assert plan_for(row, Answer(1)) == (None, [(fault, code)])


@pytest.mark.parametrize(
    ("code", "fault"), [("K9", Fault.COST_CENTER_UNKNOWN), ("B", Fault.COST_CENTER_BLOCKED)]
)
def test_so_must_be_the_cost_centre_of_a_rule(code: str, fault: Fault) -> None:
    assert plan_for(Row(ACCOUNT, "4001", "", "A", "", FIXED, code)) == (None, [(fault, code)])


def test_what_stands_may_stay_though_it_was_blocked_since() -> None:
    row = Row(ACCOUNT, "4001", "", "B", "", FIXED, "B")

    assert plan_for(row, Answer(3, FIXED, 3)) == (None, [])
    assert plan_for(row, Answer(3)) == (None, [(Fault.COST_CENTER_BLOCKED, "B")])
    assert plan_for(Row(ACCOUNT, "4001", "", "B"), Answer(3, FIXED, 1)) == (Answer(3), [])


def test_spaces_around_our_code_are_no_part_of_it_unless_they_are() -> None:
    assert plan_for(Row(UNIT, "P9", "", " A ")) == (Answer(1), [])
    assert plan_for(Row(UNIT, "P9", "", " S")) == (Answer(5), [])


def test_a_code_may_be_left_out() -> None:
    drop = CostCenterRule.DROP

    assert plan_for(Row(UNIT, "P9", "", "", rule=drop)) == (Answer(None), [])
    assert plan_for(Row(UNIT, "P9", "", "", rule=drop), Answer(None)) == (None, [])
    assert plan_for(Row(ACCOUNT, "4001", "", "", rule=drop)) == (Answer(None, drop), [])


def test_a_plan_tells_new_from_changed_and_keeps_the_description_that_is_known() -> None:
    rows = [Row(ACCOUNT, code, "from the file", "Z") for code in ("new", "other", "same")]
    standing = {
        (ACCOUNT, "other"): Standing("known", Answer(1)),
        (ACCOUNT, "same"): Standing("known", Answer(2)),
        (ACCOUNT, "not in the file"): Standing("known", Answer(1)),
    }

    plan = plan_of([PlacedRow(Place("x", 2), row) for row in rows], OURS, standing)

    assert plan.added == [Change(ACCOUNT, "new", "from the file", None, Answer(2))]
    assert plan.changed == [Change(ACCOUNT, "other", "known", Answer(1), Answer(2))]
    assert (plan.unchanged, plan.troubles) == (1, [])


answers = st.sampled_from([None, Answer(1), Answer(2), Answer(1, FIXED, 2)])


@given(st.lists(answers, min_size=3, max_size=3), st.lists(answers, min_size=3, max_size=3))
@settings(max_examples=300)
def test_a_digest_is_the_same_only_for_the_same_plan(
    before: list[Answer | None], after: list[Answer | None]
) -> None:
    rows = [PlacedRow(Place("", 0), Row(ACCOUNT, code, "", "A")) for code in "abc"]

    def plan(answers: list[Answer | None]) -> object:
        standing = {
            (ACCOUNT, code): Standing("", answer)
            for code, answer in zip("abc", answers, strict=True)
            if answer
        }
        return plan_of(rows, OURS, standing)

    same = plan(before) == plan(after)
    assert (plan(before).digest() == plan(after).digest()) is same  # type: ignore[attr-defined]


@given(tables())
@settings(max_examples=50)
def test_a_table_over_itself_changes_nothing(rows: list[Row]) -> None:
    codes = {row.our_code for row in rows} | {row.cost_center for row in rows}
    ids = {code: number for number, code in enumerate(sorted(codes), start=1)}
    ours = {part: {code: Ours(id, False) for code, id in ids.items()} for part in Dimension}
    placed = [PlacedRow(Place("", 0), row) for row in rows]

    first = plan_of(placed, ours, {})
    standing = {(one.part, one.loket_code): Standing("", one.new) for one in first.added}
    again = plan_of(placed, ours, standing)

    assert (len(first.added), first.changed, first.unchanged, first.troubles) == (
        len(rows),
        [],
        0,
        [],
    )
    assert (again.added, again.changed, again.unchanged, again.troubles) == ([], [], len(rows), [])


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("part", Dimension)
def test_every_fault_has_its_sentences(fault: Fault, part: Dimension) -> None:
    if fault not in WORDS and (fault, part) not in WORDS_OF_PART:
        pytest.fail(f"{fault} of {part} has no words")
    trouble = Trouble(Place("Rekeningen", 12), fault, "4010", part, "4001")

    told = problem_of(trouble)

    assert told.place == "Rekeningen, rij 12, code 4001"
    assert "%(" not in told.reason + told.cure
    assert told.reason.endswith(".")
    assert told.cure.endswith(".")
