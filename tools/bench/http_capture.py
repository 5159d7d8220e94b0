"""
One counter redemption over HTTP, by eight clients at once, against a plain Django function that makes one `post_one`.

Both are served by the Procfile's own command. A redemption comes with a cashier's session and CSRF token and names a checkout
that stands ready; the checkouts of a run are written before it, as scanning writes them, since they live for two minutes.
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

from core.clock import now
from core.limits import COOL_DOWN
from merchants.models import Cashier
from redemptions.models import Checkout, DeviceCredential
from redemptions.services import enroll_device
from tools.bench.figures import Figure, Rounds
from tools.bench.load import Request, percentile, send_all
from tools.bench.servers import web_server
from tools.bench.tills import REDEEM_PATH, SIGN_IN_PATH, headers_of, let_in, open_checkouts, open_tills
from tools.bench.world import make_bank

CLIENTS: Final = 8
REDEMPTIONS: Final = int(os.environ.get("REDEMPTIONS", "400"))  # of each client in a run
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

    def redemptions(self, each: int = REDEMPTIONS) -> float:
        """Redemptions a second."""
        load = send_all(self.port, [self._requests_of(cashier, each) for cashier in self.cashiers], expect=CREATED)
        self.seconds["capture"] += load.seconds
        return load.rate

    def plain_posts(self, each: int = REDEMPTIONS) -> float:
        """Calls of the plain function a second."""
        load = send_all(self.plain_port, [self._posts_at(cashier, each) for cashier in self.cashiers], expect=CREATED)
        self.seconds["plain"] += load.seconds
        return load.rate

    def statements(self) -> int:
        """What a redemption asks of the database, besides beginning and ending its transaction; not a session's first, which is noted."""
        cashier = self.cashiers[0]
        client = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
        client.get(SIGN_IN_PATH)
        client.force_login(cashier.user, backend=settings.AUTHENTICATION_BACKENDS[-1])
        token = client.cookies[settings.CSRF_COOKIE_NAME].value
        for request in self._requests_of(cashier, 2):
            with CaptureQueriesContext(connection) as asked:
                answer = client.post(request.path, request.body, content_type="application/json", headers={"X-CSRFToken": token})
            assert answer.status_code == CREATED, answer.content
        return sum(not query["sql"].startswith(TRANSACTION) for query in asked.captured_queries)

    def _requests_of(self, cashier: Cashier, each: int) -> list[Request]:
        checkouts = self._checkouts_of(cashier, each)
        return [self._request_of(cashier, checkout) for checkout in checkouts]

    def _request_of(self, cashier: Cashier, checkout: Checkout) -> Request:
        body = {"checkout": str(checkout.pk), "points": 1, "key": f"take-{next(self.numbers)}"}
        return Request(REDEEM_PATH, self.headers[cashier.pk], json.dumps(body))

    def _checkouts_of(self, cashier: Cashier, each: int) -> list[Checkout]:
        return open_checkouts(cashier, [self.devices[next(self.numbers) % len(self.devices)] for _ in range(each)])

    def _posts_at(self, cashier: Cashier, each: int) -> list[Request]:
        merchant = str(cashier.outlet.merchant.party_id)
        devices = [self.devices[next(self.numbers) % len(self.devices)] for _ in range(each)]
        bodies = [{"wallet": str(device.resident.wallet_id), "merchant": merchant, "points": 1, "key": str(uuid4())} for device in devices]
        return [Request("/take", {"Content-Type": "application/json"}, json.dumps(body)) for body in bodies]


def measure() -> list[Figure]:
    """Throughput and its share of the plain function's, median and 99th percentile, and statements a redemption."""
    cashiers, devices = _make_world()
    with ExitStack() as running:
        environment = dict(os.environ)
        port = running.enter_context(web_server(environment))
        plain_port = running.enter_context(web_server(environment, application="tools.bench.plain_function:application"))
        counter = Counter(port, plain_port, cashiers, devices)
        counter.sign_in()
        statements = counter.statements()
        for warm in (counter.redemptions, counter.plain_posts):
            warm(WARM_UP)
        for kept in counter.seconds.values():
            kept.clear()
        rounds = Rounds.take("redemption over HTTP", {"capture": counter.redemptions, "plain": counter.plain_posts})
    parameters = {"clients": CLIENTS, "redemptions_a_client": REDEMPTIONS, "residents": RESIDENTS}
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
