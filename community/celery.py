"""Celery: work in the background. The outbox is the promise; the broker may be wiped at any moment."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings")

app = Celery("community")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _keep_our_logging(**options: object) -> None:
    """Celery would set up its own logging; being asked here, it leaves ours."""
