"""Which rows of a file contradict each other, found without holding the file in memory: a first pass before any row is taken."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Final, Self

CACHE_KIB: Final = 8 * 1024
AT_ONCE: Final = 500  # keys in a query
TABLE: Final = "create table seen (key blob primary key, content blob, first integer, last integer, differs integer) without rowid"
# The last row of a key is kept whatever it says; that one of them said something else is never forgotten.
NOTE: Final = """
    insert into seen values (?, ?, ?, ?, 0)
    on conflict (key) do update set last = excluded.last, differs = max(differs, content <> excluded.content)"""


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says of whom: both as hashes, and its line."""

    key: bytes
    content: bytes
    line: int


class Contradictions:
    """
    Rows that say different things of the same one.

    Kept in a file that has no name and goes with the process, because no database of ours needs to remember it: SQLite's
    temporary database, which spills to disk what it can't hold in eight megabytes.
    """

    def __init__(self) -> None:
        self._seen = sqlite3.connect("", isolation_level=None)
        self._seen.execute(f"pragma cache_size = -{CACHE_KIB}")
        self._seen.execute("pragma journal_mode = off")
        self._seen.execute(TABLE)
        self._seen.execute("begin")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self._seen.close()

    def note(self, rows: Iterable[Said]) -> None:
        """Remember what these rows say."""
        self._seen.executemany(NOTE, ((row.key, row.content, row.line, row.line) for row in rows))

    def among(self, keys: Collection[bytes]) -> dict[bytes, tuple[int, int]]:
        """Those of these keys of which rows say different things, with the first and the last line of each."""
        assert len(keys) <= AT_ONCE, "a query has so many parameters"
        marks = ",".join("?" * len(keys))
        query = f"select key, first, last from seen where differs and key in ({marks})"  # noqa: S608  marks alone
        with closing(self._seen.execute(query, list(keys))) as found:
            return {bytes(key): (first, last) for key, first, last in found}
