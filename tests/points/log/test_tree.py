"""The tree agrees with the RFCs' vectors, with a recursive definition read off the RFC, and with pymerkle."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree  # type: ignore[import-untyped]
from pymerkle import verify_consistency as oracle_verifies_consistency
from pymerkle import verify_inclusion as oracle_verifies_inclusion

from points.log.tree import EMPTY_ROOT, HASH_BYTES, TILE_WIDTH, Tree, consistency_proof, inclusion_proof, leaf_hash, node_hash, row_root
from tests.points.log.world import verifier

# The tree of eight leaves that the RFC 6962 implementations share.
LEAVES = [
    bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
INCLUSIONS = {  # (leaf counted from 1, size): path
    (1, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (6, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (3, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (2, 5): (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
CONSISTENCIES = {
    (1, 1): (),
    (1, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
AROUND_POWERS_OF_TWO = sorted({size for power in (255, 256, 257, 512, 1024, 4096, 65536) for size in (power - 1, power, power + 1)})


class Grown:
    """A tree with all its tiles, as the database keeps them."""

    def __init__(self, leaves: list[bytes], *, batch: int = 1 << 20) -> None:
        self.tree = Tree()
        for start in range(0, len(leaves), batch):
            self.tree = Tree.read(size=self.tree.size, frontier=self.tree.packed_frontier) if start else self.tree
            self.tree.extend(leaves[start : start + batch])
            self._keep()
        self._keep()

    def _keep(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = getattr(self, "tiles", {})
        for place, row in self.tree.take_grown().items():
            self.tiles[place] = self.tiles.get(place, b"") + row


def hashed(size: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(size)]


def rfc_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(rfc_root(leaves[:k]), rfc_root(leaves[k:]))


def rfc_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 9162, 2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*rfc_path(m, leaves[:k]), rfc_root(leaves[k:])]
    return [*rfc_path(m - k, leaves[k:]), rfc_root(leaves[:k])]


def rfc_subproof(m: int, leaves: list[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162, 2.1.4.1, word for word."""
    if m == len(leaves):
        return [] if whole else [rfc_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*rfc_subproof(m, leaves[:k], whole=whole), rfc_root(leaves[k:])]
    return [*rfc_subproof(m - k, leaves[k:], whole=False), rfc_root(leaves[:k])]


def test_no_leaves_have_the_root_of_nothing() -> None:
    assert Tree().root == EMPTY_ROOT
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 9))
def test_the_shared_vectors_of_roots(size: int) -> None:
    assert Grown([leaf_hash(leaf) for leaf in LEAVES[:size]]).tree.root.hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("place", "path"), INCLUSIONS.items())
def test_the_shared_vectors_of_inclusion(place: tuple[int, int], path: tuple[str, ...]) -> None:
    number, size = place
    grown = Grown([leaf_hash(leaf) for leaf in LEAVES])

    assert [one.hex() for one in inclusion_proof(index=number - 1, size=size).hashes(grown.tiles)] == list(path)


@pytest.mark.parametrize(("sizes", "path"), CONSISTENCIES.items())
def test_the_shared_vectors_of_consistency(sizes: tuple[int, int], path: tuple[str, ...]) -> None:
    grown = Grown([leaf_hash(leaf) for leaf in LEAVES])

    assert [one.hex() for one in consistency_proof(old=sizes[0], new=sizes[1]).hashes(grown.tiles)] == list(path)


def test_every_size_to_600_has_the_root_of_the_definition() -> None:
    leaves, tree = hashed(600), Tree()
    for size in range(1, 601):
        tree.extend(leaves[size - 1 : size])
        assert tree.root == rfc_root(leaves[:size]), size
        assert tree.size == size


@settings(max_examples=150)
@given(size=st.integers(1, 600), batch=st.integers(1, 600), data=st.data())
def test_proofs_of_any_size_are_those_of_the_definition(size: int, batch: int, data: st.DataObject) -> None:
    leaves = hashed(size)
    grown = Grown(leaves, batch=batch)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))

    assert grown.tree.root == rfc_root(leaves)
    assert inclusion_proof(index=index, size=size).hashes(grown.tiles) == rfc_path(index, leaves)
    assert consistency_proof(old=old, new=size).hashes(grown.tiles) == rfc_subproof(old, leaves, whole=True)
    assert inclusion_proof(index=min(index, old - 1), size=old).hashes(grown.tiles) == rfc_path(min(index, old - 1), leaves[:old])


@pytest.mark.parametrize("size", AROUND_POWERS_OF_TWO)
def test_proofs_around_powers_of_two(size: int) -> None:
    leaves = hashed(size)
    grown = Grown(leaves, batch=1000)

    assert grown.tree.root == rfc_root(leaves)
    for index in {0, 1, size // 2, size - 2, size - 1}:
        assert inclusion_proof(index=index, size=size).hashes(grown.tiles) == rfc_path(index, leaves)
        assert consistency_proof(old=index + 1, new=size).hashes(grown.tiles) == rfc_subproof(index + 1, leaves, whole=True)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 100, 255, 256, 257, 600])
def test_pymerkle_agrees(size: int) -> None:
    oracle = InmemoryTree(algorithm="sha256")
    entries = [str(number).encode() for number in range(size)]
    for entry in entries:
        oracle.append_entry(entry)
    grown = Grown([leaf_hash(entry) for entry in entries])

    assert oracle.get_root(size) == grown.tree.root
    for number in {1, size // 2 + 1, size}:
        theirs = oracle.prove_inclusion(number, size)
        oracle_verifies_inclusion(oracle.get_leaf(number), oracle.get_root(size), theirs)
        assert theirs.path[1:] == inclusion_proof(index=number - 1, size=size).hashes(grown.tiles)
        steps = oracle.prove_consistency(number, size)
        oracle_verifies_consistency(oracle.get_root(number), oracle.get_root(size), steps)
        ours = consistency_proof(old=number, new=size).hashes(grown.tiles)
        assert verifier.consistency_roots(number, size, ours, oracle.get_root(number)) == (oracle.get_root(number), oracle.get_root(size))


def test_tiles_are_cut_as_tlog_tiles_says() -> None:
    leaves = hashed(70_000)
    grown = Grown(leaves, batch=3_000)

    assert set(grown.tiles) == {(0, index) for index in range(274)} | {(1, 0), (1, 1), (2, 0)}
    assert len(grown.tiles[0, 273]) == 70_000 % TILE_WIDTH * HASH_BYTES
    assert grown.tiles[0, 0] == b"".join(leaves[:256])
    assert grown.tiles[1, 0][:32] == row_root(grown.tiles[0, 0])
    assert grown.tiles[2, 0] == row_root(grown.tiles[1, 0])


@pytest.mark.parametrize("index", [0, 1, 255, 256, 5_000_000, 9_999_999])
def test_a_proof_at_ten_million_leaves_takes_few_tiles(index: int) -> None:
    assert len(inclusion_proof(index=index, size=10_000_000).places()) <= 6
    assert len(consistency_proof(old=index + 1, new=10_000_000).places()) <= 6
