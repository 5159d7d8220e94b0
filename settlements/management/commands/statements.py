"""The statements of a closed day as CSV files."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.clock import now
from core.progress import track
from identity.commands import actor_of_command, add_actor
from settlements.queries import closed_day
from settlements.sheets import SHEETS

NOT_CLOSED = 2


class Command(BaseCommand):
    """Write one CSV file for each kind of statement."""

    help = "Write the statements of a closed day as CSV files: " + ", ".join(f"{name}.csv" for name in SHEETS) + "."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_actor(parser)
        parser.add_argument("--day", type=date.fromisoformat, required=True, metavar="YYYY-MM-DD")
        parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="Where the files go; made if it isn't there.")

    def handle(self, *args: Any, **options: Any) -> None:
        day, out = options["day"], options["out"]
        if closed_day(day=day) is None:
            raise CommandError(f"{day} is not closed. Close it with: manage.py close_day --day {day}", returncode=NOT_CLOSED)
        actor = actor_of_command(options["acting"])
        record_security_event(SecurityEventKind.EXPORT_DOWNLOADED, at=now(), actor_id=actor.pk, details={"file": f"statements-{day}"})
        out.mkdir(parents=True, exist_ok=True)
        for sheet in SHEETS.values():
            rows = sheet.whole_day(day=day)
            with (out / f"{sheet.name}.csv").open("w", encoding="utf-8", newline="") as file:
                # the header is one of the lines
                file.writelines(track(sheet.lines(rows=rows), label=sheet.name, total=rows.count() + 1, unit="line"))
        self.stdout.write(f"The statements of {day} are in {out}: {', '.join(f'{name}.csv' for name in SHEETS)}.")
