"""What this package tells the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """A second person allowed it; it may be carried out."""

    topic: ClassVar[str] = "decisions.approved"
    approval_id: str
    action: str
