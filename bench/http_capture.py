"""
One counter capture over HTTP, by eight clients at once, against a plain Django function that makes one `post_one`.

Both are served by the Procfile's own command. A capture comes with a cashier's session and CSRF token and names a claim
that stands ready; the claims of a run are written before it, as scanning writes them, since they live for two minutes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.figures import Figure, Rounds
from bench.load import Request, percentile, send_all
from bench.servers import web_server
from bench.tills import CAPTURE_PATH, SIGN_IN_PATH, headers_of, let_in, open_claims, open_tills
from bench.world import make_bank
from core.clock import now
from core.limits import COOL_DOWN
from merchants.models import Cashier
from redemptions.models import Claim, DeviceCredential
from redemptions.services import enroll_device

CLIENTS: Final = 8
CAPTURES: Final = int(os.environ.get("CAPTURES", "400"))  # of each client in a run
WARM_UP: Final = 20
RESIDENTS: Final = CLIENTS * 50
POINTS: Final = 1_000_000
CREATED: Final = 201
TRANSACTION: Final = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


@dataclass(slots=True)
class Counter:
    """Cashiers who are signed in, residents with points, and what both servers took how long."""

    port: int
    plain_port: int
    cashiers: Sequence[Cashier]
    devices: Sequence[DeviceCredential]
    headers: dict[int, dict[str, str]] = field(default_factory=dict)
    seconds: dict[str, list[float]] = field(default_factory=lambda: {"capture": [], "plain": []})
    numbers: count[int] = field(default_factory=count)

    def sign_in(self) -> None:
        """A session for each cashier, and the CSRF cookie that a first page brings."""
        for cashier in self.cashiers:
            self.headers[cashier.pk] = headers_of(cashier, port=self.port)

    def captures(self, each: int = CAPTURES) -> float:
        """Captures a second."""
        load = send_all(self.port, [self._captures_of(cashier, each) for cashier in self.cashiers], expect=CREATED)
        self.seconds["capture"] += load.seconds
        return load.rate

    def plain_posts(self, each: int = CAPTURES) -> float:
        """Calls of the plain function a second."""
        load = send_all(self.plain_port, [self._posts_at(cashier, each) for cashier in self.cashiers], expect=CREATED)
        self.seconds["plain"] += load.seconds
        return load.rate

    def statements(self) -> int:
        """What a capture asks of the database, besides beginning and ending its transaction; not a session's first, which is noted."""
        cashier = self.cashiers[0]
        client = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
        client.get(SIGN_IN_PATH)
        client.force_login(cashier.user, backend=settings.AUTHENTICATION_BACKENDS[-1])
        token = client.cookies[settings.CSRF_COOKIE_NAME].value
        for request in self._captures_of(cashier, 2):
            with CaptureQueriesContext(connection) as asked:
                answer = client.post(request.path, request.body, content_type="application/json", headers={"X-CSRFToken": token})
            assert answer.status_code == CREATED, answer.content
        return sum(not query["sql"].startswith(TRANSACTION) for query in asked.captured_queries)

    def _captures_of(self, cashier: Cashier, each: int) -> list[Request]:
        claims = self._claims_of(cashier, each)
        return [self._capture_of(cashier, claim) for claim in claims]

    def _capture_of(self, cashier: Cashier, claim: Claim) -> Request:
        body = {"claim": str(claim.pk), "points": 1, "key": f"take-{next(self.numbers)}"}
        return Request(CAPTURE_PATH, self.headers[cashier.pk], json.dumps(body))

    def _claims_of(self, cashier: Cashier, each: int) -> list[Claim]:
        return open_claims(cashier, [self.devices[next(self.numbers) % len(self.devices)] for _ in range(each)])

    def _posts_at(self, cashier: Cashier, each: int) -> list[Request]:
        merchant = str(cashier.outlet.merchant.party_id)
        devices = [self.devices[next(self.numbers) % len(self.devices)] for _ in range(each)]
        bodies = [{"wallet": str(device.resident.wallet_id), "merchant": merchant, "points": 1, "key": str(uuid4())} for device in devices]
        return [Request("/take", {"Content-Type": "application/json"}, json.dumps(body)) for body in bodies]


def measure() -> list[Figure]:
    """Throughput and its share of the plain function's, median and 99th percentile, and statements a capture."""
    cashiers, devices = _make_world()
    with ExitStack() as running:
        environment = dict(os.environ)
        port = running.enter_context(web_server(environment))
        plain_port = running.enter_context(web_server(environment, application="bench.plain_function:application"))
        counter = Counter(port, plain_port, cashiers, devices)
        counter.sign_in()
        statements = counter.statements()
        for warm in (counter.captures, counter.plain_posts):
            warm(WARM_UP)
        for kept in counter.seconds.values():
            kept.clear()
        rounds = Rounds.take("capture over HTTP", {"capture": counter.captures, "plain": counter.plain_posts})
    parameters = {"clients": CLIENTS, "captures_a_client": CAPTURES, "residents": RESIDENTS}
    figures = [
        Figure("http_capture", rounds.ratio("capture", to="plain"), "of_plain_function", parameters),
        Figure("http_capture_statements", statements, "statements", parameters),
    ]
    for name in ("capture", "plain"):
        figures += [
            Figure(f"http_{name}_rate", rounds.median(name), "requests/s", parameters),
            Figure(f"http_{name}_p50", percentile(counter.seconds[name], 0.5) * 1000, "ms", parameters),
            Figure(f"http_{name}_p99", percentile(counter.seconds[name], 0.99) * 1000, "ms", parameters),
        ]
    return figures


def _make_world() -> tuple[list[Cashier], list[DeviceCredential]]:
    bank, at = make_bank("HTTP"), now()
    residents = let_in(bank, count=RESIDENTS, points=POINTS)
    return open_tills(bank, count=CLIENTS), [enroll_device(resident=resident, at=at - COOL_DOWN).device for resident in residents]
