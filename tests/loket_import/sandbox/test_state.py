"""A restarted sandbox keeps its grants and what became of its runs."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from loket_import.sandbox import SandboxServer, SandboxSettings
from loket_import.sandbox.model import Status

from .conftest import CALLBACK, TODAY, LoketCaller, administration_id


@pytest.fixture
def start(tmp_path):
    def start_sandbox(today: date = TODAY) -> SandboxServer:
        settings = SandboxSettings(redirect_uris=[CALLBACK])
        return SandboxServer(settings, today=today, state_path=tmp_path / "loket.json")

    return start_sandbox


def ready_run(server):
    return server.world.runs_of(administration_id(server, "Korenbloem"), Status.READY)[-1]


def test_tokens_survive_a_restart_as_hashes(start, tmp_path):
    with start() as first:
        tokens = first.issue_tokens("api.korenbloem")

    with start() as second:
        bakery = LoketCaller(second, tokens["access_token"])
        assert bakery.get("/user").status_code == 200
        assert second.grants.refresh(tokens["refresh_token"])["token_type"] == "bearer"

    text = (tmp_path / "loket.json").read_text()
    assert tokens["access_token"] not in text
    assert tokens["refresh_token"] not in text


def test_runs_survive_a_restart(start):
    with start() as first:
        exported = ready_run(first)
        removed = first.world.runs_of(exported.administration_id)[0]
        bakery = LoketCaller(first, first.issue_tokens("api.korenbloem")["access_token"])
        bakery.patch(exported.id, {"action": "MarkAsProcessed", "message": "geboekt"})
        first.world.remove_run(removed.id)
        lines = [replace(exported.lines[0], debet=Decimal("0.10")), *exported.lines[1:]]
        first.world.replace_lines(exported.id, lines)

    with start() as second:
        assert second.world.run(exported.id) == exported
        assert second.world.run(removed.id) == removed


def test_a_second_restart_keeps_what_the_first_one_loaded(start):
    with start() as first:
        run = ready_run(first)
        first.world.set_status(run.id, Status.EXPORTED)
    with start() as second:
        second.issue_tokens("api.korenbloem")

    with start() as third:
        assert third.world.run(run.id).status == Status.EXPORTED


def test_runs_of_a_year_that_is_gone_are_no_loss(start):
    with start() as first:
        first.world.set_status(ready_run(first).id, Status.EXPORTED)

    with start(today=date(2029, 6, 1)) as later:
        assert later.world.runs


def test_reset_empties_the_file(start, tmp_path):
    with start() as server:
        server.issue_tokens("api.korenbloem")
        server.world.set_status(ready_run(server).id, Status.EXPORTED)

        server.reset()

    state = json.loads((tmp_path / "loket.json").read_text())
    assert state["runs"] == {}
    assert state["oauth"]["grants"] == []


@pytest.mark.parametrize(
    "text", ["", "[]", '{"iets": 1}', '{"format": 0}', '{"format": 1, "oauth": {}, "runs": {}}']
)
def test_a_file_of_something_else_is_refused(start, tmp_path, text):
    (tmp_path / "loket.json").write_text(text)

    with pytest.raises(ValueError, match="not a state file"):
        start()


def test_a_failed_write_leaves_the_old_file(start, tmp_path, monkeypatch):
    with start() as server:
        server.issue_tokens("api.korenbloem")
        before = (tmp_path / "loket.json").read_text()

        def full_disk(*_: object) -> None:
            raise OSError("No space left on device")

        monkeypatch.setattr("os.replace", full_disk)
        with pytest.raises(OSError, match="No space"):
            server.issue_tokens("api.korenbloem")

    assert (tmp_path / "loket.json").read_text() == before
    assert [path.name for path in Path(tmp_path).iterdir()] == ["loket.json"]
