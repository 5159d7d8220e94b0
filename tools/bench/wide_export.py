"""A bank's export of a million leaves, and the log that holds them, as files."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from core.progress import track

if TYPE_CHECKING:
    from points.log.leaves import Part
    from points.log.tree import Tree

LEAVES: Final = int(os.environ.get("LEAVES", "1000000"))
AT_ONCE: Final = 10_000
ORIGIN: Final = "bench.example/points"


def write_export(folder: Path) -> str:
    """Write `leaves.ndjson` and `log/`; the log's public key."""
    from points.log.checkpoints import checkpoint_text
    from points.log.notes import Signer, signed_note
    from points.log.opened import OpenedLeaf, leaf_json
    from points.log.tree import Tree, leaf_hash

    signer, tree, issuer = Signer.of_seed(ORIGIN, os.urandom(32)), Tree(), uuid4()
    body = folder / "body"
    folder.mkdir(parents=True)
    with body.open("w") as file:
        for start in track(range(0, LEAVES, AT_ONCE), label="a million leaves", unit=f"x{AT_ONCE}"):
            made = [_leaf(number, issuer) for number in range(start + 1, min(start + AT_ONCE, LEAVES) + 1)]
            file.writelines(json.dumps(leaf_json(OpenedLeaf(number, leaf, (part,)))) + "\n" for number, leaf, part in made)
            tree.extend([leaf_hash(leaf) for _number, leaf, _part in made])
    note = signed_note(checkpoint_text(origin=ORIGIN, size=tree.size, root=tree.root), [signer])
    header = {"format": "cf-leaves-1", "issuer": str(issuer), "after": 0, "checkpoint": note}
    with (folder / "leaves.ndjson").open("w") as file, body.open() as lines:
        file.write(json.dumps(header) + "\n")
        file.writelines(lines)
        file.write(json.dumps({"end": tree.size, "leaves": LEAVES}) + "\n")
    body.unlink()
    _write_log(folder / "log", note, tree)
    return str(signer.key)


def _leaf(number: int, issuer: UUID) -> tuple[int, bytes, Part]:
    """An earn of ten points."""
    from points.log.leaves import POSTING, Opening, leaf_bytes, part_of

    entry, fact = POSTING.pack(3, 0, 10, issuer.bytes, bytes(16)), os.urandom(16)
    part = part_of(issuer.bytes, [entry], place=number, key=bytes(32), fact=fact)
    opening = Opening(os.urandom(32), bytes(32), 1, (number,))
    leaf = leaf_bytes(what="transfer", fact=fact, reason="earn", times=bytes(16), follows=b"", opening=opening, parts=part.commitment)
    return number, leaf, part


def _write_log(folder: Path, note: str, tree: Tree) -> None:
    from points.log.tree import HASH_BYTES, TILE_WIDTH

    folder.mkdir()
    (folder / "checkpoint").write_text(note)
    for (level, index), row in tree.take_grown().items():
        if level == 0:
            thousands, rest = divmod(index, 1000)
            place = f"x{thousands:03d}/{rest:03d}" if thousands else f"{rest:03d}"
            file = folder / "tile/0" / (place if len(row) == TILE_WIDTH * HASH_BYTES else f"{place}.p/{len(row) // HASH_BYTES}")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(row)
