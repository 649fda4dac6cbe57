"""Tests that need PostgreSQL, Redis and Celery workers."""

from tests.stack import stack

__all__ = ["stack"]
