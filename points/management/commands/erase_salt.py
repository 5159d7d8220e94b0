"""Cut the link between a wallet and its leaves of the sealed log."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from core.clock import now
from identity.commands import actor_of_command, add_actor
from points.log.erasing import erase_salt

NOTHING_THERE = 2


class Command(BaseCommand):
    """Erase a wallet's salt, which can't be undone."""

    help = "Cut the link between a wallet and its leaves of the sealed log, for ever. Needs the owner's login (OWNER_DATABASE_URL)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_actor(parser)
        parser.add_argument("wallet", type=UUID)

    def handle(self, *args: Any, **options: Any) -> None:
        if not erase_salt(actor=actor_of_command(options["acting"]), wallet=options["wallet"], at=now()):
            raise CommandError(
                "There is no salt of this wallet: it was erased before, or there is no such wallet.", returncode=NOTHING_THERE
            )
        self.stdout.write("Erased. Nobody can tell any more which leaves were this wallet's; receipts and totals stand.")
