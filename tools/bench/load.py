"""Requests from several client processes at once, each over one kept connection, bounded in number."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Final, NamedTuple

from tools.bench.browser import HOST, TIMEOUT_SECONDS

WAIT_SECONDS: Final = 120


class Request(NamedTuple):
    """One POST, ready to be sent."""

    path: str
    headers: dict[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Load:
    """What a run of requests took."""

    rate: float
    seconds: Sequence[float]  # of each request


def send_all(port: int, clients: Sequence[Sequence[Request]], *, expect: int) -> Load:
    """Let each client send its requests one after another, all clients at once; every answer must be the one expected."""
    from django.db import connections

    connections.close_all()
    forked = multiprocessing.get_context("fork")
    answers: Queue[tuple[float, float, list[float]]] = forked.Queue()
    start = forked.Barrier(len(clients))
    workers = [forked.Process(target=_send, args=(port, requests, expect, answers, start), daemon=True) for requests in clients]
    for worker in workers:
        worker.start()
    parts = [answers.get(timeout=WAIT_SECONDS) for _worker in workers]
    for worker in workers:
        worker.join()
    seconds = [taken for _begin, _end, each in parts for taken in each]
    return Load(rate=len(seconds) / (max(part[1] for part in parts) - min(part[0] for part in parts)), seconds=seconds)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all don't exceed."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def _send(port: int, requests: Sequence[Request], expect: int, answers: Queue[tuple[float, float, list[float]]], start: Barrier) -> None:
    connection = HTTPConnection(HOST, port, timeout=TIMEOUT_SECONDS)
    connection.connect()
    start.wait(WAIT_SECONDS)
    each: list[float] = []
    begin = before = time.perf_counter()
    for request in requests:
        connection.request("POST", request.path, body=request.body, headers=request.headers)
        answer = connection.getresponse()
        text = answer.read()
        after = time.perf_counter()
        each.append(after - before)
        before = after
        assert answer.status == expect, text[:300]
    answers.put((begin, before, each))
