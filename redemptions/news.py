"""What this package tells the others, by the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsRedeemed:
    """Points were taken at a till."""

    topic: ClassVar[str] = "redemptions.redeemed"
    redemption: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionUndone:
    """A redemption was taken back by its outlet."""

    topic: ClassVar[str] = "redemptions.undone"
    redemption: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionRefunded:
    """Some points of a redemption were given back by its outlet."""

    topic: ClassVar[str] = "redemptions.refunded"
    redemption: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneAdded:
    """A resident who has a phone already uses one more: they are told."""

    topic: ClassVar[str] = "redemptions.phone_added"
    device: str
