"""Proofs out of the tiles that the database keeps: each takes one read of a handful of rows, however large the tree."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from core.errors import NotFound
from points.log.tree import (
    HASH_BYTES,
    HIGHEST_TILE,
    TILE_WIDTH,
    Proof,
    TilePlace,
    Tiles,
    Tree,
    consistency_proof,
    frontier_of_size,
    inclusion_proof,
)

READ = """
    select t.level, t.index, t.hashes
    from unnest(%s::smallint[], %s::bigint[]) as w(level, index)
    join points_tile t on t.level = w.level and t.index = w.index"""


def prove_inclusion(*, number: int, size: int) -> list[bytes]:
    """
    The hashes that show a number's leaf in the tree of `size` leaves.

    :raises NotFound: if the tree has no such number, or is not that large yet.
    """
    if not 0 < number <= size <= log_size():
        raise NotFound
    return _hashes(inclusion_proof(index=number - 1, size=size))


def prove_consistency(*, old: int, new: int) -> list[bytes]:
    """
    The hashes that show that the tree of `new` leaves begins with that of `old` leaves.

    :raises NotFound: if there are no such trees.
    """
    if not 0 < old <= new <= log_size():
        raise NotFound
    return _hashes(consistency_proof(old=old, new=new))


def tree_at(*, size: int) -> Tree:
    """
    The right edge of the tree as it was at this size, to grow it again from there.

    :raises NotFound: if it was never that large.
    """
    if not 0 <= size <= log_size():
        raise NotFound
    return Tree(size, _hashes(frontier_of_size(size)))


def tile(*, level: int, index: int, width: int = TILE_WIDTH) -> bytes:
    """
    The first `width` hashes of a tile.

    :raises NotFound: if it does not have so many yet.
    """
    if not (0 <= level <= HIGHEST_TILE and 0 < width <= TILE_WIDTH):
        raise NotFound
    found = read_tiles([(level, index)]).get((level, index), b"")
    if len(found) < width * HASH_BYTES:
        raise NotFound
    return found[: width * HASH_BYTES]


def read_tiles(places: Collection[TilePlace]) -> Tiles:
    """The tiles of these places that there are; one read."""
    with connection.cursor() as cursor:
        cursor.execute(READ, [[level for level, _index in places], [index for _level, index in places]])
        return {(level, index): bytes(hashes) for level, index, hashes in cursor.fetchall()}


def log_size() -> int:
    """How many leaves the tree has."""
    with connection.cursor() as cursor:
        cursor.execute("select size from points_log")
        row = cursor.fetchone()
    return row[0] if row else 0


def _hashes(proof: Proof) -> list[bytes]:
    return proof.hashes(read_tiles(proof.places()))
