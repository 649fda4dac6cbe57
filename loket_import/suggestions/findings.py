"""What speaks for each target as the answer to a question, and against it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from loket_import.suggestions.candidates import Asked, Evidence, MappedCode, Precedent, Target
from loket_import.suggestions.payroll_terms import (
    STATEMENT_OF_KIND,
    Statement,
    expected_statement,
    rgs_codes,
)
from loket_import.suggestions.precedents import counterpart, register
from loket_import.suggestions.words import EXACTLY, likeness

# Likeness, from 0 to 100, from which two descriptions are taken for those of the same thing.
NEARLY_SAME, ALIKE, SOMEWHAT, DECENT, UNLIKE = 90, 60, 40, 30, 20
# By so much a name has to be ahead of those of the other accounts with an RGS code that fits.
LEAD = 25

# Weights of what speaks for a target; their sum is the score.
ELSEWHERE, EACH_ELSEWHERE, MOST_ELSEWHERE = 60, 4, 5
SAME_CODE, SAME_CODE_OTHER_NAME = 25, 14
NAME, RGS, MAPPED_ALIKE = 40, 35, 25
FITS, DIFFERS = 5, -25


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of one target, as the answer to one question.

    `agreeing` are the precedents that lead to it; `mapped_elsewhere` counts the administrations
    that mapped the code, whatever they book it on. `lead` says by how much its name is ahead of
    those of the others with an RGS code that fits. `fits` tells whether the kind of account is
    the one that is expected; None where none is.
    """

    asked: Asked
    target: Target
    likeness: int
    agreeing: tuple[Precedent, ...]
    mapped_elsewhere: int
    has_rgs: bool
    lead: int
    mapped_alike: MappedCode | None
    fits: bool | None

    @property
    def has_same_code(self) -> bool:
        """Whether it has the code that Loket uses."""
        return self.target.code == self.asked.code

    @property
    def agreeing_count(self) -> int:
        """In how many other administrations the code goes to it."""
        return sum(precedent.count for precedent in self.agreeing)

    @property
    def score(self) -> int:
        """The sum of what speaks for the target; 0 when nothing does."""
        score = NAME * self.likeness // EXACTLY if self.likeness >= SOMEWHAT else 0
        if self.agreeing:
            score += ELSEWHERE * self.agreeing_count // self.mapped_elsewhere
            score += EACH_ELSEWHERE * min(self.agreeing_count, MOST_ELSEWHERE)
        if self.has_same_code:
            is_other = bool(self.asked.description) and self.likeness < UNLIKE
            score += SAME_CODE_OTHER_NAME if is_other else SAME_CODE
        if self.has_rgs:
            score += RGS
        if self.mapped_alike:
            score += MAPPED_ALIKE * likeness_of(self.asked, self.mapped_alike) // EXACTLY
        if score and self.fits is not None:
            score += FITS if self.fits else DIFFERS
        return score

    @property
    def is_sure(self) -> bool:
        """Whether the evidence is strong, and nothing contradicts it."""
        is_unanimous = self.agreeing_count == self.mapped_elsewhere
        if self.fits is False or not is_unanimous:
            return False
        return self.is_told_by_office() or self.is_told_by_itself()

    def is_told_by_office(self) -> bool:
        """Whether the office has spoken, of a code that is described alike there.

        One administration alone needs a second witness.
        """
        is_of_the_same = any(
            is_alike(self.asked.description, precedent.loket_description)
            for precedent in self.agreeing
        )
        has_witness = self.has_same_code or self.has_rgs or self.likeness >= ALIKE
        return is_of_the_same and (self.agreeing_count > 1 or has_witness)

    def is_told_by_itself(self) -> bool:
        """Whether code, name or RGS code tell enough, and the kind of account fits.

        What has no kind needs both the code and the name.
        """
        if self.has_same_code and self.likeness >= ALIKE:
            return True
        is_told_by_rgs = self.has_rgs and self.likeness >= DECENT and self.lead >= LEAD
        return self.fits is True and (is_told_by_rgs or self.likeness >= NEARLY_SAME)


def findings(asked: Asked, evidence: Evidence) -> Iterator[Findings]:
    """What is known of each target of the evidence."""
    statement = expected_statement(asked.code, asked.debit, asked.credit)
    wanted = rgs_codes(asked.description, statement)
    alike = {target.id: likeness(asked.description, target.name) for target in evidence.targets}
    by_rgs = {target.id for target in evidence.targets if target.rgs_code in wanted}
    precedents = [one for one in evidence.precedents if one.loket_code == asked.code]
    agreeing = by_target(precedents, evidence)
    before = mapped_before(asked, evidence.mapped)
    for target in evidence.targets:
        others = max((alike[other] for other in by_rgs if other != target.id), default=0)
        yield Findings(
            asked=asked,
            target=target,
            likeness=alike[target.id],
            agreeing=agreeing.get(target.id, ()),
            mapped_elsewhere=sum(precedent.count for precedent in precedents),
            has_rgs=target.id in by_rgs,
            lead=alike[target.id] - others if len(by_rgs) > 1 else EXACTLY,
            mapped_alike=before.get(target.id),
            fits=is_as_expected(target, statement),
        )


def is_as_expected(target: Target, statement: Statement | None) -> bool | None:
    """Whether a target is of the kind that is expected; None where nothing is, or it has none."""
    if statement is None or not target.kind:
        return None
    return STATEMENT_OF_KIND[target.kind] == statement


def by_target(
    precedents: Iterable[Precedent], evidence: Evidence
) -> dict[int, tuple[Precedent, ...]]:
    """The precedents by the target here that they lead to, the most frequent first."""
    here = register(evidence.targets)
    found: dict[int, tuple[Precedent, ...]] = {}
    for precedent in sorted(
        precedents, key=lambda one: (-one.count, one.target_code, one.target_name, one.rgs_code)
    ):
        if target := counterpart(precedent, here):
            found[target.id] = (*found.get(target.id, ()), precedent)
    return found


def mapped_before(asked: Asked, mapped: Iterable[MappedCode]) -> dict[int, MappedCode]:
    """By target, the code mapped before that Loket describes most like the one asked about."""
    found: dict[int, MappedCode] = {}
    for one in sorted(mapped, key=lambda one: (likeness_of(asked, one), one.loket_code)):
        if likeness_of(asked, one) >= ALIKE and one.loket_code != asked.code:
            found[one.target_id] = one
    return found


def likeness_of(asked: Asked, mapped: MappedCode) -> int:
    """How alike Loket describes two codes, from 0 to 100."""
    return likeness(asked.description, mapped.loket_description)


def is_alike(one: str, other: str) -> bool:
    """Whether two descriptions may be of the same thing, as far as both are known."""
    return not one or not other or likeness(one, other) >= ALIKE
