"""Nothing of the product is left that nobody calls; a function that only tests call is one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from vulture import Vulture
from vulture.core import Item

from tests.repo.called_by_others import CALLED_BY_OTHERS
from tests.repo.sources import ROOT, files_of_kinds, python_files

KINDS: Final = frozenset({"function", "method", "class", "property", "import", "unreachable_code"})  # fields are for queries and forms
SURE: Final = 60  # percent; all that vulture says of a function
DECORATORS: Final = ("@admin.register", "@action", "@row_action", "@display", "@shared_task", "@setup_logging.connect")  # they call it
DOTTED: Final = re.compile(r"""["'][a-z_0-9]+(?:\.\w+)+["']""")  # settings, beat and wiring name what they call
QUOTED: Final = re.compile(r"""["']\w+["']""")  # the admin names columns and actions
IN_TAGS: Final = re.compile(r"\{[{%].*?[%}]\}")


def named_elsewhere() -> Iterator[str]:
    """The names that templates and strings use."""
    for path in product_files():
        named = QUOTED if path.name.endswith("admin.py") else DOTTED
        yield from (found.strip("\"'").rpartition(".")[2] for found in named.findall(path.read_text()))
    for template in files_of_kinds(".html", ".txt"):
        if template.startswith("templates/"):
            yield from (name for tag in IN_TAGS.findall((ROOT / template).read_text()) for name in re.findall(r"\w+", tag))


def product_files() -> list[Path]:
    return [path for path in python_files() if path.relative_to(ROOT).parts[0] != "tests"]


def never_called() -> list[Item]:
    """What vulture finds, by its position; migrations call, and are called by Django."""
    vulture = Vulture(ignore_decorators=list(DECORATORS))
    vulture.scavenge([str(path) for path in product_files()])
    vulture.used_names.update(named_elsewhere())
    found = vulture.get_unused_code(min_confidence=SURE)
    return [item for item in found if item.typ in KINDS and "migrations" not in item.filename.parts]


def test_everything_is_called_or_says_by_whom() -> None:
    found = never_called()
    allowed = [name for names in CALLED_BY_OTHERS.values() for name in names]

    assert [
        f"{item.filename.relative_to(ROOT)}:{item.first_lineno} {item.name}"
        for item in found
        if not any(fnmatchcase(item.name, name) for name in allowed)
    ] == []
    assert [name for name in allowed if not any(fnmatchcase(item.name, name) for item in found)] == []
