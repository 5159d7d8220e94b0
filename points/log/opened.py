"""Leaves opened for those they concern: a proof of one leaf for the holder of its receipt, an issuer's own leaves for the issuer."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from core.limits import LEAVES_AT_ONCE
from points.choices import Fact
from points.log.checkpoints import Checkpoint, checkpoint_over
from points.log.facts import FactRow, leaf_of, numbered_facts, parts_of
from points.log.leaves import COUNT, Opening, Part, fields
from points.log.notes import encode
from points.log.proofs import prove_inclusion
from points.models import Declaration, Sealed

RECEIPT_FORMAT: Final = "cf-receipt-1"
QR_PREFIX: Final = "CFRECEIPT1."


@dataclass(frozen=True, slots=True)
class OpenedLeaf:
    """A leaf with those of its parts that may be seen; `words` are what a declaration says."""

    number: int
    leaf: bytes
    parts: tuple[Part, ...]
    words: str | None = None


@dataclass(frozen=True, slots=True)
class LeafProof:
    """All it takes to check one number with nothing but the public keys of the log and its witnesses."""

    opened: OpenedLeaf
    sealed_at: datetime
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint

    @property
    def number(self) -> int:
        """The number of the log."""
        return self.opened.number

    def as_json(self) -> str:
        """The receipt as a file."""
        body = {
            "format": RECEIPT_FORMAT,
            "number": self.number,
            "leaf": encode(self.opened.leaf),
            "parts": [{"blinding": encode(part.blinding), "part": encode(part.bytes_)} for part in self.opened.parts],
            "hashes": [encode(each) for each in self.hashes],
            "checkpoint": self.checkpoint.full_note,
        }
        return json.dumps(body, indent=1, ensure_ascii=False) + "\n"

    def as_text(self) -> str:
        """The same in letters, digits and a dot, for a QR code."""
        packed = fields(
            COUNT.pack(self.number),
            self.opened.leaf,
            b"".join(fields(part.blinding, part.bytes_) for part in self.opened.parts),
            b"".join(self.hashes),
            self.checkpoint.full_note.encode(),
        )
        return QR_PREFIX + base64.b32encode(packed).decode().rstrip("=")


def leaf_proof(*, number: int) -> LeafProof | None:
    """The proof of a number; None while no checkpoint is over it."""
    checkpoint = checkpoint_over(number=number)
    opened = _opened(after=number - 1, upto=number)
    if checkpoint is None or not opened:
        return None
    sealed_at = Sealed.objects.values_list("sealed_at", flat=True).get(number=number)
    return LeafProof(opened[0], sealed_at, tuple(prove_inclusion(number=number, size=checkpoint.size)), checkpoint)


def issuer_leaves(*, issuer: UUID, after: int, upto: int) -> Iterator[OpenedLeaf]:
    """The leaves with the numbers (after, upto] that have a part of the issuer, each with that part alone."""
    for start in range(after, upto, LEAVES_AT_ONCE):
        yield from _opened(after=start, upto=min(start + LEAVES_AT_ONCE, upto), issuer=issuer)


def leaf_json(opened: OpenedLeaf) -> Mapping[str, Any]:
    """An opened leaf as the exports write it: for the issuer, with which of its parts this is."""
    said: dict[str, Any] = {
        "number": opened.number,
        "leaf": encode(opened.leaf),
        "parts": [_part_json(part) for part in opened.parts],
    }
    return said if opened.words is None else {**said, "words": opened.words}


def _part_json(part: Part) -> Mapping[str, str | int]:
    return {
        "blinding": encode(part.blinding),
        "part": encode(part.bytes_),
        "place": part.place,
        "place_blinding": encode(part.place_blinding),
    }


def _opened(*, after: int, upto: int, issuer: UUID | None = None) -> list[OpenedLeaf]:
    rows = [row for row in numbered_facts(after=after, limit=upto - after) if row.opening is not None and _concerns(row, issuer)]
    declared = [UUID(bytes=row.fact) for row in rows if row.what == Fact.DECLARATION]
    words = dict(Declaration.objects.filter(id__in=declared).values_list("id", "body")) if declared else {}
    return [_open(row, issuer, words.get(UUID(bytes=row.fact))) for row in rows]


def _concerns(row: FactRow, issuer: UUID | None) -> bool:
    return issuer is None or (row.entries is not None and issuer.bytes in row.entries)


def _open(row: FactRow, issuer: UUID | None, words: str | None) -> OpenedLeaf:
    assert row.opening is not None, "a leaf of the log"
    opening = Opening.read(bytes(row.opening))
    keys = settings.LOG_BLINDING_KEYS
    parts = tuple(part for part in parts_of(row, opening, keys=keys) if issuer is None or part.issuer == issuer.bytes)
    return OpenedLeaf(row.place, leaf_of(row, opening, keys=keys), parts, words)
