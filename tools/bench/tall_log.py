"""A log of ten million leaves in the database: its tiles alone, written by the owner, of leaves that nobody knows."""

from __future__ import annotations

import os
from typing import Final

from core.progress import bar

LEAVES: Final = 10_000_000
ROWS_AT_ONCE: Final = 256
INSERT: Final = (
    "insert into points_tile (level, index, hashes) select %s, %s + n - 1, h from unnest(%s::bytea[]) with ordinality as t(h, n)"
)


def build_tall_log() -> None:
    """Replace the log by one of ten million leaves."""
    from django.db import connections

    from points.log.tree import HASH_BYTES, TILE_WIDTH, row_root

    row = TILE_WIDTH * HASH_BYTES
    with connections["owner"].cursor() as owner:
        owner.execute("truncate points_tile, points_cosignature, points_checkpoint, points_log")
        width, level, above = LEAVES, 0, b""
        with bar(label="ten million leaves", total=-(-LEAVES // TILE_WIDTH), unit=" tiles") as progress:
            while width:
                roots = []
                for start in range(0, -(-width // TILE_WIDTH), ROWS_AT_ONCE):
                    end = min(start + ROWS_AT_ONCE, -(-width // TILE_WIDTH))
                    part = (min(end * TILE_WIDTH, width) - start * TILE_WIDTH) * HASH_BYTES
                    hashes = above[start * row :][:part] if level else os.urandom(part)
                    tiles = [hashes[at : at + row] for at in range(0, len(hashes), row)]
                    owner.execute(INSERT, [level, start, tiles])
                    roots += [row_root(tile) for tile in tiles if len(tile) == row]
                    progress.update(len(tiles) if level == 0 else 0)
                above, width, level = b"".join(roots), len(roots), level + 1
        frontier = os.urandom(HASH_BYTES * LEAVES.bit_count())
        owner.execute(
            "insert into points_log (size, root, frontier, parts) values (%s, %s, %s, '{}')", [LEAVES, os.urandom(HASH_BYTES), frontier]
        )
        owner.execute("analyze points_tile")
