"""Close a business day from the command line."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from branches.access import OPERATORS
from branches.commands import staff_of_command
from core.clock import alliance_day, now
from core.errors import DomainError
from core.progress import bar
from identity.commands import add_actor
from settlements.citing import citation_of
from settlements.queries import summary_of
from settlements.services import close_day

REFUSED = 2


class Command(BaseCommand):
    """Write the statements of all redemptions since the last closed day."""

    help = "Close a business day: write the statements of all redemptions sealed since the last closed day. Again, it changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_actor(parser)
        parser.add_argument("--day", type=date.fromisoformat, metavar="YYYY-MM-DD", help="The day to close; yesterday when not given.")

    def handle(self, *args: Any, **options: Any) -> None:
        at, actor = now(), staff_of_command(options["acting"], roles=OPERATORS)
        day = options["day"] or alliance_day(at) - timedelta(days=1)
        with bar(label="statement lines", total=None, unit="number") as shown:

            def moved(done: int, total: int) -> None:
                shown.total = total
                shown.update(done - shown.n)

            try:
                closed = close_day(day=day, at=at, actor=actor, moved=moved)
            except DomainError as refusal:
                raise CommandError(str(refusal), returncode=REFUSED) from refusal
        self.stdout.write(summary_of(day=closed))
        self.stdout.write(str(citation_of(day=closed)))
