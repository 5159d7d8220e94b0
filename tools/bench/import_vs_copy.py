"""
A bank's file of events end to end, against COPY of the very rows it makes, and against django-hordak's plain transfers.

The rows that the importer wrote are copied out, and copied back into the same tables, emptied, with all their indexes and
constraints, over one connection in one transaction: what PostgreSQL itself needs to take such rows in.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.db import connections

from branches.models import Bank
from core.clock import now
from earning.files import COLUMNS
from earning.services.importing import import_events
from identity.services import system_actor
from imports.choices import ImportKind, ImportState
from imports.models import FileImport
from imports.services import ChunkHandler, Columns, register_import, run_import
from residents.rows import FIELDS
from residents.services.importing import import_residents
from tools.bench.figures import Figure, Rounds
from tools.bench.place import ROOT, database_beside, owner_login
from tools.bench.world import make_bank, per_amount_rule

EVENTS: Final = int(os.environ.get("EVENTS", "5000"))
RESIDENTS: Final = 2_000
DAYS: Final = 30
ANSWER_SECONDS: Final = 600
RESIDENT_COLUMNS: Final = Columns(required=("customer",), known=FIELDS)
# Every table that the import of events writes, each after those it points at
TABLES: Final = (
    "imports_fileimport",
    "imports_fileimporterror",
    "earning_event",
    "earning_eventconflict",
    "earning_award",
    "earning_dayuse",
    "points_transfer",
    "points_posting",
    "points_account",
    "points_refusal",
    "points_unsealed",
    "outbox_outboxevent",
)


class Importing:
    """The importer's own work and COPY's, on a bank with residents and one rule with both caps."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self.bank = make_bank("EB")
        per_amount_rule(self.bank, code="R1", event_type="bill.paid", points=1, per_minor=1_000, event_cap=200, day_cap=300)
        _import_file(self.bank, ImportKind.RESIDENTS, self._people(), import_residents, RESIDENT_COLUMNS)

    def imported(self) -> float:
        """Events a second from a file to committed points."""
        _empty_tables()
        path = self._events(next(self._numbers))
        started = time.perf_counter()
        done = _import_file(self.bank, ImportKind.EVENTS, path, import_events, COLUMNS)
        seconds = time.perf_counter() - started
        assert done.counts.get("posted", 0) > 0.9 * EVENTS, f"the import measured is one that earns: {done.counts}"
        return EVENTS / seconds

    def copied(self) -> float:
        """Events a second of the same rows, as fast as COPY takes them."""
        written = {table: self._folder / table for table in TABLES}
        with connections["owner"].cursor() as cursor:
            for table, path in written.items():
                with path.open("wb") as out:
                    cursor.copy_expert(f"COPY {table} TO STDOUT", out)
        _empty_tables()
        started = time.perf_counter()
        with _owner_transaction() as cursor:
            for table, path in written.items():
                with path.open("rb") as rows:
                    cursor.copy_expert(f"COPY {table} FROM STDIN", rows)
        return EVENTS / (time.perf_counter() - started)

    def _people(self) -> Path:
        path = self._folder / "people.jsonl"
        with path.open("w") as out:
            for number in range(RESIDENTS):
                out.write(json.dumps({"customer": str(number), "name": f"Client {number}", "branch": "EB-1"}) + "\n")
        return path

    def _events(self, batch: int) -> Path:
        path = self._folder / f"events-{batch}.jsonl"
        begins = now() - timedelta(days=DAYS + 1)
        with path.open("w") as out:
            for number in range(EVENTS):
                moment = begins + timedelta(days=number % DAYS, seconds=number % 3_600)
                out.write(json.dumps(_event(f"{batch}-{number}", number, moment)) + "\n")
        return path


def measure() -> list[Figure]:
    """The importer's rate, its share of COPY's, and how many times hordak's it is."""
    with TemporaryDirectory() as folder, database_beside("bench_hordak"):
        importing = Importing(Path(folder))
        with hordak_process() as hordak:
            rounds = Rounds.take("import", {"import": importing.imported, "copy": importing.copied, "hordak": hordak.rate})
    parameters = {"events": EVENTS, "residents": RESIDENTS, "rows_a_chunk": 500, "tables": list(TABLES)}
    transfers = {"transfers": EVENTS, "version": "django-hordak 2.0.0"}
    return [
        Figure("import_rate", rounds.median("import"), "events/s", parameters),
        Figure("copy_rate", rounds.median("copy"), "events/s", parameters),
        Figure("hordak_rate", rounds.median("hordak"), "transfers/s", transfers),
        Figure("import_vs_copy", rounds.ratio("import", to="copy"), "of_copy", parameters),
        Figure("import_vs_hordak", rounds.ratio("import", to="hordak"), "times_hordak", {**parameters, **transfers}),
    ]


class Hordak:
    """A process that posts plain transfers with django-hordak each time it is asked."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def rate(self) -> float:
        """Transfers a second."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{EVENTS}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())


@contextmanager
def hordak_process() -> Iterator[Hordak]:
    """Start it on a database of its own; it ends when nothing more is asked."""
    environment = {**os.environ, **owner_login(), "PGDATABASE": "bench_hordak", "DJANGO_SETTINGS_MODULE": "tools.bench.hordak_settings"}
    command = [sys.executable, "-m", "tools.bench.hordak_transfers"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Hordak(process)
    finally:
        process.communicate(timeout=ANSWER_SECONDS)


def _event(number: str, customer: int, moment: datetime) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"bench-{number}",
        "source": "urn:bank:core",
        "type": "bill.paid",
        "subject": str(customer % RESIDENTS),
        "time": moment.isoformat(),
        "data": {"amount_minor": 12_345 + customer, "currency": "CNY", "category": "household", "channel": "standing_order"},
    }


def _import_file(bank: Bank, kind: ImportKind, path: Path, handler: ChunkHandler, columns: Columns) -> FileImport:
    with path.open("rb") as file:
        kept = register_import(actor=system_actor(), bank=bank, kind=kind, file=file, name=path.name, at=now())
    done = run_import(import_id=kept.pk, handle_chunk=handler, columns=columns)
    assert done.state == ImportState.DONE, done.problem
    return done


def _empty_tables() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")  # what else points at them is empty


@contextmanager
def _owner_transaction() -> Iterator[Any]:
    from django.db import transaction

    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        yield cursor
