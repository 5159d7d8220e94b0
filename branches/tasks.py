"""Work on the desk's forms in the background."""

from __future__ import annotations

from celery import shared_task

from core.answers.services import forget_old_answers
from core.clock import now


@shared_task
def sweep_old_answers() -> None:
    """Remove what forms answered so long ago that they can't be sent again."""
    forget_old_answers(at=now())
