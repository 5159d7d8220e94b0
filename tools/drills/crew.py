"""The Procfile's processes and the database under them: killed at will, and started again as a supervisor does."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

import psycopg2
from django.db import connections

from community.local import embedded
from community.local.supervisor import read_procfile
from tools.bench.browser import HOST
from tools.bench.place import ROOT, Place
from tools.bench.servers import answers, free_port

DATABASE: Final = "postgresql"
WEB: Final = "web"
START_SECONDS: Final = 300
STOP_SECONDS: Final = 60
PAUSE_SECONDS: Final = 0.05
AT_WORK: Final = "select count(*) from pg_stat_activity where application_name = %s"


@dataclass(slots=True)
class Crew:
    """Processes by their names in the Procfile. What ends by itself is started again; nobody counts how often."""

    place: Place
    port: int
    commands: dict[str, list[str]]
    environment: dict[str, str]
    log: IO[bytes]
    deaths: Counter[str] = field(default_factory=Counter)  # of those that were not killed here
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def start(self, name: str) -> None:
        """In a session of its own, so that it can be killed with all its children; the database knows it by its name."""
        environment = {**self.environment, "PGAPPNAME": name}
        self._running[name] = subprocess.Popen(
            self.commands[name],
            cwd=ROOT,
            env=environment,
            stdout=self.log,
            stderr=self.log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self, name: str) -> None:
        """End a process with all its children at once, by SIGKILL, and start it again."""
        if name == DATABASE:
            self._kill_database()
            return
        with self._lock:
            _kill_group(self._running[name])
            self.start(name)

    def pid(self, name: str) -> int:
        """The process id it runs under now."""
        return self._running[name].pid

    def wait_until_at_work(self, name: str) -> None:
        """Until the web process answers, and until the others have a connection to the database."""
        if name == WEB:
            wait_until(lambda: answers(self.port), what="web answers")
        else:
            wait_until(lambda: self._is_at_work(name), what=f"{name} is at work")

    def watch(self, stopping: threading.Event) -> None:
        """Start again what ended by itself, as most do when the database goes away under them."""
        while not stopping.wait(PAUSE_SECONDS * 10):
            with self._lock:
                for name, process in self._running.items():
                    if process.poll() is not None:
                        self.deaths[name] += 1
                        _kill_group(process)
                        self.start(name)

    def end(self) -> None:
        """End all in order; what doesn't is killed."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            _kill_group(process)

    def _is_at_work(self, name: str) -> bool:
        with suppress(psycopg2.Error), _a_connection() as cursor:
            cursor.execute(AT_WORK, [name])
            return name == DATABASE or cursor.fetchone() != (0,)
        return False

    def _kill_database(self) -> None:
        """The server's first process: the others end when they notice. Then as any start after a crash, stale files and all."""
        with embedded.server(var=self.place.folder) as cluster:
            first = embedded.live_pid(cluster)
            assert first is not None, "it was at work"
            os.kill(first, signal.SIGKILL)
            connections.close_all()
            wait_until(lambda: embedded.live_pid(cluster) is None, what="the database has died")
        with embedded.server(var=self.place.folder):
            pass  # it is up; the drill's own place keeps it so


@contextmanager
def crew(place: Place, *, names: Sequence[str]) -> Iterator[Crew]:
    """Have these processes, at work."""
    from community.local.processes import make_queues

    connections.close_all()
    maker = multiprocessing.get_context("fork").Process(target=make_queues)  # its connections end with it
    maker.start()
    maker.join()
    port = free_port()
    path = os.pathsep.join((str(Path(sys.executable).parent), place.environment.get("PATH", os.defpath)))
    environment = {**place.environment, "PATH": path, "HOST": HOST, "PORT": str(port), "PYTHONUNBUFFERED": "1"}
    with ExitStack() as used:
        log = used.enter_context((place.folder / "processes.log").open("ab"))
        commands = read_procfile(ROOT / "Procfile", environment=environment)
        made = Crew(place, port, commands, environment, log)
        used.callback(made.end)
        for name in names:
            made.start(name)
        for name in names:
            made.wait_until_at_work(name)
        stopping = threading.Event()
        watcher = threading.Thread(target=made.watch, args=(stopping,), daemon=True)
        watcher.start()
        used.callback(watcher.join)
        used.callback(stopping.set)
        yield made


def wait_until(condition: Callable[[], bool], *, what: str, seconds: float = START_SECONDS) -> None:
    """
    Wait until the condition holds.

    :raises TimeoutError: if it doesn't in time.
    """
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"It did not happen within {seconds:.0f} seconds that {what}.")
        time.sleep(PAUSE_SECONDS)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def _a_connection() -> Iterator[psycopg2.extensions.cursor]:
    """A fresh one: Django's own may be one that a killed server left behind."""
    from django.conf import settings

    known = settings.DATABASES["default"]
    connection = psycopg2.connect(
        host=known["HOST"], user=known["USER"], password=known["PASSWORD"], dbname=known["NAME"], connect_timeout=60
    )
    try:
        with connection, connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
