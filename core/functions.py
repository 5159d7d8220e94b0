"""How SQL files reach a database: a migration runs them, and those that define functions again after each change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython
from django.db.migrations.state import StateApps


def sql_files(*files: Path) -> RunPython:
    """The operation of a migration that runs these files as they stand now: functions first of all, and the ledger's tables."""

    def forwards(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001 - Django calls it with both
        run_files(files, schema_editor)

    return RunPython(forwards, RunPython.noop)


def run_files(files: Sequence[Path], schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Run them in this order; `{app}` in them is the run-time login, which may call nothing that isn't granted to it."""
    app_role = schema_editor.connection.ops.quote_name(str(settings.DATABASES["default"]["USER"]))
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("set local check_function_bodies = off")  # functions call each other, whatever order their files come in
        for file in files:
            cursor.execute(file.read_text(encoding="utf-8").replace("{app}", app_role))
