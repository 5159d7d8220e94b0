"""The sealed log for everyone: checkpoints, proofs and tiles; and its own leaves for a bank."""

from __future__ import annotations

import argparse
import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from pytest_django import Settings

from branches.models import Bank
from core.clock import now
from merchants.models import Cashier
from openapi.scopes import EVENTS_READ, SCOPES
from points.log.checkpoints import latest_checkpoint, log_keys, make_checkpoint
from points.log.sealing import seal_all
from points.posting import Redeem, post_one
from residents.models import Resident
from tests.openapi.world import Partner, assert_problem, make_partner
from tests.points.log.world import EAST_WITNESS, WEST_WITNESS, mirror, verifier
from tests.world import BEGINNING, give_points

LOG = "/api/v1/log"


@pytest.fixture
def size(zhang: Resident, east: Bank, west: Bank, bakery: Cashier) -> int:
    """A log of both banks' terms, what they gave Zhang, and what Zhang spent of both at Bakery."""
    give_points(resident=zhang, bank=east, points=100)
    give_points(resident=zhang, bank=west, points=150)
    merchant = bakery.outlet.merchant.party_id
    assert post_one(Redeem(wallet=zhang.wallet_id, merchant=merchant, points=180, key="k", effective_at=BEGINNING), at=BEGINNING).posted
    seal_all()
    assert make_checkpoint(at=now())
    return 5


def ask(path: str, **headers: str) -> Any:
    return Browser().get(f"{LOG}/{path}", headers=headers)


def keys() -> list[Any]:
    return [verifier.Key.read(str(key)) for key in log_keys()]


def test_the_newest_checkpoint_is_signed(size: int) -> None:
    answer = ask("checkpoint")

    found = verifier.Checkpoint.read(answer.content.decode(), keys())
    assert (found.origin, found.size) == ("localhost/points", size)
    assert answer.headers["Cache-Control"] == "public, max-age=2"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert ask(f"checkpoint/{size}").content == answer.content


def test_an_older_checkpoint_stays(size: int, mei: Resident, east: Bank) -> None:
    before = ask("checkpoint").content
    give_points(resident=mei, bank=east, points=1)
    seal_all()
    make_checkpoint(at=now())

    assert ask(f"checkpoint/{size}").content == before
    assert ask("checkpoint").content != before


def test_the_checkpoint_over_a_number_is_the_first_that_suffices(size: int, settings: Settings, mei: Resident, east: Bank) -> None:
    settings.LOG_WITNESSES, settings.LOG_QUORUM = [str(EAST_WITNESS.key)], 1
    give_points(resident=mei, bank=east, points=1)
    seal_all()
    make_checkpoint(at=now())

    assert ask("checkpoint/over/1").content == ask(f"checkpoint/{size}").content  # none suffices: the first
    later = latest_checkpoint()
    assert later is not None
    cosign(later.size, EAST_WITNESS.cosign(later.note.partition("\n\n")[0] + "\n", seconds=int(now().timestamp())))
    assert ask("checkpoint/over/1").content == ask(f"checkpoint/{later.size}").content
    assert ask(f"checkpoint/over/{size + 1}").content == ask(f"checkpoint/{later.size}").content
    assert ask("checkpoint/over/1").headers["Cache-Control"] == "public, max-age=2"


@pytest.mark.parametrize(
    "path", ["checkpoint/4", "checkpoint/99", "checkpoint/over/99", "tile/0/001", "tile/0/000", "tile/0/000.p/6", "tile/9/000.p/1"]
)
def test_what_is_not_there_is_not_found(size: int, path: str) -> None:
    assert_problem(ask(path), status=HTTPStatus.NOT_FOUND, code="not_found")


@pytest.mark.parametrize(
    "path",
    [
        "proof/inclusion?number=0&size=5",
        "proof/inclusion?number=6&size=5",
        "proof/inclusion?number=1&size=6",
        "proof/consistency?from=0&to=5",
        "proof/consistency?from=5&to=4",
        "proof/consistency?from=1&to=6",
    ],
)
def test_there_is_no_proof_beyond_the_log(size: int, path: str) -> None:
    assert_problem(ask(path), status=HTTPStatus.NOT_FOUND, code="not_found")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("proof/inclusion", "number"),
        ("proof/inclusion?number=1", "size"),
        ("proof/inclusion?number=-1&size=5", "number"),
        ("proof/consistency?from=x&to=5", "from"),
        ("proof/consistency?from=1&to=99999999999999999999", "to"),
    ],
)
def test_a_number_must_be_one(size: int, path: str, field: str) -> None:
    body = assert_problem(ask(path, **{"Accept-Language": "en"}), status=HTTPStatus.BAD_REQUEST, code="field_wrong")

    assert body["title"] == f"{field} is missing or not what it should be."


def test_proofs_and_tiles_may_be_kept_for_ever(size: int) -> None:
    answers = [ask(f"proof/inclusion?number=1&size={size}"), ask("proof/consistency?from=1&to=5"), ask("tile/0/000.p/5")]

    assert {answer.headers["Cache-Control"] for answer in answers} == {"public, max-age=31536000, immutable"}
    assert len(answers[2].content) == 5 * 32


def test_each_smaller_log_is_the_beginning(size: int) -> None:
    checkpoint = latest_checkpoint()
    assert checkpoint is not None
    for old in range(1, size + 1):
        hashes = [verifier.decode(each) for each in ask(f"proof/consistency?from={old}&to={size}").json()["hashes"]]
        leaves = verifier.rows(ask("tile/0/000.p/5").content)[:old]
        old_root, new_root = verifier.consistency_roots(old, size, hashes, root(leaves) if old & (old - 1) == 0 or old == size else None)
        assert (old_root, new_root) == (root(leaves), checkpoint.root)


def root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    found: bytes = verifier.node(root(leaves[:half]), root(leaves[half:]))
    return found


def test_a_bank_gets_its_own_leaves_and_they_check_out(size: int, partner: Partner, east: Bank, tmp_path: Path) -> None:
    file = export(partner, tmp_path)
    lines = [json.loads(line) for line in file.read_text().splitlines()]

    assert [line["number"] for line in lines[1:-1]] == [1, 3, 5]
    assert f"of issuer {east.issuer_id}" in lines[1]["words"]
    assert check(file, mirror(tmp_path / "log"))["totals"] == {
        "leaves": 3, "issued": 100, "taken back": 0, "redeemed": 30, "given back": 0, "expired": 0, "outstanding": 70,
    }  # fmt: skip


def test_the_other_bank_gets_others(size: int, west: Bank, tmp_path: Path) -> None:
    partner = make_partner(bank=west, scopes=SCOPES, browser=Browser())

    found = check(export(partner, tmp_path), mirror(tmp_path / "log"))

    assert (found["totals"]["issued"], found["totals"]["redeemed"], found["totals"]["outstanding"]) == (150, 150, 0)


def test_only_what_is_new_can_be_asked_for(size: int, partner: Partner) -> None:
    answer = partner.browser.get(f"{LOG}/leaves?after=3", headers=partner.headers)

    lines = [json.loads(line) for line in whole(answer).splitlines()]
    assert (lines[0]["after"], [line["number"] for line in lines[1:-1]], lines[-1]) == (3, [5], {"end": size, "leaves": 1})


def test_leaves_need_their_own_scope(size: int, east: Bank) -> None:
    partner = make_partner(bank=east, scopes=[EVENTS_READ], browser=Browser())

    assert_problem(partner.browser.get(f"{LOG}/leaves", headers=partner.headers), status=HTTPStatus.FORBIDDEN, code="scope_needed")


def test_a_witness_is_known_by_its_signature(size: int, settings: Settings) -> None:
    settings.LOG_WITNESSES = [str(EAST_WITNESS.key)]
    checkpoint = latest_checkpoint()
    assert checkpoint is not None
    text = checkpoint.note.partition("\n\n")[0] + "\n"
    line = EAST_WITNESS.cosign(text, seconds=int(now().timestamp()))

    first, again = cosign(size, line), cosign(size, line)

    assert (first.status_code, again.content) == (HTTPStatus.OK, first.content)
    assert first.content.decode() == checkpoint.note + line
    assert ask("checkpoint").content.decode() == checkpoint.note + line


@pytest.mark.parametrize("wrong", ["stranger", "another text", "ahead of time", "not a line"])
def test_others_cosign_nothing(size: int, settings: Settings, wrong: str) -> None:
    settings.LOG_WITNESSES = [str(EAST_WITNESS.key)]
    checkpoint = latest_checkpoint()
    assert checkpoint is not None
    text = checkpoint.note.partition("\n\n")[0] + "\n"
    at = int(now().timestamp())
    line = {
        "stranger": WEST_WITNESS.cosign(text, seconds=at),
        "another text": EAST_WITNESS.cosign(text.replace("points", "pints"), seconds=at),
        "ahead of time": EAST_WITNESS.cosign(text, seconds=at + 3600),
        "not a line": "hello",
    }[wrong]

    assert_problem(cosign(size, line), status=HTTPStatus.FORBIDDEN, code="not_the_witness")
    assert ask("checkpoint").content.decode() == checkpoint.note


@pytest.mark.parametrize("body", [{}, {"size": 5}, {"size": 0, "line": "x"}, {"size": "many", "line": "x"}, {"size": 5, "line": "x" * 501}])
def test_a_cosignature_has_its_fields(size: int, body: object) -> None:
    answer = Browser().post(f"{LOG}/cosignatures", json.dumps(body), content_type="application/json")

    assert_problem(answer, status=HTTPStatus.BAD_REQUEST, code="field_wrong")


def test_who_signs_is_said(size: int, settings: Settings) -> None:
    settings.LOG_WITNESSES, settings.LOG_QUORUM = [str(EAST_WITNESS.key)], 1

    assert ask("keys").json() == {
        "origin": "localhost/points",
        "keys": [str(key) for key in log_keys()],
        "witnesses": [str(EAST_WITNESS.key)],
        "quorum": 1,
    }


def cosign(size: int, line: str) -> Any:
    return Browser().post(f"{LOG}/cosignatures", json.dumps({"size": size, "line": line}), content_type="application/json")


def whole(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def export(partner: Partner, folder: Path) -> Path:
    answer = partner.browser.get(f"{LOG}/leaves", headers=partner.headers)
    assert answer.status_code == HTTPStatus.OK
    file = folder / "leaves.ndjson"
    file.write_bytes(whole(answer))
    return file


def check(file: Path, folder: Path) -> Any:
    asked = argparse.Namespace(key=keys(), witness=[], quorum=0, log=verifier.Log(str(folder)))
    with file.open() as lines:
        return verifier.check_export(map(json.loads, lines), asked)
