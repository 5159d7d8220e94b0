"""
The Merkle tree of RFC 9162 (the same as RFC 6962's): hashing, growing, and what a proof is made of.

A node is named by its height and its index among the nodes of that height. Nodes whose height is a multiple of 8 are kept,
256 in a row to a tile, as C2SP's tlog-tiles cuts them (https://c2sp.org/tlog-tiles); those between are hashed when asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
HIGHEST_TILE: Final = 63 // TILE_HEIGHT  # a tree of as many leaves as the database can number has none above
EMPTY_ROOT: Final = sha256(b"").digest()

TilePlace = tuple[int, int]  # level, index
Node = tuple[int, int]  # height, index
Tiles = Mapping[TilePlace, bytes]


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf's bytes: never that of a node."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two nodes side by side."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Tree:
    """
    The right edge of a tree, enough to grow it.

    `frontier` holds the perfect subtrees that the size is made of, largest first: one for each bit of the size.
    `grown` collects the hashes to be added to tiles, in their order.
    """

    size: int = 0
    frontier: list[bytes] = field(default_factory=list)
    grown: dict[TilePlace, bytearray] = field(default_factory=dict)

    @classmethod
    def read(cls, *, size: int, frontier: bytes) -> Tree:
        """The tree as `packed_frontier` kept it."""
        assert len(frontier) == size.bit_count() * HASH_BYTES, "a frontier has one hash for each bit of the size"
        return cls(size, split_hashes(frontier))

    @property
    def packed_frontier(self) -> bytes:
        """The frontier as it is kept."""
        return b"".join(self.frontier)

    @property
    def root(self) -> bytes:
        """The hash that stands for all leaves."""
        return _fold(self.frontier) if self.frontier else EMPTY_ROOT

    def take_grown(self) -> dict[TilePlace, bytes]:
        """What is to be added to which tiles, once."""
        taken = {place: bytes(row) for place, row in self.grown.items()}
        self.grown.clear()
        return taken

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes."""
        for leaf in leaves:
            self._keep(0, self.size, leaf)
            above, height = leaf, 0
            while self.size >> height & 1:
                above = sha256(b"\x01" + self.frontier.pop() + above).digest()
                height += 1
                if height % TILE_HEIGHT == 0:
                    self._keep(height // TILE_HEIGHT, self.size >> height, above)
            self.frontier.append(above)
            self.size += 1

    def _keep(self, level: int, index: int, hashed: bytes) -> None:
        place = (level, index >> TILE_HEIGHT)
        row = self.grown.get(place)
        if row is None:
            self.grown[place] = bytearray(hashed)
        else:
            row += hashed


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof before its hashes are known: each entry is the fold of some nodes, left to right."""

    entries: tuple[tuple[Node, ...], ...]

    def places(self) -> set[TilePlace]:
        """The tiles it takes: a number that grows with the tree's height only."""
        return {_place(node) for nodes in self.entries for node in nodes}

    def hashes(self, tiles: Tiles) -> list[bytes]:
        """The proof's hashes, out of the tiles of `places`."""
        return [_fold([_node_of(node, tiles) for node in nodes]) for nodes in self.entries]


def inclusion_proof(*, index: int, size: int) -> Proof:
    """What shows that the leaf at `index` is in the tree of `size` leaves (RFC 9162, 2.1.3)."""
    assert 0 <= index < size, "a leaf of the tree"
    entries, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            entries.append(_perfect(middle, end))
            end = middle
        else:
            entries.append(_perfect(start, middle))
            start = middle
    return Proof(tuple(reversed(entries)))


def consistency_proof(*, old: int, new: int) -> Proof:
    """What shows that the tree of `new` leaves begins with the tree of `old` leaves (RFC 9162, 2.1.4)."""
    assert 0 < old <= new, "an older tree that is not empty"
    entries, start, end, whole = [], 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            entries.append(_perfect(middle, end))
            end = middle
        else:
            entries.append(_perfect(start, middle))
            start, whole = middle, False
    if not whole:
        entries.append(_perfect(start, end))
    return Proof(tuple(reversed(entries)))


def frontier_of_size(size: int) -> Proof:
    """The frontier that the tree had at this size, an entry to each of its hashes."""
    return Proof(tuple((node,) for node in _perfect(0, size)))


def split_hashes(row: bytes) -> list[bytes]:
    """The hashes of a row of them."""
    return [row[at : at + HASH_BYTES] for at in range(0, len(row), HASH_BYTES)]


def row_root(row: bytes) -> bytes:
    """The root over a full tile, or another row of two, four, eight … hashes."""
    level = split_hashes(row)
    while len(level) > 1:
        level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level), 2)]
    return level[0]


def _split(width: int) -> int:
    """The largest power of two below the width."""
    return 1 << ((width - 1).bit_length() - 1)


def _perfect(start: int, end: int) -> tuple[Node, ...]:
    """The perfect subtrees that a range of leaves consists of, left to right."""
    nodes = []
    while start < end:
        height = (end - start).bit_length() - 1
        nodes.append((height, start >> height))
        start += 1 << height
    return tuple(nodes)


def _place(node: Node) -> TilePlace:
    height, index = node
    level, up = divmod(height, TILE_HEIGHT)
    return level, index << up >> TILE_HEIGHT


def _node_of(node: Node, tiles: Tiles) -> bytes:
    height, index = node
    up = height % TILE_HEIGHT
    first = (index << up) % TILE_WIDTH * HASH_BYTES
    row = tiles[_place(node)][first : first + (HASH_BYTES << up)]
    assert len(row) == HASH_BYTES << up, "a perfect subtree has all its hashes"
    return row_root(row)


def _fold(hashes: Sequence[bytes]) -> bytes:
    """The root over perfect subtrees of falling size."""
    folded = hashes[-1]
    for left in reversed(hashes[:-1]):
        folded = node_hash(left, folded)
    return folded
