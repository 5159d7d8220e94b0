"""A log made of nothing but files, as anyone could mirror it; also one that lies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from points.log.checkpoints import checkpoint_text
from points.log.notes import Signer, signed_note
from points.log.tree import Tree, consistency_proof, leaf_hash
from tests.points.log.world import verifier

ORIGIN = "example.com/points"
LOG = Signer.of_seed(ORIGIN, b"l" * 32)


def leaves_of(size: int, *, history: str = "") -> list[bytes]:
    """Leaf hashes; another history has other leaves from its beginning."""
    return [leaf_hash(f"{history}{number}".encode()) for number in range(size)]


def publish(folder: Path, leaves: Sequence[bytes], *, olds: Sequence[int] = (), signers: Sequence[Signer] = (LOG,)) -> str:
    """Write what a log of these leaves publishes; the signed checkpoint."""
    tree = Tree()
    tree.extend(leaves)
    tiles = tree.take_grown()
    note = signed_note(checkpoint_text(origin=ORIGIN, size=tree.size, root=tree.root), signers)
    put(folder / "checkpoint", note.encode())
    put(folder / "cosignatures", b"")
    for (level, index), row in tiles.items():
        name = f"tile/{level}/{index:03d}" + (f".p/{len(row) // 32}" if len(row) < 8192 else "")
        put(folder / name, row)
    for old in olds:
        hashes = [verifier.encode(each) for each in consistency_proof(old=old, new=tree.size).hashes(tiles)]
        put(folder / f"proof/consistency?from={old}&to={tree.size}", verifier.json.dumps({"hashes": hashes}).encode())
    return note


def put(file: Path, content: bytes) -> None:
    """Write a file, and the folders on its way."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
