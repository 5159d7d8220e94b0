"""docs/stories.md and the tests name the same stories."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final

from tests.repo.sources import ROOT, python_files

STORIES: Final = ROOT / "docs" / "stories.md"
ROW: Final = re.compile(r"^\| (S\d+) \|.*\| ([^|]+) \|$", re.MULTILINE)
LINK: Final = re.compile(r"\]\(\.\./([^)]+)\)")
NAME: Final = re.compile(r"^def test_(s\d+\w*)", re.MULTILINE)
NUMBER: Final = re.compile(r"(?:^|_)(s\d+)(?=_)")


def files_by_story() -> dict[str, set[str]]:
    """The files whose tests carry each story's number in their names."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in python_files("tests"):
        for name in NAME.findall(path.read_text()):
            for number in NUMBER.findall(name):
                found[number.upper()].add(str(path.relative_to(ROOT)))
    return found


def test_every_number_that_a_test_carries_is_told_once_and_every_story_told_has_a_test() -> None:
    rows = [number for number, _tests in ROW.findall(STORIES.read_text())]

    assert len(rows) > 30
    assert sorted(rows) == sorted(files_by_story())


def test_each_story_names_the_files_whose_tests_show_it() -> None:
    told = {number: set(LINK.findall(tests)) for number, tests in ROW.findall(STORIES.read_text())}

    assert told == files_by_story()
