"""Identifiers that sort by the time they were made."""

from __future__ import annotations

import os
import time
from uuid import UUID

RANDOM_BITS = 74
VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)


def uuid7() -> UUID:
    """A version 7 UUID (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big") >> (80 - RANDOM_BITS)
    high, low = random >> 62, random & ((1 << 62) - 1)
    return UUID(int=(milliseconds << 80) | (high << 64) | low | VERSION_AND_VARIANT)
