"""The questions that a run leaves open: codes of Loket that stand for nothing here yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from connections.mapping import Dimension
from loket_import.preview import Preview
from loket_import.proposal import MatchedLine, RunLine


class Asks(StrEnum):
    """What a question asks for."""

    ACCOUNT = "account"
    COST_CENTER = "cost_center"
    COST_UNIT = "cost_unit"
    # Of an account that demands a cost centre where Loket gives none.
    DEFAULT_COST_CENTER = "default_cost_center"

    @property
    def dimension(self) -> Dimension:
        """What is chosen from to answer it."""
        is_default = self == Asks.DEFAULT_COST_CENTER
        return Dimension.COST_CENTER if is_default else Dimension(self.value)

    @property
    def about(self) -> Dimension:
        """What the code that is asked about is at Loket."""
        is_default = self == Asks.DEFAULT_COST_CENTER
        return Dimension.ACCOUNT if is_default else Dimension(self.value)


QUESTIONS = {
    "account_unmapped": Asks.ACCOUNT,
    "account_unknown": Asks.ACCOUNT,
    "cost_center_missing": Asks.DEFAULT_COST_CENTER,
    "cost_center_unknown": Asks.COST_CENTER,
    "cost_unit_unknown": Asks.COST_UNIT,
}


@dataclass(frozen=True, slots=True)
class Question:
    """What does this code stand for? With what helps to answer it.

    `may_choose` is False for an account that is taken over: only one with the same code will do.
    `demanded_by` are the codes of our accounts that the lines of a cost centre are booked on, and
    that demand one: it can't be left out.
    """

    asks: Asks
    code: str
    description: str
    line_count: int
    debit: Decimal
    credit: Decimal
    may_choose: bool
    demanded_by: tuple[str, ...] = ()

    @property
    def dimension(self) -> Dimension:
        """What is chosen from to answer it."""
        return self.asks.dimension

    @property
    def may_leave_out(self) -> bool:
        """Whether the answer may be that the lines are booked without it."""
        return self.asks in (Asks.COST_CENTER, Asks.COST_UNIT) and not self.demanded_by

    @property
    def may_make(self) -> bool:
        """Whether what is asked for may be made with Loket's code."""
        return self.asks != Asks.DEFAULT_COST_CENTER

    @property
    def key(self) -> str:
        """Tells the questions of a page apart, in letters that fit an HTML id."""
        return f"{self.asks}-{self.code.encode().hex()}"


def read_key(key: str) -> tuple[Asks, str] | None:
    """What a question's key asks for, and its code; None when it is no such key."""
    asks, _, hexadecimal = key.partition("-")
    try:
        kind, code = Asks(asks), bytes.fromhex(hexadecimal).decode()
    except ValueError:
        return None
    # A text in the database never holds a NUL.
    return None if "\0" in code else (kind, code)


def open_questions(seen: Preview) -> list[Question]:
    """The questions of a preview, each code once, in the order in which they turn up."""
    by_number = {line.number: line for line in seen.lines}
    demanding = demanding_accounts(seen.proposal.matched_lines)
    return [
        question(
            QUESTIONS[problem.code],
            problem.loket_code or "",
            [by_number[number] for number in problem.lines],
            may_choose=problem.code != "account_unknown",
            demanded_by=(
                tuple(dict.fromkeys(demanding[n] for n in problem.lines if n in demanding))
                if QUESTIONS[problem.code] == Asks.COST_CENTER
                else ()
            ),
        )
        for problem in seen.proposal.problems
        if problem.code in QUESTIONS
    ]


def demanding_accounts(lines: Iterable[MatchedLine]) -> dict[int, str]:
    """By the number of the line: the code of our account, where that demands a cost centre."""
    return {
        line.number: line.account.code
        for line in lines
        if line.account and line.account.requires_cost_center
    }


def question(
    asks: Asks,
    code: str,
    lines: Iterable[RunLine],
    *,
    may_choose: bool,
    demanded_by: tuple[str, ...] = (),
) -> Question:
    """The question about a code, from the lines that carry it."""
    lines = list(lines)
    return Question(
        asks=asks,
        code=code,
        description=description_of(asks.about, lines[0]),
        line_count=len(lines),
        debit=sum((line.debit for line in lines), Decimal(0)),
        credit=sum((line.credit for line in lines), Decimal(0)),
        may_choose=may_choose,
        demanded_by=demanded_by,
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
