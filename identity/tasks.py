"""Work on sign-ins in the background."""

from __future__ import annotations

from celery import shared_task

from core.clock import now
from identity.services import forget_ended_sessions, forget_old_codes


@shared_task
def sweep_old_sign_ins() -> None:
    """Remove sessions that are over and codes that no count looks at any more."""
    at = now()
    forget_ended_sessions(at=at)
    forget_old_codes(at=at)
