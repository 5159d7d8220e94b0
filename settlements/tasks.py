"""What Celery runs for this package."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from celery import shared_task

from core.clock import now
from points.audit.result import BooksBeingChecked
from settlements import books, services
from settlements.citing import cite_checkpoints

log = structlog.get_logger(__name__)


@shared_task(name="settlements.tasks.close_yesterday")
def close_yesterday() -> None:
    """Close the day that is over; again, it changes nothing."""
    services.close_yesterday(at=now())


@shared_task(name="settlements.tasks.sweep_citations")
def sweep_citations() -> None:
    """Let closed days cite what witnesses have cosigned by now."""
    cite_checkpoints(at=now())


@shared_task(name="settlements.tasks.check_books")
def check_books() -> None:
    """Once a night: check everything."""
    _tell(books.check_everything)


@shared_task(name="settlements.tasks.check_new_books")
def check_new_books() -> None:
    """Every few minutes: check what is new."""
    _tell(books.check_new)


def _tell(check: Callable[..., books.BooksChecked]) -> None:
    """Run a check, unless one runs; drift is in the log too."""
    try:
        found = check(at=now())
    except BooksBeingChecked:
        return
    for drift in found.drifts:
        log.error("books.drift", check=drift.check, what=drift.what, detail=drift.detail)
