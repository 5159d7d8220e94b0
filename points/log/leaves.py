"""
The bytes of a leaf, and what of them is only committed to. docs/proving.md explains the format; the version is in front.

A field is its length (4 bytes, big-endian) and its bytes. A leaf names no wallet: it holds a commitment to it, another one
in each leaf. What happened to an issuer's points is a part; the leaf holds a commitment to each part, so that a part can be
opened to its issuer and to nobody else. A part does not say which of its issuer's parts it is, it commits to that: two
receipts would tell anyone how much an issuer did between them.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from typing import Final, NamedTuple

from points.choices import AccountKind

LEAF_VERSION: Final = b"cf-leaf-1"
PART_VERSION: Final = b"cf-part-1"
UUID_BYTES: Final = 16
COMMITMENT_BYTES: Final = 32
# How a posting is written in a part: the kinds as their place here, the points, and who is on the books' side: an issuer or
# a merchant. A wallet's own accounts are zeros: their ids would tell which leaves belong to one wallet.
KINDS: Final = tuple(AccountKind)
POSTING: Final = struct.Struct(">BBq16s16s")
TIMES: Final = struct.Struct(">qq")
KEY_ID: Final = struct.Struct(">I")
COUNT: Final = struct.Struct(">q")
_LENGTH: Final = struct.Struct(">I")


class Opening(NamedTuple):
    """
    What a leaf was made with besides its fact, kept with its number: the leaf can be written again when a salt is erased.

    `counts` are the issuers' own numbers of the leaf's parts, in the order of the issuers' ids.
    """

    wallet: bytes
    facts: bytes
    key_id: int
    counts: Sequence[int]

    @classmethod
    def read(cls, packed: bytes) -> Opening:
        """The opening as it is kept."""
        head = 2 * COMMITMENT_BYTES
        (key_id,) = KEY_ID.unpack_from(packed, head)
        counts = tuple(count for (count,) in COUNT.iter_unpack(packed[head + KEY_ID.size :]))
        return cls(packed[:COMMITMENT_BYTES], packed[COMMITMENT_BYTES:head], key_id, counts)

    @property
    def packed(self) -> bytes:
        """The opening as it is kept."""
        return b"".join((self.wallet, self.facts, KEY_ID.pack(self.key_id), *map(COUNT.pack, self.counts)))


class Part(NamedTuple):
    """
    One issuer's part of a leaf, opened: `bytes_` with `blinding` in front hash to the commitment in the leaf.

    `place`, which of the issuer's parts this is, hashes with `place_blinding` in front to the commitment in `bytes_`; both
    are for the issuer alone.
    """

    issuer: bytes
    blinding: bytes
    bytes_: bytes
    place: int
    place_blinding: bytes

    @property
    def commitment(self) -> bytes:
        """What the leaf holds of it."""
        return sha256(self.blinding + self.bytes_).digest()


def fields(*values: bytes) -> bytes:
    """Values with their lengths in front."""
    return b"".join([piece for value in values for piece in (_LENGTH.pack(len(value)), value)])


def leaf_bytes(*, what: str, fact: bytes, reason: str, times: bytes, follows: bytes, opening: Opening, parts: bytes) -> bytes:
    """
    The leaf of a fact.

    `times` are when it happened and when it was recorded, in microseconds since 1970; `parts` the commitments to the
    parts, one after the other in the order of their issuers' ids.
    """
    return b"".join(
        (
            _HEAD, _word(what), _LENGTH_16, fact, _word(reason), _LENGTH_32, opening.wallet, _LENGTH_16, times,
            _LENGTH.pack(len(follows)), follows, _LENGTH_32, opening.facts, _LENGTH_4, KEY_ID.pack(opening.key_id),
            _LENGTH.pack(len(parts)), parts,
        )
    )  # fmt: skip


def part_of(issuer: bytes, entries: Sequence[bytes], *, place: int, key: bytes, fact: bytes) -> Part:
    """An issuer's part of a fact: its id, a commitment to which of its parts this is, and its postings, or what it declared."""
    about = fact + issuer
    hidden = hmac.digest(key, b"place" + about, "sha256")
    placed = sha256(hidden + COUNT.pack(place)).digest()
    bytes_ = b"".join((_PART_HEAD, issuer, _LENGTH_32, placed, fields(*entries)))
    return Part(issuer, hmac.digest(key, about, "sha256"), bytes_, place, hidden)


def wallet_commitment(salt: bytes, fact: bytes) -> bytes:
    """What a leaf holds of its wallet; nothing without the salt."""
    return hmac.digest(salt, fact, "sha256")


def facts_commitment(salt: bytes, fact: bytes, facts: bytes) -> bytes:
    """What a leaf holds of the facts that the asking package noted."""
    return hmac.digest(salt, b"facts" + fact + facts, "sha256")


@cache
def _word(word: str) -> bytes:
    return fields(word.encode())


_HEAD: Final = fields(LEAF_VERSION)
_PART_HEAD: Final = fields(PART_VERSION) + _LENGTH.pack(UUID_BYTES)
_LENGTH_4: Final = _LENGTH.pack(KEY_ID.size)
_LENGTH_16: Final = _LENGTH.pack(UUID_BYTES)
_LENGTH_32: Final = _LENGTH.pack(COMMITMENT_BYTES)
