"""The sealed log: its pace beside one connection's batches, its price for redemptions, proofs at ten million leaves, the verifier."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final
from uuid import uuid4

from tools.bench.figures import Figure, Rounds
from tools.bench.ledger import Ledger, make_ledger
from tools.bench.place import ROOT
from tools.bench.single_posts import CLIENTS, SECONDS, rate, redeem
from tools.bench.tall_log import LEAVES as TALL
from tools.bench.tall_log import build_tall_log
from tools.bench.wide_export import LEAVES as WIDE
from tools.bench.wide_export import write_export

WALLETS: Final = 5_000
MERCHANTS: Final = 100
POINTS: Final = 1_000_000
BATCHES: Final = 20
PROOFS: Final = 200
LEFT_SECONDS: Final = 60


def measure() -> list[Figure]:
    """Ratios of the pace, the price, the reads of a proof, the verifier's minute."""
    ledger = make_ledger(wallets=WALLETS, merchants=MERCHANTS, points=POINTS)
    return [*_pace(ledger), *_price(ledger), *_verifier(), *_proofs()]


def _pace(ledger: Ledger) -> list[Figure]:
    from points.log.sealing import seal_all

    seal_all()
    rounds = Rounds.take("sealing", {"batch": lambda: _post(ledger), "seal": _seal})
    parameters = {"batch": 500, "facts": BATCHES * 500, "connections": 1}
    return [
        Figure("log_batch_rate", rounds.median("batch"), "earns/s", parameters),
        Figure("log_seal_rate", rounds.median("seal"), "leaves/s", parameters),
        Figure("log_seal_of_batch", rounds.ratio("seal", to="batch"), "of_batch_rate", parameters),
    ]


def _post(ledger: Ledger) -> float:
    from django.db import transaction

    from core.clock import now
    from core.limits import COMMANDS_PER_POST
    from points.posting import post

    began = time.perf_counter()
    for _batch in range(BATCHES):
        commands = [ledger.earn(wallet, 3, str(uuid4())) for wallet in random.sample(ledger.wallets, COMMANDS_PER_POST)]
        with transaction.atomic():
            assert all(result.posted for result in post(commands, at=now())), "nothing refuses here"
    return BATCHES * COMMANDS_PER_POST / (time.perf_counter() - began)


def _seal() -> float:
    from points.log.sealing import seal_all

    began = time.perf_counter()
    sealed = seal_all()
    return sealed / (time.perf_counter() - began)


def _price(ledger: Ledger) -> list[Figure]:
    """There and back in each round, so that a machine that slows down meanwhile favors neither."""
    alone, sealed = partial(_redeem_rate, ledger), partial(_redeem_while_sealing, ledger)
    rounds = Rounds.take("redeeming", {"alone": alone, "sealed": sealed, "sealed_again": sealed, "alone_again": alone})
    without, beside = (rounds.median(name) + rounds.median(f"{name}_again") for name in ("alone", "sealed"))
    parameters = {"clients": CLIENTS, "seconds": SECONDS, "wallets": WALLETS, "merchants": MERCHANTS}
    return [
        Figure("log_redeem_alone_rate", without / 2, "posts/s", parameters),
        Figure("log_redeem_sealed_rate", beside / 2, "posts/s", parameters),
        Figure("log_price", 1 - beside / without, "of_redemptions", parameters),
    ]


def _redeem_rate(ledger: Ledger) -> float:
    from points.log.sealing import seal_all

    redeemed = rate(redeem, ledger)
    seal_all()  # so that the next run has no backlog to seal
    return redeemed


def _redeem_while_sealing(ledger: Ledger) -> float:
    from points.log.sealing import seal_all
    from points.queries import last_sealed

    before = last_sealed()
    with _sealer():
        redeemed = rate(redeem, ledger)
        sealed = last_sealed() - before
    assert sealed > redeemed * SECONDS / 2, "the sealer seals while points are redeemed, else it costs nothing"
    seal_all()
    return redeemed


@contextmanager
def _sealer() -> Iterator[None]:
    """The sealer as a process of its own, as in production."""
    from django.db import connections

    from points.log.sealing import run_sealer

    connections.close_all()
    forked = multiprocessing.get_context("fork")
    stopping = forked.Event()
    sealer = forked.Process(target=run_sealer, kwargs={"stopping": stopping.is_set}, daemon=True)
    sealer.start()
    try:
        yield
    finally:
        stopping.set()
        sealer.join(LEFT_SECONDS)


def _verifier() -> list[Figure]:
    folder = Path(os.environ["VAR_DIR"]) / "export"
    key = write_export(folder)
    command = [sys.executable, str(ROOT / "tools" / "verify_books" / "verify_books.py"), "export", str(folder / "leaves.ndjson"), "--json"]
    began = time.perf_counter()
    done = subprocess.run([*command, "--key", key, "--log", str(folder / "log")], stdout=subprocess.PIPE, text=True, check=False)
    seconds = time.perf_counter() - began
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["totals"]["leaves"] == WIDE
    subprocess.run(["rm", "-r", str(folder)], check=True)
    return [Figure("log_verifier_million", seconds * 1_000_000 / WIDE, "seconds", {"leaves": WIDE, "cores": 1})]


def _proofs() -> list[Figure]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from points.log.proofs import prove_inclusion
    from points.log.tree import inclusion_proof

    build_tall_log()
    numbers = [1, TALL, *(random.randint(1, TALL) for _ in range(PROOFS))]
    taken, reads = [], set()
    for number in numbers:
        with CaptureQueriesContext(connection) as queries:
            began = time.perf_counter()
            prove_inclusion(number=number, size=TALL)
            taken.append(1000 * (time.perf_counter() - began))
        reads.add(len(queries))
    assert len(reads) == 1, "each proof takes as many reads as any other"
    tiles = max(len(inclusion_proof(index=number - 1, size=TALL).places()) for number in numbers)
    parameters = {"leaves": TALL, "proofs": len(numbers)}
    return [
        Figure("log_proof_reads", reads.pop(), "queries", parameters),
        Figure("log_proof_tiles", tiles, "rows_at_most", parameters),
        Figure("log_proof_ms", median(taken), "ms", parameters),
    ]
