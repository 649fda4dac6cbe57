"""The whole of FinMaster for tests: what the demo starts, on real PostgreSQL and Redis.

The addresses come from DATABASE_ADMIN_URL and SERVICE_BROKER_URL; without them, or when nothing
answers there, the tests that need this fail.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from psycopg import sql

from finmaster.management.commands.setup_database import in_database

START_SECONDS = 90
ROLES = {"DATABASE_URL": "app", "DATABASE_OWNER_URL": "owner", "DATABASE_AUDIT_URL": "audit"}


@dataclass(frozen=True, slots=True)
class Stack:
    """`url` is the application's, `loket_url` the sandbox's; `database_url` is a superuser's."""

    url: str
    loket_url: str
    database_url: str
    broker_url: str
    home: Path
    environment: dict[str, str]

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a management command with the stack's settings."""
        return subprocess.run(  # noqa: S603
            [sys.executable, "manage.py", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )


def setting(name: str) -> str:
    """An address that these tests can't do without."""
    if not (value := os.environ.get(name)):
        pytest.fail(f"{name} is not set: these tests need PostgreSQL 15 and Redis.")
    return value


def environment_of(home: Path, database: str) -> dict[str, str]:
    """The environment of the stack: the demo's own settings, on real services."""
    admin = urlsplit(setting("DATABASE_ADMIN_URL"))
    server = f"{admin.hostname}:{admin.port or 5432}"
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    urls = {
        name: f"postgresql://finmaster_{role}@{server}/{database}" for name, role in ROLES.items()
    }
    return (
        kept
        | urls
        | {
            "DATABASE_ADMIN_URL": setting("DATABASE_ADMIN_URL"),
            "BROKER_URL": setting("SERVICE_BROKER_URL"),
            "VAR_DIR": str(home),
            "DEMO_PORT": "8600",
            "DEMO_LOKET_PORT": "8701",
        }
    )


def drop(database: str) -> None:
    """Remove the stack's database."""
    with psycopg.connect(setting("DATABASE_ADMIN_URL"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
        )


def read_lines(process: subprocess.Popen[str], lines: "Queue[str | None]") -> None:
    """Pass on what a process says, and None when it has nothing more to say."""
    assert process.stdout
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


def wait_for_url(process: subprocess.Popen[str]) -> str:
    """The address that the demo prints once it is up."""
    lines: Queue[str | None] = Queue()
    Thread(target=read_lines, args=(process, lines), daemon=True).start()
    said = ""
    while True:
        try:
            line = lines.get(timeout=START_SECONDS)
        except Empty:
            pytest.fail(f"The stack did not start in {START_SECONDS} s:\n{said}")
        if line is None:
            pytest.fail(f"The stack ended:\n{said}")
        said += line
        if found := re.search(r"running at\s+(http\S+)", line):
            return found[1]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """FinMaster under gunicorn, with a worker, beat, the sandbox and an example office."""
    home = tmp_path_factory.mktemp("stack")
    database = f"finmaster_stack_{os.getpid()}"
    environment = environment_of(home, database)
    redis.Redis.from_url(environment["BROKER_URL"]).flushdb()
    process = subprocess.Popen(
        [sys.executable, "-m", "loket_import.demo"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        url = wait_for_url(process)
        secrets = dict(line.split("=", 1) for line in (home / "demo.env").read_text().splitlines())
        loket_url = "http://127.0.0.1:8701"
        yield Stack(
            url=url,
            loket_url=loket_url,
            database_url=in_database(environment["DATABASE_ADMIN_URL"], database),
            broker_url=environment["BROKER_URL"],
            home=home,
            environment=environment
            | secrets
            | {
                "SITE_URL": url,
                "LOKET_ENVIRONMENT": "sandbox",
                "LOKET_OAUTH_URL": loket_url,
                "LOKET_API_URL": f"{loket_url}/v2",
                "LOKET_CLIENT_ID": "finmaster-demo",
            },
        )
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        if process.stdout:
            process.stdout.close()
        drop(database)
