"""Clients that ask over HTTP as tills and banks' systems do: again with the same key until there is an answer."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from threading import Barrier
from typing import Any, Final, TypeVar

from django.db import connections

from tools.bench.browser import HOST, TIMEOUT_SECONDS
from tools.bench.load import Request

T = TypeVar("T")
SERVER_ERROR: Final = 500
PATIENCE_SECONDS: Final = 300
PAUSE_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered in the end."""

    status: int
    body: dict[str, Any]


@dataclass(slots=True)
class Client:
    """One who asks, one request after another. Not for several threads at once."""

    port: int
    faults: Counter[str] = field(default_factory=Counter)  # answers that were the server's fault, by status and code
    cut: int = 0  # requests that were not answered at all
    _connection: HTTPConnection | None = None

    @property
    def retried(self) -> int:
        """Requests that were sent again."""
        return self.cut + sum(self.faults.values())

    def ask(self, request: Request) -> Answer:
        """
        Ask once.

        :raises OSError, HTTPException: if no answer came.
        """
        if self._connection is None:
            self._connection = HTTPConnection(HOST, self.port, timeout=TIMEOUT_SECONDS)
        try:
            self._connection.request("POST", request.path, body=request.body, headers=request.headers)
            answer = self._connection.getresponse()
            text = answer.read()
        except (OSError, HTTPException):
            self.cut += 1
            self.close()
            raise
        body = {}
        with suppress(ValueError):
            body = json.loads(text)
        if answer.status >= SERVER_ERROR:
            self.faults[f"{answer.status} {body.get('code', '')}"] += 1
        return Answer(answer.status, body)

    def insist(self, request: Request, *, seconds: float = PATIENCE_SECONDS) -> Answer:
        """
        Ask, with the very same request, until there is an answer that is no fault of the server's.

        :raises TimeoutError: if there is none in time.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with suppress(OSError, HTTPException):
                answer = self.ask(request)
                if answer.status < SERVER_ERROR:
                    return answer
            time.sleep(PAUSE_SECONDS)
        raise TimeoutError(f"{request.path} was not answered within {seconds:.0f} seconds")

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def at_once(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """Run the tasks in threads of their own that start together; their results in the same order."""
    start = Barrier(len(tasks), timeout=TIMEOUT_SECONDS)

    def run(task: Callable[[], T]) -> T:
        try:
            start.wait()
            return task()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))
