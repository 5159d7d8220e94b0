"""Keys change, of the log and of a witness, and those outside go on: a witness's state, an old receipt, a kept cosignature."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from core.clock import now
from points.log.checkpoints import checkpoint_of, cosign, cosigned_checkpoint_over, log_keys
from points.log.notes import WITNESS_KEY, Signer, split_note
from points.log.opened import leaf_proof
from tests.ledger_world import LedgerWorld
from tests.points.log.folder_log import ORIGIN, leaves_of, publish
from tests.points.log.world import EAST_WITNESS, sealed, verifier

OLD, NEW = Signer.of_seed(ORIGIN, b"o" * 32), Signer.of_seed(ORIGIN, b"n" * 32)
EAST_ANEW = Signer.of_seed("east.example/witness", b"E" * 32, kind=WITNESS_KEY)


def keys(*signers: Signer) -> list[Any]:
    return [verifier.Key.read(str(each.key)) for each in signers]


def look(folder: Path, given: Sequence[Signer]) -> tuple[int, str]:
    """A witness looks with these keys of the log."""
    (folder / "secret").write_text(f"{EAST_WITNESS.key.name} {(b'e' * 32).hex()}")
    log, state, secret = verifier.Log(str(folder / "log")), folder / "state", folder / "secret"
    status, found = verifier.run(argparse.Namespace(command="witness", key=keys(*given), log=log, state=state, secret=secret))
    return status, found["said"][0]


def test_a_witness_goes_on_while_the_logs_key_changes(tmp_path: Path) -> None:
    publish(tmp_path / "log", leaves_of(5), signers=[OLD])
    assert look(tmp_path, [OLD]) == (0, "Cosigned the log of 5 leaves. It is the first that this witness saw.")
    publish(tmp_path / "log", leaves_of(7), olds=[5], signers=[NEW, OLD])
    assert look(tmp_path, [OLD]) == (0, "Cosigned the log of 7 leaves. It begins with the 5 leaves seen before.")
    assert look(tmp_path, [OLD, NEW])[0] == 0
    publish(tmp_path / "log", leaves_of(9), olds=[7], signers=[NEW])
    assert look(tmp_path, [OLD, NEW]) == (0, "Cosigned the log of 9 leaves. It begins with the 7 leaves seen before.")
    publish(tmp_path / "log", leaves_of(11), olds=[9], signers=[NEW])
    assert look(tmp_path, [NEW]) == (0, "Cosigned the log of 11 leaves. It begins with the 9 leaves seen before.")


def test_a_witness_that_forgot_the_old_key_is_told_what_is_missing(tmp_path: Path) -> None:
    publish(tmp_path / "log", leaves_of(5), signers=[OLD])
    look(tmp_path, [OLD])
    before = (tmp_path / "state").read_text()
    publish(tmp_path / "log", leaves_of(9), olds=[5], signers=[NEW])

    said = "Not checked: No key you gave signed what this witness saw last: give the log's earlier key too (--key again)."
    assert look(tmp_path, [NEW]) == (1, said)
    assert (tmp_path / "state").read_text() == before
    assert look(tmp_path, [NEW, OLD])[0] == 0


def test_an_old_receipt_is_checked_with_the_old_key(ledger: LedgerWorld, settings: Settings) -> None:
    sealed(ledger)
    first = leaf_proof(number=3)
    old = str(log_keys()[0])
    settings.LOG_SIGNING_SEEDS, settings.LOG_PAST_KEYS = [b"n" * 32], [old]
    sealed(ledger)
    new, past = (verifier.Key.read(str(key)) for key in log_keys())
    again = leaf_proof(number=3)
    assert first is not None
    assert again is not None

    assert (str(past), again.as_json()) == (old, first.as_json())
    for given in ([past], [new, past]):
        asked = argparse.Namespace(key=given, witness=[], quorum=0, log=None)
        assert verifier.check_receipt(first.as_json(), asked)["number"] == 3
    with pytest.raises(verifier.Wrong, match="not signed by the log"):
        verifier.check_receipt(first.as_json(), argparse.Namespace(key=[new], witness=[], quorum=0, log=None))


def test_a_witnesss_new_key_under_its_name_is_the_same_witness(ledger: LedgerWorld, settings: Settings) -> None:
    settings.LOG_WITNESSES, settings.LOG_QUORUM = [str(EAST_WITNESS.key), str(EAST_ANEW.key)], 1
    sizes = []
    for witness in (EAST_WITNESS, EAST_ANEW):
        size = sealed(ledger)
        text = split_note(checkpoint_of(size=size).note)[0]
        cosign(size=size, line=witness.cosign(text, seconds=int(now().timestamp())), at=now())
        cosign(size=size, line=EAST_ANEW.cosign(text, seconds=int(now().timestamp())), at=now())
        sizes.append(size)

    both = keys(EAST_WITNESS, EAST_ANEW)
    for size, witness in zip(sizes, (EAST_WITNESS, EAST_ANEW), strict=True):
        checkpoint = checkpoint_of(size=size)
        assert [each.witness for each in checkpoint.cosignatures] == ["east.example/witness"]
        read = verifier.Checkpoint.read(checkpoint.full_note, [verifier.Key.read(str(log_keys()[0]))])
        assert read.witnessed(keys(witness), 1) == read.witnessed(both, 1) == ["east.example/witness"]
    settings.LOG_QUORUM = 2
    assert cosigned_checkpoint_over(number=1) is None


def test_two_keys_of_one_witness_count_once(ledger: LedgerWorld) -> None:
    found = checkpoint_of(size=sealed(ledger))
    text = split_note(found.note)[0]
    note = found.note + EAST_WITNESS.cosign(text, seconds=1) + EAST_ANEW.cosign(text, seconds=1)
    read = verifier.Checkpoint.read(note, [verifier.Key.read(str(log_keys()[0]))])

    assert read.witnessed(keys(EAST_WITNESS, EAST_ANEW), 1) == ["east.example/witness"]
    with pytest.raises(verifier.Wrong, match="1 of your witnesses cosigned"):
        read.witnessed(keys(EAST_WITNESS, EAST_ANEW), 2)


def test_the_state_keeps_what_was_seen_whatever_the_key(tmp_path: Path) -> None:
    publish(tmp_path / "log", leaves_of(5), signers=[OLD, NEW])
    look(tmp_path, [NEW])

    assert verifier.Checkpoint.read(json.loads((tmp_path / "state").read_text())["seen"], keys(OLD)).size == 5
