"""What this package tells the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRegistered:
    """A file waits to be taken in by a worker."""

    topic: ClassVar[str] = "imports.registered"
    import_id: str
    kind: str
