"""
Batches of 500 through `post()` by several callers: earns against COPY of their very rows, mixed ones against earns.

A mixed batch has earns, redemptions, holds, captures and reversals, a fifth of each. Each caller has wallets of its
own, as banks have customers, and in a batch any of them may come twice. Every batch is one transaction and has news
of it in the outbox. COPY puts the same rows of all tables written (facts, postings, accounts, the sealer's work list,
the outbox) back into the same tables, emptied, with their indexes and constraints.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import pairwise
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar, Final
from uuid import UUID, uuid4

from django.db import connections, transaction

from core.clock import now
from core.limits import COMMANDS_PER_POST
from core.outbox.services import publish
from points.commands import Capture, Command, Hold, Reverse
from points.posting import Result, post
from tools.bench.figures import Figure, Rounds
from tools.bench.ledger import Ledger, make_ledger

CALLERS: Final = 4
BATCHES: Final = 10  # of each caller in a run
WALLETS: Final = 20_000
MERCHANTS: Final = 100
POINTS: Final = 1_000_000
KINDS: Final = 5
EACH: Final = COMMANDS_PER_POST // KINDS
WAIT_SECONDS: Final = 300
FACTS: Final = CALLERS * BATCHES * COMMANDS_PER_POST
# Every table that a batch of earns writes
TABLES: Final = ("points_transfer", "points_posting", "points_account", "points_unsealed", "outbox_outboxevent")
ALSO_EMPTIED: Final = ("points_refusal", "points_open_hold")

Batch = Callable[[Ledger, Sequence[Result], Sequence[Command]], list[Command]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPosted:
    """The news of one batch."""

    topic: ClassVar[str] = "bench.batch"
    first: str


def measure() -> list[Figure]:
    """Commands a second, and their shares."""
    ledger = make_ledger(wallets=WALLETS, merchants=MERCHANTS, points=POINTS)
    with TemporaryDirectory() as name:
        folder = Path(name)
        rounds = Rounds.take(
            "batches",
            {
                "mixed": partial(_rate_with_points, ledger),
                "earn": partial(_rate_on_empty_tables, ledger),
                "copy": partial(_copy, folder, connections_=1),
                "parallel": partial(_copy, folder, connections_=CALLERS),
            },
        )
    parameters = {"callers": CALLERS, "batch": COMMANDS_PER_POST, "batches": BATCHES, "wallets": WALLETS, "tables": list(TABLES)}
    return [
        Figure("earn_batches_rate", rounds.median("earn"), "earns/s", parameters),
        Figure("earn_batches", rounds.ratio("earn", to="copy"), "of_copy", {**parameters, "copy_connections": 1}),
        Figure(
            "earn_batches_of_parallel_copy", rounds.ratio("earn", to="parallel"), "of_copy", {**parameters, "copy_connections": CALLERS}
        ),
        Figure("mixed_batches_rate", rounds.median("mixed"), "commands/s", parameters),
        Figure("mixed_batches", rounds.ratio("mixed", to="earn"), "of_earns", parameters),
    ]


def _earns(ledger: Ledger, _results: Sequence[Result], _before: Sequence[Command]) -> list[Command]:
    return [ledger.earn(wallet, 3, str(uuid4())) for wallet in random.choices(ledger.wallets, k=COMMANDS_PER_POST)]


def _mixed(ledger: Ledger, results: Sequence[Result], before: Sequence[Command]) -> list[Command]:
    """A fifth of each kind, shuffled; captured and given back is what the batch before held and took."""
    posted = [(command, result.transfer_id) for command, result in zip(before, results, strict=True) if result.transfer_id]
    at, wallets = now(), iter(random.choices(ledger.wallets, k=COMMANDS_PER_POST))
    held = [(one.wallet, id_) for one, id_ in posted if isinstance(one, Hold)]
    taken = [(one.wallet, id_) for one, id_ in posted if one.kind == "redeem"]
    batch: list[Command] = [
        *(Capture(wallet=wallet, follows=id_, points=2, key=str(uuid4()), effective_at=at) for wallet, id_ in held),
        *(Reverse(wallet=wallet, follows=id_, points=1, key=str(uuid4()), effective_at=at) for wallet, id_ in taken),
        *(ledger.redeem(next(wallets), random.choice(ledger.merchants), 2, str(uuid4())) for _command in range(EACH)),
        *(_hold(ledger, next(wallets)) for _command in range(EACH)),
    ]
    batch += [ledger.earn(next(wallets), 3, str(uuid4())) for _command in range(COMMANDS_PER_POST - len(batch))]
    random.shuffle(batch)
    return batch


def _hold(ledger: Ledger, wallet: UUID) -> Hold:
    at = now()
    merchant = random.choice(ledger.merchants)
    return Hold(wallet=wallet, merchant=merchant, points=3, key=str(uuid4()), due_at=at + timedelta(hours=1), effective_at=at)


def _rate_on_empty_tables(ledger: Ledger) -> float:
    """What is written is then exactly what COPY takes."""
    _empty(*TABLES, *ALSO_EMPTIED)
    return _rate(_earns, ledger)


def _rate_with_points(ledger: Ledger) -> float:
    """Once every wallet has points again."""
    for start in range(0, len(ledger.wallets), COMMANDS_PER_POST):
        wallets = ledger.wallets[start : start + COMMANDS_PER_POST]
        post([ledger.earn(wallet, POINTS, "again") for wallet in wallets], at=now())
    return _rate(_mixed, ledger)


def _rate(batch: Batch, ledger: Ledger) -> float:
    """Commands a second of all callers together; the first batch of each is not counted."""
    connections.close_all()
    forked = multiprocessing.get_context("fork")
    times: Queue[tuple[float, float]] = forked.Queue()
    start = forked.Barrier(CALLERS)
    own = [replace(ledger, wallets=ledger.wallets[number::CALLERS]) for number in range(CALLERS)]
    callers = [forked.Process(target=_call, args=(batch, part, times, start), daemon=True) for part in own]
    for caller in callers:
        caller.start()
    taken = [times.get(timeout=WAIT_SECONDS) for _caller in callers]
    for caller in callers:
        caller.join()
    return FACTS / (max(end for _begin, end in taken) - min(begin for begin, _end in taken))


def _call(batch: Batch, ledger: Ledger, times: Queue[tuple[float, float]], start: Barrier) -> None:
    random.seed()
    commands, results = _post(batch(ledger, (), ()))
    start.wait(WAIT_SECONDS)
    begin = time.perf_counter()
    for _batch in range(BATCHES):
        commands, results = _post(batch(ledger, results, commands))
    times.put((begin, time.perf_counter()))


def _post(commands: list[Command]) -> tuple[list[Command], list[Result]]:
    with transaction.atomic():
        results = post(commands, at=now())
        publish(BatchPosted(first=str(results[0].transfer_id)), at=now())
    assert all(result.posted for result in results), "nothing refuses here"
    return commands, results


def _copy(folder: Path, *, connections_: int) -> float:
    """Earns a second of the same rows, as fast as so many connections COPY them in, a part of each table at each."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("select count(*) from points_transfer")
        (facts,) = cursor.fetchone()
        for table in TABLES:
            with (folder / table).open("wb") as out:
                cursor.copy_expert(f"copy {table} to stdout", out)
    _empty(*TABLES)
    forked = multiprocessing.get_context("fork")
    parts = _parts(folder, connections_)
    connections.close_all()
    start = forked.Barrier(connections_ + 1)
    copiers = [forked.Process(target=_copy_in, args=(part, start), daemon=True) for part in parts]
    for copier in copiers:
        copier.start()
    start.wait(WAIT_SECONDS)
    began = time.perf_counter()
    for copier in copiers:
        copier.join()
        assert copier.exitcode == 0, "the rows go back in as they came out"
    return float(facts) / (time.perf_counter() - began)


def _parts(folder: Path, number: int) -> list[list[tuple[str, Path]]]:
    """Each connection's files: neighboring lines of every table."""
    parts: list[list[tuple[str, Path]]] = [[] for _ in range(number)]
    for table in TABLES:
        lines = (folder / table).read_bytes().splitlines(keepends=True)
        edges = [len(lines) * place // number for place in range(number + 1)]
        for place, (first, end) in enumerate(pairwise(edges)):
            path = folder / f"{table}.{place}"
            path.write_bytes(b"".join(lines[first:end]))
            parts[place].append((table, path))
    return parts


def _copy_in(part: Sequence[tuple[str, Path]], start: Barrier) -> None:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        start.wait(WAIT_SECONDS)
        for table, path in part:
            with path.open("rb") as rows:
                cursor.copy_expert(f"copy {table} from stdin", rows)


def _empty(*tables: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"truncate {', '.join(tables)}")
