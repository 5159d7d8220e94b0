"""Take in a bank's residents from a file."""

from __future__ import annotations

from typing import ClassVar

from imports.choices import ImportKind
from imports.import_command import ImportCommand
from imports.services import ChunkHandler
from residents.files import COLUMNS
from residents.services import import_residents


class Command(ImportCommand):
    """`import_residents FILE --bank CODE`: interrupted or run again, nothing is taken in twice."""

    help = "Take in a bank's residents from a CSV or JSON Lines file."
    kind = ImportKind.RESIDENTS
    columns = COLUMNS
    chunk_handler: ClassVar[ChunkHandler] = staticmethod(import_residents)
