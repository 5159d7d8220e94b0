"""A proxy that hands requests on and keeps the answers to itself: as when a connection dies just after the commit."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import Any, Final

from tools.bench.browser import HOST, TIMEOUT_SECONDS

BYTES: Final = 65_536
HEAD_ENDS: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length:"
WAIT_SECONDS: Final = 120


@dataclass(slots=True)
class MuteProxy:
    """Its port, and the answers it kept, by the body of the request."""

    port: int
    to: int
    _answers: dict[bytes, dict[str, Any] | None] = field(default_factory=dict)
    _came: threading.Condition = field(default_factory=threading.Condition)

    def take_answer(self, body: str) -> dict[str, Any] | None:
        """The answer that was kept, once it came; None if there was none."""
        key = body.encode()
        with self._came:
            self._came.wait_for(lambda: key in self._answers, timeout=WAIT_SECONDS)
            return self._answers.pop(key, None)

    def serve(self, visitor: socket.socket) -> None:
        """One request in, one answer kept; then both connections are dropped."""
        with visitor, socket.create_connection((HOST, self.to), timeout=TIMEOUT_SECONDS) as server:
            request, body = _read_request(visitor)
            answer = None
            with suppress(OSError, HTTPException, ValueError):
                server.sendall(request)
                answer = _read_answer(server)
        with self._came:
            self._answers[body] = answer
            self._came.notify_all()


@contextmanager
def mute_proxy(*, to: int) -> Iterator[MuteProxy]:
    """Stand before a port of this machine."""
    with socket.create_server((HOST, 0)) as listening:
        proxy = MuteProxy(listening.getsockname()[1], to)
        threading.Thread(target=_accept, args=(listening, proxy), daemon=True).start()
        yield proxy


def _accept(listening: socket.socket, proxy: MuteProxy) -> None:
    with suppress(OSError):  # the proxy was closed
        while True:
            visitor, _address = listening.accept()
            threading.Thread(target=proxy.serve, args=(visitor,), daemon=True).start()


def _read_request(visitor: socket.socket) -> tuple[bytes, bytes]:
    """All of a request, and its body."""
    read = b""
    while HEAD_ENDS not in read:
        read += _some(visitor)
    head, _ends, body = read.partition(HEAD_ENDS)
    length = next((int(line[len(LENGTH) :]) for line in head.lower().split(b"\r\n") if line.startswith(LENGTH)), 0)
    while len(body) < length:
        more = _some(visitor)
        read, body = read + more, body + more
    return read, body


def _read_answer(server: socket.socket) -> dict[str, Any]:
    with HTTPResponse(server, method="POST") as response:
        response.begin()
        answer: dict[str, Any] = json.loads(response.read())
        return answer


def _some(visitor: socket.socket) -> bytes:
    read = visitor.recv(BYTES)
    if not read:
        raise ConnectionError("the visitor left before the request was whole")
    return read
