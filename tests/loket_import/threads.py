"""Threads that begin together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

Outcome = TypeVar("Outcome")


def at_once(count: int, act: Callable[[int], Outcome]) -> list[Outcome]:
    """What `act` gives in so many threads, each called with its number."""
    start = Barrier(count)

    def one(number: int) -> Outcome:
        try:
            start.wait()
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
