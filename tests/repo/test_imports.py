"""What import-linter can't say: modules inside an external package."""

from __future__ import annotations

import ast

import pytest

from tests.repo.sources import ROOT, imported_modules, python_files

DOMAIN = (
    "core",
    "identity",
    "points",
    "branches",
    "decisions",
    "imports",
    "issuing",
    "merchants",
    "residents",
    "earning",
    "redemptions",
    "settlements",
)
HTTP = ("django.http", "django.shortcuts")
# Django's admin and allauth's adapters are interfaces that must live in a domain package.
INTERFACES = ("admin.py", "admin_base.py", "adapters.py", "adapter.py", "middleware.py")


@pytest.mark.parametrize("package", DOMAIN)
def test_domain_packages_do_not_know_http(package: str) -> None:
    offenders = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in python_files(package)
        if not path.name.endswith(INTERFACES) and "admin" not in path.parts
        for module in imported_modules(path)
        if module.startswith(HTTP)
    ]

    assert offenders == []


@pytest.mark.parametrize("name", ["utils.py", "helpers.py", "signals.py", "managers.py", "constants.py"])
def test_no_file_is_named_after_nothing(name: str) -> None:
    assert [path for path in python_files() if path.name == name] == []


def test_no_model_overrides_save_and_no_app_has_a_ready_hook() -> None:
    offenders = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in python_files()
        if path.name in {"models.py", "apps.py"}
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "ready"}
    ]

    assert offenders == []
