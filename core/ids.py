"""Identifiers that sort by the time they were made."""

from __future__ import annotations

import os
import time
from uuid import UUID

RANDOM_BITS = 74
RANDOM_BYTES = 10
VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)
LOW = (1 << 62) - 1


def uuid7() -> UUID:
    """A version 7 UUID (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits."""
    return uuid7s(1)[0]


def uuid7s(count: int) -> list[UUID]:
    """So many of this millisecond, in ascending order; the system is asked once for the random bits of all."""
    begins = ((time.time_ns() // 1_000_000) << 80) | VERSION_AND_VARIANT
    drawn = os.urandom(RANDOM_BYTES * count)
    parts = [drawn[start : start + RANDOM_BYTES] for start in range(0, len(drawn), RANDOM_BYTES)]
    randoms = sorted(int.from_bytes(part, "big") >> (8 * RANDOM_BYTES - RANDOM_BITS) for part in parts)
    return [UUID(int=begins | ((random >> 62) << 64) | (random & LOW)) for random in randoms]
