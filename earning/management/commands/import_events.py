"""Take in a bank's events from a file."""

from __future__ import annotations

from typing import ClassVar

from earning.files import COLUMNS
from earning.services.importing import import_events
from imports.choices import ImportKind
from imports.import_command import ImportCommand
from imports.services import ChunkHandler


class Command(ImportCommand):
    """`import_events FILE --bank CODE`: interrupted or run again, no event earns twice."""

    help = "Take in a bank's events from a CSV or JSON Lines file and give what they earn."
    kind = ImportKind.EVENTS
    columns = COLUMNS
    chunk_handler: ClassVar[ChunkHandler] = staticmethod(import_events)
