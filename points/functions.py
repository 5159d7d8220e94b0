"""
How the ledger's functions reach a database: from the SQL files beside this module, all together.

A migration calls `load_functions` after a file changed; CONTRIBUTING.md says how. Tables are not loaded again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQL: Final = Path(__file__).parent / "sql"
TABLES: Final = ("tables", "log_tables")
LAST: Final = ("grants", "log_grants")  # a function that was replaced has lost its settings; these set them again


def function_files() -> list[Path]:
    """All that define functions, then what says who may call them, and how they run."""
    named = {file.stem: file for file in SQL.glob("*.sql")}
    return [named[name] for name in sorted(named.keys() - {*TABLES, *LAST})] + [named[name] for name in LAST]


def load_functions(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """For a migration: replace every function of the ledger by what its file says now, and set rights and settings anew."""
    app_role = schema_editor.connection.ops.quote_name(str(settings.DATABASES["default"]["USER"]))
    with schema_editor.connection.cursor() as cursor:
        for file in function_files():
            cursor.execute(file.read_text(encoding="utf-8").replace("{app}", app_role))
