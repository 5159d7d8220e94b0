"""
The statements of a capture, written out.

Spelled by the ORM they cost more time than everything else a capture does together; the database runs them in no time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from core.partial import from_columns
from merchants.models import Cashier
from redemptions.keys import lock_number
from redemptions.models import Claim, Redemption
from residents.models import Resident

HELD_CLAIM: Final = """
    select c.id, c.cashier_id, c.outlet_id, c.resident_id, c.wallet_id, c.expires_at, c.closed_at,
        r.id, r.name, pg_advisory_xact_lock(%s)
    from redemptions_claim c
    join residents_resident r on r.id = c.resident_id
    join merchants_cashier s on s.id = c.cashier_id
    join merchants_outlet o on o.id = c.outlet_id
    where c.id = %s and c.cashier_id = %s and s.dismissed_at is null and o.closed_at is null
    for update of c"""
CLAIM: Final = ("id", "cashier_id", "outlet_id", "resident_id", "wallet_id", "expires_at", "closed_at")
RESIDENT: Final = ("id", "name")

ANSWERS: Final = """
    select true, number, key, request_hash from redemptions_redemption where outlet_id = %(outlet)s and key = %(key)s
    union all
    select true, number, key, request_hash from redemptions_redemption where claim_id = %(claim)s and key <> %(key)s
    union all
    select false, id, key, request_hash from redemptions_refusedcapture where outlet_id = %(outlet)s and key = %(key)s"""

KEEP: Final = """
    insert into redemptions_redemption
        (claim_id, outlet_id, cashier_id, resident_id, wallet_id, transfer_id, points, key, request_hash, captured_at)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    returning number"""
REDEMPTION: Final = (
    "number",
    "claim_id",
    "outlet_id",
    "cashier_id",
    "resident_id",
    "wallet_id",
    "transfer_id",
    "points",
    "key",
    "request_hash",
    "captured_at",
    "given_back",
)


class Answer(NamedTuple):
    """What was answered: a redemption's number if taken, otherwise the id of the kept refusal."""

    taken: bool
    number: int
    key: str
    request_hash: memoryview


def held_claim(*, cashier: Cashier, claim_id: UUID, key: str) -> Claim | None:
    """The cashier's claim with its resident, locked together with the key; none once the cashier is dismissed or the outlet closed."""
    with connection.cursor() as cursor:
        cursor.execute(HELD_CLAIM, [lock_number(outlet_id=cashier.outlet_id, key=key), claim_id, cashier.pk])
        row = cursor.fetchone()
    if row is None:
        return None
    claim = from_columns(Claim, CLAIM, row[: len(CLAIM)])
    claim.resident = from_columns(Resident, RESIDENT, row[len(CLAIM) : -1])
    return claim


def answers(*, outlet_id: int, key: str, claim: Claim | None = None) -> list[Answer]:
    """What this key was answered at the outlet, and what was taken by this claim under any other key."""
    with connection.cursor() as cursor:
        cursor.execute(ANSWERS, {"outlet": outlet_id, "key": key, "claim": claim.pk if claim else None})
        return [Answer(*row) for row in cursor.fetchall()]


def keep_redemption(
    *, claim: Claim, cashier: Cashier, transfer_id: UUID, points: int, key: str, request_hash: bytes, at: datetime
) -> Redemption:
    """Keep what was taken; the redemption comes with the parties its receipt names."""
    row: list[Any] = [
        claim.pk,
        cashier.outlet_id,
        cashier.pk,
        claim.resident_id,
        claim.wallet_id,
        transfer_id,
        points,
        key,
        request_hash,
        at,
    ]
    with connection.cursor() as cursor:
        cursor.execute(KEEP, row)
        (number,) = cursor.fetchone()
    redemption = from_columns(Redemption, REDEMPTION, [number, *row, 0])
    redemption.outlet, redemption.resident = cashier.outlet, claim.resident
    return redemption
