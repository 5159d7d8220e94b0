"""`import_events` killed in the middle, twice, and run again: every event earns once, to the point."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import termios
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from branches.models import Bank
from core.clock import now
from core.rows import Row
from earning.choices import EventStatus
from earning.models import Award, DayUse, Event
from imports.choices import ImportState
from imports.models import FileImport
from points.models import Account, Transfer
from residents.services import import_residents
from tests.earning.world import bill_rule
from tests.programs import running
from tests.waiting import PATIENCE_SECONDS, wait_until

pytestmark = [pytest.mark.django_db(databases=["default", "owner"], transaction=True), pytest.mark.real_clock]

EVENTS, CUSTOMERS = 4_000, 50
IMPORT = """
import signal; signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
import django; django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = "{name}"
from django.db import connections
connections["default"].settings_dict["NAME"] = "{name}"
from django.core.management import call_command
call_command("import_events", "{file}", bank="EB")
"""


def test_a_killed_import_run_again_counts_exactly(east: Bank, tmp_path: Path) -> None:
    bill_rule(east)
    with transaction.atomic():
        rows = [Row(line=1, end=1, fields={"customer": f"8{number:03d}"}) for number in range(CUSTOMERS)]
        import_residents(bank=east, rows=rows, at=now())
    points = write_file(tmp_path / "events.csv")

    for rows_done in (500, 2_000):
        kill_after(tmp_path / "events.csv", rows_done, bank=east)
    with importing(tmp_path / "events.csv") as last:
        assert last.wait(timeout=PATIENCE_SECONDS) == 0

    done = FileImport.objects.get()
    assert (done.state, done.rows_done, done.counts) == (ImportState.DONE, EVENTS, {"posted": EVENTS, "points": points})
    assert (Event.objects.count(), Award.objects.count(), Transfer.objects.count()) == (EVENTS, EVENTS, EVENTS)
    assert sum(Account.objects.values_list("balance", flat=True)) == points
    assert sum(DayUse.objects.values_list("points", flat=True)) == points


def test_an_interrupted_import_says_that_it_goes_on(east: Bank, tmp_path: Path) -> None:
    bill_rule(east)
    write_file(tmp_path / "events.csv")

    with importing(tmp_path / "events.csv", stderr=subprocess.PIPE) as process:
        with held_after(500, bank=east):
            wait_for_rows(process, 500)
            process.send_signal(signal.SIGINT)
        _out, said = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 130
    assert said.decode().strip() == "Interrupted; what was taken in stays. The same command goes on from there."
    assert FileImport.objects.get().state == ImportState.RUNNING
    with importing(tmp_path / "events.csv") as last:
        assert last.wait(timeout=PATIENCE_SECONDS) == 0
    assert Event.objects.count() == EVENTS


def test_a_terminal_shows_rate_and_time_left(east: Bank, tmp_path: Path) -> None:
    bill_rule(east)
    write_file(tmp_path / "events.csv")
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 120))

    with importing(tmp_path / "events.csv", stderr=theirs) as process:
        os.close(theirs)
        shown = read_all(ours)
        assert process.wait(timeout=PATIENCE_SECONDS) == 0

    assert re.search(r"events\.csv: .*\d+/4000 \[\d\d:\d\d<\d\d:\d\d, .*rows/s\]", shown), shown[-500:]


def read_all(terminal: int) -> str:
    """What a program wrote to its terminal until it ended."""
    parts: list[bytes] = []
    with suppress(OSError):  # how Linux says that the other end is closed
        while part := os.read(terminal, 65_536):
            parts.append(part)
    os.close(terminal)
    return b"".join(parts).decode()


def write_file(path: Path) -> int:
    """A file of bills; how many points they earn in all, counted here by hand."""
    first, points = now() - timedelta(days=60), 0
    with path.open("w", encoding="utf-8") as file:
        file.write("id,type,subject,time,amount_minor,currency\n")
        for number in range(EVENTS):
            paid = first + timedelta(days=number // CUSTOMERS % 60)
            amount = 1_000 + 10 * (number % 1_000)  # 1 to 10 points; two a customer and day, so no cap bites
            points += amount // 1_000
            file.write(f"e-{number},bill.paid,8{number % CUSTOMERS:03d},{paid.isoformat()},{amount},CNY\n")
    return points


def importing(file: Path, *, stderr: int | None = None) -> AbstractContextManager[subprocess.Popen[bytes]]:
    program = IMPORT.format(name=connection.settings_dict["NAME"], file=file)
    return running(program, stdout=subprocess.DEVNULL, stderr=stderr)


@contextmanager
def held_after(rows: int, *, bank: Bank) -> Iterator[None]:
    """Let an import come so far and no further: one of its next events has the id of one that is just being kept elsewhere."""
    with transaction.atomic(using="owner"):
        Event.objects.using("owner").create(
            bank_id=bank.pk, event_id=f"e-{rows + 100}", type="other", customer_hash=bytes(32), content_hash=bytes(32),
            occurred_at=now(), received_at=now(), origin="elsewhere", status=EventStatus.WAITING,
        )  # fmt: skip
        yield
        transaction.set_rollback(True, using="owner")


def kill_after(file: Path, rows: int, *, bank: Bank) -> None:
    """Start the import and kill it when so many rows are committed."""
    with importing(file) as process, held_after(rows, bank=bank):
        wait_for_rows(process, rows)
        process.send_signal(signal.SIGKILL)
    assert FileImport.objects.get().state == ImportState.RUNNING
    assert Event.objects.count() < EVENTS


def wait_for_rows(process: subprocess.Popen[bytes], rows: int) -> None:
    """Until so many rows are committed."""

    def done() -> bool:
        assert process.poll() is None, "the import ended too soon"
        return FileImport.objects.filter(rows_done__gte=rows).exists()

    wait_until(done, what=f"{rows} rows are committed")
