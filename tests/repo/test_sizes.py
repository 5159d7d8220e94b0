"""Functions, files and the lines of templates stay short."""

from __future__ import annotations

import ast

from tests.repo.sources import ROOT, files_of_kinds, python_files

FUNCTION_LINES = 70
FILE_LINES = 500
TEMPLATE_COLUMNS = 160
OTHERS = "static/vendor/"  # what others wrote stays as it came
LONGER = {"tools/verify_books/verify_books.py": 800}  # one file, so that who trusts nobody can read all of it


def test_every_file_stays_short() -> None:
    lines = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in python_files() if "migrations" not in path.parts}

    assert [name for name, found in lines.items() if found > LONGER.get(name, FILE_LINES)] == []


def test_every_style_script_query_and_template_stays_short() -> None:
    files = [path for path in files_of_kinds(".css", ".js", ".mjs", ".sql", ".html") if not path.startswith(OTHERS)]
    lines = {path: len((ROOT / path).read_text().splitlines()) for path in files}

    assert {path.rpartition(".")[2] for path in files} == {"css", "js", "sql", "html"}
    assert [path for path, found in lines.items() if found > FILE_LINES] == []


def test_no_line_of_a_template_is_too_wide() -> None:
    offenders = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "templates").rglob("*.*"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > TEMPLATE_COLUMNS
    ]

    assert offenders == []


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
