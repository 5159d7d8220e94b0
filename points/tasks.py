"""What Celery runs for this package: the sweepers. A message lost or doubled changes nothing; the next one finds the rest."""

from __future__ import annotations

from celery import shared_task

from core.clock import now
from points import expiry


@shared_task(name="points.tasks.release_overdue_holds")
def release_overdue_holds() -> None:
    """Several times a minute: give back what was held past its deadline."""
    expiry.release_overdue(at=now())


@shared_task(name="points.tasks.expire_points")
def expire_points() -> None:
    """Every few minutes: move expired points to breakage."""
    expiry.expire_all_due(at=now())
