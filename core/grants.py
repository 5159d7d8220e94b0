"""What the run-time login may do with a table, where that is less than the ordinary rights (core/outbox/migrations/0001_roles.py)."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython
from django.db.migrations.state import StateApps

ORDINARY = "select, insert, update, delete"


def keep_to(rights: Mapping[str, str]) -> RunPython:
    """The operation of a migration that leaves the run-time login these rights, by table, and no others."""

    def forwards(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001 - Django calls it with both
        _grant(rights, schema_editor)

    def backwards(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001
        _grant(dict.fromkeys(rights, ORDINARY), schema_editor)

    return RunPython(forwards, backwards)


def _grant(rights: Mapping[str, str], schema_editor: BaseDatabaseSchemaEditor) -> None:
    app = schema_editor.connection.ops.quote_name(str(settings.DATABASES["default"]["USER"]))
    for table, allowed in rights.items():
        schema_editor.execute(f"revoke all on {table} from {app}, public")
        schema_editor.execute(f"grant {allowed} on {table} to {app}")
