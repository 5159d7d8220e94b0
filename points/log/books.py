"""
The books check's part about the log, recomputed from the facts: every leaf, every tile, every signed root.

A check yields what drifted, as (what, detail); its name is the function's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

from django.conf import settings
from django.db import connection

from core.limits import LEAVES_AT_ONCE
from points.choices import Fact
from points.log.checkpoints import FOUND, checkpoint_text, log_keys, witness_keys
from points.log.facts import FactRow, leaf_of, numbered_facts, parts_of
from points.log.leaves import Opening, facts_commitment, wallet_commitment
from points.log.notes import DASH, NotANote, PublicKey, cosigned_at, signed_by, split_note
from points.log.parts import LINE as PARTS
from points.log.parts import parts_line
from points.log.proofs import log_size
from points.log.tree import HASH_BYTES, TILE_HEIGHT, TILE_WIDTH, Tree, leaf_hash, row_root, split_hashes
from points.models import Log
from points.queries import last_sealed

Drifted = Iterator[tuple[str, str]]
Advance = Callable[[int], object]
LEAF_ROWS: Final = 10  # a leaf takes about as long as so many rows of a query
TILES: Final = "select index, hashes from points_tile where level = %s and index >= %s order by index limit %s"
TILES_AT_ONCE: Final = 256


WITNESSED: Final = (
    "select g.size, g.witness, g.line, g.signed_at, c.note from points_cosignature g left join points_checkpoint c using (size)"
)


class LogCheck(NamedTuple):
    """A check of the log, in the shape of every check."""

    look: Callable[[Advance], Drifted]
    weight: Callable[[], int]

    @property
    def name(self) -> str:
        """The function's name."""
        return self.look.__name__

    def rows(self, *, using: str) -> int:  # noqa: ARG002 - the log is read by the login of the processes
        """About how many rows' work it is."""
        return self.weight()

    def run(self, *, using: str, advance: Advance) -> Drifted:  # noqa: ARG002
        """Look, and yield what drifted."""
        return self.look(advance)


def leaves_hash_to_the_root(advance: Advance) -> Drifted:
    """Each number's leaf, written again from its fact, is the one in the log; all together they have its roots."""
    size, root, frontier, parts = log_state()
    tree, counts = Tree(), Counter[bytes]()
    yield from grown_again(tree, counts, size, advance)
    yield from ends_with(tree, counts, (size, root, frontier, parts))
    if last_sealed() != size:
        yield "the log", f"it has {size} leaves, and {last_sealed()} numbers were given"


def grown_again(tree: Tree, counts: Counter[bytes], size: int, advance: Advance) -> Drifted:
    """Grow the tree to this size out of the facts, and compare each leaf and each signed root on the way."""
    signed = _signed_roots(after=tree.size)
    kept = _kept_leaves(after=tree.size)
    while tree.size < size:
        rows = numbered_facts(after=tree.size, limit=min(LEAVES_AT_ONCE, size - tree.size))
        for row in rows:
            hashed, problem = _leaf_again(row, counts)
            tree.extend([hashed])
            if problem or hashed != next(kept, b""):
                yield f"number {row.place}", problem or "its leaf is not the one in the log"
            if tree.size in signed:
                yield from _signed_rightly(signed[tree.size], tree, counts)
        tree.grown.clear()
        advance(LEAF_ROWS * len(rows))
        if not rows:
            return


def ends_with(tree: Tree, counts: Counter[bytes], kept: LogState) -> Drifted:
    """The tree that was grown again is the one that the log says it is."""
    size, root, frontier, parts = kept
    if tree.size != size or tree.root != root or tree.packed_frontier != frontier:
        yield "the log", f"{tree.size} leaves were found and have another root than the {size} it says it has"
    if {issuer.hex(): count for issuer, count in counts.items()} != parts:
        yield "the log", "it counted the issuers' parts otherwise"


def tiles_agree(advance: Advance) -> Drifted:  # noqa: ARG001 - 256 leaves to a row, soon read
    """Each hash of an upper tile is the root of the full tile under it, and the tiles are as wide as the log is long."""
    size, level = log_size(), 0
    while size >> TILE_HEIGHT * level:
        yield from _level_agrees(level, size >> TILE_HEIGHT * level)
        level += 1
    with connection.cursor() as cursor:
        cursor.execute("select level, index from points_tile where level >= %s limit 1", [level])
        if cursor.fetchone():
            yield f"level {level}", "the log is not high enough for tiles there"


def checkpoints_are_signed(advance: Advance) -> Drifted:  # noqa: ARG001 - few rows
    """Each checkpoint says its own size and root, and the log signed it with a key it has or had."""
    return signed_after(0)


def signed_after(size_checked: int) -> Drifted:
    """The same of checkpoints of larger sizes."""
    keys = log_keys()
    with connection.cursor() as cursor:
        cursor.execute(f"{FOUND} where c.size > %s order by c.size", [size_checked])
        for size, root, note, _made_at in cursor:
            try:
                text, lines = split_note(note)
            except NotANote as error:
                yield f"checkpoint {size}", f"its note can't be read: {error}"
                continue
            if text != checkpoint_text(origin=settings.LOG_ORIGIN, size=size, root=bytes(root), parts=_parts_line_of(text)):
                yield f"checkpoint {size}", "its text says something else"
            if not any(signed_by(key, text, line) for key in keys for line in lines):
                yield f"checkpoint {size}", "no key of the log signed it (a key that is not used any more belongs in LOG_PAST_KEYS)"


def witnesses_signed(advance: Advance) -> Drifted:  # noqa: ARG001 - few rows
    """Each cosignature is its witness's, on its checkpoint, of that time. Of a witness not known any more only the name is seen."""
    keys = {key.name: key for key in witness_keys()}
    with connection.cursor() as cursor:
        cursor.execute(WITNESSED)
        for size, witness, line, signed_at, note in cursor:
            if note is None or not line.startswith(f"{DASH}{witness} "):
                yield f"cosignature of {size}", f"it is not {witness}'s, or there is no such checkpoint"
            elif witness in keys and not _signed(keys[witness], note, line, signed_at):
                yield f"cosignature of {size}", f"{witness} did not sign it then"


def _signed(key: PublicKey, note: str, line: str, signed_at: datetime) -> bool:
    try:
        return cosigned_at(key, split_note(note)[0], line) == signed_at.timestamp()
    except NotANote:
        return False


LogState = tuple[int, bytes, bytes, dict[str, int]]
CHECKS: Final = (
    LogCheck(leaves_hash_to_the_root, lambda: LEAF_ROWS * log_size()),
    LogCheck(tiles_agree, lambda: log_size() // TILE_WIDTH),
    LogCheck(checkpoints_are_signed, lambda: 1),
    LogCheck(witnesses_signed, lambda: 1),
)


def log_state() -> LogState:
    """The log's size, its root, its frontier, and how many leaves have a part of each issuer (by its id in hex)."""
    log = Log.objects.first()
    return (log.size, bytes(log.root), bytes(log.frontier), log.parts) if log else (0, Tree().root, b"", {})


def _leaf_again(row: FactRow, counts: Counter[bytes]) -> tuple[bytes, str]:
    """The leaf's hash, and what is wrong with what it was made of."""
    if row.opening is None or not row.head:
        return b"", "it has no leaf"
    opening = Opening.read(bytes(row.opening))
    try:
        leaf = leaf_of(row, opening, keys=settings.LOG_BLINDING_KEYS)
        parts = parts_of(row, opening, keys=settings.LOG_BLINDING_KEYS)
    except (KeyError, ValueError) as error:
        return b"", f"its leaf can't be written again: {error!r}"
    for part, count in zip(parts, opening.counts, strict=True):
        counts[part.issuer] += 1
        if counts[part.issuer] != count:
            return leaf_hash(leaf), "it counts its issuer's parts otherwise"
    return leaf_hash(leaf), "" if _commits(row, opening) else "it commits to another wallet or to other facts"


def _commits(row: FactRow, opening: Opening) -> bool:
    """What can't be opened any more, as its salt was erased, can't be compared."""
    if row.salt is None or row.what == Fact.DECLARATION:
        return True
    facts = facts_commitment(row.salt, row.fact, row.facts) if row.facts else bytes(HASH_BYTES)
    return (opening.wallet, opening.facts) == (wallet_commitment(row.salt, row.fact), facts)


def _level_agrees(level: int, width: int) -> Drifted:
    """The level's tiles hold `width` hashes in all; each is what the level below makes of it."""
    found, below = 0, _row_roots(level - 1) if level else None
    for index, hashes in _tiles(level):
        if index * TILE_WIDTH != found:
            yield f"tile {level}/{index}", "the tile before it is missing or not full"
        found = index * TILE_WIDTH + len(hashes) // HASH_BYTES
        if below is not None and any(each != next(below, b"") for each in split_hashes(hashes)):
            yield f"tile {level}/{index}", "it is not made of the tiles under it"
    if found != width:
        yield f"level {level}", f"it has {found} hashes where {width} are due"


def _row_roots(level: int) -> Iterator[bytes]:
    for _index, hashes in _tiles(level):
        if len(hashes) == TILE_WIDTH * HASH_BYTES:
            yield row_root(hashes)


def _kept_leaves(*, after: int) -> Iterator[bytes]:
    """The leaves in the tiles, but for the first ones."""
    first, skipped = divmod(after, TILE_WIDTH)
    return islice((leaf for _index, hashes in _tiles(0, first) for leaf in split_hashes(hashes)), skipped, None)


def _tiles(level: int, first: int = 0) -> Iterator[tuple[int, bytes]]:
    """A level's tiles in their order, a few at a time."""
    after = first
    while True:
        with connection.cursor() as cursor:
            cursor.execute(TILES, [level, after, TILES_AT_ONCE])
            rows = cursor.fetchall()
        for index, hashes in rows:
            yield index, bytes(hashes)
        if not rows:
            return
        after = rows[-1][0] + 1


def _signed_roots(*, after: int) -> dict[int, tuple[bytes, str]]:
    with connection.cursor() as cursor:
        cursor.execute("select size, root, note from points_checkpoint where size > %s", [after])
        return {size: (bytes(root), note) for size, root, note in cursor.fetchall()}


def _signed_rightly(signed: tuple[bytes, str], tree: Tree, counts: Counter[bytes]) -> Drifted:
    """What was signed at this size is the tree's root, and how many leaves had a part of each issuer."""
    root, note = signed
    if root != tree.root:
        yield f"checkpoint {tree.size}", "another root was signed"
    line = _parts_line_of(note)
    if line and line not in {parts_line(counts=counts, size=tree.size, key=key) for key in settings.LOG_BLINDING_KEYS.values()}:
        yield f"checkpoint {tree.size}", "other numbers of the issuers' parts were signed"


def _parts_line_of(note: str) -> str:
    """The note's fourth line, if it says how many parts there are; old ones have none."""
    lines = note.split("\n")[3:4]
    return lines[0] if lines and lines[0].startswith(PARTS) else ""
