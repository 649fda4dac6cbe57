"""What Loket tells of the exports of a run, as it is kept on the run; and whose doing they are.

Pure. No people are in it: who exported a run is not kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from loket_import.schemas import ExportAttempt
from loket_import.status_words import UNREADY
from loket_import.statuses import EXPORT_FAILED, EXPORTED, EXPORTING

# Statuses that somebody's export brings a run to, so that its audit trail says more.
IS_EXPORTED = frozenset({EXPORTING, EXPORT_FAILED, EXPORTED})


class Trail(Struct, frozen=True):
    """The export audit trail of a run, the oldest export first, as Loket told it at `asked_at`.

    `exports` is None where the Loket user may not see the trail: it could hold anything.
    """

    asked_at: datetime
    exports: tuple[ExportAttempt, ...] | None

    @property
    def last(self) -> ExportAttempt | None:
        """The last export, if one is known."""
        return self.exports[-1] if self.exports else None

    @property
    def evidence(self) -> str:
        """What names this trail: another export, or the trail itself, is another evidence."""
        if self.exports is None:
            return "unknown"
        return str(self.exports[-1].id) if self.exports else "none"


@dataclass(frozen=True, slots=True)
class SentReports:
    """What we told Loket of a run and it accepted: how often, and whether the last was a failure.

    Each of them is an export by Loket's reckoning.
    """

    processed: int = 0
    failed: int = 0
    failed_last: bool = False


def kept_trail(asked_at: datetime, exports: Sequence[ExportAttempt] | None) -> dict[str, Any]:
    """The trail as JSON holds it, for `JournalRun.exports`."""
    trail = Trail(asked_at, None if exports is None else tuple(exports))
    kept: dict[str, Any] = msgspec.to_builtins(trail)
    return kept


def read_trail(kept: object) -> Trail | None:
    """The trail that is kept on a run; None while it was never asked for."""
    return msgspec.convert(kept, Trail) if kept else None


def export_key(status_key: int, trail: Trail) -> str:
    """The key under which a person overrules that a run was exported, or failed to be."""
    return f"{UNREADY[status_key].code}:{trail.evidence}"


def is_our_own(status_key: int, trail: Trail | None, sent: SentReports) -> bool:
    """Whether a run is exported, or failed to be, because we told Loket so and nobody else did.

    Where the trail is known it must hold no export beyond ours. One that may not be seen is no
    evidence that an exported run was not exported by somebody else as well; of a failed export
    nothing is anywhere. Loket: MarkAsProcessed makes the status 7, MarkAsProcessingFailed makes it
    6, and neither exports anything.
    """
    told = trail.exports if trail and trail.exports is not None else ()
    successes = sum(export.succeeded for export in told)
    if status_key == EXPORTED:
        if trail is not None and trail.exports is None:
            return False
        return sent.processed > 0 and successes <= sent.processed
    if status_key == EXPORT_FAILED:
        failures = len(told) - successes
        return sent.failed_last and successes <= sent.processed and failures <= sent.failed
    return False
