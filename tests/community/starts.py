"""A start with given settings, as far as it takes to read them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.waiting import PATIENCE_SECONDS

ROOT: Final = Path(__file__).resolve().parents[2]
HEX: Final = bytes(range(32)).hex()
GOOD: Final[Mapping[str, str]] = {  # strong enough to start with
    "SECRET_KEY": "abcdefghijklmnopqrstuvwxyz0123456789-ABCDEFGHIJKLMNO",
    "FIELD_KEYS": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    "LOOKUP_KEY": HEX,
    "CODE_KEYS": f"1:{HEX}",
    "LOG_SIGNING_KEYS": HEX,
    "LOG_BLINDING_KEYS": f"1:{HEX}",
}


def start(settings: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Read the settings, and nothing else."""
    environment = {"PATH": os.environ["PATH"], **settings}
    command = [sys.executable, "-c", "import community.config"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
