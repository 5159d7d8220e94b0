"""What the documents point at is there, and both READMEs say the same."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.repo.sources import ROOT
from tests.waiting import PATIENCE_SECONDS

LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"\b(?:make|run\.py) ([a-z]+)")
MANAGE = re.compile(r"manage\.py ([a-z_]+)")
SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)
READMES = ("README.md", "README.zh-CN.md")


def documents() -> list[str]:
    """Every Markdown file that git knows."""
    found = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS)
    return found.stdout.split()


def test_every_link_leads_to_a_file() -> None:
    assert "README.md" in documents()
    dead = [
        f"{name}: {link}"
        for name in documents()
        for link in LINK.findall((ROOT / name).read_text())
        if not (ROOT / name).parent.joinpath(link).exists()
    ]

    assert dead == []


def test_every_command_that_the_readmes_name_is_there() -> None:
    told = subprocess.run(
        [sys.executable, "run.py", "help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE_SECONDS
    ).stdout
    from django.core.management import get_commands

    for name in READMES:
        text = (ROOT / name).read_text()
        assert set(COMMAND.findall(text)) - set(COMMAND.findall(told)) == set(), name
        assert set(MANAGE.findall(text)) - set(get_commands()) == set(), name


def test_both_readmes_have_the_same_parts() -> None:
    english, chinese = ((ROOT / name).read_text() for name in READMES)

    assert [line.split()[0] for line in english.splitlines() if line.startswith("#")] == [
        line.split()[0] for line in chinese.splitlines() if line.startswith("#")
    ]
    assert [link for link in LINK.findall(english) if "screens" not in link and "README" not in link] == [
        link for link in LINK.findall(chinese) if "screens" not in link and "README" not in link
    ]
    blocks = re.compile(r"```sh\n(.*?)```", re.DOTALL)
    commands = [
        [re.sub(r"\s+#.*", "", line) for block in blocks.findall(text) for line in block.splitlines()] for text in (english, chinese)
    ]
    assert commands[0] == commands[1]
