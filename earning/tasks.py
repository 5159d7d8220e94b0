"""Work on events in the background: ids in, one service call."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from core.clock import now
from core.limits import IMPORTS_PER_SWEEP
from earning.files import COLUMNS
from earning.services.importing import import_events
from earning.services.waiting import sweep_paused, sweep_waiting
from imports.choices import ImportKind
from imports.errors import ImportTakenOver
from imports.services import orphaned_imports, run_import


@shared_task
def run_events_import(import_id: str) -> None:
    """Take a file of events in, unless another runner is at it."""
    try:
        run_import(import_id=UUID(import_id), handle_chunk=import_events, columns=COLUMNS)
    except ImportTakenOver:
        return


@shared_task
def sweep_events_imports() -> None:
    """Go on with imports that wait or whose runner died."""
    for import_id in orphaned_imports(kind=ImportKind.EVENTS, at=now(), most=IMPORTS_PER_SWEEP):
        run_events_import(str(import_id))


@shared_task
def sweep_waiting_events() -> None:
    """Post what waits although its customer is known by now, and what found no room before and may find it now."""
    sweep_waiting(at=now())
    sweep_paused(at=now())
