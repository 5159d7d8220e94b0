"""Work on codes in the background."""

from __future__ import annotations

from celery import shared_task

from core.clock import now
from redemptions.services import forget_old_codes


@shared_task
def sweep_old_codes() -> None:
    """Remove what no check looks at any more."""
    forget_old_codes(at=now())
