"""Work on residents in the background: ids in, one service call."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from core.clock import now
from core.limits import IMPORTS_PER_SWEEP
from imports.choices import ImportKind
from imports.errors import ImportTakenOver
from imports.services import orphaned_imports, run_import
from residents.files import COLUMNS
from residents.services import import_residents, notice_expiries


@shared_task
def run_residents_import(import_id: str) -> None:
    """Take a file of residents in, unless another runner is at it."""
    try:
        run_import(import_id=UUID(import_id), handle_chunk=import_residents, columns=COLUMNS)
    except ImportTakenOver:
        return


@shared_task
def sweep_residents_imports() -> None:
    """Go on with imports that wait or whose runner died."""
    for import_id in orphaned_imports(kind=ImportKind.RESIDENTS, at=now(), most=IMPORTS_PER_SWEEP):
        run_residents_import(str(import_id))


@shared_task
def notice_what_expires() -> None:
    """Tell residents what expires in a month or in a week; told before, it is not told again."""
    notice_expiries(at=now())
