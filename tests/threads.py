"""Real threads that start together, each with a connection of its own, and do as a till does when the ledger is busy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection, connections

from points.errors import LedgerBusy
from tests.waiting import PATIENCE_SECONDS, wait_until

A = TypeVar("A")
T = TypeVar("T")
TRIES = 10  # on a loaded machine a wallet may stay locked for longer than the ledger waits


def at_once(task: Callable[[A], T], items: Iterable[A]) -> list[T]:
    """Run the task for each item in a thread of its own; the answers in the order of the items."""
    each = list(items)
    barrier = Barrier(len(each), timeout=PATIENCE_SECONDS)

    def run(item: A) -> T:
        try:
            connection.ensure_connection()
            barrier.wait()
            return patiently(lambda: task(item))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(each)) as pool:
        return list(pool.map(run, each))


def patiently(task: Callable[[], T]) -> T:
    """Try again with the same key while the ledger says that it is busy."""
    for _try in range(TRIES - 1):
        try:
            return task()
        except LedgerBusy:
            continue
    return task()


def closing(work: Callable[[], T]) -> Callable[[], T]:
    """The work, and its thread's connection closed after it."""

    def run() -> T:
        try:
            return work()
        finally:
            connection.close()

    return run


def wait_until_blocked() -> None:
    """Until some connection of this database waits for another's transaction."""
    wait_until(_somebody_is_blocked, what="somebody waits for a lock")


def _somebody_is_blocked() -> bool:
    with connections["owner"].cursor() as cursor:
        cursor.execute("select count(*) from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()")
        (waiting,) = cursor.fetchone()
    return bool(waiting)
