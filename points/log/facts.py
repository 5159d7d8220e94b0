"""Facts as leaves need them: read from the ledger in their order, and turned into leaves and parts."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from itertools import groupby
from typing import NamedTuple

from django.db import connection

from points.choices import Fact
from points.log.leaves import (
    COMMITMENT_BYTES,
    POSTING,
    TIMES,
    UUID_BYTES,
    Opening,
    Part,
    facts_commitment,
    leaf_bytes,
    part_of,
    wallet_commitment,
)

NOTHING = bytes(COMMITMENT_BYTES)
ENTRY_BYTES = UUID_BYTES + POSTING.size
TIMES_END = UUID_BYTES + TIMES.size
READ = "select * from points_facts(%s, %s, %s)"


class FactRow(NamedTuple):
    """
    A fact of the ledger.

    `place` is its position while it waits, its number when it has one; the others are as points/sql/log.sql says.
    """

    place: int
    what: str
    reason: str
    head: bytes
    salt: bytes | None
    facts: bytes | None
    entries: bytes | None
    opening: bytes | None

    @property
    def fact(self) -> bytes:
        """The fact's id."""
        return self.head[:UUID_BYTES]


def waiting_facts(*, limit: int) -> list[FactRow]:
    """Facts that have no number yet, in the order in which they will get one."""
    return _read(waiting=True, after=0, limit=limit)


def numbered_facts(*, after: int, limit: int) -> list[FactRow]:
    """Facts with the numbers after this one."""
    return _read(waiting=False, after=after, limit=limit)


def new_opening(row: FactRow, *, key_id: int, counts: Counter[bytes]) -> Opening:
    """What the fact's leaf will be made with; `counts` go up by its parts."""
    own = []
    for issuer, _entries in _by_issuer(row):
        counts[issuer] += 1
        own.append(counts[issuer])
    return Opening(*_commitments(row), key_id, own)


def leaf_of(row: FactRow, opening: Opening, *, keys: Mapping[int, bytes]) -> bytes:
    """The fact's leaf."""
    return leaf_bytes(
        what=row.what,
        fact=row.fact,
        reason=row.reason,
        times=row.head[UUID_BYTES:TIMES_END],
        follows=row.head[TIMES_END:],
        opening=opening,
        parts=b"".join([part.commitment for part in parts_of(row, opening, keys=keys)]),
    )


def parts_of(row: FactRow, opening: Opening, *, keys: Mapping[int, bytes]) -> list[Part]:
    """The fact's parts, opened, in the order of their issuers' ids."""
    key, fact = keys[opening.key_id], row.fact
    return [
        part_of(issuer, entries, place=count, key=key, fact=fact)
        for (issuer, entries), count in zip(_by_issuer(row), opening.counts, strict=True)
    ]


def _read(*, waiting: bool, after: int, limit: int) -> list[FactRow]:
    with connection.cursor() as cursor:
        cursor.execute(READ, [waiting, after, limit])
        return [
            FactRow(
                place, what, reason, bytes(head or b""), salt and bytes(salt), facts and bytes(facts), entries and bytes(entries), opening
            )
            for place, what, reason, head, salt, facts, entries, opening in cursor.fetchall()
        ]


def _commitments(row: FactRow) -> tuple[bytes, bytes]:
    """To the wallet and to the facts. Where a salt was erased, to what nobody can open; where there is nothing, zeros."""
    if row.what == Fact.DECLARATION:
        return NOTHING, NOTHING
    salt, fact = row.salt or os.urandom(COMMITMENT_BYTES), row.fact
    return wallet_commitment(salt, fact), facts_commitment(salt, fact, row.facts) if row.facts else NOTHING


def _by_issuer(row: FactRow) -> list[tuple[bytes, list[bytes]]]:
    entries = row.entries
    if entries is None:
        return []
    if len(entries) == ENTRY_BYTES or row.what == Fact.DECLARATION:
        return [(entries[:UUID_BYTES], [entries[UUID_BYTES:]])]
    pieces = [entries[at : at + ENTRY_BYTES] for at in range(0, len(entries), ENTRY_BYTES)]
    return [(issuer, [piece[UUID_BYTES:] for piece in group]) for issuer, group in groupby(pieces, key=_issuer_of)]


def _issuer_of(piece: bytes) -> bytes:
    return piece[:UUID_BYTES]
