"""Rows for mapping tables in files, plain and nasty, and workbooks as others make them."""

from collections.abc import Callable, Sequence
from io import BytesIO

from hypothesis import strategies as st
from openpyxl import Workbook

from connections.mapping import Dimension
from connections.models import NAMES_A_COST_CENTER, CostCenterRule
from connections.transfer.rows import Row

ACCOUNT, CENTER, UNIT = Dimension.ACCOUNT, Dimension.COST_CENTER, Dimension.COST_UNIT

# Characters and pieces that spreadsheets, XML, CSV or their libraries have an opinion about.
PIECES = (
    *"=+-@'\";,<>&_| \t\r\n\x01\x0b\x1f\x7f\x85\xa0\u2028\ufeff\ufffe\uff1d",
    "\r\n",
    "_x0041_",
    "_x005F_",
    "x005F_",
    "_x0000_",
    "_xD83D_",
    "<r>",
    "</r>",
    "<r><t>x</t></r>",
    "=1+1",
    '=HYPERLINK("http://example.com")',
    "http://example.com",
    "{=1}",
    "0040",
    "1E+20",
    "TRUE",
    "\U0001f600",
    "é",
)
# PostgreSQL holds no NUL, and no half of a character.
nasty_text = st.lists(
    st.sampled_from(PIECES)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5),
    max_size=6,
).map("".join)


def nasty(longest: int) -> st.SearchStrategy[str]:
    """Any text that a column of this length holds."""
    return nasty_text.map(lambda text: text[:longest])


def nasty_code(longest: int) -> st.SearchStrategy[str]:
    """A code as it is stored: without outer spaces, and not empty."""
    return nasty(longest).map(str.strip).filter(bool)


@st.composite
def row(draw: Callable[..., str], part: Dimension) -> Row:
    """A row that the mapping table can hold."""
    rules = list(CostCenterRule) if part == ACCOUNT else [CostCenterRule.AS_SENT, "drop"]
    rule = CostCenterRule(draw(st.sampled_from(rules)))
    our_code = draw(nasty_code(20))
    if rule != CostCenterRule.AS_SENT and (part != ACCOUNT or draw(st.booleans())):
        our_code = ""
    return Row(
        part=part,
        loket_code=draw(nasty_code(50)),
        loket_description=draw(nasty(255)),
        our_code=our_code,
        our_name=draw(nasty(100)),
        rule=rule,
        cost_center=draw(nasty_code(20)) if rule in NAMES_A_COST_CENTER else "",
    )


def tables(most: int = 4) -> st.SearchStrategy[list[Row]]:
    """Rows of a table as it is written: by part, and each code once."""
    return st.lists(
        st.sampled_from(Dimension).flatmap(row),
        max_size=most,
        unique_by=lambda one: (one.part, one.loket_code),
    ).map(lambda rows: sorted(rows, key=lambda one: list(Dimension).index(one.part)))


ACCOUNT_HEADINGS = (
    "Code in Loket.nl",
    "Omschrijving in Loket.nl",
    "Onze code",
    "Onze naam",
    "Regel",
    "Kostenplaats",
)
HEADINGS = {
    "Rekeningen": ACCOUNT_HEADINGS,
    "Kostenplaatsen": ACCOUNT_HEADINGS[:-1],
    "Kostendragers": ACCOUNT_HEADINGS[:-1],
}


def workbook(**sheets: Sequence[Sequence[object]]) -> bytes:
    """A workbook as another program makes it, with headings above these cells."""
    made = Workbook()
    assert made.active is not None
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        sheet.append(HEADINGS.get(name, ("x",)))
        for cells in rows:
            sheet.append(cells)
    return saved(made)


def saved(made: Workbook) -> bytes:
    """The file of a workbook."""
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def csv_file(*lines: str, encoding: str = "utf-8") -> bytes:
    """A CSV file with the headings above these lines."""
    headings = ";".join(("Onderdeel", *ACCOUNT_HEADINGS))
    return "\r\n".join((headings, *lines, "")).encode(encoding)
