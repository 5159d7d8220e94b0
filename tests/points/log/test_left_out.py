"""What an export leaves out at its ends is found by the number of leaves that the log signed, or said not to be proven."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from pytest_django import Settings

from core.clock import now
from points.audit.checks import run_checks
from points.log.books import CHECKS
from points.log.checkpoints import checkpoint_of, checkpoint_text, latest_checkpoint, log_signers, make_checkpoint
from points.log.exports import export_lines
from points.log.notes import signed_note
from points.log.parts import parts_line
from points.log.sealing import seal_all
from tests.ledger_world import LedgerWorld
from tests.points.log.test_bits import asked
from tests.points.log.world import mirror, sealed, spend_some, verifier


def lines_of(ledger: LedgerWorld, *, after: int = 0) -> list[Any]:
    checkpoint = latest_checkpoint()
    assert checkpoint is not None
    return [json.loads(line) for line in export_lines(issuer=ledger.issuer, after=after, checkpoint=checkpoint)]


def without(lines: list[Any], *gone: int) -> list[Any]:
    """The export without some of its leaves, its end counting what is left."""
    header, *leaves, end = lines
    kept = [leaf for place, leaf in enumerate(leaves) if place not in {at % len(leaves) for at in gone}]
    return [header, *kept, {**end, "leaves": len(kept)}]


def check(lines: list[Any], log: Path, **more: Any) -> Any:
    return verifier.check_export(iter(lines), asked(log=verifier.Log(str(log)), **more))


@pytest.fixture
def log(ledger: LedgerWorld, tmp_path: Path) -> Path:
    """Leaves of two banks, the last of them another's."""
    other = LedgerWorld().open()
    spend_some(ledger)
    spend_some(other, times=2)
    sealed(ledger, times=1)
    other.wallet(7)
    seal_all()
    make_checkpoint(at=now())
    return mirror(tmp_path / "log")


def test_a_whole_export_is_proven_to_its_end(ledger: LedgerWorld, log: Path) -> None:
    lines = lines_of(ledger)
    leaves = len(lines) - 2

    found = check(lines, log)

    assert (found["complete"], found["places"]) == (True, [1, leaves])
    assert found["said"][1] == f"The log signed that the bank has {leaves} leaves: none is left out at the end."


@pytest.mark.parametrize("gone", [(-1,), (-1, -2), (0,), (0, -1), tuple(range(1, 13)), tuple(range(13))])
def test_leaves_left_out_at_an_end_are_found(ledger: LedgerWorld, log: Path, gone: tuple[int, ...]) -> None:
    lines = lines_of(ledger)
    assert len(lines) - 2 == 13

    with pytest.raises(verifier.Wrong, match=r"leaves out|and the export ends with its leaf number"):
        check(without(lines, *gone), log)


@pytest.mark.parametrize("gone", [(-1,), (-1, -2)])
def test_leaves_left_out_at_the_end_of_what_is_new_are_found(ledger: LedgerWorld, log: Path, gone: tuple[int, ...]) -> None:
    after = lines_of(ledger)[6]["number"]
    new = lines_of(ledger, after=after)
    assert check(new, log)["complete"]

    with pytest.raises(verifier.Wrong, match="and the export ends with its leaf number"):
        check(without(new, *gone), log)


def test_leaves_left_out_at_the_beginning_of_what_is_new_are_found_by_the_last_place(ledger: LedgerWorld, log: Path) -> None:
    before = lines_of(ledger)[6]
    last, new = before["parts"][0]["place"], lines_of(ledger, after=before["number"])

    assert check(new, log, last_place=last)["complete"]
    assert f"The bank's own leaf number {last + 2} is the first" in " ".join(check(without(new, 0), log)["said"])
    with pytest.raises(verifier.Wrong, match="leaves out 1 of the bank's leaves"):
        check(without(new, 0), log, last_place=last)


def test_that_nothing_is_new_is_proven_by_the_last_place_alone(ledger: LedgerWorld, log: Path) -> None:
    lines = lines_of(ledger)
    last, total = lines[-2]["number"], len(lines) - 2
    none = lines_of(ledger, after=last)
    assert len(none) == 2

    said = check(none, log)
    assert (said["complete"], said["said"][1].startswith("NOT PROVEN: that nothing is new.")) == (False, True)
    assert check(none, log, last_place=total)["complete"]
    with pytest.raises(verifier.Wrong, match=f"the bank has {total} leaves, and the export ends with its leaf number {total - 1}"):
        check(none, log, last_place=total - 1)


def test_a_bank_without_leaves_is_told_that_nothing_shows_it(ledger: LedgerWorld, log: Path) -> None:
    empty = lines_of(LedgerWorld())

    assert check(empty, log)["said"][1] == "NOT PROVEN: that the bank has no leaves. Nothing can show that."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"count": 12}, "did not sign that the bank has 12 leaves"),
        ({"count": 14}, "did not sign that the bank has 14 leaves"),
        ({"commitments": []}, "not those that the log signed"),
        ({"count": 0}, "can't be opened"),
    ],
)
def test_another_number_than_the_signed_one_is_found(ledger: LedgerWorld, log: Path, changes: dict[str, Any], said: str) -> None:
    header, *rest = lines_of(ledger)

    with pytest.raises((verifier.Wrong, ValueError), match=said):
        check([{**header, "parts": {**header["parts"], **changes}}, *rest], log)


def test_an_export_that_hides_the_signed_number_is_refused(ledger: LedgerWorld, log: Path) -> None:
    header, *rest = lines_of(ledger)
    del header["parts"]

    for version in ("cf-leaves-1", "cf-leaves-2"):
        with pytest.raises(verifier.Wrong, match="does not show the bank's own number"):
            check([{**header, "format": version}, *rest], log)


def test_an_old_checkpoint_says_less_and_the_program_says_so(ledger: LedgerWorld, log: Path) -> None:
    header, *rest = lines_of(ledger)
    checkpoint = latest_checkpoint()
    assert checkpoint is not None
    text = checkpoint_text(origin="localhost/points", size=checkpoint.size, root=checkpoint.root)
    old = {"format": "cf-leaves-1", "issuer": header["issuer"], "after": 0, "checkpoint": signed_note(text, log_signers())}

    found = check([old, *rest], log)

    assert (found["complete"], found["said"][1].startswith("NOT PROVEN: that none is left out at the end.")) == (False, True)


def test_an_export_up_to_an_earlier_checkpoint_opens_the_number_of_that_one(ledger: LedgerWorld, tmp_path: Path) -> None:
    size = sealed(ledger)
    log = mirror(tmp_path / "log")
    spend_some(ledger)
    seal_all()  # the log has grown, and no newer checkpoint was signed

    found = check(lines_of(ledger), log)

    assert (found["complete"], found["size"], found["totals"]["leaves"]) == (True, size, 1 + 3 * 3)  # refusals have no part


def test_a_renewed_blinding_key_opens_what_the_old_one_closed(ledger: LedgerWorld, log: Path, settings: Settings) -> None:
    settings.LOG_BLINDING_KEYS = {**settings.LOG_BLINDING_KEYS, 99: b"n" * 32}

    assert check(lines_of(ledger), log)["complete"]


def test_the_line_tells_nobody_else_who_did_anything(ledger: LedgerWorld) -> None:
    counts, key = {ledger.issuer.bytes: 3}, b"k" * 32

    lines = {parts_line(counts=counts, size=size, key=key) for size in (10, 11)} | {parts_line(counts=counts, size=10, key=b"o" * 32)}
    assert len(lines) == 3


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_the_books_find_a_signed_number_that_is_another() -> None:
    ledger = LedgerWorld().open()
    size = sealed(ledger)
    assert {drift.check for drift in run_checks(CHECKS)} == set()
    checkpoint = checkpoint_of(size=size)
    few = parts_line(counts={ledger.issuer.bytes: 1}, size=size, key=b"k" * 32)
    text = checkpoint_text(origin="localhost/points", size=size, root=checkpoint.root, parts=few)
    with connections["owner"].cursor() as owner:
        owner.execute("update points_checkpoint set note = %s", [signed_note(text, log_signers())])

    assert {drift.check for drift in run_checks(CHECKS)} == {"leaves_hash_to_the_root"}
