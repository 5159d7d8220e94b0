"""
What a posting, a balance and a page of history cost at ten million postings, against a small ledger of the same wallets.

Two databases on one server, with its default memory, measured in turn over one connection: both with 200,000 wallets and
their lots, one with ten million postings spread by Zipf's law, one with a few for those who read. `TALL` scales it down.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from django.db import connections, transaction

from core.clock import alliance_day, now
from core.progress import track
from points.posting import post_one
from points.queries import history, spendable
from tools.bench.figures import Figure, Rounds
from tools.bench.ledger import Ledger, make_ledger
from tools.bench.place import fresh_database, using_database

POSTINGS: Final = int(os.environ.get("TALL", "10_000_000"))
WALLETS: Final = max(POSTINGS // 50, 1_000)
READERS: Final = WALLETS // 200  # the wallets of the first ranks, each of 24 lots and with more than a page of history
SCRIPT: Final = Path(__file__).parent / "sql" / "tall_ledger.sql"
DATABASES: Final = {"tall": "bench_tall", "small": "bench_small"}
POSTS: Final = 600
READS: Final = 600
WARM: Final = 50
IDS: Final = "select id from points_wallet join generate_series(1, %s) r on id = md5('tall ' || r)::uuid order by r"
INDEXES: Final = """
    select i.indrelid::regclass::text, string_agg(quote_ident(a.attname), ', ' order by k.place)
    from pg_index i
    cross join lateral unnest(i.indkey) with ordinality as k(attnum, place)
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where i.indrelid = any(%s::regclass[])
    group by i.indexrelid"""
READ_IN_ORDER: Final = "set local enable_seqscan = off; set local enable_sort = off; select count(*) from (select from {} order by {}) t"
VACUUMED: Final = ("points_wallet", "points_account", "points_transfer", "points_posting", "points_sealed")


@dataclass(frozen=True, slots=True)
class Place:
    """One of the databases, and who is in it by rank."""

    database: str
    ledger: Ledger
    weights: Sequence[float]  # cumulative, by Zipf's law

    def of_calls(self, call: Callable[[Place], None], calls: int) -> float:
        """Milliseconds a call, over one connection that has already made some."""
        with using_database(self.database):
            for _call in range(WARM):
                call(self)
            began = time.perf_counter()
            for _call in range(calls):
                call(self)
            return 1000 * (time.perf_counter() - began) / calls

    def anyone(self) -> UUID:
        """A wallet, the busy ones more often."""
        (wallet,) = random.choices(self.ledger.wallets, cum_weights=self.weights)
        return wallet

    def a_reader(self) -> UUID:
        """A wallet of 24 lots."""
        return random.choice(self.ledger.wallets[:READERS])


def measure() -> list[Figure]:
    """Milliseconds at ten million, and how many times those of the small ledger they are."""
    with ExitStack() as used:
        for name in DATABASES.values():
            used.enter_context(fresh_database(name))
        places = {size: _fill(size) for size in track(DATABASES, label=f"{POSTINGS:,} postings", unit=" ledgers")}
        measurements: dict[str, Callable[[], float]] = {}
        for size, place in places.items():
            measurements[f"{size} post"] = partial(place.of_calls, _post, POSTS)
            measurements[f"{size} balance"] = partial(place.of_calls, _balance, READS)
            measurements[f"{size} history"] = partial(place.of_calls, _history, READS)
        rounds = Rounds.take("tall ledger", measurements)
    parameters = {"postings": POSTINGS, "wallets": WALLETS, "calls": POSTS, "connections": 1, "lots": "24 of readers, 12 of others"}
    kinds = ("post", "balance", "history")
    return [
        *(Figure(f"tall_{kind}_ms", rounds.median(f"tall {kind}"), "ms", parameters) for kind in kinds),
        *(Figure(f"tall_{kind}", rounds.ratio(f"tall {kind}", to=f"small {kind}"), "times_small", parameters) for kind in kinds),
    ]


def _post(place: Place) -> None:
    """An earn or a redemption."""
    ledger, wallet = place.ledger, place.anyone()
    earns = random.random() < 0.5  # noqa: PLR2004  half of them
    command = ledger.earn(wallet, 5, str(uuid4())) if earns else ledger.redeem(wallet, ledger.merchants[0], 5, str(uuid4()))
    assert post_one(command, at=now()).posted, "nothing refuses here"


def _balance(place: Place) -> None:
    assert spendable(place.a_reader(), at=now())


def _history(place: Place) -> None:
    assert len(history(place.a_reader())) == 50, "a whole page"  # noqa: PLR2004  as many as a page has


def _fill(size: str) -> Place:
    with using_database(DATABASES[size]):
        opened = make_ledger(wallets=1, merchants=1, points=1)
        with connections["owner"].cursor() as owner:
            fields: dict[str, str | int | date] = {
                "postings": POSTINGS,
                "wallets": WALLETS,
                "readers": READERS,
                "small": size == "small",
                "issuer": str(opened.issuer),
                "terms": opened.terms,
                "today": alliance_day(now()),
            }
            owner.execute(SCRIPT.read_text(encoding="utf-8"), fields)
            owner.execute(f"vacuum analyze {', '.join(VACUUMED)}")
            owner.execute(IDS, [WALLETS])
            wallets = [wallet for (wallet,) in owner.fetchall()]
        _read_once()
    ledger = Ledger(issuer=opened.issuer, terms=opened.terms, expires_on=opened.expires_on, wallets=wallets, merchants=opened.merchants)
    return Place(DATABASES[size], ledger, list(accumulate(1 / rank for rank in range(1, WALLETS + 1))))


def _read_once() -> None:
    """
    Every index from end to end, with the rows it leads to or the map that saves looking at them.

    The memory of the system then holds what fits, as on a server that has been up for a while; `shared_buffers` stays as it is.
    """
    with transaction.atomic(using="owner"), connections["owner"].cursor() as owner:
        owner.execute(INDEXES, [list(VACUUMED)])
        for table, columns in owner.fetchall():
            owner.execute(READ_IN_ORDER.format(table, columns))
