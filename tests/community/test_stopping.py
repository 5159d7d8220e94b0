"""What ends a process that waits until it is asked to end."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.programs import next_line, running
from tests.waiting import PATIENCE_SECONDS

WAITS = "from community.stopping import Stopping; stopping = Stopping(); print('waits', flush=True); stopping.wait(60); print('asked')"
ASKED_AT_EVERY_STEP = """
import signal, sys
from community.stopping import Stopping

def is_asked_in_time(step):
    stopping, left = Stopping(), step

    def trace(_frame, _event, _argument):
        nonlocal left
        left -= 1
        if left == 0:
            signal.raise_signal(signal.SIGTERM)
        return trace

    sys.settrace(trace)
    stopping.wait(0)
    sys.settrace(None)
    assert stopping() == (left <= 0)
    return left <= 0

steps = 1
while is_asked_in_time(steps):
    steps += 1
print(steps)
"""
UNDER_NOHUP = f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); {WAITS}"


@contextmanager
def waiting(program: str) -> Iterator[subprocess.Popen[str]]:
    with running(program, stdout=subprocess.PIPE, text=True) as process:
        assert next_line(process) == "waits\n"
        yield process


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


def test_a_process_that_is_asked_within_any_step_of_a_wait_never_hangs() -> None:
    with running(ASKED_AT_EVERY_STEP, stdout=subprocess.PIPE, text=True) as process:
        steps = process.communicate(timeout=PATIENCE_SECONDS)[0]

    assert process.returncode == 0
    assert int(steps) > 2  # a wait has that many at least


def test_after_nohup_a_closed_terminal_ends_nothing() -> None:
    with waiting(UNDER_NOHUP) as process:
        assert signal.SIGHUP in ignored_by(process)
        process.send_signal(signal.SIGHUP)
        process.terminate()
        assert process.communicate(timeout=PATIENCE_SECONDS)[0] == "asked\n"
