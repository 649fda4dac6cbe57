"""The state file: grants, and what became of journal runs, kept over a restart.

Only what differs from the made-up world is written: a run that was exported, removed or given
other lines. Tokens stand in it as hashes. The file is replaced as a whole, never half written.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from .jsontext import to_json
from .line_rows import line_from_row
from .model import ExportAttempt, JournalRun, Person, Status
from .oauth import AccessToken, Grant, Grants, RefreshToken
from .resources import line_row
from .world import World

FORMAT = 1


class StateFile:
    """Loads the state at the start and writes it after each change."""

    def __init__(self, path: Path, world: World, grants: Grants) -> None:
        """Bind a file to a world and its grants; nothing is read or written yet."""
        self.path, self.world, self.grants = path, world, grants

    def load(self) -> None:
        """Put the file's state into the world; without a file, nothing. ``ValueError`` if odd."""
        if not self.path.exists():
            return
        try:
            state = json.loads(self.path.read_text("utf-8"), parse_float=Decimal)
            if state["format"] != FORMAT:
                raise ValueError(f"format {state['format']}")
            self._restore(state)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise ValueError(f"{self.path} is not a state file of this sandbox: {error}") from error

    def _restore(self, state: Mapping[str, Any]) -> None:
        load_grants(self.grants, state["oauth"])
        for run_id, row in state["runs"].items():
            # A run of a year that has left the world is no loss.
            if run := self.world.runs.get(run_id):
                _load_run(run, row)
                self.world.changed_runs.add(run_id)

    def save(self) -> None:
        """Write the state beside the file and put it in its place."""
        with self.world.lock, self.grants.lock:
            runs = {run_id: _run_state(self.world.runs[run_id]) for run_id in self._kept_runs()}
            state = {"format": FORMAT, "oauth": self.grants.to_state(), "runs": runs}
            _write_atomically(self.path, to_json(state))

    def _kept_runs(self) -> list[str]:
        return sorted(self.world.changed_runs & self.world.runs.keys())


def load_grants(grants: Grants, state: Mapping[str, Any]) -> None:
    """Put stored grants and token hashes back."""
    grants.grants = {row["id"]: Grant(**row) for row in state["grants"]}
    grants.access_tokens = {
        key: AccessToken(row["grant_id"], float(row["expires_at"]))
        for key, row in state["access_tokens"].items()
    }
    grants.refresh_tokens = {
        key: RefreshToken(**row) for key, row in state["refresh_tokens"].items()
    }


def _run_state(run: JournalRun) -> dict[str, object]:
    return {
        "status": int(run.status),
        "removed_at": run.removed_at,
        "removed_by": _person_state(run.removed_by),
        "lines": [line_row(line) for line in run.lines],
        "exports": [
            {
                "id": export.id,
                "sequence_number": export.sequence_number,
                "succeeded": export.succeeded,
                "exported_by": _person_state(export.exported_by),
                "exported_at": export.exported_at,
                "application_key": export.application_key,
                "application_name": export.application_name,
                "error_message": export.error_message,
            }
            for export in run.exports
        ],
    }


def _load_run(run: JournalRun, row: Mapping[str, Any]) -> None:
    run.status = Status(row["status"])
    run.removed_at = datetime.fromisoformat(row["removed_at"]) if row["removed_at"] else None
    run.removed_by = Person(**row["removed_by"]) if row["removed_by"] else None
    run.lines = tuple(line_from_row(line) for line in row["lines"])
    run.exports = [
        ExportAttempt(
            **export
            | {
                "exported_by": Person(**export["exported_by"]),
                "exported_at": datetime.fromisoformat(export["exported_at"]),
            }
        )
        for export in row["exports"]
    ]


def _person_state(person: Person | None) -> dict[str, object] | None:
    if person is None:
        return None
    return {
        "id": person.id,
        "initials": person.initials,
        "last_name": person.last_name,
        "prefix": person.prefix,
        "first_name": person.first_name,
    }


def _write_atomically(path: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
