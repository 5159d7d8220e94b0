"""Open the ledger's parties: wallets, issuers with their terms, merchants. Each call may be repeated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from core.clock import alliance_day
from points.errors import TermsReachBack


def open_wallets(ids: Sequence[UUID], *, at: datetime) -> None:
    """Open a wallet for each id, in one query."""
    _call("select points_open_wallets(%s::uuid[], %s)", [str(item) for item in ids], at)


def open_issuer(id: UUID, *, at: datetime) -> None:  # noqa: A002 - the word of the field
    """Let a bank stand behind points."""
    _call("select points_open_issuer(%s, %s)", str(id), at)


def open_merchant(id: UUID, *, at: datetime) -> None:  # noqa: A002
    """Let redemptions owe this merchant."""
    _call("select points_open_merchant(%s, %s)", str(id), at)


def close_merchant(id: UUID, *, at: datetime) -> None:  # noqa: A002
    """Let no further redemption owe this merchant; what was redeemed can still be given back."""
    _call("select points_close_merchant(%s, %s)", str(id), at)


def add_terms(*, issuer: UUID, months: int, grace_days: int, starts_on: date, at: datetime) -> int:
    """
    Add a version of an issuer's terms and return its id; an issuer's first version may start in the past.

    :raises TermsReachBack: if the new version would start before today or before a version that stands.
    """
    added: int | None = _call(
        "select points_add_terms(%s, %s, %s, %s, %s, %s)",
        str(issuer),
        months,
        grace_days,
        starts_on,
        at,
        alliance_day(at),
    )
    if added is None:
        raise TermsReachBack
    return added


def suspend_issuer(*, issuer: UUID, at: datetime) -> bool:
    """Let an issuer's points wait: neither spent nor expired; true when it was not suspended before."""
    return bool(_call("select points_suspend_issuer(%s, %s, %s)", str(issuer), at, alliance_day(at)))


def lift_suspension(*, issuer: UUID, at: datetime) -> bool:
    """Let an issuer's points be spent again, those that would have expired for its terms' grace; true when it was suspended."""
    return bool(_call("select points_lift_suspension(%s, %s, %s)", str(issuer), at, alliance_day(at)))


def freeze_wallet(id: UUID, *, at: datetime) -> None:  # noqa: A002
    """Stop spending from a wallet; earning and giving back go on."""
    _call("select points_freeze_wallet(%s, %s)", str(id), at)


def unfreeze_wallet(id: UUID) -> None:  # noqa: A002
    """Let a wallet spend again."""
    _call("select points_unfreeze_wallet(%s)", str(id))


def _call(query: str, *arguments: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        return cursor.fetchone()[0]
