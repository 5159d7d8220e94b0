"""Waiting for what another process or thread does: until it is so, and no longer than something hangs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

PATIENCE_SECONDS: Final = 120.0  # only what hangs takes so long, on a slow and busy machine too
PAUSE_SECONDS: Final = 0.02


def wait_until(condition: Callable[[], bool], *, what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """
    Wait until the condition holds.

    :raises AssertionError: if it never does.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"it never happened that {what}"
        time.sleep(PAUSE_SECONDS)
