"""
The broker wiped in the middle of its work: every message and every queue gone, twenty times, while files of events come in.

Messages to Celery are nudges only; the outbox, the work kept in PostgreSQL and the sweep must do without them.
"""

from __future__ import annotations

import io
import json
import random
import time
from contextlib import suppress
from itertools import count
from typing import Final

from django.db import OperationalError, connection

from community.tasks import sweep
from core.clock import now
from core.outbox.models import OutboxEvent
from core.progress import track
from identity.services import system_actor
from imports.choices import ImportKind, ImportState
from imports.models import FileImport
from imports.services import register_import
from tools.bench.place import Place
from tools.drills.crew import crew
from tools.drills.outcome import Outcome
from tools.drills.tally import Tally
from tools.drills.town import Town, events_of, open_town

WIPES: Final = 20
SMALL_WIPES: Final = 2
FILES_A_WIPE: Final = 2
EVENTS_A_FILE: Final = 1_500  # three chunks
RESIDENTS: Final = 50
BETWEEN_SECONDS: Final = 2.0  # at most, between files coming in and the wipe
CAUGHT_UP_SECONDS: Final = 60
PATIENCE_SECONDS: Final = 240
WIPE: Final = "truncate celery.kombu_queue, celery.kombu_message"  # in the order in which messages are sent and taken
WIPE_TRIES: Final = 10  # it deadlocks with who took them in another order


def drill(place: Place, *, small: bool) -> Outcome:
    """Wipe the broker so many times, then see how long it takes until everything is done."""
    wipes = SMALL_WIPES if small else WIPES
    town = open_town("WIPE", residents=RESIDENTS, phones_each=1, tills=1)
    tally, numbers, lost = Tally(town), count(), 0
    with crew(place, names=("worker", "beat", "relay", "sealer")):
        for _wipe in track(range(wipes), label="broker wiped", unit=" wipes"):
            for _file in range(FILES_A_WIPE):
                _hand_over_a_file(tally, numbers)
            time.sleep(random.uniform(0, BETWEEN_SECONDS))
            lost += _wipe_broker()
        last = time.monotonic()
        while (left := _left(town)) and time.monotonic() < last + PATIENCE_SECONDS:
            if small:
                sweep.delay()  # at once; in the full drill beat asks for it in its time
            time.sleep(1)
        seconds = time.monotonic() - last
    figures = {
        "wipes": wipes,
        "messages_lost": lost,
        "files": wipes * FILES_A_WIPE,
        "events": len(tally.earned),
        "left_undone": left,
        "caught_up_seconds": seconds,
    }
    late = [f"catching up took {seconds:.0f} seconds"] if seconds > CAUGHT_UP_SECONDS and not small else []
    return Outcome(figures, [*tally.differences(), *late, *([f"{left} pieces of work were not done"] if left else [])])


def _hand_over_a_file(tally: Tally, numbers: count[int]) -> None:
    events = events_of(tally.town, name="file", numbers=numbers, amount=EVENTS_A_FILE)
    content = io.BytesIO("".join(json.dumps(event) + "\n" for event in events).encode())
    register_import(
        actor=system_actor(), bank=tally.town.bank, kind=ImportKind.EVENTS, file=content, name="bills.jsonl", at=now(), background=True
    )
    tally.recorded(events)


def _wipe_broker() -> int:
    """As if its disk were new; how many messages went."""
    for _try in range(WIPE_TRIES - 1):
        with suppress(OperationalError):
            return _truncate()
    return _truncate()


def _truncate() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from celery.kombu_message where visible")
        (messages,) = cursor.fetchone()
        cursor.execute(WIPE)
    return int(messages)


def _left(town: Town) -> int:
    return FileImport.objects.filter(bank=town.bank).exclude(state=ImportState.DONE).count() + OutboxEvent.objects.count()
