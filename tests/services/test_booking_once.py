"""Through gunicorn, Redis and Celery: however often a run is booked, there is one entry."""

import os
import re
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import psycopg
import pytest
import redis
import requests

from loket_import.demo.office import PASSWORD
from tests.stack import Stack

pytestmark = pytest.mark.service

CLICKS = 50
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
SEEN = re.compile(r'name="seen" value="([0-9a-f]{64})"')


class Browser(requests.Session):
    """A user's browser without a screen."""

    def __init__(self, stack: Stack) -> None:
        super().__init__()
        self.trust_env = False
        self.stack = stack

    def page(self, path: str) -> str:
        """The page at a path; it must be there."""
        answer = self.get(self.stack.url + path, timeout=30)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def submit(self, path: str, page: str, **values: str) -> requests.Response:
        """Send a form of a page."""
        found = TOKEN.search(page)
        assert found, "the page has no form"
        return self.post(
            self.stack.url + path,
            data={"csrfmiddlewaretoken": found[1], **values},
            headers={"Referer": self.stack.url + path},
            timeout=60,
        )

    def log_in(self, email: str = "boekhouder@demo.nl") -> None:
        """As one of the demo's people."""
        page = self.page("/inloggen/")
        answer = self.submit("/inloggen/", page, username=email, password=PASSWORD)
        assert answer.status_code == 200


def newest_ready_run(stack: Stack) -> int:
    """Id of a run of the bakery that is ready and not booked."""
    with psycopg.connect(stack.database_url) as connection:
        row = connection.execute(
            """
            SELECT r.id FROM loket_import_journalrun r
              JOIN finmaster_administration a ON a.id = r.administration_id
             WHERE a.slug = 'korenbloem' AND r.status_key = 4 AND NOT r.test_year
               AND NOT EXISTS (SELECT FROM loket_import_booking b
                                WHERE b.run_id = r.id AND b.reversal_id IS NULL)
             ORDER BY r.sequence_number LIMIT 1
            """
        ).fetchone()
    assert row, "the demo leaves ready runs to book"
    return int(row[0])


def entries_of(stack: Stack, run_id: int) -> list[int]:
    """Ids of the entries that book a run."""
    with psycopg.connect(stack.database_url) as connection:
        found = connection.execute(
            "SELECT entry_id FROM loket_import_booking WHERE run_id = %s", [run_id]
        ).fetchall()
    return [int(entry) for (entry,) in found]


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Until the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.2)


def fetched_page(browser: Browser, run_id: int) -> str:
    """Step 4 of a run, after a worker has fetched its content."""
    path = f"/a/korenbloem/importeren/loket/runs/{run_id}/"
    fetch = f"/a/korenbloem/importeren/loket/ophalen/content/{run_id}/"
    browser.submit(fetch, browser.page(path))
    wait_until(lambda: SEEN.search(browser.page(path)))
    return browser.page(path)


def test_fifty_clicks_give_one_entry_and_polite_answers(stack: Stack) -> None:
    browser = Browser(stack)
    browser.log_in()
    run_id = newest_ready_run(stack)
    page = fetched_page(browser, run_id)
    seen = SEEN.search(page)
    assert seen
    start = Barrier(CLICKS)

    def click(_: int) -> int:
        one = Browser(stack)
        one.cookies.update(browser.cookies)
        start.wait()
        path = f"/a/korenbloem/importeren/loket/runs/{run_id}/boeken/"
        return one.submit(path, page, seen=seen[1]).status_code

    with ThreadPoolExecutor(CLICKS) as pool:
        answers = list(pool.map(click, range(CLICKS)))

    assert answers == [200] * CLICKS
    wait_until(lambda: entries_of(stack, run_id))
    again = browser.submit(
        f"/a/korenbloem/importeren/loket/runs/{run_id}/boeken/", page, seen=seen[1]
    )
    assert again.status_code == 200
    assert len(entries_of(stack, run_id)) == 1


def test_a_queue_that_forgets_everything_only_costs_time(stack: Stack) -> None:
    browser = Browser(stack)
    browser.log_in()
    page = browser.page("/a/korenbloem/importeren/loket/runs/?jaar=2020")
    queue = redis.Redis.from_url(stack.broker_url)
    workers = stop_workers(stack)
    try:
        browser.submit("/a/korenbloem/importeren/loket/ophalen/runs/2020/", page)
        queue.flushdb()
    finally:
        for pid in workers:
            os.kill(pid, signal.SIGCONT)

    def is_done() -> bool:
        with psycopg.connect(stack.database_url) as connection:
            row = connection.execute(
                "SELECT state FROM loket_import_job WHERE kind = 'runs' AND subject LIKE '%:2020'"
            ).fetchone()
        return row is not None and row[0] == "done"

    wait_until(is_done)


def stop_workers(stack: Stack) -> list[int]:
    """Freeze the Celery processes of this stack, and return their ids."""
    ours = f"VAR_DIR={stack.home}".encode()
    frozen = [
        int(folder.name)
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit()
        and b"celery" in read(folder / "cmdline")
        and ours in read(folder / "environ")
    ]
    assert frozen, "the stack has a worker"
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    return frozen


def read(path: Path) -> bytes:
    """A file of a process, empty when the process has gone."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_the_books_are_whole_at_the_end(stack: Stack) -> None:
    checked = stack.manage("check_books")

    assert checked.returncode == 0, checked.stdout + checked.stderr
