"""
Run the books check: each `.sql` file of a folder is one check, and each row it returns is drift.

What SQL can't say is a program with the same shape (`Check`); it yields the same rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from django.db import connections, transaction

from core.limits import DRIFT_ROWS_SHOWN
from core.progress import bar
from points.audit.scope import EVERYTHING, Scope

LEDGER_CHECKS: Final = Path(__file__).parent / "sql"
NEW_CHECKS: Final = LEDGER_CHECKS / "new"  # asked for what is new only, where the full check asks otherwise
TABLE: Final = re.compile(r"\b(?:points|settlements|branches|decisions|imports|issuing|residents|merchants|earning|redemptions)_[a-z_]+\b")
ROWS: Final = "select coalesce(sum(greatest(reltuples, 1)), 0)::bigint from pg_class where relname = any (%s) and relkind in ('r', 'p')"

Found = Iterator[tuple[str, str]]
Advance = Callable[[int], object]


class Check(Protocol):
    """One check. It yields what drifted, as (what, detail), and may say meanwhile how many rows it has gone through."""

    @property
    def name(self) -> str:
        """Its name, which says what is true of whole books."""

    def rows(self, *, using: str) -> int:
        """About how many rows it will read: its share of the progress bar."""

    def run(self, *, using: str, advance: Advance) -> Found:
        """Look, and yield what drifted."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One place where the books disagree with themselves."""

    check: str
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class SqlCheck:
    """A check that is one query."""

    file: Path
    scope: Scope = EVERYTHING

    @property
    def name(self) -> str:
        """The file's name."""
        return self.file.stem

    @property
    def text(self) -> str:
        """The query, with its places open."""
        return self.file.read_text(encoding="utf-8")

    @property
    def by_wallets(self) -> bool:
        """Whether it goes from wallet to wallet."""
        return "{wallets " in self.text

    def rows(self, *, using: str) -> int:
        """The rows of the tables it reads, as the planner last counted them."""
        with connections[using].cursor() as cursor:
            cursor.execute(ROWS, [sorted(set(TABLE.findall(self.text)))])
            return int(cursor.fetchone()[0])

    def run(self, *, using: str, advance: Advance) -> Found:  # noqa: ARG002 - one query, one step
        """Its first rows."""
        with connections[using].cursor() as cursor:
            cursor.execute(self.scope.write(self.text))
            yield from cursor.fetchmany(DRIFT_ROWS_SHOWN)


def check_files(folders: Sequence[Path], *, scope: Scope = EVERYTHING) -> list[SqlCheck]:
    """The checks of these folders, one file each."""
    return [SqlCheck(file, scope) for folder in folders for file in sorted(folder.glob("*.sql"))]


def run_checks(checks: Sequence[Check], *, using: str = "default") -> list[Drift]:
    """Run the checks on one snapshot of the database, and return what drifted; empty means the books are whole."""
    with one_snapshot(using, read_only=True):
        shares = [check.rows(using=using) for check in checks]
        with bar(label="books check", total=sum(shares), unit="row") as progress:
            return [drift for check, share in zip(checks, shares, strict=True) for drift in _run(check, using, share, progress.update)]


def _run(check: Check, using: str, share: int, advance: Advance) -> Iterator[Drift]:
    left = share

    def count(rows: int) -> None:
        nonlocal left
        left -= rows
        advance(rows)

    for what, detail in islice(check.run(using=using, advance=count), DRIFT_ROWS_SHOWN):
        yield Drift(check.name, what, detail)
    advance(left)


@contextmanager
def one_snapshot(using: str, *, read_only: bool) -> Iterator[None]:
    """Posting goes on meanwhile: without one snapshot two checks would see different books."""
    if connections[using].in_atomic_block:  # a caller's transaction, already with its own view
        yield
        return
    with transaction.atomic(using=using):
        with connections[using].cursor() as cursor:
            cursor.execute(f"set transaction isolation level repeatable read, read {'only' if read_only else 'write'}")
        yield
