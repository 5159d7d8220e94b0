"""
Every process killed by SIGKILL in turn, the database among them, while eight clients ask and ask again.

Six tills take points by code, two systems of the bank send events, and files of events are handed over to the worker.
Each request is sent again, the very same, until it is answered; what was answered is compared with the books.
"""

from __future__ import annotations

import io
import json
import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from django.db import connections

from core.clock import now
from core.outbox.models import OutboxEvent
from core.progress import bar
from earning.files import COLUMNS
from earning.services.importing import import_events
from identity.services import system_actor
from imports.choices import ImportKind, ImportState
from imports.models import FileImport
from imports.services import register_import, run_import
from points.queries import waiting_facts
from tools.bench.place import Place
from tools.drills.clients import at_once
from tools.drills.crew import DATABASE, PAUSE_SECONDS, WEB, Crew, crew, wait_until
from tools.drills.outcome import Outcome
from tools.drills.tally import Tally
from tools.drills.town import Town, events_of, open_town
from tools.drills.visitors import SystemAtWork, TillAtWork, at_work

VICTIMS: Final = (WEB, "worker", "relay", "sealer", DATABASE)
KILLS: Final = 100  # of each
SMALL_KILLS: Final = 2
TILLS: Final = 6
SYSTEMS: Final = 2
RESIDENTS: Final = 60
PHONES_EACH: Final = 40
EVENTS_A_FILE: Final = 600  # two chunks
ANSWERS_BETWEEN: Final = 16  # two of each client: every kill falls on a system at work
REST_SECONDS: Final = 300  # of patience until what was begun is ended
COUNTED: Final = 100_000


def drill(place: Place, *, small: bool) -> Outcome:
    """Kill each process so many times."""
    town = open_town("KILL", residents=RESIDENTS, phones_each=PHONES_EACH, tills=TILLS)
    tally, stopping = Tally(town), threading.Event()
    with crew(place, names=(*VICTIMS[:-1], "beat")) as processes:
        clients: list[TillAtWork | SystemAtWork] = at_work(tally, stopping, port=processes.port, systems=SYSTEMS)
        killer = _Killer(town, tally, processes, SMALL_KILLS if small else KILLS, stopping)
        at_once([*clients, killer])
        connections.close_all()  # the server they led to was killed
        if small:
            _take_over_files()
        left = _wait_for_the_rest()
    figures = {
        "kills": killer.kills * len(VICTIMS),
        "clients": len(clients),
        "redemptions": len(tally.taken),
        "refused": len(tally.refused),
        "events": len(tally.earned),
        "retried": sum(one.client.retried for one in clients),
        "lost_or_doubled": len(tally.differences()),
    }
    return Outcome(figures, [*tally.differences(), *left])


@dataclass(slots=True)
class _Killer:
    """Hands a file over, then kills every process, each once it is at work and the clients were answered again."""

    town: Town
    tally: Tally
    processes: Crew
    kills: int
    stopping: threading.Event
    numbers: count[int] = field(default_factory=count)

    def __call__(self) -> None:
        try:
            with bar(label="kill -9", total=self.kills * len(VICTIMS), unit=" kills") as progress:
                for _round in range(self.kills):
                    self._hand_over_a_file()
                    for victim in VICTIMS:
                        self._kill(victim)
                        progress.update()
        finally:
            self.stopping.set()

    def _kill(self, victim: str) -> None:
        self.processes.wait_until_at_work(victim)
        enough = self.tally.answers + ANSWERS_BETWEEN
        wait_until(lambda: self.tally.answers >= enough, what="clients are answered")
        time.sleep(random.uniform(0, 4 * PAUSE_SECONDS))
        self.processes.kill(victim)

    def _hand_over_a_file(self) -> None:
        events = events_of(self.town, name="file", numbers=self.numbers, amount=EVENTS_A_FILE)
        content = io.BytesIO("".join(json.dumps(event) + "\n" for event in events).encode())
        register_import(
            actor=system_actor(), bank=self.town.bank, kind=ImportKind.EVENTS, file=content, name="bills.jsonl", at=now(), background=True
        )
        self.tally.recorded(events)


def _take_over_files() -> None:
    """A file whose worker was killed is taken up by the sweep after a minute; in the small drill we do it now, as a clerk can."""
    for work in FileImport.objects.exclude(state__in=[ImportState.DONE, ImportState.FAILED]):
        run_import(import_id=work.pk, handle_chunk=import_events, columns=COLUMNS, take_over=True)


def _wait_for_the_rest() -> Sequence[str]:
    """Wait until the processes have done what was begun, and say what was not."""
    end = time.monotonic() + REST_SECONDS
    while (left := _left()) and time.monotonic() < end:
        time.sleep(PAUSE_SECONDS)
    return left


def _left() -> list[str]:
    found = {
        "pieces of news were not delivered": OutboxEvent.objects.count(),
        "files did not come to their end": FileImport.objects.exclude(state=ImportState.DONE).count(),
        "facts got no number": waiting_facts(most=COUNTED),
    }
    return [f"{number} {words}" for words, number in found.items() if number]
