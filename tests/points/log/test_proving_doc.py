"""The stand-alone program stands alone, and docs/proving.md's commands do what it says."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from django.conf import settings as site
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from core.clock import now
from points.log.checkpoints import checkpoint_of, cosign
from points.log.notes import split_note
from points.log.opened import leaf_proof
from tests.ledger_world import LedgerWorld
from tests.points.log.test_verify_books import export
from tests.points.log.world import EAST_WITNESS, PROGRAM, WEST_WITNESS, log_key, sealed
from tests.waiting import PATIENCE_SECONDS

DOCUMENT = site.BASE_DIR / "docs" / "proving.md"
BLOCK = re.compile(r"```console\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


def commands() -> list[tuple[list[str], list[str]]]:
    """Each command of verify_books.py in the document as its words, with the lines that follow it."""
    found: list[tuple[list[str], list[str]]] = []
    for block in BLOCK.findall(DOCUMENT.read_text()):
        for line in dedent(block).replace("\\\n", " ").splitlines():
            if line.startswith("$ "):
                found.append((shlex.split(line[2:]), []))
            elif found:
                found[-1][1].append(line)
    return [(words, said) for words, said in found if words[:2] == ["python3", "verify_books.py"]]


def real(words: list[str], log: str) -> list[str]:
    """The command with keys and an address that are real."""
    given = {"--log": log, "--key": log_key()}
    for place, word in enumerate(words):
        if words[place - 1] == "--witness":
            words[place] = str((EAST_WITNESS if word.startswith("east") else WEST_WITNESS).key)
        elif words[place - 1] in given:
            words[place] = given[words[place - 1]]
    return words[2:]


@pytest.mark.real_clock
@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_the_commands_of_the_document_work(live_server: LiveServer, settings: Settings, tmp_path: Path) -> None:
    settings.LOG_WITNESSES = [str(EAST_WITNESS.key), str(WEST_WITNESS.key)]
    ledger = LedgerWorld().open()
    size = sealed(ledger)
    text = split_note(checkpoint_of(size=size).note)[0]
    for witness in (EAST_WITNESS, WEST_WITNESS):
        cosign(size=size, line=witness.cosign(text, seconds=int(now().timestamp())), at=now())
    found = leaf_proof(number=3)
    assert found is not None
    (tmp_path / "receipt-3.json").write_text(found.as_json())
    export(ledger, tmp_path / "leaves.ndjson")
    ran = []
    for words, said in commands():
        if words[-1] == "…":  # told before, with all its words
            continue
        if "--every" in words:
            del words[words.index("--every") : words.index("--every") + 2]  # look once
        done = subprocess.run(
            [sys.executable, str(PROGRAM), *real(words, f"{live_server.url}/api/v1/log")],
            cwd=tmp_path, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        if "--name" in words:
            settings.LOG_WITNESSES = [done.stdout.strip().rpartition(" ")[2]]  # as the operator does
        ran.append(words[2])
        pairs = list(zip(said, done.stdout.splitlines(), strict=False))
        assert pairs
        assert [_shape(theirs) for theirs, _ours in pairs] == [_shape(ours) for _theirs, ours in pairs]

    assert ran == ["receipt", "export", "witness", "witness", "witness", "receipt"]


def _shape(line: str) -> str:
    """A sentence without what differs from log to log."""
    without_keys = re.sub(r"\+[0-9a-f…]+\+\S+", "+KEY", line)
    without_ids = re.sub(r"\b[0-9a-f]{4,8}(…|-[0-9a-f-]{27})", "ID", without_keys)
    without_names = re.sub(r"localhost/points|points\.example/log", "LOG", without_ids)
    return re.sub(r"cosigned by: .*", "cosigned by", re.sub(r"\d+", "N", without_names)).rstrip(" .")


def test_the_program_needs_one_package_alone() -> None:
    tree = ast.parse(PROGRAM.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert {name.partition(".")[0] for name in names} - sys.stdlib_module_names == {"cryptography"}


def test_the_program_runs_far_from_the_repository(ledger: LedgerWorld, tmp_path: Path) -> None:
    sealed(ledger)
    found = leaf_proof(number=3)
    assert found is not None
    shutil.copy(PROGRAM, tmp_path / "verify_books.py")
    (tmp_path / "receipt.json").write_text(found.as_json())

    done = subprocess.run(
        [sys.executable, "-I", "verify_books.py", "receipt", "receipt.json", "--key", log_key()],
        cwd=tmp_path, env={}, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
