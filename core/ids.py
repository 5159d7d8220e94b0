"""Identifiers that sort by the time they were made."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from uuid import UUID

RANDOM_BITS = 74
RANDOM_BYTES = 10
VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)
LOW = (1 << 62) - 1


def uuid7() -> UUID:
    """A version 7 UUID (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits."""
    return _put_together(_milliseconds(), _random_of(os.urandom(RANDOM_BYTES)))


def uuid7s(count: int) -> list[UUID]:
    """So many of this millisecond, in ascending order; the system is asked once for the random bits of all."""
    drawn, milliseconds = os.urandom(RANDOM_BYTES * count), _milliseconds()
    parts = (drawn[start : start + RANDOM_BYTES] for start in range(0, len(drawn), RANDOM_BYTES))
    return [_put_together(milliseconds, random) for random in sorted(map(_random_of, parts))]


def moment_of(made: UUID) -> datetime:
    """When a version 7 UUID was made, to the millisecond."""
    return datetime.fromtimestamp((made.int >> 80) / 1_000, UTC)


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


def _random_of(drawn: bytes) -> int:
    return int.from_bytes(drawn, "big") >> (8 * RANDOM_BYTES - RANDOM_BITS)


def _put_together(milliseconds: int, random: int) -> UUID:
    return UUID(int=(milliseconds << 80) | ((random >> 62) << 64) | (random & LOW) | VERSION_AND_VARIANT)
