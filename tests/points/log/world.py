"""A log with something in it, what it publishes as a folder, and the stand-alone verifier beside it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from django.conf import settings
from django.test import Client

from core.clock import now
from points.log.checkpoints import latest_checkpoint, log_keys, make_checkpoint
from points.log.notes import WITNESS_KEY, Signer
from points.log.sealing import seal_all
from tests.ledger_world import LedgerWorld

PROGRAM = settings.BASE_DIR / "tools" / "verify_books" / "verify_books.py"
EAST_WITNESS = Signer.of_seed("east.example/witness", b"e" * 32, kind=WITNESS_KEY)
WEST_WITNESS = Signer.of_seed("west.example/witness", b"w" * 32, kind=WITNESS_KEY)


def load_verifier() -> ModuleType:
    """verify_books.py as a module."""
    spec = importlib.util.spec_from_file_location("verify_books", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


verifier: Any = load_verifier()


def log_key() -> str:
    """The log's public key, as it is given to those who check."""
    return str(log_keys()[0])


def spend_some(ledger: LedgerWorld, *, times: int = 3) -> None:
    """An earn, a redemption, a refusal and a reversal, several times over, each in a wallet of its own."""
    for _ in range(times):
        wallet = ledger.wallet(100)
        spent = ledger.redeem(wallet, 30)
        ledger.redeem(wallet, 71)
        assert spent.transfer_id is not None
        ledger.reverse(wallet, spent.transfer_id, 10)


def sealed(ledger: LedgerWorld, *, times: int = 3) -> int:
    """Spend some, seal it and sign it; the size of the log."""
    spend_some(ledger, times=times)
    seal_all()
    assert make_checkpoint(at=now())
    found = latest_checkpoint()
    assert found is not None
    return found.size


def mirror(folder: Path, *, olds: tuple[int, ...] = ()) -> Path:
    """Everything that the log publishes at its present size, as files under the paths of its addresses."""
    browser = Client()
    note = _fetch(browser, folder, "checkpoint")
    size = int(note.split(b"\n")[1])
    for index in range(-(-size // 256)):
        width = min(256, size - 256 * index)
        _fetch(browser, folder, f"tile/0/{index:03d}" + (f".p/{width}" if width < 256 else ""))
    for old in olds:
        _fetch(browser, folder, f"proof/consistency?from={old}&to={size}")
    return folder


def _fetch(browser: Client, folder: Path, path: str) -> bytes:
    answer = browser.get(f"/api/v1/log/{path}")
    assert answer.status_code == 200, answer.content
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(answer.content)
    return answer.content
