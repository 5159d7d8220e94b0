"""
How the ledger's functions reach a database: from the SQL files beside this module, all together.

A migration calls `load_functions` after a file changed; CONTRIBUTING.md says how. Tables are not loaded again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from core.functions import run_files

SQL: Final = Path(__file__).parent / "sql"
TABLES: Final = ("tables", "log_tables")
LAST: Final = ("grants", "log_grants")  # a function that was replaced has lost its settings; these set them again


def function_files() -> list[Path]:
    """All that define functions, then what says who may call them, and how they run."""
    named = {file.stem: file for file in SQL.glob("*.sql")}
    return [named[name] for name in sorted(named.keys() - {*TABLES, *LAST})] + [named[name] for name in LAST]


def load_functions(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001 - Django calls it with both
    """For a migration: replace every function of the ledger by what its file says now, and set rights and settings anew."""
    run_files(function_files(), schema_editor)
