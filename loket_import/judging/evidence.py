"""What a person must see to overrule a problem: its reason, its evidence and the words to give."""

from collections.abc import Iterable
from dataclasses import dataclass

from loket_import.judging.confirmations import STATEMENTS
from loket_import.judging.exports import Trail
from loket_import.places import Place, Reader, places
from loket_import.proposal import Problem
from loket_import.schemas import ExportAttempt

ABOUT_EXPORTS = frozenset({"run_exported", "run_export_failed"})


@dataclass(frozen=True, slots=True)
class ToConfirm:
    """A problem that a person may overrule, with the key and the words of the confirmation.

    `exports` is the export history in Loket, the newest first, where the problem is about it.
    """

    shown: Place
    key: str
    statement: str
    exports: tuple[ExportAttempt, ...]


def to_confirm(problems: Iterable[Problem], reader: Reader, trail: Trail | None) -> list[ToConfirm]:
    """Those of the problems that can be confirmed, in order."""
    told = tuple(reversed(trail.exports)) if trail and trail.exports else ()
    return [
        ToConfirm(
            shown=places([problem], reader)[0],
            key=problem.confirmation,
            statement=str(STATEMENTS[problem.code]),
            exports=told if problem.code in ABOUT_EXPORTS else (),
        )
        for problem in problems
        if problem.confirmation
    ]
