"""
Counter redemptions over HTTP while a bank's file of events is taken in for the very residents who pay, against without.

Two tills, one request after another, as at half of what the server can do; the import is the management command in a
process of its own, file after file.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import uuid4

from django.core.management import call_command
from django.db import connections, transaction

from branches.models import Bank
from core.clock import now
from core.limits import COOL_DOWN, FILE_CHUNK_ROWS
from core.rows import Row
from merchants.models import Cashier
from redemptions.models import DeviceCredential
from redemptions.services import enroll_device
from residents.models import BankLink
from residents.services import import_residents
from tools.bench.figures import ROUNDS, Figure, Rounds
from tools.bench.load import Request, percentile, send_all
from tools.bench.servers import web_server
from tools.bench.tills import REDEEM_PATH, headers_of, open_checkouts, open_tills
from tools.bench.world import make_bank, per_amount_rule

TILLS: Final = 2
REDEMPTIONS: Final = int(os.environ.get("REDEMPTIONS", "300"))  # of each till in a run
WARM_UP: Final = 20
RESIDENTS: Final = 2_000
PAYING: Final = 400  # of them, with phones
EVENTS: Final = 20_000  # in a file, more than are taken in during a run
POINTS_A_YUAN: Final = 100
SETTLE_SECONDS: Final = 1.0  # until the import has begun
LEFT_SECONDS: Final = 120
CREATED: Final = 201


@dataclass(slots=True)
class Counter:
    """Signed-in tills, residents with phones and points, and how long redemptions took."""

    bank: Bank
    port: int
    tills: Sequence[Cashier]
    devices: Sequence[DeviceCredential]
    headers: Sequence[dict[str, str]]
    seconds: dict[str, list[float]] = field(default_factory=lambda: {"alone": [], "beside": []})
    numbers: count[int] = field(default_factory=count)

    def p99(self, name: str, each: int = REDEMPTIONS) -> float:
        """Of one run, in seconds."""
        load = send_all(self.port, [self._requests(till, each) for till in range(len(self.tills))], expect=CREATED)
        self.seconds[name] += load.seconds
        return percentile(load.seconds, 0.99)

    def p99_beside_import(self, folder: Path) -> float:
        """Of one run while files are taken in."""
        with importing(self.bank, folder):
            time.sleep(SETTLE_SECONDS)
            return self.p99("beside")

    def _requests(self, till: int, each: int) -> list[Request]:
        devices = [self.devices[next(self.numbers) % len(self.devices)] for _redemption in range(each)]
        bodies = (
            {"checkout": str(checkout.pk), "points": 1, "key": str(uuid4())} for checkout in open_checkouts(self.tills[till], devices)
        )
        return [Request(REDEEM_PATH, self.headers[till], json.dumps(body)) for body in bodies]


def measure() -> list[Figure]:
    """The 99th percentile alone and beside an import, over all runs, and the ratio of the rounds."""
    bank, devices = _people_with_points()
    tills = open_tills(bank, count=TILLS)
    with TemporaryDirectory() as name, web_server(dict(os.environ)) as port:
        counter = Counter(bank, port, tills, devices, [headers_of(till, port=port) for till in tills])
        counter.p99("alone", WARM_UP)
        counter.seconds["alone"].clear()
        runs: dict[str, Callable[[], float]] = {
            "alone": partial(counter.p99, "alone"),
            "beside": partial(counter.p99_beside_import, Path(name)),
        }
        rounds = Rounds.take("redemptions beside an import", runs)
    parameters = {"tills": TILLS, "redemptions_a_till": REDEMPTIONS, "runs": ROUNDS, "residents": RESIDENTS, "importers": 1}
    return [
        Figure("capture_alone_p99", percentile(counter.seconds["alone"], 0.99) * 1000, "ms", parameters),
        Figure("capture_beside_import_p99", percentile(counter.seconds["beside"], 0.99) * 1000, "ms", parameters),
        Figure("capture_during_import", rounds.ratio("beside", to="alone"), "times_alone", parameters),
    ]


@contextmanager
def importing(bank: Bank, folder: Path) -> Iterator[None]:
    """Have files of events taken in, one after another, by a process of its own."""
    connections.close_all()
    forked = multiprocessing.get_context("fork")
    stopping = forked.Event()
    importer = forked.Process(target=_import, args=(bank, folder, stopping), daemon=True)
    importer.start()
    try:
        yield
        assert importer.is_alive(), "the import went on to the end"
    finally:
        stopping.set()
        importer.terminate()
        importer.join(LEFT_SECONDS)


def _import(bank: Bank, folder: Path, stopping: Event) -> None:
    for number in count():
        if stopping.is_set():
            return
        path = folder / f"{uuid4()}.csv"
        _write_events(path, f"{path.stem}-{number}")
        call_command("import_events", str(path), bank=bank.code, stdout=path.with_suffix(".said").open("w"))


def _write_events(path: Path, name: str) -> None:
    moment = now() - timedelta(days=1)
    with path.open("w", encoding="utf-8") as out:
        out.write("id,type,subject,time,amount_minor,currency\n")
        for number in range(EVENTS):
            out.write(f"{name}-{number},bill.paid,{number % RESIDENTS},{moment.isoformat()},{1_000 + number % 9_000},CNY\n")


def _people_with_points() -> tuple[Bank, list[DeviceCredential]]:
    """Customers of the bank, and the phones of those who pay; a first file gives everybody points."""
    bank = make_bank("BESIDE")
    per_amount_rule(bank, code="R1", event_type="bill.paid", points=POINTS_A_YUAN, per_minor=100, event_cap=100_000, day_cap=None)
    rows = [Row(line=n, end=n, fields={"customer": str(n), "name": f"Client {n}", "branch": "BESIDE-1"}) for n in range(RESIDENTS)]
    for start in range(0, RESIDENTS, FILE_CHUNK_ROWS):
        with transaction.atomic():
            import_residents(bank=bank, rows=rows[start : start + FILE_CHUNK_ROWS], at=now())
    with TemporaryDirectory() as name:
        path = Path(name) / "first.csv"
        _write_events(path, "first")
        call_command("import_events", str(path), bank=bank.code, stdout=path.with_suffix(".said").open("w"))
    links = BankLink.objects.filter(bank=bank).select_related("resident").order_by("pk")[:PAYING]
    return bank, [enroll_device(resident=link.resident, at=now() - COOL_DOWN).device for link in links]
