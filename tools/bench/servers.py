"""The web process as the Procfile starts it, on a free port, with any application."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from typing import Final

from tools.bench.browser import HOST
from tools.bench.place import ROOT

PRODUCT: Final = "community.wsgi:application"
START_SECONDS: Final = 300
PORTS: Final = range(12_000, 30_000)
PORTS_A_PROCESS: Final = 50  # processes that look at the same time begin in different places
STOP_SECONDS: Final = 60
_own_ports: Final = (PORTS[(os.getpid() * PORTS_A_PROCESS + number) % len(PORTS)] for number in count())


@contextmanager
def web_server(environment: Mapping[str, str], *, application: str = PRODUCT) -> Iterator[int]:
    """Serve the application with the Procfile's own command; gives the port."""
    port = free_port()
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join((programs, environment.get("PATH", os.defpath)))
    process = subprocess.Popen(web_command(application, port=port), cwd=ROOT, env={**environment, "PATH": path})
    try:
        _wait_until_it_answers(process, port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=STOP_SECONDS)


def web_command(application: str, *, port: int) -> list[str]:
    """The Procfile's line for web, with another application in the place of the product."""
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    words = shlex.split(lines["web"].replace("$HOST", HOST).replace("$PORT", str(port)))
    assert PRODUCT in words, "the Procfile names the product's application"
    return [application if word == PRODUCT else word for word in words]


def free_port() -> int:
    """A port that nobody listens at; Linux itself hands out higher ones only, so it stays free until it is used."""
    for port in _own_ports:
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port
    raise AssertionError("the ports go round and round")


def answers(port: int) -> bool:
    """Whether a web server answers at this port, whatever it says."""
    connection = HTTPConnection(HOST, port, timeout=30)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, "the web server ended by itself"
        if answers(port):
            return
        time.sleep(0.1)
    raise TimeoutError("the web server did not answer in time")
