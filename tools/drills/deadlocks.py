"""
Deadlocks on purpose: earn batches, gifts to and fro, merges and tills meet strangers who lock the same rows crosswise.

Everything is asked again with the same key for as long as the ledger says that it is busy: the only trouble anybody may
hear of, from the ledger's functions as over HTTP. In the end every point is where it was sent, once.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from itertools import count
from typing import Final
from uuid import UUID

import psycopg2
from django.db import connection

from core.clock import now
from points.commands import Gift, Reverse
from points.errors import LedgerBusy
from points.posting import Result, give, merge, post, post_one
from points.queries import spendable
from tools.bench.ledger import Ledger, make_ledger
from tools.bench.place import Place, owner_login
from tools.bench.servers import web_server
from tools.bench.tills import headers_of
from tools.drills.clients import Client, at_once
from tools.drills.outcome import Outcome
from tools.drills.tally import Tally
from tools.drills.town import open_town
from tools.drills.visitors import TillAtWork

SECONDS: Final = 40.0
SMALL_SECONDS: Final = 4.0
LONGEST_SECONDS: Final = 300.0  # if there was no deadlock
WALLETS: Final = 8  # few, so that all meet
TRIPLES: Final = 30  # of wallets that merge into each other
POINTS: Final = 100_000
TILLS: Final = 2
STRANGERS: Final = 4
HELD_SECONDS: Final = 0.05
BUSY: Final = f"503 {LedgerBusy.code}"
DEADLOCKS: Final = "select deadlocks from pg_stat_database where datname = current_database()"
# What a stranger locks: a wallet, and what a till locks on its way to one
LOCKS: Final = (
    "select from points_wallet where id = %s for update",
    "select from residents_resident where wallet_id = %s for update",
    "select from redemptions_devicecredential where resident_id = (select id from residents_resident where wallet_id = %s) for update",
)


def drill(place: Place, *, small: bool) -> Outcome:
    """Let everybody get in each other's way for so long."""
    town = open_town("LOCK", residents=WALLETS, phones_each=40, tills=TILLS)
    ledger = make_ledger(wallets=WALLETS + 3 * TRIPLES, merchants=1, points=POINTS)
    tally, stopping, before = Tally(town), threading.Event(), _deadlocks()
    seconds = SMALL_SECONDS if small else SECONDS
    with web_server(place.environment) as port:
        tills = [TillAtWork(tally, Client(port), number, headers_of(till, port=port), stopping) for number, till in enumerate(town.tills)]
        posters = [_Poster(ledger, stopping, kind) for kind in ("earn", "earn", "gift", "gift")]
        mergers = [_Merger(ledger, back) for back in (False, True)]
        strangers = [_stranger([*town.wallets.values(), *ledger.wallets[:WALLETS]], stopping) for _each in range(STRANGERS)]
        tasks: list[Callable[[], None]] = [*tills, *posters, *mergers, *strangers, lambda: _stop_after(seconds, stopping, before)]
        at_once(tasks)
    faults: Counter[str] = sum((till.client.faults for till in tills), Counter())
    deadlocks = _deadlocks() - before
    figures = {
        "deadlocks": deadlocks,
        "posts": sum(one.posts for one in posters),
        "redemptions": len(tally.taken),
        "told_busy": sum(one.busy for one in (*posters, *mergers)) + faults[BUSY],
        "told_otherwise": sum(faults.values()) - faults[BUSY],
    }
    wrong = {f"tills were told {fault}": times for fault, times in faults.items() if fault != BUSY}
    wrong["wallets hold other than was told"] = _wallets_off(ledger, posters)
    wrong["merged wallets lost or made points"] = _triples_off(ledger)
    none = ["no deadlock came about"] if deadlocks == 0 else []
    return Outcome(figures, [*tally.differences(), *none, *(f"{times} times: {words}" for words, times in wrong.items() if times)])


class _Asker:
    """Asks the ledger, and again with the same key while it is busy. Any other error is the drill's end."""

    def __init__(self) -> None:
        self.posts = self.busy = 0
        self.moved: Counter[UUID] = Counter()

    def patiently(self, ask: Callable[[], Result]) -> Result:
        """The answer in the end."""
        while True:
            with suppress(LedgerBusy):
                self.posts += 1
                return ask()
            self.busy += 1


class _Poster(_Asker):
    """Earns in batches, or gifts between two, always in another order."""

    def __init__(self, ledger: Ledger, stopping: threading.Event, kind: str) -> None:
        super().__init__()
        self._ledger, self._stopping, self._kind = ledger, stopping, kind
        self._keys = (f"{kind}-{id(self)}-{number}" for number in count())

    def __call__(self) -> None:
        while not self._stopping.is_set():
            chosen = random.sample(self._ledger.wallets[:WALLETS], WALLETS)
            if self._kind == "earn":
                self._earn(chosen)
            else:
                self._give(chosen[0], chosen[1])

    def _earn(self, wallets: Sequence[UUID]) -> None:
        commands = [self._ledger.earn(wallet, 2, next(self._keys)) for wallet in wallets]
        self.patiently(lambda: post(commands, at=now())[-1])
        self.moved.update(dict.fromkeys(wallets, 2))

    def _give(self, giver: UUID, to: UUID) -> None:
        gift = Gift(wallet=giver, to=to, points=1, key=next(self._keys), effective_at=now())
        if self.patiently(lambda: give(gift, at=now())).posted:
            self.moved[giver] -= 1
            self.moved[to] += 1


class _Merger(_Asker):
    """Merges the wallets of each triple, one merger from the front and one from the back, and gives back what was spent before."""

    def __init__(self, ledger: Ledger, back: bool) -> None:  # noqa: FBT001  a way of working
        super().__init__()
        self._ledger, self._back = ledger, back

    def __call__(self) -> None:
        for one, two, three in _triples(self._ledger):
            wallet, into = (two, three) if self._back else (one, two)
            spend = self._ledger.redeem(wallet, self._ledger.merchants[0], 10, f"spent-{wallet}")
            spent = self.patiently(lambda spend=spend: post_one(spend, at=now()))  # type: ignore[misc]
            self.patiently(lambda wallet=wallet, into=into: merge(wallet=wallet, into=into, key="merge", at=now()))  # type: ignore[misc]
            if spent.posted and spent.transfer_id is not None:
                back = Reverse(wallet=wallet, follows=spent.transfer_id, key="back", effective_at=now())
                self.patiently(lambda back=back: post_one(back, at=now()))  # type: ignore[misc]


def _stranger(wallets: Sequence[UUID], stopping: threading.Event) -> Callable[[], None]:
    """Somebody with the owner's login who locks two rows of the busiest tables, one after another, and lets go."""

    def lock() -> None:
        with closing(_connect(owner_login())) as own, own.cursor() as cursor:
            while not stopping.is_set():
                with suppress(psycopg2.Error):
                    for statement in random.choices(LOCKS, k=2):
                        cursor.execute(statement, [str(random.choice(wallets))])
                        time.sleep(HELD_SECONDS)
                own.rollback()

    return lock


def _connect(login: Mapping[str, str]) -> psycopg2.extensions.connection:
    return psycopg2.connect(host=login["PGHOST"], user=login["PGUSER"], password=login["PGPASSWORD"], dbname=login["PGDATABASE"])


def _stop_after(seconds: float, stopping: threading.Event, before: int) -> None:
    """A short drill on a slow machine goes on until there was a deadlock."""
    end = time.monotonic() + LONGEST_SECONDS
    time.sleep(seconds)
    while _deadlocks() == before and time.monotonic() < end:
        time.sleep(1)
    stopping.set()


def _triples(ledger: Ledger) -> list[tuple[UUID, UUID, UUID]]:
    spare = ledger.wallets[WALLETS:]
    return list(zip(spare[0::3], spare[1::3], spare[2::3], strict=True))


def _deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute(DEADLOCKS)
        return int(cursor.fetchone()[0])


def _wallets_off(ledger: Ledger, posters: Sequence[_Poster]) -> int:
    moved: Counter[UUID] = Counter()
    for poster in posters:
        moved.update(poster.moved)
    return sum(spendable(wallet, at=now()) != POINTS + moved[wallet] for wallet in ledger.wallets[:WALLETS])


def _triples_off(ledger: Ledger) -> int:
    """What was spent was given back, wherever its wallet had gone."""
    return sum(sum(spendable(wallet, at=now()) for wallet in triple) != len(triple) * POINTS for triple in _triples(ledger))
