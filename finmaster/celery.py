"""The Celery app: a doorbell. What must be done lies in rows of the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "finmaster.settings")

app = Celery("finmaster")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
