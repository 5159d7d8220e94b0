"""
A migration of a large table while tills take points: a new column, an index made concurrently, the column filled in batches.

The table is that of used codes, which every redemption writes to. Nobody may wait longer than two seconds for it, and no till may
hear of trouble: the steps are those that docs and the linter ask of migrations, with the lock timeout that `migrate` sets.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

import psycopg2
from psycopg2.errors import LockNotAvailable

from core.limits import MIGRATION_LOCK_TIMEOUT
from tools.bench.load import Request
from tools.bench.place import Place, owner_login
from tools.bench.servers import web_server
from tools.bench.tills import headers_of
from tools.drills.clients import Answer, Client, at_once
from tools.drills.outcome import Outcome
from tools.drills.tally import Tally
from tools.drills.town import open_town
from tools.drills.visitors import TillAtWork

ROWS: Final = 1_000_000
SMALL_ROWS: Final = 20_000
BATCH: Final = 5_000
TILLS: Final = 2
TRIES: Final = 50
LONGEST_SECONDS: Final = 2.0
WARM_UP_SECONDS: Final = 1.0
FILL: Final = """
    insert into redemptions_usedcode (device_id, step, used_at)
    select d.id, -n, now() from generate_series(1, %s) n cross join (select id from redemptions_devicecredential limit 1) d"""
ADD: Final = "alter table redemptions_usedcode add column drilled bigint"
INDEX: Final = "create index concurrently redemptions_usedcode_drilled on redemptions_usedcode (drilled)"
NO_INDEX: Final = "drop index concurrently if exists redemptions_usedcode_drilled"  # one that was broken off stays, and isn't valid
FILL_IN: Final = "update redemptions_usedcode set drilled = step where id > %s and id <= %s"
LAST: Final = "select max(id) from redemptions_usedcode"
LEFT: Final = "select count(*) from redemptions_usedcode where drilled is null and id <= %s"
UNDO: Final = (
    "reset lock_timeout",
    "alter table redemptions_usedcode drop column drilled",
    "delete from redemptions_usedcode where step < 0",
)


@dataclass(slots=True)
class TimedClient(Client):
    """A client that notes how long it waited for its slowest answer."""

    slowest: float = 0.0

    def ask(self, request: Request) -> Answer:
        """Ask once."""
        started = time.monotonic()
        try:
            return Client.ask(self, request)
        finally:
            self.slowest = max(self.slowest, time.monotonic() - started)


def drill(place: Place, *, small: bool) -> Outcome:
    """Migrate the table under load."""
    rows = SMALL_ROWS if small else ROWS
    town = open_town("MOVE", residents=8, phones_each=40, tills=TILLS)
    tally, stopping = Tally(town), threading.Event()
    with closing(_connect(owner_login())) as owner, web_server(place.environment) as port:
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute(FILL, [rows])
        clients = [TimedClient(port) for _till in town.tills]
        tills = [
            TillAtWork(tally, client, number, headers_of(town.tills[number], port=port), stopping) for number, client in enumerate(clients)
        ]
        migration = _Migration(owner, stopping)
        tasks: list[Callable[[], None]] = [*tills, migration]
        at_once(tasks)
        with owner.cursor() as cursor:
            for statement in UNDO:
                cursor.execute(statement)
    faults: Counter[str] = sum((client.faults for client in clients), Counter())
    longest = max(client.slowest for client in clients)
    wrong = {
        f"a till waited {longest:.1f} s": longest > LONGEST_SECONDS and not small,
        f"tills heard of trouble: {dict(faults)}": bool(faults),
        f"{migration.left} rows were not filled in": migration.left != 0,
    }
    figures = {"rows": rows, "longest_wait": longest, "tries": migration.tries, "server_errors": sum(faults.values())}
    return Outcome({**figures, "seconds": migration.seconds}, [words for words, is_so in wrong.items() if is_so])


class _Migration:
    """The steps, by the owner, while others are at work; then it stops them."""

    def __init__(self, owner: Any, stopping: threading.Event) -> None:
        self._owner, self._stopping = owner, stopping
        self.tries, self.left, self.seconds = 0, -1, 0.0

    def __call__(self) -> None:
        """Migrate."""
        try:
            time.sleep(WARM_UP_SECONDS)
            started = time.monotonic()
            with self._owner.cursor() as cursor:
                cursor.execute("set lock_timeout = %s", [MIGRATION_LOCK_TIMEOUT])
                self._again_while_busy(cursor, ADD)
                self._again_while_busy(cursor, NO_INDEX, INDEX)
                cursor.execute(LAST)
                (last,) = cursor.fetchone()
                for after in range(0, last, BATCH):
                    cursor.execute(FILL_IN, [after, after + BATCH])
                cursor.execute(LEFT, [last])
                (self.left,) = cursor.fetchone()
            self.seconds = time.monotonic() - started
        finally:
            self._stopping.set()

    def _again_while_busy(self, cursor: Any, *statements: str) -> None:
        for _try in range(TRIES):
            self.tries += 1
            try:
                for statement in statements:
                    cursor.execute(statement)
            except LockNotAvailable:
                continue
            return
        raise TimeoutError(f"The table was busy {TRIES} times: {statements[-1]}")


def _connect(login: dict[str, str]) -> psycopg2.extensions.connection:
    return psycopg2.connect(host=login["PGHOST"], user=login["PGUSER"], password=login["PGPASSWORD"], dbname=login["PGDATABASE"])
