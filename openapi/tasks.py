"""Work on partner systems in the background."""

from __future__ import annotations

from celery import shared_task

from core.clock import now
from core.counting.services import forget_old_counters
from openapi.services import forget_old_tokens


@shared_task
def sweep_old_tokens() -> None:
    """Remove tokens and counters that nobody looks at any more."""
    at = now()
    forget_old_tokens(at=at)
    forget_old_counters(at=at)
