"""What this package tells the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class CapSet:
    """A bank may issue more, or less, than before."""

    topic: ClassVar[str] = "issuing.cap_set"
    bank_id: int
