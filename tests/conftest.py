"""Fixtures for all tests. The database is PostgreSQL, and its user is the application's role."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from finmaster.databases import sign_off_the_dead
from tests.books import Books, make_books
from tests.database import drop_database, empty_database, make_database
from tests.invariants import broken_invariants
from tests.stack import stack

# One stack for all that needs one: two would ring each other's bells in the one Redis.
__all__ = ["stack"]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Workers end without signing off from the embedded server; this process stops it."""
    if not hasattr(config, "workerinput"):
        sign_off_the_dead(settings.VAR_DIR / "postgres")


@pytest.fixture(autouse=True)
def dutch() -> Iterator[None]:
    """Each test begins in Dutch: a page that was asked for in English leaves its thread so."""
    with translation.override("nl"):
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """A database of this worker's own; two runs of the tests at once don't meet."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    name = f"test_finmaster_{worker}_{os.getpid()}"
    with django_db_blocker.unblock():
        make_database(name)
    yield
    with django_db_blocker.unblock():
        for connection in connections.all():
            connection.close()
        drop_database(name)


def really_committing(blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let transactions commit; afterwards check the books, and empty them past their guards."""
    with blocker.unblock():
        try:
            yield
            assert broken_invariants() == []
        finally:
            for connection in connections.all():
                connection.close()
            empty_database()


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """For tests whose transactions must really commit: threads, scopes, deferred triggers."""
    yield from really_committing(django_db_blocker)


@pytest.fixture(scope="module")
def committed_for_module(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The same for modules whose tests leave everything as it was; not to be mixed with it.

    Ids begin at 1 in it, although tests that were undone have used some up.
    """
    empty_database()
    yield from really_committing(django_db_blocker)


@pytest.fixture
def books(db: None) -> Books:
    """An administration with its members, undone after the test."""
    return make_books()


@pytest.fixture
def committed_books(committed: None) -> Books:
    """The same, committed."""
    return make_books()
