"""
The web process's workers killed by SIGKILL one after another, while visitors ask for `/healthz` and for a page.

What is demanded: with one worker gone the others serve. Every request is answered 200, but for those that the killed worker
held: such a connection is cut, at most one of each visitor at each kill, and the same request on a new connection is
answered. No connection is ever refused, none goes without an answer, and the killed worker comes back by itself while the
web process itself stays.

A visitor that is cut off asks again once the killed worker is gone. Not at once: the kernel closes a killed process's
sockets one after another, and until it comes to the one that listens, a new connection may still fall to it and is cut
as well, for some milliseconds.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

from core.progress import bar
from tools.bench.browser import HOST
from tools.bench.place import Place
from tools.drills.clients import at_once
from tools.drills.crew import WEB, Crew, crew, wait_until
from tools.drills.outcome import Outcome

KILLS: Final = 20
SMALL_KILLS: Final = 2
PATHS: Final = ("/healthz", "/sign-in/")
VISITORS_EACH: Final = 2
ANSWERS_BETWEEN: Final = 4  # of each visitor: a kill falls on a system at work, and no visitor is struck by two at once
ANSWER_SECONDS: Final = 60  # a worker that starts takes a core; longer than this nobody waits
LISTENING: Final = "0A"  # a socket's state in /proc/net/tcp


def drill(place: Place, *, small: bool) -> Outcome:
    """Kill one worker after another."""
    kills, gone, stopping = SMALL_KILLS if small else KILLS, threading.Event(), threading.Event()
    gone.set()
    with crew(place, names=(WEB,)) as processes:
        visitors = [_Visitor(processes.port, path, gone, stopping) for path in PATHS for _ in range(VISITORS_EACH)]
        killer = _Killer(processes, visitors, kills, gone, stopping)
        tasks: list[Callable[[], None]] = [*visitors, killer]
        at_once(tasks)
        deaths = processes.deaths[WEB]
    breaches = [said for visitor in visitors for said in visitor.breaches]
    breaches += [f"a visitor was cut off {one.cut} times by {kills} kills" for one in visitors if one.cut > kills]
    breaches += [f"the web process itself ended {deaths} times"] if deaths else []
    figures = {
        "kills": kills,
        "visitors": len(visitors),
        "answers": sum(visitor.answers for visitor in visitors),
        "cut": sum(visitor.cut for visitor in visitors),
        "longest_wait_seconds": max(visitor.longest for visitor in visitors),
        "worker_back_seconds": max(killer.back_after),
    }
    return Outcome(figures, breaches)


@dataclass(slots=True)
class _Visitor:
    """Asks for one address, each time on a new connection, until told to stop."""

    port: int
    path: str
    gone: threading.Event  # not set while a killed worker dies
    stopping: threading.Event
    answers: int = 0
    cut: int = 0
    longest: float = 0.0
    breaches: list[str] = field(default_factory=list)

    def __call__(self) -> None:
        while not self.stopping.is_set() and not self.breaches:
            began = time.monotonic()
            try:
                self._ask()
            except (OSError, HTTPException) as error:
                self._again(error)
            self.longest = max(self.longest, time.monotonic() - began)

    def _again(self, error: Exception) -> None:
        """A cut connection is asked for again, once, when its worker is gone; anything else must not be."""
        if not isinstance(error, ConnectionResetError | BrokenPipeError | HTTPException):
            self.breaches.append(f"{self.path}: {error!r}")
            return
        self.cut += 1
        self.gone.wait(ANSWER_SECONDS)
        try:
            self._ask()
        except (OSError, HTTPException) as again:
            self.breaches.append(f"{self.path} was not answered on a new connection either: {again!r}")

    def _ask(self) -> None:
        connection = HTTPConnection(HOST, self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request("GET", self.path)
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
        if answer.status != HTTPStatus.OK:
            self.breaches.append(f"{self.path} was answered {answer.status}")
        self.answers += 1


@dataclass(slots=True)
class _Killer:
    """Kills the worker that has lived longest, once all serve and every visitor was answered again."""

    processes: Crew
    visitors: list[_Visitor]
    kills: int
    gone: threading.Event
    stopping: threading.Event
    back_after: list[float] = field(default_factory=list)

    def __call__(self) -> None:
        try:
            wait_until(lambda: self._serving() > 1, what="two workers serve")
            workers = self._serving()
            with bar(label="workers killed", total=self.kills, unit=" kills") as progress:
                for _round in range(self.kills):
                    self._wait_for_answers()
                    self._kill(workers)
                    progress.update()
            self._wait_for_answers()
        finally:
            self.stopping.set()

    def _kill(self, workers: int) -> None:
        began, oldest = time.monotonic(), self._workers()[0]
        self.gone.clear()
        os.kill(oldest, signal.SIGKILL)
        wait_until(lambda: oldest not in self._workers(), what="the killed worker is gone")
        self.gone.set()
        wait_until(lambda: self._serving() == workers, what=f"{workers} workers serve again")
        self.back_after.append(time.monotonic() - began)

    def _wait_for_answers(self) -> None:
        enough = [(visitor, visitor.answers + ANSWERS_BETWEEN) for visitor in self.visitors]
        wait_until(
            lambda: all(visitor.answers >= answers or visitor.breaches for visitor, answers in enough),
            what="each visitor is answered",
        )

    def _workers(self) -> list[int]:
        """The process ids of the web process's children, the oldest first."""
        first = self.processes.pid(WEB)
        found: list[int] = []
        for task in Path(f"/proc/{first}/task").glob("*"):
            with suppress(OSError):
                found += map(int, (task / "children").read_text().split())
        return sorted(found, key=_started)

    def _serving(self) -> int:
        """How many sockets listen at the port: each worker has one of its own."""
        lines = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
        return sum(line[3] == LISTENING and int(line[1].rpartition(":")[2], 16) == self.processes.port for line in lines)


def _started(pid: int) -> int:
    """When a process began, in ticks of the kernel; one that is gone began last."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except OSError:
        return 2**63
