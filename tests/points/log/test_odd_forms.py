"""Every oddity of what the verifier is given is refused with a sentence: tried one by one, and by chance with a seed."""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from points.log.checkpoints import checkpoint_text, latest_checkpoint
from points.log.exports import export_lines
from points.log.notes import NotANote, PublicKey, Signer, signed_note
from points.log.opened import leaf_proof
from tests.ledger_world import LedgerWorld
from tests.points.log.folder_log import LOG, ORIGIN, leaves_of, publish
from tests.points.log.test_verify_books import run
from tests.points.log.world import EAST_WITNESS, log_key, mirror, sealed, verifier

SEED, ROUNDS = 20261130, 400
TEXT = checkpoint_text(origin=ORIGIN, size=17, root=bytes(32), parts="parts AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
PRIME = 2**255 - 19
EIGHTH = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD83D3D706A17C7
SMALL = [0, 1, PRIME - 1, EIGHTH, PRIME - EIGHTH, PRIME, PRIME + 1]  # the last two are 0 and 1 in another writing
KEY = verifier.Key.read(str(LOG.key))


def look(command: str, file: Path, log: Path | None = None) -> tuple[int, list[str]]:
    """What the program says of a file; an exception that it doesn't foresee fails the test."""
    place = verifier.Log(str(log)) if log else None
    keys = [verifier.Key.read(log_key())]
    status, found = verifier.run(argparse.Namespace(command=command, file=file, key=keys, witness=[], quorum=0, log=place, last_place=None))
    return status, found["said"]


def written(name: str, kind: int, raw: bytes) -> str:
    return str(verifier.Key(name, kind, raw))


@pytest.mark.parametrize("kind", [1, 4])
@pytest.mark.parametrize("sign", [0, 1])
@pytest.mark.parametrize("y", SMALL)
def test_a_key_that_signs_everything_is_no_key(y: int, sign: int, kind: int) -> None:
    text = written("example.com/points", kind, (y | sign << 255).to_bytes(32, "little"))

    with pytest.raises(ValueError, match="anything counts as signed"):
        verifier.Key.read(text)
    with pytest.raises(NotANote, match="anything counts as signed"):
        PublicKey.read(text)


def test_what_such_a_key_would_let_pass() -> None:
    """With the neutral element as key and as half of the signature, every text verifies: the refusal is needed."""
    neutral = (1).to_bytes(32, "little")
    key = verifier.Key(ORIGIN, 1, neutral)

    assert key.signed("anything\n", f"— {ORIGIN} {verifier.encode(key.id + neutral + bytes(32))}\n")


@pytest.mark.parametrize("name", ["", "two words", "a\tb", "a\u3000b", "a\n"])
def test_a_name_without_a_form_is_no_name(name: str) -> None:
    with pytest.raises(ValueError, match="not a public key"):
        verifier.Key.read(written(name, 1, LOG.key.raw))


NOTE = signed_note(TEXT, [LOG])
SIGNATURE = NOTE.rpartition("\n\n")[2]
ENCODED = SIGNATURE.rpartition(" ")[2]


@pytest.mark.parametrize(
    "note",
    [
        TEXT + "\n" + ENCODED,  # a line without a name
        TEXT + "\n— " + ENCODED,
        TEXT + f"\n—  {ENCODED}",
        TEXT + "\n" + SIGNATURE.replace("— ", "—"),
        TEXT + "\n" + SIGNATURE.replace("— ", "- "),
        NOTE + ENCODED,
        NOTE + "hello\n",
        NOTE + "\n",
        NOTE + "— a b",
        NOTE.removesuffix("\n"),
        NOTE + SIGNATURE * 300,
        NOTE.replace("\n17\n", "\n017\n"),
        NOTE.replace("\n17\n", "\n١٧\n"),
        NOTE.replace("\n17\n", f"\n{2**63}\n"),
        NOTE.replace("\n17\n", "\n" + "9" * 5000 + "\n"),
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("\n17\n", "\n17\x0b\n"),
        "",
        "\n\n",
        None,
        17,
        [],
        {"a": 1},
    ],
    ids=lambda note: repr(note)[-30:],
)
def test_a_note_of_another_form_is_refused(note: object) -> None:
    assert verifier.Checkpoint.read(NOTE, [KEY]).size == 17

    with pytest.raises((verifier.Wrong, *verifier.UNREADABLE)):
        verifier.Checkpoint.read(note, [KEY])


@pytest.mark.parametrize(
    "text",
    [
        TEXT + "parts AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        TEXT.replace("AAA=", "AA=="),
        TEXT.replace("parts ", "parts  "),
        TEXT.replace("\n17\n", "\n0\n"),
        TEXT.replace("\n17\n", "\n-1\n"),
        TEXT.replace("\n17\n", "\n1.7e1\n"),
        TEXT.replace("AAA=\n", "AA=\n", 1),
    ],
)
def test_what_the_log_signed_must_have_its_form_too(text: str) -> None:
    with pytest.raises((verifier.Wrong, *verifier.UNREADABLE)):
        verifier.Checkpoint.read(signed_note(text, [LOG]), [KEY])


def test_lines_that_others_add_are_no_harm() -> None:
    """Extension lines and signatures of strangers are allowed by the format; none of them counts."""
    stranger = Signer.of_seed("stranger.example", b"s" * 32)
    text = TEXT + "another extension\n"

    assert verifier.Checkpoint.read(signed_note(text, [stranger, LOG]), [KEY]).size == 17


Change = Callable[[list[Any]], object]


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines.append({}),
        lambda lines: lines.append(None),
        lambda lines: lines.append([]),
        lambda lines: lines[-1].update(leaves=float(lines[-1]["leaves"])),
        lambda lines: lines[-1].update(end=float(lines[-1]["end"])),
        lambda lines: lines[-1].update(end=lines[-1]["end"] - 1),
        lambda lines: lines[-1].pop("end"),
        lambda lines: lines[-1].update(more=1),
        lambda lines: lines[2].update(number=float(lines[2]["number"])),
        lambda lines: lines[1].update(number=True),
        lambda lines: lines[2]["parts"][0].update(place=2.0),
        lambda lines: lines[1]["parts"][0].update(place=True),
        lambda lines: lines[2].update(words="nothing"),
        lambda lines: lines[1].pop("words"),
        lambda lines: lines[2].update(more=1),
        lambda lines: lines[0].update(after=0.0),
        lambda lines: lines[0].update(after=False),
        lambda lines: lines[0].update(after=-1),
        lambda lines: lines[0].update(format="cf-leaves-3"),
        lambda lines: lines[0].pop("format"),
        lambda lines: lines[0].update(issuer=lines[0]["issuer"].replace("-", "")),
        lambda lines: lines[0].update(issuer="{" + lines[0]["issuer"] + "}"),
        lambda lines: lines[0]["parts"].update(count=float(lines[0]["parts"]["count"])),
        lambda lines: lines.__setitem__(0, []),
        lambda lines: lines.__setitem__(1, None),
        lambda lines: lines.clear(),
    ],
)
def test_an_export_of_another_form_is_refused(ledger: LedgerWorld, tmp_path: Path, change: Change) -> None:
    sealed(ledger, times=2)
    log, file = mirror(tmp_path / "log"), tmp_path / "leaves"
    checkpoint = latest_checkpoint()
    assert checkpoint is not None
    lines = [json.loads(line) for line in export_lines(issuer=ledger.issuer, after=0, checkpoint=checkpoint)]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert look("export", file, log)[0] == 0

    change(lines)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))

    status, (said, *_more) = look("export", file, log)
    assert (status, said.startswith("WRONG: ")) == (2, True)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "", "null", "[]", "7", "NaN", "CFRECEIPT1.", "CFRECEIPT1.A", "\ud800"])
@pytest.mark.parametrize("command", ["receipt", "export"])
def test_what_is_nothing_at_all_is_refused(ledger: LedgerWorld, tmp_path: Path, command: str, text: str) -> None:
    sealed(ledger, times=1)
    file = tmp_path / "file"
    file.write_text(text, errors="surrogatepass")

    status, (said, *_more) = look(command, file, mirror(tmp_path / "log"))

    assert (status, said.startswith("WRONG: ")) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--quorum", "-1"],
        ["--quorum", "1.0"],
        ["--quorum", "x"],
        ["--quorum", "1"],  # of no witness
        ["--witness", "LOG"],
        ["--key", "WITNESS"],
        ["--log", "http://host:port"],
        ["--log", "http://["],
        ["--log", "http://" + "x" * 300],
        ["--log", "http://\udcff"],
    ],
    ids=str,
)
def test_odd_arguments_check_nothing(ledger: LedgerWorld, tmp_path: Path, arguments: list[str]) -> None:
    sealed(ledger, times=1)
    given = {"LOG": log_key(), "WITNESS": str(EAST_WITNESS.key)}
    found = leaf_proof(number=1)
    assert found is not None
    (tmp_path / "receipt").write_text(found.as_json())

    done = run("receipt", str(tmp_path / "receipt"), "--key", log_key(), *[given.get(word, word) for word in arguments])

    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stdout + done.stderr


def test_changes_by_chance_are_never_called_whole(ledger: LedgerWorld, tmp_path: Path) -> None:
    """An export, a receipt in both forms, and the log's own files, each changed here and there: a sentence, and never all well."""
    dice = random.Random(SEED)
    sealed(ledger, times=2)
    log, file = mirror(tmp_path / "log"), tmp_path / "file"
    checkpoint, found = latest_checkpoint(), leaf_proof(number=3)
    assert checkpoint is not None
    assert found is not None
    export = "".join(export_lines(issuer=ledger.issuer, after=0, checkpoint=checkpoint))
    for command, text in (("export", export), ("receipt", found.as_json()), ("receipt", found.as_text())):
        file.write_text(text)
        assert look(command, file, log if command == "export" else None)[0] == 0
        for _round in range(ROUNDS):
            file.write_bytes(changed(text.encode(), dice))
            status, said = look(command, file, log if command == "export" else None)
            assert status == 2 or same(text, file.read_text()), said
            assert said


def test_proofs_and_checkpoints_changed_by_chance_are_never_cosigned(tmp_path: Path) -> None:
    dice = random.Random(SEED)
    secret, state, log = tmp_path / "secret", tmp_path / "state.json", tmp_path / "log"
    secret.write_text(f"{EAST_WITNESS.key.name} {(b'e' * 32).hex()}")
    asked = argparse.Namespace(command="witness", key=[KEY], log=verifier.Log(str(log)), state=state, secret=secret, name=None)
    publish(log, leaves_of(5))
    assert verifier.run(asked)[0] == 0
    seen = state.read_text()
    publish(log, leaves_of(300), olds=[5])
    files = [log / "checkpoint", log / "proof/consistency?from=5&to=300"]
    whole = [file.read_bytes() for file in files]
    for round_ in range(ROUNDS):
        which = round_ % 2
        files[which].write_bytes(changed(whole[which], dice))
        status, found = verifier.run(asked)
        if not same(whole[which].decode(), files[which].read_text(errors="replace")):
            assert (status, state.read_text()) == (2, seen), found
        state.write_text(seen)
        files[which].write_bytes(whole[which])
    assert verifier.run(asked)[0] == 0


def test_a_witness_state_changed_by_chance_is_told(tmp_path: Path) -> None:
    dice = random.Random(SEED)
    secret, state, log = tmp_path / "secret", tmp_path / "state.json", tmp_path / "log"
    secret.write_text(f"{EAST_WITNESS.key.name} {(b'e' * 32).hex()}")
    asked = argparse.Namespace(command="witness", key=[KEY], log=verifier.Log(str(log)), state=state, secret=secret, name=None)
    publish(log, leaves_of(5))
    verifier.run(asked)
    seen = state.read_bytes()
    for _round in range(ROUNDS):
        state.write_bytes(changed(seen, dice))
        status, _found = verifier.run(asked)
        assert status in (1, 2) or same(seen.decode(), state.read_text())


def changed(data: bytes, dice: random.Random) -> bytes:
    """The bytes with a bit flipped, a piece cut out or doubled, or something odd put in."""
    at, end = sorted(dice.randrange(len(data) + 1) for _ in range(2))
    odd = dice.choice(
        [b"{}", b"[", b"]", b".0", b"-", b"null", b"\\ud800", b"\x00", b"\xff", "\u2028".encode(), b"\n\n", b"1" * 400, b"e9"]
    )
    flipped = data[:at] + bytes([data[at - 1] ^ 1 << dice.randrange(8)]) + data[at + 1 :]
    return dice.choice(
        [flipped, data[:at] + data[end:], data[:end] + data[at:], data[:at] + odd + data[at:], data[:at] + odd + data[end:], data + odd]
    )


def same(one: str, other: str) -> bool:
    """Whether two texts say the same: as JSON line by line, or letter by letter but for spaces around them."""
    try:
        return bool(said_by(one) == said_by(other))
    except (ValueError, RecursionError):
        return one.strip() == other.strip()


def said_by(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.splitlines()]
