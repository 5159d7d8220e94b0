"""Let a bank's system use the Open API."""

from __future__ import annotations

import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from branches.access import BANK_MANAGERS
from branches.commands import staff_of_command
from branches.models import Bank
from core.clock import now
from identity.commands import add_actor
from openapi.scopes import SCOPES
from openapi.services import make_client


class Command(BaseCommand):
    """`make_client --bank CODE`: prints the id and, this once, the secret."""

    help = "Let a bank's system use the Open API; prints its id and, this once, its secret."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bank", required=True, help="code of the bank")
        add_actor(parser)
        parser.add_argument("--name", default="", help="what the system is called")
        parser.add_argument("--scope", action="append", choices=sorted(SCOPES), help="what it may do; may be given again (default: all)")

    def handle(self, *, bank: str, name: str, scope: list[str] | None, acting: str = "", **_options: object) -> None:
        found = Bank.objects.filter(code=bank).first()
        if found is None:
            self.stderr.write(f"There is no bank with the code {bank}.")
            sys.exit(2)
        actor = staff_of_command(acting, roles=BANK_MANAGERS, bank=found)
        made = make_client(actor=actor, at=now(), bank=found, name=name or f"{found.name} core", scopes=scope or list(SCOPES))
        self.stdout.write(f"client_id: {made.client.client_id}\nclient_secret: {made.secret}\nscopes: {made.client.scopes}")
        self.stdout.write("Keep the secret now: it is not shown again.")
