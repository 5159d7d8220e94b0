"""The sealer: one at a time, it numbers committed facts densely, adds up the books' side, and hashes a leaf for each."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction

from core.clock import alliance_day, now
from core.limits import CHECKPOINT_SECONDS, SEAL_BATCH, SEALER_PAUSE_SECONDS
from points.log.checkpoints import ONE_SEALER, make_checkpoint
from points.log.facts import FactRow, leaf_of, new_opening, numbered_facts, waiting_facts
from points.log.tree import Tree, leaf_hash
from points.queries import last_sealed

STATE = "select size, frontier, parts from points_log"
SEAL = "select points_seal(%s, %s::bigint[], %s::bytea[], %s::smallint[], %s::bigint[], %s::bytea[], %s, %s, %s::jsonb, %s, %s)"


@dataclass(slots=True)
class Log:
    """The tree before a sealing, how many leaves have a part of each issuer, and the last number given."""

    tree: Tree
    counts: Counter[bytes]
    last_number: int


def seal(limit: int = SEAL_BATCH) -> int:
    """Number and hash up to `limit` waiting facts in one transaction, and return how many there were."""
    with transaction.atomic():
        log = _lock_log()
        if log.tree.size < log.last_number:  # numbers from before there was a log
            facts, positions = numbered_facts(after=log.tree.size, limit=limit), []
        else:
            facts = waiting_facts(limit=limit)
            positions = [row.place for row in facts]
        if facts:
            _write(log, facts, positions)
    return len(facts)


def seal_all() -> int:
    """Number everything that waits now, batch by batch, and return how many facts there were."""
    total = 0
    while sealed := seal():
        total += sealed
    return total


def run_sealer(*, stopping: Callable[[], bool]) -> None:
    """Seal until told to stop: at once while there is work, then once a second; every few seconds sign what is new."""
    checkpoint_at = 0.0
    while not stopping():
        sealed = seal()
        if time.monotonic() >= checkpoint_at and make_checkpoint(at=now()):
            checkpoint_at = time.monotonic() + CHECKPOINT_SECONDS
        if sealed < SEAL_BATCH and not stopping():
            time.sleep(SEALER_PAUSE_SECONDS)


def _lock_log() -> Log:
    """Sealers take turns on the lock: a second one waits for the first one's commit, then sees its numbers."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_SEALER)
        cursor.execute(STATE)
        size, frontier, parts = cursor.fetchone() or (0, b"", "{}")
    counts = Counter({bytes.fromhex(issuer): count for issuer, count in json.loads(parts).items()})
    return Log(Tree.read(size=size, frontier=bytes(frontier)), counts, last_sealed())


def _write(log: Log, facts: Sequence[FactRow], positions: list[int]) -> None:
    size, keys = log.tree.size, settings.LOG_BLINDING_KEYS
    openings = [new_opening(row, key_id=max(keys), counts=log.counts) for row in facts]
    log.tree.extend(leaf_hash(leaf_of(row, opening, keys=keys)) for row, opening in zip(facts, openings, strict=True))
    grown = log.tree.take_grown()
    levels, indexes, rows = [level for level, _ in grown], [index for _, index in grown], list(grown.values())
    parts = json.dumps({issuer.hex(): count for issuer, count in log.counts.items()})
    at = now()
    with connection.cursor() as cursor:
        cursor.execute(
            SEAL,
            [
                size,
                positions,
                [opening.packed for opening in openings],
                levels,
                indexes,
                rows,
                log.tree.root,
                log.tree.packed_frontier,
                parts,
                at,
                alliance_day(at),
            ],
        )
        assert cursor.fetchone() == (True,), "the tree grows under the lock only"
