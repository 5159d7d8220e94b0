"""Functions and files stay short."""

from __future__ import annotations

import ast

from tests.repo.sources import ROOT, python_files

FUNCTION_LINES = 70
FILE_LINES = 500
LONGER = {"verify_books.py": 800}  # one file, so that who trusts nobody can read all of it


def test_every_file_stays_short() -> None:
    lines = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in python_files() if "migrations" not in path.parts}

    assert [name for name, found in lines.items() if found > LONGER.get(name, FILE_LINES)] == []


def test_every_function_stays_short() -> None:
    offenders = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and lines_of(node) > FUNCTION_LINES
    ]

    assert offenders == []


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1
