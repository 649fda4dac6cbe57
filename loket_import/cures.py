"""The questions that a run leaves open: codes of Loket that stand for nothing here yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from connections.mapping import Dimension
from loket_import.preview import Preview
from loket_import.proposal import RunLine

QUESTIONS = {
    "account_unmapped": Dimension.ACCOUNT,
    "account_unknown": Dimension.ACCOUNT,
    "cost_center_unknown": Dimension.COST_CENTER,
    "cost_unit_unknown": Dimension.COST_UNIT,
}


@dataclass(frozen=True, slots=True)
class Question:
    """What does this code stand for? With what helps to answer it.

    `may_choose` is False for an account that is taken over: only one with the same code will do.
    """

    dimension: Dimension
    code: str
    description: str
    line_count: int
    debit: Decimal
    credit: Decimal
    may_choose: bool

    @property
    def key(self) -> str:
        """Tells the questions of a page apart, in letters that fit an HTML id."""
        return f"{self.dimension}-{self.code.encode().hex()}"


def read_key(key: str) -> tuple[Dimension, str] | None:
    """What a question's key asks about, and its code; None when it is no such key."""
    dimension, _, hexadecimal = key.partition("-")
    try:
        kind, code = Dimension(dimension), bytes.fromhex(hexadecimal).decode()
    except ValueError:
        return None
    # A text in the database never holds a NUL.
    return None if "\0" in code else (kind, code)


def open_questions(seen: Preview) -> list[Question]:
    """The questions of a preview, each code once, in the order in which they turn up."""
    by_number = {line.number: line for line in seen.lines}
    return [
        question(
            QUESTIONS[problem.code],
            problem.loket_code or "",
            [by_number[number] for number in problem.lines],
            may_choose=problem.code != "account_unknown",
        )
        for problem in seen.proposal.problems
        if problem.code in QUESTIONS
    ]


def question(
    dimension: Dimension, code: str, lines: Iterable[RunLine], *, may_choose: bool
) -> Question:
    """The question about a code, from the lines that carry it."""
    lines = list(lines)
    return Question(
        dimension=dimension,
        code=code,
        description=description_of(dimension, lines[0]),
        line_count=len(lines),
        debit=sum((line.debit for line in lines), Decimal(0)),
        credit=sum((line.credit for line in lines), Decimal(0)),
        may_choose=may_choose,
    )


def description_of(dimension: Dimension, line: RunLine) -> str:
    """How Loket calls what the code stands for."""
    match dimension:
        case Dimension.ACCOUNT:
            return line.account_description.strip()
        case Dimension.COST_CENTER:
            return (line.cost_center_description or "").strip()
        case Dimension.COST_UNIT:
            return (line.cost_unit_description or "").strip()
