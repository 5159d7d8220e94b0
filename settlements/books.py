"""The books check: everything, or what is new since the last clean one. How it ended is kept (points/audit/result.py)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from core.limits import BOOKS_LOOK_BACK, WALLETS_CHECKED_AT_ONCE
from core.progress import bar
from points.audit.checks import LEDGER_CHECKS, NEW_CHECKS, Check, Drift, SqlCheck, check_files, one_snapshot, run_checks
from points.audit.result import BooksMark, keep_check, last_clean, take_turn
from points.audit.scope import ONLY_NEW, look_at, look_at_wallets
from points.choices import CheckKind
from points.log.books import CHECKS as LOG_CHECKS
from points.log.books import log_state
from points.log.new_leaves import new_leaf_checks
from points.queries import last_sealed, parties_touched
from settlements.queries import last_closed

STATEMENT_CHECKS: Final = Path(__file__).parent / "sql" / "audit"
REASON_CHECKS: Final = Path(__file__).parent / "sql" / "reasons"  # each fact has what another package keeps of it, and the other way


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksChecked:
    """How a check ended. `wallets` were recomputed by a check of what is new; None says that everything was."""

    kind: CheckKind
    checks: int
    after: int
    upto: int
    wallets: int | None
    drifts: Sequence[Drift]


def check_everything(*, at: datetime) -> BooksChecked:
    """
    Recompute the books from their postings, the log from its facts, the statements from their numbers; find each fact's reason.

    :raises BooksBeingChecked: if another check runs.
    """
    checks: list[Check] = [*check_files([LEDGER_CHECKS, STATEMENT_CHECKS, REASON_CHECKS]), *LOG_CHECKS]
    with one_snapshot("default", read_only=False):
        take_turn()
        drifts = run_checks(checks)
        mark = _mark(at)
        keep_check(kind=CheckKind.FULL, at=at, mark=mark, wallets=None, drifts=drifts)
    return BooksChecked(kind=CheckKind.FULL, checks=len(checks), after=0, upto=mark.upto, wallets=None, drifts=drifts)


def check_new(*, at: datetime) -> BooksChecked:
    """
    Check the numbers since the last clean check and what waits for one; before the first, everything.

    Wallets in them are recomputed from all their postings; totals, leaves and statements from what they were before.
    What it can't find: a change to rows of wallets, numbers and days that nothing touched since.

    :raises BooksBeingChecked: if another check runs.
    """
    with one_snapshot("default", read_only=False):
        take_turn()
        before = last_clean()
        if before is None:
            return check_everything(at=at)
        mark = _mark(at)
        since = before.at - BOOKS_LOOK_BACK
        look_at(after=before.upto, upto=mark.upto, day=before.day, day_number=before.day_number, since=since)
        wallets = parties_touched(after=before.upto, upto=mark.upto)
        by_wallets, others = _checks_of_new()
        log_checks = new_leaf_checks(before=(before.upto, before.root, before.parts))
        drifts = [*_gone(before, mark), *_over_wallets(by_wallets, wallets), *run_checks([*others, *log_checks])]
        keep_check(kind=CheckKind.NEW, at=at, mark=mark, wallets=len(wallets), drifts=drifts)
    return BooksChecked(
        kind=CheckKind.NEW,
        checks=len(by_wallets) + len(others) + len(log_checks),
        after=before.upto,
        upto=mark.upto,
        wallets=len(wallets),
        drifts=drifts,
    )


def _mark(at: datetime) -> BooksMark:
    """Where the next check of what is new would start from, if this one is clean."""
    day = last_closed()
    _size, root, _frontier, parts = log_state()
    return BooksMark(at, last_sealed(), root, parts, day.day if day else None, day.number_upto if day else 0)


def _checks_of_new() -> tuple[list[SqlCheck], list[SqlCheck]]:
    """Those that go from wallet to wallet, and the others; without those that can only look at everything."""
    checks = [
        check
        for check in check_files([LEDGER_CHECKS, NEW_CHECKS, STATEMENT_CHECKS, REASON_CHECKS], scope=ONLY_NEW)
        if ONLY_NEW.narrows(check.text)
    ]
    return [check for check in checks if check.by_wallets], [check for check in checks if not check.by_wallets]


def _over_wallets(checks: Sequence[SqlCheck], wallets: Sequence[UUID]) -> Iterator[Drift]:
    with bar(label="new in wallets", total=len(wallets), unit="wallet") as progress:
        for start in range(0, len(wallets), WALLETS_CHECKED_AT_ONCE):
            some = wallets[start : start + WALLETS_CHECKED_AT_ONCE]
            look_at_wallets(some)
            yield from (Drift(check.name, what, detail) for check in checks for what, detail in check.run(using="default", advance=int))
            progress.update(len(some))


def _gone(before: BooksMark, mark: BooksMark) -> Iterator[Drift]:
    """Numbers and closed days only grow."""
    if mark.upto < before.upto:
        yield Drift("numbers_are_dense", "the last number", f"is {mark.upto}, and was {before.upto} when it was checked")
    if before.day and (mark.day or date.min) < before.day:
        yield Drift("days_hold_all_numbers", "the last closed day", f"is {mark.day}, and was {before.day} when it was checked")
