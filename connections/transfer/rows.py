"""The mapping table as a file has it: its sheets, its columns, and its rows in plain text.

The words of the file are Dutch in every language of the interface: a file outlives the language
of whoever made it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from connections.mapping import Dimension
from connections.models import NAMES_A_COST_CENTER, CostCenterRule
from connections.transfer.errors import FileRefused

MAX_ROWS = 10_000
MAX_COLUMNS = 50
LOKET_CODE_CHARS = 50
LOKET_DESCRIPTION_CHARS = 255

PART_WORDS = {
    Dimension.ACCOUNT: "Rekeningen",
    Dimension.COST_CENTER: "Kostenplaatsen",
    Dimension.COST_UNIT: "Kostendragers",
}
# Of a cost centre or unit only the second is used: then it is left out.
RULE_WORDS = {
    CostCenterRule.AS_SENT: "zoals in Loket.nl",
    CostCenterRule.DROP: "weglaten",
    CostCenterRule.DEFAULT: "standaard",
    CostCenterRule.FIXED: "altijd",
}


class Column(StrEnum):
    """What a column holds, by its heading."""

    PART = "Onderdeel"
    LOKET_CODE = "Code in Loket.nl"
    LOKET_DESCRIPTION = "Omschrijving in Loket.nl"
    OUR_CODE = "Onze code"
    OUR_NAME = "Onze naam"
    RULE = "Regel"
    COST_CENTER = "Kostenplaats"


class Fault(StrEnum):
    """What is wrong with a sheet, a row or a cell."""

    NO_COLUMN = "no_column"
    COLUMN_TWICE = "column_twice"
    UNKNOWN_PART = "unknown_part"
    FORMULA = "formula"
    INEXACT_NUMBER = "inexact_number"
    DATE = "date"
    NOT_TEXT = "not_text"
    NO_LOKET_CODE = "no_loket_code"
    LOKET_CODE_TOO_LONG = "loket_code_too_long"
    DESCRIPTION_TOO_LONG = "description_too_long"
    LOKET_CODE_TWICE = "loket_code_twice"
    NO_OUR_CODE = "no_our_code"
    OUR_CODE_LEFT_OUT = "our_code_left_out"
    OUR_CODE_UNKNOWN = "our_code_unknown"
    OUR_CODE_BLOCKED = "our_code_blocked"
    OUR_CODE_HEADING = "our_code_heading"
    UNKNOWN_RULE = "unknown_rule"
    RULE_NOT_ALLOWED = "rule_not_allowed"
    COST_CENTER_NEEDED = "cost_center_needed"
    COST_CENTER_NOT_ALLOWED = "cost_center_not_allowed"
    COST_CENTER_UNKNOWN = "cost_center_unknown"
    COST_CENTER_BLOCKED = "cost_center_blocked"


Cell = str | Fault
Wrong = tuple[Fault, str]
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a sheet that are not blank, by number, the first being 1; no name in a CSV."""

    name: str
    rows: Mapping[int, Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Row:
    """A mapping in plain text. Rule DROP of a cost centre or unit: it is left out."""

    part: Dimension
    loket_code: str
    loket_description: str
    our_code: str
    our_name: str = ""
    rule: CostCenterRule = CostCenterRule.AS_SENT
    cost_center: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: name of the sheet, '' in a CSV file, and number, 0 outside a file."""

    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row, and where it stands."""

    place: Place
    row: Row


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong at a place, and with which code of Loket, if that is known.

    `about` is what is wrong: a code, a rule, a column; for a code that comes twice, the row where
    it came first.
    """

    place: Place
    fault: Fault
    about: str = ""
    part: Dimension | None = None
    loket_code: str = ""

    @classmethod
    def of(cls, place: Place, row: Row, wrong: Wrong) -> "Trouble":
        """What is wrong with a row."""
        return cls(place, *wrong, row.part, row.loket_code)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the sheets say, every fault in them, and the names of those that were not read."""

    rows: list[PlacedRow]
    troubles: list[Trouble]
    ignored: list[str]


def numbered(rows: Iterable[tuple[int, Sequence[Cell]]]) -> dict[int, Sequence[Cell]]:
    """The rows that are not blank, by number, the first being 1. FileRefused for too many."""
    found: dict[int, Sequence[Cell]] = {}
    for number, row in rows:
        if any(row):
            found[number] = row
            if len(found) > MAX_ROWS + 1:
                raise FileRefused("too_many_rows")
    return found


def columns_of(part: Dimension) -> list[Column]:
    """The columns on the sheet of a part, in order; the sheet itself says the part."""
    found: list[Column] = [column for column in Column if column != Column.PART]
    return found if part == Dimension.ACCOUNT else found[:-1]


def texts_of(row: Row) -> dict[Column, str]:
    """What a file says of a mapping."""
    says_rule = row.part == Dimension.ACCOUNT or row.rule == CostCenterRule.DROP
    return {
        Column.PART: PART_WORDS[row.part],
        Column.LOKET_CODE: row.loket_code,
        Column.LOKET_DESCRIPTION: row.loket_description,
        Column.OUR_CODE: row.our_code,
        Column.OUR_NAME: row.our_name,
        Column.RULE: RULE_WORDS[row.rule] if says_rule else "",
        Column.COST_CENTER: row.cost_center,
    }


def read_rows(sheets: Iterable[Sheet]) -> Reading:
    """Read sheets, with every fault at once; a code that comes twice counts where it is first."""
    reading = Reading([], [], [])
    first_at: dict[tuple[Dimension, str], int] = {}
    for sheet in sheets:
        part = same_word(sheet.name, PART_WORDS)
        if part is None and sheet.name:
            reading.ignored.append(sheet.name)
            continue
        columns, troubles = headings_of(sheet, part)
        for number, cells in sheet.rows.items():
            if troubles or number == 1:
                continue
            place = Place(sheet.name, number)
            row, wrong = row_of(columns, cells, part)
            if row is not None:
                first = first_at.setdefault((row.part, row.loket_code), number)
                if first != number:
                    wrong.append((Fault.LOKET_CODE_TWICE, str(first)))
                elif not wrong:
                    reading.rows.append(PlacedRow(place, row))
            reading.troubles.extend(
                Trouble.of(place, row, one) if row else Trouble(place, *one) for one in wrong
            )
        reading.troubles.extend(troubles)
    return reading


def headings_of(sheet: Sheet, part: Dimension | None) -> tuple[dict[Column, int], list[Trouble]]:
    """At which place in a row each column stands. The first row must name all but our name.

    Columns with other headings are a user's own notes. FileRefused for a file without sheets that
    has none of the headings: it is something else.
    """
    wanted = {column: column.value for column in (columns_of(part) if part else Column)}
    found: dict[Column, int] = {}
    wrong = []
    for at, cell in enumerate(sheet.rows.get(1, ())):
        column = same_word(cell, wanted)
        if column is not None and column in found:
            wrong.append((Fault.COLUMN_TWICE, column.value))
        elif column is not None:
            found[column] = at
    if not found and not sheet.name:
        raise FileRefused("no_headings")
    needed = wanted.keys() - {Column.OUR_NAME}
    wrong += [(Fault.NO_COLUMN, column) for column in wanted if column in needed - found.keys()]
    return found, [Trouble(Place(sheet.name, 1), *one) for one in wrong]


def row_of(
    columns: Mapping[Column, int], cells: Sequence[Cell], part: Dimension | None
) -> tuple[Row | None, list[Wrong]]:
    """The mapping that a row says, and all that is wrong with it; None without a part or a code.

    `part` is that of the sheet, None where the row itself says it. A blank row says nothing.
    """
    said = {column: cells[at] if at < len(cells) else "" for column, at in columns.items()}
    if not any(cell.strip() for cell in said.values()):
        return None, []
    # Our name is there for who reads the file; what is wrong with it is of no account.
    said[Column.OUR_NAME] = plain(said.get(Column.OUR_NAME, ""))
    wrong = [(cell, column.value) for column, cell in said.items() if isinstance(cell, Fault)]
    texts = {column: plain(cell) for column, cell in said.items()}
    if part is None:
        part = same_word(texts[Column.PART], PART_WORDS)
        if part is None and not isinstance(said[Column.PART], Fault):
            wrong.append((Fault.UNKNOWN_PART, texts[Column.PART].strip()))
    code = texts[Column.LOKET_CODE].strip()
    if not code and not isinstance(said[Column.LOKET_CODE], Fault):
        wrong.append((Fault.NO_LOKET_CODE, ""))
    if part is None or not code:
        return None, wrong
    rule = rule_of(texts[Column.RULE])
    if rule is None:
        wrong.append((Fault.UNKNOWN_RULE, texts[Column.RULE].strip()))
    row = Row(
        part=part,
        loket_code=code,
        loket_description=texts[Column.LOKET_DESCRIPTION],
        our_code=texts[Column.OUR_CODE],
        our_name=texts[Column.OUR_NAME],
        rule=rule or CostCenterRule.AS_SENT,
        cost_center=texts.get(Column.COST_CENTER, ""),
    )
    return row, [*wrong, *lengths_of(row), *([] if wrong else sense_of(row))]


def plain(cell: Cell) -> str:
    """The text of a cell; none where it has a fault."""
    return "" if isinstance(cell, Fault) else cell


def rule_of(text: str) -> CostCenterRule | None:
    """The rule that a text names; as in Loket where it says nothing, None for an unknown word."""
    if not text.strip():
        return CostCenterRule.AS_SENT
    return same_word(text, RULE_WORDS)


def same_word(text: str, words: Mapping[K, str]) -> K | None:
    """What has this word, whatever its capitals and spaces; None when nothing has."""
    wanted = " ".join(text.split()).casefold()
    return next((key for key, word in words.items() if word.casefold() == wanted), None)


def lengths_of(row: Row) -> list[Wrong]:
    """What is longer than the mapping table has room for."""
    found = []
    if len(row.loket_code) > LOKET_CODE_CHARS:
        found.append((Fault.LOKET_CODE_TOO_LONG, row.loket_code))
    if len(row.loket_description) > LOKET_DESCRIPTION_CHARS:
        found.append((Fault.DESCRIPTION_TOO_LONG, row.loket_code))
    return found


def sense_of(row: Row) -> list[Wrong]:
    """What in a row contradicts itself, or is missing from it."""
    is_account, word = row.part == Dimension.ACCOUNT, RULE_WORDS[row.rule]
    has_target, has_cost_center = bool(row.our_code.strip()), bool(row.cost_center.strip())
    may_have = (*NAMES_A_COST_CENTER,) if is_account else ()
    found = []
    if has_cost_center and row.rule not in may_have:
        about = word if is_account else PART_WORDS[row.part]
        found.append((Fault.COST_CENTER_NOT_ALLOWED, about))
    elif not has_cost_center and row.rule in may_have:
        found.append((Fault.COST_CENTER_NEEDED, word))
    if not is_account and row.rule in NAMES_A_COST_CENTER:
        found.append((Fault.RULE_NOT_ALLOWED, word))
    if not has_target and row.rule == CostCenterRule.AS_SENT:
        found.append((Fault.NO_OUR_CODE, ""))
    if not is_account and has_target and row.rule == CostCenterRule.DROP:
        found.append((Fault.OUR_CODE_LEFT_OUT, row.our_code))
    return found
