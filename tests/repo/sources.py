"""The repository's own files, for tests about the repository."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent
NOT_OURS: Final = frozenset({".venv", "var", ".git", "__pycache__", "node_modules"})


@cache
def python_files(folder: str = ".") -> tuple[Path, ...]:
    """Every Python file of ours under a folder of the repository."""
    return tuple(sorted(path for path in (ROOT / folder).rglob("*.py") if NOT_OURS.isdisjoint(path.relative_to(ROOT).parts)))


@cache
def files_of_kinds(*endings: str) -> tuple[str, ...]:
    """Every file of ours with one of these endings, as a path in the repository."""
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*.*") if path.suffix in endings)
    return tuple(sorted(path.as_posix() for path in found if NOT_OURS.isdisjoint(path.parts)))


def imported_modules(path: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
