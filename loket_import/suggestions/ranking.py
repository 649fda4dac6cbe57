"""What a code of Loket most likely stands for: ranked suggestions, each with its reasons.

Pure: no database, no HTTP, no clock. A suggestion books nothing; somebody has to accept it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from loket_import.suggestions import reasons
from loket_import.suggestions.candidates import Asked, Evidence, Target
from loket_import.suggestions.findings import NEARLY_SAME, SOMEWHAT, Findings, findings
from loket_import.suggestions.reasons import Words

MOST_SUGGESTIONS = 3
# Scores from which something is likely, and from which it is worth a look.
LIKELY_FROM, POSSIBLE_FROM = 33, 18


class Confidence(StrEnum):
    """How sure a suggestion is."""

    SURE = "sure"
    LIKELY = "likely"
    POSSIBLE = "possible"


ORDER = {Confidence.SURE: 0, Confidence.LIKELY: 1, Confidence.POSSIBLE: 2}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A target with what speaks for it and, if its kind is another than expected, against it."""

    target: Target
    confidence: Confidence
    score: int
    reasons: tuple[Words, ...]

    @property
    def is_sure(self) -> bool:
        """Whether it may be accepted together with others like it."""
        return self.confidence == Confidence.SURE


def suggest(asked: Asked, evidence: Evidence) -> tuple[Suggestion, ...]:
    """At most three targets for a code, the best one first; the first alone may be sure.

    Only what is among the targets of the evidence is suggested, and the order of the evidence
    makes no difference.
    """
    found = [finding for finding in findings(asked, evidence) if finding.score >= POSSIBLE_FROM]
    sure = [finding for finding in found if finding.is_sure]
    suggestions = [
        Suggestion(
            target=finding.target,
            # Two that are sure contradict each other.
            confidence=confidence(finding, is_sure=sure == [finding]),
            score=finding.score,
            reasons=tuple(reasons_of(finding)),
        )
        for finding in found
    ]
    return tuple(worth_showing(sorted(suggestions, key=rank))[:MOST_SUGGESTIONS])


def worth_showing(ranked: list[Suggestion]) -> list[Suggestion]:
    """The ranked suggestions; beside a sure one those that are merely possible only distract."""
    if not (ranked and ranked[0].is_sure):
        return ranked
    return [one for one in ranked if one.confidence != Confidence.POSSIBLE]


def rank(suggestion: Suggestion) -> tuple[int, int, str, int]:
    """Where a suggestion comes in the order, the lowest first."""
    target = suggestion.target
    return ORDER[suggestion.confidence], -suggestion.score, target.code, target.id


def confidence(finding: Findings, *, is_sure: bool) -> Confidence:
    """How sure a target is, by its score unless it is sure."""
    if is_sure:
        return Confidence.SURE
    return Confidence.LIKELY if finding.score >= LIKELY_FROM else Confidence.POSSIBLE


def reasons_of(finding: Findings) -> Iterator[Words]:
    """What speaks for a target and against it, in words, the strongest first."""
    code, target = finding.asked.code, finding.target
    if finding.agreeing:
        first = finding.agreeing[0]
        is_same = first.target_code == target.code
        say = reasons.elsewhere if is_same else reasons.elsewhere_alike
        label = str(target) if is_same else f"{first.target_code} {first.target_name}"
        yield say(code, label, agreeing=finding.agreeing_count, of=finding.mapped_elsewhere)
    if finding.has_same_code:
        yield reasons.SAME_CODE
    if finding.has_rgs:
        yield reasons.same_rgs(target.rgs_code)
    if finding.likeness >= NEARLY_SAME:
        yield reasons.SAME_NAME
    elif finding.likeness >= SOMEWHAT:
        yield reasons.ALIKE
    if alike := finding.mapped_alike:
        yield reasons.mapped_alike(alike.loket_code, alike.loket_description)
    if finding.fits is not None:
        yield reasons.KIND_FITS if finding.fits else reasons.KIND_DIFFERS
