"""The demo neighborhood at the first start: whole, or not there at all."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg2 import sql

from community import config


def fill_demo_once() -> None:
    """Fill an embedded system that is empty. A file stands for as long as it is half full."""
    from branches.models import Alliance

    if not settings.EMBEDDED or not config.DEMO or Alliance.objects.exists():
        return
    _mark().touch()
    call_command("demo", if_empty=True)
    _mark().unlink()


def start_over_if_demo_was_interrupted() -> None:
    """
    Make the database anew if the filling never came to its end.

    Nothing else can be in it: the file is made only where no alliance was, and no process runs before it is gone.
    """
    if not _mark().exists():
        return
    name = settings.DATABASES["owner"]["NAME"]
    connections.close_all()
    with connections["owner"]._nodb_cursor() as cursor:  # noqa: SLF001  as Django makes its test databases
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    _mark().unlink()


def _mark() -> Path:
    mark: Path = settings.VAR_DIR / "demo.unfinished"
    return mark
