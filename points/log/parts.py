"""
How many leaves have a part of each issuer: an extension line of each checkpoint, opened to an issuer with its export.

Without it nobody could tell that the newest leaves were left out of an export. The line is a hash over a commitment for each
issuer, blinded anew at each size: it tells nobody else how much an issuer does, nor whether it did anything at all.
"""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from core.limits import LEAVES_AT_ONCE
from points.log.facts import numbered_facts, parts_of
from points.log.leaves import COUNT, Opening
from points.log.notes import encode

LINE: Final = "parts "
PURPOSE: Final = b"parts"

Counts = Mapping[bytes, int]


def parts_line(*, counts: Counts, size: int, key: bytes) -> str:
    """The line, without its end, for a log of `size` leaves."""
    return LINE + encode(sha256(b"".join(_commitments(counts, size, key))).digest())


def opened_parts(*, issuer: bytes, counts: Counts, size: int, text: str, keys: Mapping[int, bytes]) -> dict[str, Any] | None:
    """
    What opens the line to an issuer: how many leaves have a part of it, what blinds that, and everybody's commitments.

    None where the text has no such line. An issuer without a part is shown the others' commitments alone.
    """
    for key in keys.values():  # a checkpoint was signed with the highest one of its day
        if parts_line(counts=counts, size=size, key=key) in text.split("\n"):
            found = {"count": counts.get(issuer, 0), "commitments": [encode(each) for each in _commitments(counts, size, key)]}
            return {**found, "blinding": encode(_blinding(issuer, size, key))} if found["count"] else found
    return None


def counts_at(*, size: int, now: Counts, size_now: int, keys: Mapping[int, bytes]) -> Counts:
    """The counts that the log had at a smaller size: those of now without what came since."""
    counts, after = Counter(now), size
    while after < size_now:
        rows = numbered_facts(after=after, limit=min(LEAVES_AT_ONCE, size_now - after))
        for row in rows:
            if row.opening is not None:
                counts.subtract(part.issuer for part in parts_of(row, Opening.read(bytes(row.opening)), keys=keys))
        after += LEAVES_AT_ONCE
    return {issuer: count for issuer, count in counts.items() if count > 0}


def _commitments(counts: Counts, size: int, key: bytes) -> list[bytes]:
    """One for each issuer, in the order of their ids."""
    return [
        sha256(_blinding(issuer, size, key) + issuer + COUNT.pack(counts[issuer])).digest() for issuer in sorted(counts) if counts[issuer]
    ]


def _blinding(issuer: bytes, size: int, key: bytes) -> bytes:
    return hmac.digest(key, PURPOSE + issuer + COUNT.pack(size), "sha256")
