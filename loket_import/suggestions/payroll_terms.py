"""What the words of a payroll journal stand for in the Referentie Grootboekschema (RGS).

Source: RGS MKB, the codes of payroll, versions 3.1 to 3.7.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from loket_import.suggestions.words import words


class Statement(StrEnum):
    """Where an account belongs: in the profit and loss account, or in the balance sheet."""

    RESULT = "result"
    BALANCE = "balance"


STATEMENT_OF_KIND = {
    "expense": Statement.RESULT,
    "income": Statement.RESULT,
    "asset": Statement.BALANCE,
    "liability": Statement.BALANCE,
    "equity": Statement.BALANCE,
}

# In the decimal numbering that most Dutch charts follow.
STATEMENT_OF_CLASS = {"0": Statement.BALANCE, "1": Statement.BALANCE, "4": Statement.RESULT}


def expected_statement(code: str, debit: Decimal, credit: Decimal) -> Statement | None:
    """Where an account of Loket's most likely belongs; None when nothing tells.

    Its class tells first, because sick pay that comes back is less of a cost and no debt, and
    holiday pay that is paid out less of a debt and no cost. With any other number: costs stand
    mostly in debit, what is to be paid in credit.
    """
    if told := STATEMENT_OF_CLASS.get(code[:1]):
        return told
    if debit == credit:
        return None
    return Statement.RESULT if debit > credit else Statement.BALANCE


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand together in a description, and the RGS codes that they stand for.

    A term without codes keeps a wider one from being read into the description.
    """

    words: tuple[str, ...]
    result: tuple[str, ...] = ()
    balance: tuple[str, ...] = ()

    def is_in(self, found: tuple[str, ...]) -> bool:
        """Whether all its words are there; a long one may be part of a compound."""
        return all(
            word in found or (len(word) > 5 and any(word in one for one in found))
            for word in self.words
        )

    def codes(self, statement: Statement) -> tuple[str, ...]:
        """The RGS codes in one of the two statements."""
        return self.result if statement == Statement.RESULT else self.balance


# The first that fits counts, so what is narrower stands first.
TERMS = (
    Term(("voorschot",)),
    Term(("lening",)),
    Term(("inhuur",)),
    Term(("uitzendkracht",)),
    Term(("ziekengeld",)),
    Term(("eindheffing",), balance=("BSchBepLhe",)),
    Term(("werkkostenregeling",), result=("WBedWkrWkg",)),
    Term(("loonkostensubsidie",), result=("WPerLesLks",), balance=("BVorTskTls",)),
    Term(("loonkostenvoordeel",), result=("WPerLesOls",), balance=("BVorTskTls",)),
    Term(("loonkostenvoordelen",), result=("WPerLesOls",), balance=("BVorTskTls",)),
    Term(("loonsubsidie",), result=("WPerLesOls",), balance=("BVorTskTls",)),
    Term(("loonheffing",), balance=("BSchBepLhe",)),
    Term(("zvw",), result=("WPerSolBiz",), balance=("BSchBepLhe",)),
    Term(("sociaal", "verzekering"), ("WPerSolPsv",), ("BSchSalPsv", "BSchBepLhe")),
    Term(("sociaal", "lasten"), ("WPerSolPsv",), ("BSchSalPsv", "BSchBepLhe")),
    Term(("sociaal", "fonds"), ("WPerSolOsf",), ("BSchSalOsf",)),
    Term(("pensioen",), ("WPerPenPen",), ("BSchOvsStp",)),
    Term(("vakantiegeld",), ("WPerLesVag",), ("BSchSalTvg",)),
    Term(("vakantiedagen",), ("WPerLesVad",), ("BSchSalTbv",)),
    Term(("vakantieuren",), ("WPerLesVad",), ("BSchSalTbv",)),
    Term(("eindejaarsuitkering",), ("WPerLesEuk",), ("BSchSalReu",)),
    Term(("bonus",), result=("WPerLesGra",)),
    Term(("onregelmatigheid",), result=("WPerLesOnr",)),
    Term(("overwerk",), result=("WPerLesOwe",)),
    Term(("bezoldiging",), result=("WPerLesSld",)),
    Term(("loonbeslag",), balance=("BSchSalOna",)),
    Term(("personeelsvereniging",), balance=("BSchSalPer",)),
    Term(("personeelsfonds",), balance=("BSchSalPer",)),
    Term(("reiskosten",), result=("WBedOvpRkv",)),
    Term(("thuiswerk",), result=("WBedWkrWkg",)),
    Term(("thuiswerkvergoeding",), result=("WBedWkrWkg",)),
    Term(("doorberekend", "loon"), result=("WPerLesDle",)),
    Term(("doorberekende", "loon"), result=("WPerLesDle",)),
    Term(("tussenrekening", "loon"), balance=("BSchTusTsa", "BVorTusTsa")),
    Term(("netto", "loon"), balance=("BSchSalNet",)),
    Term(("loon",), result=("WPerLesLon",)),
)


def rgs_codes(description: str, statement: Statement | None) -> tuple[str, ...]:
    """The RGS codes that a description of Loket's stands for; none when its words tell nothing.

    On which side it stands decides: holiday pay is a cost in debit and a debt in credit.
    """
    if statement is None:
        return ()
    found = words(description)
    for term in TERMS:
        if term.is_in(found):
            return term.codes(statement)
    return ()
