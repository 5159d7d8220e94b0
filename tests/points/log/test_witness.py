"""A witness cosigns a log that was only added to, and keeps the evidence of one that was not."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from points.log.notes import Signer, split_note
from points.log.tree import Tree, consistency_proof, inclusion_proof
from tests.points.log.folder_log import LOG, leaves_of, publish, put
from tests.points.log.world import EAST_WITNESS, verifier


class Witness:
    """A member bank's witness, with its key and its state on a disk of its own."""

    def __init__(self, folder: Path) -> None:
        self.log, self.state, secret = folder / "log", folder / "state.json", folder / "secret"
        secret.write_text(f"{EAST_WITNESS.key.name} {(b'e' * 32).hex()}")
        self.asked = argparse.Namespace(
            command="witness", key=[verifier.Key.read(str(LOG.key))], log=verifier.Log(str(self.log)), state=self.state, secret=secret
        )

    def look(self) -> tuple[int, str]:
        """Look once: the exit status and what is said."""
        status, found = verifier.run(self.asked)
        return status, found["said"][0]

    @property
    def seen(self) -> int:
        """The size that was seen last."""
        return int(json.loads(self.state.read_text())["seen"].split("\n")[1])

    @property
    def evidence(self) -> list[Any]:
        """What was kept of forks."""
        return [json.loads(file.read_text()) for file in self.state.parent.glob("state.json.fork-*")]


@pytest.fixture
def east(tmp_path: Path) -> Witness:
    return Witness(tmp_path)


def test_the_first_look_is_a_beginning(east: Witness) -> None:
    publish(east.log, leaves_of(5))

    assert east.look() == (0, "Cosigned the log of 5 leaves. It is the first that this witness saw.")
    assert east.seen == 5


def test_a_log_that_grew_is_cosigned(east: Witness) -> None:
    publish(east.log, leaves_of(5))
    east.look()
    publish(east.log, leaves_of(700), olds=[5])

    assert east.look() == (0, "Cosigned the log of 700 leaves. It begins with the 5 leaves seen before.")
    assert east.look()[0] == 0  # the same again
    assert east.seen == 700


@pytest.mark.parametrize("size", [3, 5, 700])
def test_a_rewritten_log_is_refused_and_both_heads_are_kept(east: Witness, size: int) -> None:
    seen = publish(east.log, leaves_of(5))
    east.look()
    shown = publish(east.log, leaves_of(size, history="other"), olds=[old for old in (5,) if old < size])
    if size < 5:
        put(east.log / f"proof/consistency?from={size}&to=5", b'{"hashes": []}')

    status, said = east.look()

    assert status == 2
    assert "Both checkpoints are kept in" in said
    assert east.seen == 5
    assert [(fork["seen"], fork["shown"]) for fork in east.evidence] == [(seen, shown)]


def test_an_older_checkpoint_of_the_same_log_is_no_fork(east: Witness) -> None:
    publish(east.log, leaves_of(700), olds=[5])
    east.look()
    publish(east.log, leaves_of(5))

    status, said = east.look()

    assert (status, said) == (0, "The log showed its 5 first leaves, after 700 before. Not cosigned.")
    assert east.seen == 700


def test_a_checkpoint_that_the_log_did_not_sign_is_refused(east: Witness) -> None:
    publish(east.log, leaves_of(5))
    east.look()
    publish(east.log, leaves_of(6), olds=[5], signers=[Signer.of_seed(LOG.key.name, b"x" * 32)])

    status, said = east.look()

    assert (status, east.seen, east.evidence) == (2, 5, [])
    assert "not signed by the log" in said


def test_a_broken_proof_is_refused_though_the_log_is_whole(east: Witness) -> None:
    publish(east.log, leaves_of(5))
    east.look()
    publish(east.log, leaves_of(9), olds=[5])
    proof = east.log / "proof/consistency?from=5&to=9"
    proof.write_text(proof.read_text().replace('"hashes": ["', '"hashes": ["A'))

    assert east.look()[0] == 2
    assert east.seen == 5


def test_a_log_that_can_not_be_reached_is_neither_right_nor_wrong(east: Witness) -> None:
    status, said = east.look()

    assert status == 1
    assert said.startswith("Not checked: The log could not be read at checkpoint")
    assert not east.state.exists()


def test_what_is_signed_is_on_the_disk_before_the_log_hears_of_it(east: Witness) -> None:
    publish(east.log, leaves_of(5))
    (east.log / "cosignatures").unlink()  # the answer never comes

    assert east.look()[0] == 1
    assert east.seen == 5


def test_a_witness_gets_a_key(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    asked = argparse.Namespace(command="witness", secret=secret, name="west.example/witness")

    status, found = verifier.run(asked)

    assert status == 0
    key = verifier.Key.read(found["said"][0].rpartition(" ")[2])
    assert (key.name, key) == ("west.example/witness", verifier.own_key(secret)[0])
    assert secret.stat().st_mode & 0o777 == 0o600


def test_the_servers_notes_are_the_verifiers(east: Witness) -> None:
    note = publish(east.log, leaves_of(5))
    text, _lines = split_note(note)
    with_witness = note + EAST_WITNESS.cosign(text, seconds=1_774_000_000)
    checkpoint = verifier.Checkpoint.read(with_witness, east.asked.key)
    key = verifier.Key.read(str(EAST_WITNESS.key))

    assert checkpoint.witnessed([key], 1) == ["east.example/witness"]
    with pytest.raises(verifier.Wrong, match="1 of your witnesses cosigned the log of 5 leaves; you asked for 2"):
        checkpoint.witnessed([key], 2)


@settings(max_examples=200)
@given(new=st.integers(1, 600), data=st.data())
def test_the_verifier_takes_the_servers_proofs_and_no_others(new: int, data: st.DataObject) -> None:
    old, index = data.draw(st.integers(1, new)), data.draw(st.integers(0, new - 1))
    leaves = leaves_of(new)
    tree, smaller = Tree(), Tree()
    tree.extend(leaves)
    tiles = tree.take_grown()
    smaller.extend(leaves[:old])
    path = inclusion_proof(index=index, size=new).hashes(tiles)
    steps = consistency_proof(old=old, new=new).hashes(tiles)

    assert verifier.inclusion_root(leaves[index], index, new, path) == tree.root
    assert verifier.consistency_roots(old, new, steps, smaller.root) == (smaller.root, tree.root)
    for hashes in (path, steps):
        if hashes:
            place, bit = data.draw(st.integers(0, len(hashes) - 1)), data.draw(st.integers(0, 255))
            hashes[place] = (int.from_bytes(hashes[place], "big") ^ 1 << bit).to_bytes(32, "big")
    assert not path or verifier.inclusion_root(leaves[index], index, new, path) != tree.root
    assert not steps or verifier.consistency_roots(old, new, steps, smaller.root) != (smaller.root, tree.root)
