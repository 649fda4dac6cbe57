"""Why Loket could not make a run, as it is kept on the run. Whose wages they are is not in it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from loket_import.schemas import RunFault


class Faults(Struct, frozen=True):
    """The errors of a run as Loket told them at `asked_at`; None where it would not tell them."""

    asked_at: datetime
    faults: tuple[RunFault, ...] | None


def kept_faults(asked_at: datetime, faults: Sequence[RunFault] | None) -> dict[str, Any]:
    """The errors as JSON holds them, for `JournalRun.faults`."""
    told = Faults(asked_at, None if faults is None else tuple(faults))
    kept: dict[str, Any] = msgspec.to_builtins(told)
    return kept


def read_faults(kept: object) -> Faults | None:
    """The errors that are kept on a run; None while they were never asked for."""
    return msgspec.convert(kept, Faults) if kept else None
