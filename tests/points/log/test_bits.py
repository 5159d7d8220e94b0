"""No bit of what the log publishes, of what a receipt carries, or of what a witness keeps can change unseen."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from pytest_django import Settings

from core.clock import now
from points.audit.checks import run_checks
from points.log.books import CHECKS
from points.log.checkpoints import cosign, latest_checkpoint
from points.log.exports import export_lines
from points.log.notes import split_note
from points.log.opened import leaf_proof
from points.log.tree import Tree, consistency_proof, inclusion_proof
from tests.ledger_world import LedgerWorld
from tests.points.log.folder_log import LOG, leaves_of, publish
from tests.points.log.world import EAST_WITNESS, log_key, mirror, sealed, verifier

WRONG = (verifier.Wrong, *verifier.UNREADABLE)
EAST = verifier.Key.read(str(EAST_WITNESS.key))


def flipped(data: bytes) -> Iterator[bytes]:
    """The bytes with each one of their bits changed."""
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


def flipped_text(text: str) -> Iterator[str]:
    return (changed.decode(errors="replace") for changed in flipped(text.encode()))


def asked(**changes: Any) -> argparse.Namespace:
    return argparse.Namespace(**{"key": [verifier.Key.read(log_key())], "witness": [], "quorum": 0, "log": None, **changes})


def test_no_bit_of_a_tile(ledger: LedgerWorld, tmp_path: Path) -> None:
    LedgerWorld().open().wallet(5)  # two leaves are another bank's
    size = sealed(ledger, times=1)
    log = mirror(tmp_path)
    checkpoint = latest_checkpoint()
    assert checkpoint is not None
    lines = [json.loads(line) for line in export_lines(issuer=ledger.issuer, after=0, checkpoint=checkpoint)]
    (file,) = (log / "tile/0/000.p").iterdir()
    whole, reading = file.read_bytes(), asked(log=verifier.Log(str(log)))
    assert (size, len(lines), len(whole)) == (7, 1 + 4 + 1, 7 * 32)
    assert verifier.check_export(iter(lines), reading)["totals"]["leaves"] == 4

    for changed in flipped(whole):
        file.write_bytes(changed)
        with pytest.raises(verifier.Wrong):
            verifier.check_export(iter(lines), reading)


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
@pytest.mark.parametrize(("level", "times", "check"), [(0, 1, "leaves_hash_to_the_root"), (1, 64, "tiles_agree")])
def test_no_bit_of_a_kept_tile(level: int, times: int, check: str) -> None:
    checks = [one for one in CHECKS if one.name == check]
    sealed(LedgerWorld().open(), times=times)
    where = f"where level = {level} and index = 0"
    with connections["owner"].cursor() as owner:
        owner.execute(f"select hashes from points_tile {where}")
        whole = bytes(owner.fetchone()[0])
        assert len(whole) == (32 if level else 5 * 32)
        assert run_checks(checks) == []

        for changed in flipped(whole):
            owner.execute(f"update points_tile set hashes = %s {where}", [changed])
            assert [drift.check for drift in run_checks(checks)] == [check]


@pytest.mark.parametrize(("old", "new"), [(1, 2), (2, 3), (3, 7), (4, 7), (5, 9), (6, 8), (8, 9), (255, 257), (256, 600), (599, 600)])
def test_no_bit_of_a_proof_of_consistency(old: int, new: int) -> None:
    tree, smaller = Tree(), Tree()
    tree.extend(leaves_of(new))
    smaller.extend(leaves_of(old))
    hashes = consistency_proof(old=old, new=new).hashes(tree.take_grown())
    assert verifier.consistency_roots(old, new, hashes, smaller.root) == (smaller.root, tree.root)

    for place, right in enumerate(hashes):
        for changed in flipped(right):
            path = [*hashes[:place], changed, *hashes[place + 1 :]]
            assert verifier.consistency_roots(old, new, path, smaller.root) != (smaller.root, tree.root)


@pytest.mark.parametrize(("number", "size"), [(1, 2), (3, 3), (3, 7), (7, 7), (256, 257), (257, 257), (300, 600)])
def test_no_bit_of_a_proof_of_inclusion(number: int, size: int) -> None:
    tree, leaves = Tree(), leaves_of(size)
    tree.extend(leaves)
    hashes = inclusion_proof(index=number - 1, size=size).hashes(tree.take_grown())
    assert verifier.inclusion_root(leaves[number - 1], number - 1, size, hashes) == tree.root

    for place, right in enumerate(hashes):
        for changed in flipped(right):
            path = [*hashes[:place], changed, *hashes[place + 1 :]]
            assert verifier.inclusion_root(leaves[number - 1], number - 1, size, path) != tree.root


def test_no_bit_of_the_heads_of_evidence(tmp_path: Path) -> None:
    key = verifier.Key.read(str(LOG.key))
    seen = verifier.Checkpoint.read(publish(tmp_path / "log", leaves_of(5)), [key])
    shown = verifier.Checkpoint.read(publish(tmp_path / "log", leaves_of(5, history="other")), [key])
    with pytest.raises(verifier.Wrong, match="forked or rewritten"):
        verifier.compare(seen, shown, verifier.Log(str(tmp_path / "log")), tmp_path / "state")
    (file,) = tmp_path.glob("state.fork-*")
    kept = json.loads(file.read_text())

    for head in (kept["seen"], kept["shown"]):
        assert verifier.Checkpoint.read(head, [key]).size == 5
        for changed in flipped_text(head):
            with pytest.raises(WRONG):
                verifier.Checkpoint.read(changed, [key])


def test_no_bit_of_a_witnesss_line(ledger: LedgerWorld, settings: Settings) -> None:
    settings.LOG_WITNESSES = [str(EAST_WITNESS.key)]
    size = sealed(ledger)
    checkpoint = latest_checkpoint()
    assert checkpoint is not None
    line = EAST_WITNESS.cosign(split_note(checkpoint.note)[0], seconds=int(now().timestamp()))
    cosign(size=size, line=line, at=now())
    found = leaf_proof(number=3)
    assert found is not None
    body, strict = json.loads(found.as_json()), asked(witness=[EAST], quorum=1)
    assert body["checkpoint"] == checkpoint.note + line
    assert verifier.check_receipt(json.dumps(body), strict)["number"] == 3

    for changed in flipped_text(line):
        with pytest.raises(WRONG):
            verifier.check_receipt(json.dumps({**body, "checkpoint": checkpoint.note + changed}), strict)
