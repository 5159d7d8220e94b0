"""What every command that takes in a bank's file has in common."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import ClassVar, NoReturn

from django.core.management.base import BaseCommand

from branches.access import BANK_MANAGERS
from branches.commands import staff_of_command
from branches.models import Bank
from core.clock import now
from core.encodings import ENCODINGS
from core.errors import DomainError
from core.progress import bar
from identity.commands import add_actor
from identity.models import User
from imports.choices import ImportKind, ImportState
from imports.models import FileImport
from imports.reports import report_text
from imports.services import ERRORS, ChunkHandler, Columns, register_import, run_import

WRONG_DATA = 2
INTERRUPTED = 130


class ImportCommand(BaseCommand):
    """Arguments, one import with a bar, a report. Exit status 2 when something is wrong with the data."""

    kind: ClassVar[ImportKind]
    columns: ClassVar[Columns]
    chunk_handler: ClassVar[ChunkHandler]  # as `staticmethod(...)`

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, its bank, and the encoding where it can't be told from the file."""
        parser.add_argument("file", type=Path, help="CSV or JSON Lines")
        parser.add_argument("--bank", required=True, help="code of the bank the file comes from")
        add_actor(parser)
        parser.add_argument("--encoding", choices=ENCODINGS, default="", help="when it is not to be detected")

    def handle(self, *, file: Path, bank: str, encoding: str, acting: str = "", **_options: object) -> None:
        """Take the file in, from where an interrupted run left it."""
        try:
            found = Bank.objects.get(code=bank)
            done = self._import(file, found, encoding, staff_of_command(acting, roles=BANK_MANAGERS, bank=found))
        except (DomainError, Bank.DoesNotExist, OSError) as problem:
            self._stop(self._sentence(problem, bank))
        except KeyboardInterrupt:
            self.stderr.write("\nInterrupted; what was taken in stays. The same command goes on from there.")
            sys.exit(INTERRUPTED)
        self.stdout.write(report_text(file_import=done))
        if done.state != ImportState.DONE or done.counts.get(ERRORS):
            sys.exit(WRONG_DATA)

    def _import(self, file: Path, bank: Bank, encoding: str, actor: User) -> FileImport:
        with file.open("rb") as content:
            kept = register_import(
                bank=bank,
                kind=self.kind,
                file=content,
                name=file.name,
                actor=actor,
                at=now(),
                encoding=encoding,
            )
        with bar(label=kept.name, total=kept.rows_total, unit=" rows", done=kept.rows_done) as progress:
            return run_import(
                import_id=kept.pk,
                handle_chunk=self.chunk_handler,
                columns=self.columns,
                progress=progress,
                take_over=True,
            )

    def _sentence(self, problem: Exception, bank: str) -> str:
        return f"There is no bank with the code {bank}." if isinstance(problem, Bank.DoesNotExist) else str(problem)

    def _stop(self, sentence: str) -> NoReturn:
        self.stderr.write(sentence)
        sys.exit(WRONG_DATA)
