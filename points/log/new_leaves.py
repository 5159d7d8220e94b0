"""The books check's part about the log, for the numbers since a check before: it grows the tree on from there."""

from __future__ import annotations

from collections import Counter
from typing import Final

from core.errors import NotFound
from points.log.books import LEAF_ROWS, Advance, Drifted, LogCheck, ends_with, grown_again, log_state, signed_after
from points.log.proofs import log_size, read_tiles, tree_at
from points.log.tree import HASH_BYTES, TILE_HEIGHT, TILE_WIDTH, row_root, split_hashes

CheckedLog = tuple[int, bytes, dict[str, int]]  # size, root, and how many leaves have a part of each issuer
LOST: Final = "tiles that were checked before are not as long any more"


def new_leaf_checks(*, before: CheckedLog) -> tuple[LogCheck, ...]:
    """The checks of what came after the log was `before`."""

    def new_leaves_hash_to_the_root(advance: Advance) -> Drifted:
        return _grow(before, advance)

    def new_tiles_agree(advance: Advance) -> Drifted:  # noqa: ARG001 - as in the full check
        return _tiles_over(before[0])

    def new_checkpoints_are_signed(advance: Advance) -> Drifted:  # noqa: ARG001
        return signed_after(before[0])

    return (
        LogCheck(new_leaves_hash_to_the_root, lambda: LEAF_ROWS * max(log_size() - before[0], 0)),
        LogCheck(new_tiles_agree, lambda: 1),
        LogCheck(new_checkpoints_are_signed, lambda: 1),
    )


def _grow(before: CheckedLog, advance: Advance) -> Drifted:
    """The log goes on from the root that was checked: the new leaves lead from it to the root it has now."""
    size, root, parts = before
    try:
        tree = tree_at(size=size)
    except (NotFound, KeyError, AssertionError):
        yield "the log", LOST
        return
    if tree.root != root:
        yield "the log", f"its first {size} leaves have another root than when they were checked"
    counts = Counter({bytes.fromhex(issuer): count for issuer, count in parts.items()})
    yield from grown_again(tree, counts, log_size(), advance)
    yield from ends_with(tree, counts, log_state())


def _tiles_over(checked: int) -> Drifted:
    """Each tile that grew since is made of the full tiles under it."""
    size, level = log_size(), 1
    while size >> TILE_HEIGHT * level:
        for place in range(checked >> TILE_HEIGHT * level, size >> TILE_HEIGHT * level):
            index, at = divmod(place, TILE_WIDTH)
            tiles = read_tiles([(level, index), (level - 1, place)])
            kept, under = split_hashes(tiles.get((level, index), b"")), tiles.get((level - 1, place), b"")
            if at >= len(kept) or len(under) != TILE_WIDTH * HASH_BYTES or kept[at] != row_root(under):
                yield f"tile {level}/{index}", "it is not made of the tiles under it"
        level += 1
