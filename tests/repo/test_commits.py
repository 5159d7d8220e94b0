"""The subject of a commit is an order of at most 72 characters; the body says why."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Final

import pytest

from tests.repo.sources import ROOT
from tests.waiting import PATIENCE_SECONDS

BASE: Final = "2752e8f6285424346508602b0bdf1b42ee171dae"  # the rule holds for what came after it
CHARACTERS: Final = 72
NO_ORDER: Final = re.compile(r"(?<!e)ed$|ing$|(?<!s)s$")  # Added, Adding, Adds
ORDERS: Final = frozenset({"Alias", "Bias", "Bring", "Embed", "Focus", "Ping", "Shed", "Shred"})  # though they end like that


def problem_with(subject: str) -> str | None:
    """What is wrong with a subject."""
    first = subject.split(" ", 1)[0]
    if len(subject) > CHARACTERS:
        return f"longer than {CHARACTERS} characters"
    if not first[:1].isupper():
        return "begins with no capital"
    if subject.endswith("."):
        return "ends with a full stop"
    if NO_ORDER.search(first) and first not in ORDERS:
        return "no order"
    return None


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Ask git about this repository, whoever owns its folder."""
    command = ["git", "-c", "safe.directory=*", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)


def subjects() -> list[str]:
    """Every subject after the base; none where there is no history back to it, as in a shallow clone or an archive."""
    if shutil.which("git") is None or git("merge-base", "--is-ancestor", BASE, "HEAD").returncode != 0:
        return []
    found = git("log", "--no-merges", "--format=%s", f"{BASE}..HEAD")
    assert found.returncode == 0, found.stderr
    return found.stdout.splitlines()


def test_subjects_are_short_orders() -> None:
    assert [f"{subject}: {problem}" for subject in subjects() if (problem := problem_with(subject))] == []


@pytest.mark.parametrize(
    ("subject", "problem"),
    [
        ("Name the inbox", None),
        ("Pass the clock to the sweep", None),
        ("Feed the scanner from a film", None),
        ("Bring back the strip", None),
        ("Named the inbox", "no order"),
        ("Naming the inbox", "no order"),
        ("Names the inbox", "no order"),
        ("name the inbox", "begins with no capital"),
        ("Name the inbox.", "ends with a full stop"),
        ("Name " + "x" * 67, None),
        ("Name " + "x" * 68, "longer than 72 characters"),
    ],
)
def test_each_rule_is_recognized(subject: str, problem: str | None) -> None:
    assert problem_with(subject) == problem
