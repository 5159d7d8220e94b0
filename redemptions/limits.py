"""How much may be taken at once, decided on plain facts. Limits a day, by how the resident confirmed, find their place here."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import DomainError
from core.limits import POINTS_PER_REDEMPTION
from redemptions.errors import InvalidPoints


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionFacts:
    """What a limit may look at."""

    points: int


def over_limit(facts: RedemptionFacts) -> DomainError | None:
    """The refusal, if these facts are beyond a limit."""
    if not 1 <= facts.points <= POINTS_PER_REDEMPTION:
        return InvalidPoints(most=POINTS_PER_REDEMPTION)
    return None
