"""Looking at pages, every one of them, changes nothing."""

import re
from collections import deque

from django.test import Client
from django.urls import reverse

from loket_import.models import JobKind, JournalRun
from tests.database import connect_as
from tests.loket_import.browsing import address
from tests.loket_import.linked import Linked


def fingerprints() -> dict[str, str]:
    """What stands in each table, sessions left out: their expiry moves when a message is read."""
    with connect_as("superuser") as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename <> 'django_session'"
        ).fetchall()
        return {
            table: str(
                connection.execute(
                    f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"  # noqa: S608
                ).fetchone()
            )
            for (table,) in tables
        }


def test_looking_at_every_page_changes_nothing(
    linked: Linked, manager: Client, run: JournalRun, puzzling: JournalRun
) -> None:
    linked.undo(linked.booked(run).entry)
    linked.booked(run)
    linked.fetch_runs()
    linked.fetch(JobKind.EMPLOYERS, linked.connection_id)
    waiting = linked.ask(JobKind.RUNS, 2026)
    prefix = reverse("overview", args=[linked.slug])
    before = fingerprints()
    to_see = deque(
        [
            prefix,
            address(linked, "imports"),
            address(linked, "employer"),
            address(linked, "payroll"),
            address(linked, "progress", waiting.pk),
            *(address(linked, name, puzzling.pk) for name in ("content", "edit", "cures", "lines")),
        ]
    )
    seen = set(to_see)
    while to_see:
        answer = manager.get(to_see.popleft(), follow=True)
        assert answer.status_code == 200, answer.request["PATH_INFO"]
        if "attachment" in answer.headers.get("Content-Disposition", ""):
            continue
        for found in re.findall(r'href="([^"#]+)', answer.content.decode()):
            page = found.replace("&amp;", "&")
            if page.startswith(prefix) and page not in seen:
                seen.add(page)
                to_see.append(page)

    assert len(seen) > 25
    assert fingerprints() == before
