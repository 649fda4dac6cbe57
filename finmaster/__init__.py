"""The project, and the app that owns users, offices, administrations and the tenant scope."""

from finmaster.celery import app as celery_app

__all__ = ["celery_app"]
