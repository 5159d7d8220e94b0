"""verify_books.py as a program of its own: what it says, and the status it ends with."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from core.clock import now
from points.log.checkpoints import checkpoint_of, latest_checkpoint, make_checkpoint
from points.log.exports import export_lines
from points.log.opened import leaf_proof
from points.log.sealing import seal_all
from tests.ledger_world import LedgerWorld
from tests.points.log.world import EAST_WITNESS, PROGRAM, log_key, mirror, sealed, spend_some
from tests.waiting import PATIENCE_SECONDS


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROGRAM), *arguments], input=text, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
    )


def export(ledger: LedgerWorld, file: Path, *, after: int = 0) -> list[str]:
    """The bank's own leaves as the API streams them."""
    checkpoint = latest_checkpoint()
    assert checkpoint is not None
    lines = [line.rstrip("\n") for line in export_lines(issuer=ledger.issuer, after=after, checkpoint=checkpoint)]
    file.write_text("\n".join(lines) + "\n")
    return lines


def receipt(number: int) -> str:
    found = leaf_proof(number=number)
    assert found is not None
    return found.as_json()


def test_a_receipt_from_a_file_with_nothing_but_the_file(ledger: LedgerWorld, tmp_path: Path) -> None:
    size = sealed(ledger)
    file = tmp_path / "receipt.json"
    file.write_text(receipt(3))

    done = run("receipt", str(file), "--key", log_key())

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Number 3 of the log localhost/points: redeem, recorded 2026-03-20 04:00:00 UTC.\n")
    assert f"30 points of issuer {ledger.issuer}: lot to payable {ledger.merchant}\n" in done.stdout
    assert done.stdout.endswith(f"It is in the log of {size} leaves, which the log signed; cosigned by: -.\n")


def test_a_receipt_from_the_text_of_its_code(ledger: LedgerWorld, tmp_path: Path) -> None:
    sealed(ledger)
    found = leaf_proof(number=3)
    assert found is not None

    done = run("receipt", "-", "--json", "--key", log_key(), text=found.as_text() + "\n")

    assert done.returncode == 0
    assert json.loads(done.stdout)["reason"] == "redeem"


def test_a_wrong_receipt_ends_with_2(ledger: LedgerWorld, tmp_path: Path) -> None:
    sealed(ledger)
    body = json.loads(receipt(3))

    done = run("receipt", "-", "--key", log_key(), text=json.dumps({**body, "number": 4}))

    assert done.returncode == 2
    assert done.stdout == "WRONG: The receipt is not in the log: its proof does not lead to the root that the log signed.\n"


def test_a_receipt_without_enough_witnesses_ends_with_2(ledger: LedgerWorld) -> None:
    sealed(ledger)

    done = run("receipt", "-", "--key", log_key(), "--witness", str(EAST_WITNESS.key), "--quorum", "1", text=receipt(3))

    assert done.returncode == 2
    assert "0 of your witnesses cosigned" in done.stdout


@pytest.mark.parametrize("arguments", [[], ["receipt"], ["receipt", "x", "--key", "nonsense"], ["receipt", "no-such-file", "--key", "KEY"]])
def test_bad_arguments_end_with_1(ledger: LedgerWorld, arguments: list[str]) -> None:
    assert run(*[log_key() if word == "KEY" else word for word in arguments]).returncode == 1


def test_help_ends_with_0() -> None:
    assert run("--help").returncode == 0


def test_a_receipt_is_compared_with_the_log_of_today(ledger: LedgerWorld, tmp_path: Path) -> None:
    old = sealed(ledger)
    text = receipt(3)
    new = sealed(ledger, times=70)

    done = run("receipt", "-", "--key", log_key(), "--log", str(mirror(tmp_path, olds=(old,))), text=text)

    assert done.returncode == 0, done.stdout
    assert f"The log has {new} leaves now, and none of those before was rewritten." in done.stdout


def test_an_export_adds_up(ledger: LedgerWorld, tmp_path: Path) -> None:
    LedgerWorld().open().wallet(5)  # another bank's
    sealed(ledger, times=70)
    export(ledger, tmp_path / "leaves")

    done = run("export", str(tmp_path / "leaves"), "--key", log_key(), "--log", str(mirror(tmp_path / "log")), "--json")

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["totals"] == {
        "leaves": 1 + 3 * 70, "issued": 7000, "taken back": 0, "redeemed": 2100, "given back": 700, "expired": 0, "outstanding": 5600,
    }  # fmt: skip


Opened = dict[str, object]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (lambda _own, other: [other], "not the one that its leaf was sealed with"),
        (lambda own, _other: [own, own], "can't be read as what it should be"),
        (lambda _own, _other: [], "can't be read as what it should be"),
        (lambda own, _other: [{**own, "place": 7}], "counted otherwise than it was sealed"),
        (lambda own, other: [{**other, "blinding": own["blinding"], "part": own["part"]}], "counted otherwise than it was sealed"),
        (lambda own, _other: [{"blinding": own["blinding"], "part": own["part"]}], "can't be read as what it should be"),
    ],
)
def test_an_export_with_another_part_ends_with_2(
    ledger: LedgerWorld, tmp_path: Path, parts: Callable[[Opened, Opened], list[Opened]], said: str
) -> None:
    sealed(ledger, times=3)
    lines = export(ledger, tmp_path / "leaves")
    other, own = (json.loads(line) for line in lines[2:4])
    lines[3] = json.dumps({**own, "parts": parts(own["parts"][0], other["parts"][0])})
    (tmp_path / "leaves").write_text("\n".join(lines) + "\n")

    done = run("export", str(tmp_path / "leaves"), "--key", log_key(), "--log", str(mirror(tmp_path / "log")))

    assert done.returncode == 2, done.stdout
    assert said in done.stdout


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("leave one out", "leaves out 1 of the bank's leaves"),
        ("cut off", "cut off"),
        ("twice", "not in the order of the log"),
        ("another leaf", "not the leaf that the log has there"),
        ("other words", "says other words"),
        ("another tile", "not the leaf that the log has there"),
        ("another bank's tile", "do not add up to the root"),
        ("another issuer", "opens a part of another bank"),
        ("another issuer's number", "The log did not sign that the bank has 10 leaves"),
    ],
)
def test_an_export_that_was_touched_ends_with_2(ledger: LedgerWorld, tmp_path: Path, harm: str, said: str) -> None:
    other = LedgerWorld().open()
    other.wallet(5)  # numbers 2 and 3 are another bank's
    sealed(ledger, times=3)
    log = mirror(tmp_path / "log")
    lines = export(ledger, tmp_path / "leaves")
    bodies = [json.loads(line) for line in lines]
    if harm == "leave one out":
        del lines[3]
    elif harm == "cut off":
        del lines[-1]
    elif harm == "twice":
        lines.insert(3, lines[3])
    elif harm == "another leaf":
        lines[3] = json.dumps({**bodies[3], "leaf": bodies[2]["leaf"]})
    elif harm == "other words":
        lines[1] = json.dumps({**bodies[1], "words": bodies[1]["words"].replace("12 months", "13 months")})
    elif harm == "another issuer":
        lines[0] = export(other, tmp_path / "others")[0]
    elif harm == "another issuer's number":
        lines[0] = json.dumps({**bodies[0], "issuer": str(other.issuer)})
    elif harm.endswith("tile"):
        (file,) = (log / "tile/0/000.p").iterdir()
        tile = bytearray(file.read_bytes())
        tile[32 if harm == "another bank's tile" else 0] ^= 1
        file.write_bytes(tile)
    (tmp_path / "leaves").write_text("\n".join(lines) + "\n")

    done = run("export", str(tmp_path / "leaves"), "--key", log_key(), "--log", str(log))

    assert done.returncode == 2, done.stdout
    assert said in done.stdout


@pytest.mark.real_clock
@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_a_witness_over_http(live_server: LiveServer, settings: Settings, tmp_path: Path) -> None:
    settings.LOG_WITNESSES = [str(EAST_WITNESS.key)]
    ledger = LedgerWorld().open()
    first = sealed(ledger)
    (tmp_path / "secret").write_text(f"{EAST_WITNESS.key.name} {(b'e' * 32).hex()}")
    look = ["witness", "--key", log_key(), "--log", f"{live_server.url}/api/v1/log", "--state", str(tmp_path / "state")]
    look += ["--secret", str(tmp_path / "secret")]

    done = run(*look)
    assert done.returncode == 0, done.stdout + done.stderr
    spend_some(ledger)
    seal_all()
    make_checkpoint(at=now())
    again = run(*look)

    assert f"It begins with the {first} leaves seen before." in again.stdout
    for size in (first, first + 12):
        assert [each.witness for each in checkpoint_of(size=size).cosignatures] == ["east.example/witness"]
    cited = run("receipt", "-", "--key", log_key(), "--witness", str(EAST_WITNESS.key), "--quorum", "1", text=receipt(3))
    assert cited.returncode == 0, cited.stdout
