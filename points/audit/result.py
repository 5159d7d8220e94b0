"""
How books checks ended: when, up to which number, what drifted. From the last clean one, the next looks at what is new.

Only a clean check moves on what the next starts from: its row, and what it kept of the totals (`points_checked_total`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, ErrorKind
from core.limits import BOOKS_CHECKS_KEPT, BOOKS_UNCHECKED, CHECKED_TOTAL_DAYS
from points.audit.checks import Drift
from points.audit.scope import ONLY_NEW
from points.choices import CheckKind
from points.models import BooksCheck

ONE_CHECK: Final = "select pg_try_advisory_xact_lock(hashtext('points_books_check'))"
STATE: Final = """
    select (select s.sealed_at from points_sealed s where s.number = 1),
        l.at, f.at, l.upto, f.drifts + case when l.id > f.id then l.drifts else 0 end
    from (select) one
    left join (select * from points_books_check where kind = 'full' order by id desc limit 1) f on true
    left join (select * from points_books_check order by id desc limit 1) l on f.id is not null"""
KEEP_TOTALS: Final = """
    delete from points_checked_total;
    insert into points_checked_total (kind, party_id, issuer_id, day, points_in, points_out)
    select kind, party_id, issuer_id, day, points_in, points_out from points_total
    where day > (select max(day) from points_total) - {days}"""
ADD_TO_TOTALS: Final = """
    insert into points_checked_total as c (kind, party_id, issuer_id, day, points_in, points_out)
    select n.kind, n.party_id, n.issuer_id, n.day, n.points_in, n.points_out from ({new_totals}) n
    on conflict (kind, party_id, issuer_id, day) do update
        set points_in = c.points_in + excluded.points_in, points_out = c.points_out + excluded.points_out"""


class BooksBeingChecked(DomainError):
    code = "books_being_checked"
    kind = ErrorKind.CONFLICT
    message = _("The books are being checked just now. Look again when that check has ended.")


@dataclass(frozen=True, slots=True)
class BooksMark:
    """When and how far the books were checked: the last number, the log's root and parts there, the last closed day and its number."""

    at: datetime
    upto: int
    root: bytes
    parts: dict[str, int]
    day: date | None
    day_number: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of the books: the last full check, and those of what was new since."""

    at: datetime
    full_at: datetime
    upto: int
    drifts: int

    def stale(self, *, at: datetime) -> bool:
        """Whether the last full check is too long ago."""
        return at - self.full_at > BOOKS_UNCHECKED


@dataclass(frozen=True, slots=True)
class BooksState:
    """What is known of the books, None before the first full check; and when they began."""

    checked: Checked | None
    began_at: datetime | None

    def never_checked(self, *, at: datetime) -> bool:
        """Whether no check ever ended, although the books are old enough for one."""
        return self.checked is None and self.began_at is not None and at - self.began_at > BOOKS_UNCHECKED


def take_turn() -> None:
    """
    Let no other check run in this transaction.

    :raises BooksBeingChecked: if one runs already.
    """
    with connection.cursor() as cursor:
        cursor.execute(ONE_CHECK)
        if not cursor.fetchone()[0]:
            raise BooksBeingChecked


def last_clean() -> BooksMark | None:
    """What the next check of what is new starts from."""
    kept = BooksCheck.objects.filter(drifts=0).order_by("-id").first()
    return BooksMark(kept.at, kept.upto, bytes(kept.root), kept.parts, kept.day, kept.day_number) if kept else None


def books_state() -> BooksState:
    """
    How the books stand. One query.

    What a full check found stays until the next full one, as checks of what is new don't look there again.
    """
    with connection.cursor() as cursor:
        cursor.execute(STATE)
        began_at, *checked = cursor.fetchone()
    return BooksState(Checked(*checked) if checked[0] else None, began_at)


def last_check() -> Checked | None:
    """How the books stand; None before the first full check."""
    return books_state().checked


def keep_check(*, kind: CheckKind, at: datetime, mark: BooksMark, wallets: int | None, drifts: Sequence[Drift]) -> None:
    """Keep how a check ended, and if it was clean, what the next one starts from."""
    BooksCheck.objects.create(
        kind=kind,
        at=at,
        upto=mark.upto,
        root=mark.root,
        parts=mark.parts,
        day=mark.day,
        day_number=mark.day_number,
        wallets=wallets,
        drifts=len(drifts),
        found=[[drift.check, drift.what, drift.detail] for drift in drifts],
    )
    if not drifts:
        with connection.cursor() as cursor:
            cursor.execute(KEEP_TOTALS.format(days=CHECKED_TOTAL_DAYS) if kind == CheckKind.FULL else ONLY_NEW.write(ADD_TO_TOTALS))
    _forget(before=at - BOOKS_CHECKS_KEPT)


def _forget(*, before: datetime) -> None:
    """Checks of what was new come every few minutes; the clean ones of long ago tell nothing any more."""
    BooksCheck.objects.filter(kind=CheckKind.NEW, drifts=0, at__lt=before).delete()
