"""A log behind an address that goes back, withholds or rewrites: the program says so, keeps both signed heads, ends with 2."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.db import connections
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from core.clock import now
from points.log.checkpoints import checkpoint_of, make_checkpoint
from points.log.opened import leaf_proof
from points.log.sealing import seal_all
from points.models import Log
from tests.ledger_world import LedgerWorld
from tests.points.log.world import EAST_WITNESS, PROGRAM, log_key, sealed
from tests.waiting import PATIENCE_SECONDS

pytestmark = [pytest.mark.django_db(databases=["default", "owner"], transaction=True), pytest.mark.real_clock]
UNSHOWN = "leaves, and can't or won't show that they begin with"


@dataclass
class Front:
    """What stands between the log and those who ask it: it refuses proofs of consistency, so many times, with this status."""

    log: str
    refusing: int = 0
    status: int = 404
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str, body: bytes | None) -> tuple[int, bytes]:
        """What the log says, or the refusal."""
        self.asked.append(path)
        if "/proof/consistency" in path and self.refusing > 0:
            self.refusing -= 1
            return self.status, b"{}"
        try:
            with urlopen(Request(self.log + path, body, {"Content-Type": "application/json"})) as found:  # noqa: S310 - our own server
                return found.status, found.read()
        except HTTPError as refusal:
            return refusal.code, refusal.read()

    @contextmanager
    def open(self) -> Iterator[str]:
        """The address at which it listens."""
        front = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                status, body = front.answer(self.path, self.rfile.read(length) if length else None)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET  # noqa: N815

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/api/v1/log"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


@dataclass
class Outside:
    """A machine of the bank's own: the program, its witness's key and state, and a receipt."""

    folder: Path
    log: str

    def witness(self, *more: str) -> subprocess.CompletedProcess[str]:
        """Look at the log."""
        (self.folder / "secret").write_text(f"{EAST_WITNESS.key.name} {(b'e' * 32).hex()}")
        return self._run("witness", "--secret", "secret", "--state", "state", *more)

    def receipt(self) -> subprocess.CompletedProcess[str]:
        """Compare the kept receipt with the log."""
        return self._run("receipt", "receipt.json")

    def keep_receipt(self, number: int) -> None:
        """Keep what proves a number now."""
        found = leaf_proof(number=number)
        assert found is not None
        (self.folder / "receipt.json").write_text(found.as_json())

    @property
    def evidence(self) -> dict[str, list[str]]:
        """The heads in each file of evidence: what was seen, what was shown."""
        found: dict[str, Any] = {file.name: json.loads(file.read_text()) for file in self.folder.glob("*.fork-*.json")}
        return {name: [body["seen"], body["shown"]] for name, body in found.items()}

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(PROGRAM), *arguments, "--key", log_key(), "--log", self.log]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)


@pytest.fixture
def front(live_server: LiveServer, settings: Settings) -> Front:
    settings.LOG_WITNESSES = [str(EAST_WITNESS.key)]
    return Front(live_server.url)


@pytest.fixture
def outside(front: Front, tmp_path: Path) -> Iterator[Outside]:
    with front.open() as log:
        yield Outside(tmp_path, log)


def owner(*statements: str, values: Sequence[str | int | bytes] = ()) -> None:
    with connections["owner"].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, values)


def test_a_log_restored_from_a_backup_is_told(front: Front, outside: Outside) -> None:
    ledger = LedgerWorld().open()
    old = sealed(ledger)
    backup = Log.objects.values_list("size", "root", "frontier", "parts").get()
    new = sealed(ledger)
    outside.keep_receipt(new)
    assert outside.witness().returncode == 0
    heads = [checkpoint_of(size=new).note, checkpoint_of(size=old).note]
    owner("delete from points_cosignature", f"delete from points_checkpoint where size = {new}")
    size, root, frontier, parts = backup
    state = (size, bytes(root), bytes(frontier), json.dumps(parts))
    owner("update points_log set size = %s, root = %s, frontier = %s, parts = %s", values=state)

    witnessed, compared = outside.witness(), outside.receipt()

    assert (witnessed.returncode, compared.returncode) == (2, 2)
    for said in (witnessed.stdout, compared.stdout):
        assert said.startswith(f"WRONG: The log signed {new} {UNSHOWN} {old} it signed. The log answered 404 at proof/consistency")
        assert "show them to the other banks" in said
    names = {name.partition(".fork-")[0]: kept for name, kept in outside.evidence.items()}
    assert names == {"state": heads, "receipt.json": heads}
    assert sum("/proof/consistency" in path for path in front.asked) == 4  # each asked once more


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_a_proof_that_is_withheld_is_told(front: Front, outside: Outside, status: int) -> None:
    ledger = LedgerWorld().open()
    old = sealed(ledger)
    outside.witness()
    new = sealed(ledger)
    front.refusing, front.status = 2, status

    done = outside.witness()

    assert done.returncode == 2
    assert f"The log signed {new} {UNSHOWN} {old} it signed. The log answered {status}" in done.stdout
    assert list(outside.evidence.values()) == [[checkpoint_of(size=old).note, checkpoint_of(size=new).note]]
    assert json.loads((outside.folder / "state").read_text())["seen"] == checkpoint_of(size=old).note
    assert checkpoint_of(size=new).cosignatures == ()


def test_a_server_that_lags_behind_is_asked_once_more(front: Front, outside: Outside) -> None:
    ledger = LedgerWorld().open()
    sealed(ledger)
    outside.witness()
    new = sealed(ledger)
    front.refusing = 1

    done = outside.witness()

    assert (done.returncode, outside.evidence) == (0, {})
    assert [each.witness for each in checkpoint_of(size=new).cosignatures] == ["east.example/witness"]


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_server_in_trouble_is_neither_right_nor_wrong(front: Front, outside: Outside, status: int) -> None:
    ledger = LedgerWorld().open()
    sealed(ledger)
    outside.keep_receipt(1)
    outside.witness()
    sealed(ledger)
    front.refusing, front.status = 4, status

    for done in (outside.witness(), outside.receipt()):
        assert done.returncode == 1
        assert done.stdout.startswith(f"Not checked: The log answered {status} at proof/consistency")
    assert outside.evidence == {}


@pytest.mark.parametrize("grown", [0, 5])
def test_a_rewritten_history_is_told(front: Front, outside: Outside, grown: int) -> None:
    ledger = LedgerWorld().open()
    old = sealed(ledger)
    outside.keep_receipt(old)
    outside.witness()
    seen = checkpoint_of(size=old).note
    owner("truncate points_cosignature, points_checkpoint, points_tile, points_log", "update points_sealed set opening = null")
    owner("update points_posting set points = points + 1 where target_kind = 'payable'")
    for _ in range(grown):
        ledger.wallet(1)
    assert seal_all() == old + grown
    assert make_checkpoint(at=now())
    shown = checkpoint_of(size=old + grown).note

    witnessed, compared = outside.witness("--every", "60"), outside.receipt()  # a witness that goes on looking stops here

    assert (witnessed.returncode, compared.returncode) == (2, 2)
    told = f"WRONG: The log of {old + grown} leaves does not begin with the log of {old} leaves: it was forked or rewritten."
    assert witnessed.stdout.startswith(told)
    assert compared.stdout.startswith(told)
    names = {name.partition(".fork-")[0]: kept for name, kept in outside.evidence.items()}
    assert names == {"state": [seen, shown], "receipt.json": [seen, shown]}
