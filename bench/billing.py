"""Close months of the connection fee for many administrations with three years of history.

    python bench/billing.py                      1,000 / 10,000 / 100,000 administrations
    python bench/billing.py 1000 10000

Each size gets a database of its own on the embedded PostgreSQL (or DATABASE_ADMIN_URL), filled with
connections that begin, end, lose their authorisation and begin anew over 36 months. Two closings
are measured: the first one, and the thirty-sixth, which compares all months before it with what was
billed for them. Memory is that of this process and, at its highest, of its database session.
"""

import os
import resource
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.db import connection, connections  # noqa: E402

from connections.billing.closing import close_month  # noqa: E402
from connections.billing.months import after, this_month  # noqa: E402
from tests.database import drop_database, make_database, past_the_guards  # noqa: E402

SIZES = (1_000, 10_000, 100_000)
MONTHS = 36
ADMINISTRATIONS_PER_OFFICE = 50
NAME = "bench_billing"

FILL = """
INSERT INTO finmaster_user (id, password, is_superuser, email, name, is_active, is_staff)
VALUES (1, '', false, 'bench@example.nl', 'Bench', true, false);
INSERT INTO finmaster_office (id, name, address, postal_code, city, chamber_of_commerce_number,
       vat_number)
SELECT n, 'Kantoor ' || n, '', '', '', '', '' FROM generate_series(1, %(offices)s) n;
INSERT INTO finmaster_administration (id, office_id, number, name, slug,
       chamber_of_commerce_number, payroll_tax_number)
SELECT n, 1 + (n - 1) / %(per_office)s, n, 'Administratie ' || n, 'a-' || n, '', ''
  FROM generate_series(1, %(size)s) n;
INSERT INTO connections_connection (id, administration_id, environment, username, chart_mode,
       state, employer_name, employer_kvk, payroll_name, payroll_tax_number, payroll_period_type,
       trouble)
SELECT n, n, 'sandbox', 'api.' || n, 'adopt',
       CASE WHEN n %% 10 = 0 THEN 'ended' ELSE 'active' END, '', '', '', '', '', ''
  FROM generate_series(1, %(size)s) n;
-- One in ten ends and begins anew with another Loket user.
INSERT INTO connections_connection (id, administration_id, environment, username, chart_mode,
       state, employer_name, employer_kvk, payroll_name, payroll_tax_number, payroll_period_type,
       trouble)
SELECT 1000000 + n, n, 'sandbox', 'api.anders.' || n, 'adopt', 'active', '', '', '', '', '', ''
  FROM generate_series(10, %(size)s, 10) n;
INSERT INTO connections_connectionevent (administration_id, connection_id, kind, detail,
       happened_at, user_id)
SELECT n, c, kind, '', %(begin)s::timestamptz + days * interval '1 day', 1
  FROM (
    SELECT n, n AS c, 'created' AS kind, n %% 300 AS days FROM generate_series(1, %(size)s) n
     UNION ALL
    SELECT n, n, 'authorised', n %% 300 + 1 FROM generate_series(1, %(size)s) n
     UNION ALL
    SELECT n, n, 'reauthorise', 400 + n %% 60 + 90 * again
      FROM generate_series(1, %(size)s, 3) n, generate_series(0, 5) again
     UNION ALL
    SELECT n, n, 'authorised', 405 + n %% 60 + 90 * again
      FROM generate_series(1, %(size)s, 3) n, generate_series(0, 5) again
     UNION ALL
    SELECT n, n, 'ended', 600 + n %% 90 FROM generate_series(10, %(size)s, 10) n
     UNION ALL
    SELECT n, 1000000 + n, 'authorised', 640 + n %% 90 FROM generate_series(10, %(size)s, 10) n
  ) events ORDER BY days;
ANALYZE
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds, megabytes, and what came of it."""

    seconds: float
    process_mb: float
    session_mb: float
    administrations: int


def memory_of(pid: int) -> float:
    """Memory of a process that is its own, in megabytes; shared buffers are not counted."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    lines = [line.split() for line in status.splitlines() if line.startswith("RssAnon")]
    return int(lines[0][1]) / 1024 if lines else 0.0


@contextmanager
def highest_memory_of(pid: int) -> Iterator[list[float]]:
    """Look at a process ten times a second; the list holds the highest."""
    highest = [0.0]
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.1):
            highest[0] = max(highest[0], memory_of(pid))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield highest
    finally:
        done.set()
        watcher.join()


def measure(month: date) -> Measured:
    """Close a month."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    started = time.perf_counter()
    with highest_memory_of(pid) as session:
        closed = close_month(month)
    return Measured(
        time.perf_counter() - started,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        session[0],
        closed.closing.administrations,
    )


def fill(size: int, first: date) -> int:
    """Administrations with their history; returns how many events there are."""
    with past_the_guards() as superuser:
        values = {
            "size": size,
            "offices": -(-size // ADMINISTRATIONS_PER_OFFICE),
            "per_office": ADMINISTRATIONS_PER_OFFICE,
            "begin": first,
        }
        for command in FILL.split(";"):
            superuser.execute(command, values if "%(" in command else None)
        counted = superuser.execute("SELECT count(*) FROM connections_connectionevent").fetchone()
    return int(counted[0]) if counted else 0


def main() -> None:
    """Measure each size and print a table in Markdown."""
    sizes = [int(text.replace("_", "")) for text in sys.argv[1:]] or SIZES
    first = after(this_month(), -MONTHS)
    heads = ("administrations", "events", "first closing", "36th closing", "all 36", "process")
    print(f"| {' | '.join(heads)} | session |\n|{' ---: |' * 7}")
    for size in sizes:
        make_database(NAME)
        try:
            events = fill(size, first)
            found = [measure(after(first, number)) for number in range(MONTHS)]
            print(
                f"| {size:,} | {events:,} | {found[0].seconds:.2f} s | {found[-1].seconds:.2f} s "
                f"| {sum(one.seconds for one in found):.0f} s | {found[-1].process_mb:.0f} MB "
                f"| {max(one.session_mb for one in found):.0f} MB |",
                flush=True,
            )
        finally:
            for one in connections.all():
                one.close()
            drop_database(NAME)


if __name__ == "__main__":
    main()
