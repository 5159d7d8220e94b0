"""What ends a process that waits until it is asked to end."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from tests.waiting import PATIENCE_SECONDS

WAITS = "from community.stopping import Stopping; stopping = Stopping(); print('waits', flush=True); stopping.wait(60); print('asked')"
UNDER_NOHUP = f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); {WAITS}"


@contextmanager
def waiting(program: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", program], cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waits\n"
        yield process
        process.kill()


def ignored_by(process: subprocess.Popen[str]) -> set[signal.Signals]:
    """The signals that a process ignores, as Linux says it."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    mask = int(re.search(r"SigIgn:\s*(\w+)", status)[1], 16)  # type: ignore[index]
    return {each for each in signal.Signals if mask >> (each - 1) & 1}


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_process_ends_in_order_when_asked_or_when_its_terminal_is_closed(asked: signal.Signals) -> None:
    with waiting(WAITS) as process:
        process.send_signal(asked)

        assert process.communicate(timeout=PATIENCE_SECONDS)[0] == "asked\n"
        assert process.returncode == 0


def test_after_nohup_a_closed_terminal_ends_nothing() -> None:
    with waiting(UNDER_NOHUP) as process:
        assert signal.SIGHUP in ignored_by(process)
        process.send_signal(signal.SIGHUP)
        process.terminate()
        assert process.communicate(timeout=PATIENCE_SECONDS)[0] == "asked\n"
