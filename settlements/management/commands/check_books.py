"""The books check on the command line."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.clock import now
from points.audit.result import BooksBeingChecked
from points.choices import CheckKind
from settlements.books import BooksChecked, check_everything, check_new

DRIFT_FOUND = 2


class Command(BaseCommand):
    """Recompute the books from their postings, and the sealed log from its facts; exit with status 2 if anything drifted."""

    help = "Recompute the books from their postings, and the sealed log from its facts; exit with status 2 if anything drifted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--new", action="store_true", help="look at what is new since the last clean check only, at its cost")

    def handle(self, *args: Any, new: bool, **options: Any) -> None:
        """Run every check and say what was found."""
        try:
            found = check_new(at=now()) if new else check_everything(at=now())
        except BooksBeingChecked as error:
            raise CommandError(str(error)) from error
        for drift in found.drifts:
            self.stdout.write(f"DRIFT {drift.check}: {drift.what}: {drift.detail}")
        if found.drifts:
            self.stdout.write(f"The books have drifted in {len({drift.check for drift in found.drifts})} of {found.checks} checks.")
            sys.exit(DRIFT_FOUND)
        self.stdout.write(f"The books are whole: {found.checks} checks, {_looked_at(found)}, no drift.")


def _looked_at(found: BooksChecked) -> str:
    if found.kind == CheckKind.FULL:
        return f"{found.upto} numbers"
    return f"{found.upto - found.after} new numbers, {found.wallets} wallets recomputed"
