"""The tables in docs/ that are made from the code: settings and error codes."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import override

from community.config import SETTINGS
from core.errors import DomainError

BEGIN: Final = "<!-- made by manage.py write_docs: begin -->\n"
END: Final = "<!-- made by manage.py write_docs: end -->\n"
# Commands and migrations raise nothing of their own; tests and the composition root define no outcomes.
SKIPPED: Final = (".management", ".migrations", ".tests")
PACKAGES: Final = ("core", *(name.partition(".")[0] for name in settings.LOCAL_APPS), "web")


def settings_table() -> str:
    """Every setting that the environment can give, in the order of `community.config`."""
    lines = [f"| `{setting.name}` | {setting.unset} | {setting.about} |" for setting in SETTINGS]
    return "\n".join(["| name | when unset | what it does |", "|---|---|---|", *lines]) + "\n"


def errors_table() -> str:
    """Every code that the API and the reports answer with, by name."""
    with override("en"):
        lines = [f"| `{error.code}` | {error.kind.value} | {error.message} |" for error in domain_errors()]
    return "\n".join(["| code | kind | what people read |", "|---|---|---|", *lines]) + "\n"


def domain_errors() -> list[type[DomainError]]:
    """Every outcome with a code of its own, sorted by code."""
    _import_everything()
    return sorted(
        (error for error in _subclasses(DomainError) if "code" in vars(error)), key=lambda error: (error.code, error.__qualname__)
    )


def write_table(path: Path, table: str) -> None:
    """Put the table between the document's two marks."""
    head, _, rest = path.read_text().partition(BEGIN)
    tail = rest.partition(END)[2]
    path.write_text(head + BEGIN + table + END + tail)


def _subclasses(error: type[DomainError]) -> set[type[DomainError]]:
    children = [child for child in error.__subclasses__() if child.__module__.partition(".")[0] in PACKAGES]
    return {*children, *(deeper for child in children for deeper in _subclasses(child))}


def _import_everything() -> None:
    """A class is found only once its module was imported."""
    for package in sorted(set(PACKAGES)):
        top = importlib.import_module(package)
        for module in pkgutil.walk_packages(top.__path__, f"{package}."):
            if not any(part in f"{module.name}." for part in (f"{name}." for name in SKIPPED)):
                importlib.import_module(module.name)
