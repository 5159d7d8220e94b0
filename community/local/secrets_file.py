"""Secrets that an embedded installation makes for itself, once, in a file only its owner can read."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from pathlib import Path

FILE_NAME = "secrets.json"


def embedded_secrets(*, var: Path) -> dict[str, str]:
    """
    The installation's secrets by name, made on the first call and the same ever after.

    Two processes may ask at once: the file appears whole under its name, by a link that only one of them gets.
    A secret that a newer version needs besides is made when it is first missed.
    """
    path = var / FILE_NAME
    if not path.exists():
        make_private_folder(var)
        _write_once(path, json.dumps(_fresh(), indent=2))
    found: dict[str, str] = json.loads(path.read_text())
    if _fresh().keys() - found.keys():
        found = _add_missing(path)
    return found


def make_private_folder(folder: Path) -> None:
    """Make the folder readable by its owner alone; one that is there already is left as it is."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


def _fresh() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "LOOKUP_KEY": secrets.token_hex(32),
        "CODE_KEYS": f"1:{secrets.token_hex(32)}",
        "LOG_SIGNING_KEYS": secrets.token_hex(32),
        "LOG_BLINDING_KEYS": f"1:{secrets.token_hex(32)}",
        "postgres": secrets.token_hex(24),
        "owner": secrets.token_hex(24),
        "app": secrets.token_hex(24),
    }


def _add_missing(path: Path) -> dict[str, str]:
    """Add what is missing, one process at a time; what is there stays."""
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found: dict[str, str] = _fresh() | json.loads(path.read_text())
        _draft(path, json.dumps(found, indent=2)).replace(path)
    return found


def _draft(path: Path, text: str) -> Path:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _write_once(path: Path, text: str) -> None:
    draft = _draft(path, text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first; its secrets are the ones
    finally:
        draft.unlink()
