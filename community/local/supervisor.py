"""Runs the Procfile's processes: starts them, starts again what dies, ends all of them together."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

GRACE_SECONDS: Final = 20.0  # a warm shutdown: the worker ends what it has begun
PAUSE_SECONDS: Final = 0.2
DEATHS_ALLOWED: Final = 5  # in this many seconds:
DEATHS_WINDOW: Final = 60.0


@dataclass(slots=True)
class Process:
    """One line of the Procfile, running."""

    name: str
    command: list[str]
    running: subprocess.Popen[bytes]
    deaths: list[float] = field(default_factory=list)


def read_procfile(path: Path, *, environment: Mapping[str, str]) -> dict[str, list[str]]:
    """Each process's name and command, `$NAME` replaced from the environment."""
    lines = (line.partition(":") for line in path.read_text().splitlines() if line.strip() and not line.startswith("#"))
    return {name.strip(): [_expanded(word, environment) for word in shlex.split(rest)] for name, _, rest in lines}


def supervise(commands: Mapping[str, list[str]], *, environment: Mapping[str, str], stopping: Callable[[], bool]) -> bool:
    """
    Run the processes until told to stop, and leave none behind.

    :returns: False if a process died so often that all were ended.
    """
    processes = [Process(name, command, _start(command, environment)) for name, command in commands.items()]
    try:
        while not stopping():
            for process in processes:
                if process.running.poll() is not None and not stopping() and not _restart(process, environment):
                    return False
            time.sleep(PAUSE_SECONDS)
        return True
    finally:
        _end(processes)


def _start(command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """In a session of its own: Ctrl-C reaches the supervisor alone, which then ends the others in order."""
    return subprocess.Popen(command, env=dict(environment), start_new_session=True, stdin=subprocess.DEVNULL)  # noqa: S603  the Procfile's


def _restart(process: Process, environment: Mapping[str, str]) -> bool:
    moment = time.monotonic()
    process.deaths = [*(death for death in process.deaths if moment - death < DEATHS_WINDOW), moment]
    print(f"{process.name} ended with status {process.running.returncode}.", file=sys.stderr)
    _kill_group(process)  # whatever it left behind
    if len(process.deaths) > DEATHS_ALLOWED:
        print(f"{process.name} keeps ending; stopping everything. Its last lines above say why.", file=sys.stderr)
        return False
    time.sleep(1)
    process.running = _start(process.command, environment)
    return True


def _end(processes: list[Process]) -> None:
    for process in processes:
        process.running.terminate()  # it alone: the worker and the web server end their own children, warmly
    deadline = time.monotonic() + GRACE_SECONDS
    for process in processes:
        try:
            process.running.wait(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            print(f"{process.name} did not end in time and was killed.", file=sys.stderr)
        _kill_group(process)
        process.running.wait()


def _kill_group(process: Process) -> None:
    with suppress(ProcessLookupError):  # all of it may be gone already
        os.killpg(process.running.pid, signal.SIGKILL)


def _expanded(word: str, environment: Mapping[str, str]) -> str:
    for name, value in environment.items():
        word = word.replace(f"${name}", value)
    return word
