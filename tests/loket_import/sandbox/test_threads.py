"""Many callers at once: each token and each run is spent once, and nothing locks up."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from loket_import.sandbox import SandboxServer, SandboxSettings
from loket_import.sandbox.model import Status
from loket_import.sandbox.oauth import TokenRefused

from .conftest import CALLBACK, TODAY, administration_id, caller

CALLERS = 8


@pytest.fixture
def kept(tmp_path):
    settings = SandboxSettings(redirect_uris=[CALLBACK])
    with SandboxServer(settings, today=TODAY, state_path=tmp_path / "loket.json") as server:
        yield server


def at_once(act):
    """What ``act`` gave to each of the callers, who all begin together."""
    barrier = Barrier(CALLERS)

    def begin(number):
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(begin, range(CALLERS), timeout=30))


def test_a_refresh_token_is_spent_once(kept):
    token = kept.issue_tokens("api.korenbloem")["refresh_token"]

    def refresh(_):
        try:
            return kept.grants.refresh(token)["token_type"]
        except TokenRefused as refusal:
            return refusal.code

    assert sorted(at_once(refresh)) == ["bearer"] + ["invalid_grant"] * (CALLERS - 1)


def test_a_run_is_marked_once(kept):
    bakery = caller(kept, "api.korenbloem")
    run = kept.world.runs_of(administration_id(kept, "Korenbloem"), Status.READY)[-1]

    def mark(_):
        return bakery.patch(run.id, {"action": "MarkAsProcessed"}).status_code

    assert sorted(at_once(mark)) == [200] + [409] * (CALLERS - 1)
    assert len(run.exports) == 1


def test_tokens_and_runs_are_saved_at_the_same_time(kept):
    bakery = caller(kept, "api.korenbloem")
    runs = kept.world.runs_of(administration_id(kept, "Korenbloem"))

    def work(number):
        kept.issue_tokens("api.korenbloem")
        kept.world.set_status(runs[number].id, Status.EXPORTING)
        return bakery.get("/providers/employers").status_code

    assert at_once(work) == [200] * CALLERS
