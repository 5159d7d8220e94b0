"""The composition root: settings, urls, processes, wiring. Imports everything, imported by nothing."""

from __future__ import annotations

from community.celery import app as celery_app

__all__ = ("celery_app",)
