"""
What a capture reads and writes beside the ledger, by functions of the database (`redemptions/sql/captures.sql`).

Spelled by the ORM it would cost more time than everything else a capture does together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from core.clock import alliance_day
from core.partial import from_columns
from merchants.models import Cashier
from points.posting import Redeem, Result, body_of, busy_as_error, post_and_keep
from redemptions.keys import lock_number
from redemptions.models import Claim, Redemption
from redemptions.news import RedemptionCaptured
from residents.models import Resident

ANSWER: Final = "select taken, number, request_hash from redemptions_answer(%s, %s)"

HOLD_CLAIM: Final = """
    select claim_id, resident_id, wallet_id, expires_at, closed_at, slow_until, resident_name, used, taken, number, request_hash
    from redemptions_hold_claim(%s, %s, %s, %s, %s)"""
CLAIM: Final = ("id", "resident_id", "wallet_id", "expires_at", "closed_at", "slow_until", "cashier_id", "outlet_id")
RESIDENT: Final = ("id", "name")

UNHINDERED: Final = """
    select number, transfer_id, wallet_id, resident_id, resident_name
    from redemptions_take_unhindered(%s::jsonb, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""

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
    """What a key was answered: a redemption's number if taken, otherwise the id of the kept refusal; none if it gave points back."""

    taken: bool
    number: int | None
    request_hash: memoryview


@dataclass(frozen=True, slots=True)
class Held:
    """A key that is kept until the transaction ends: its answer if it has one, and the claim it asks for, locked."""

    answer: Answer | None
    claim: Claim | None
    used: bool  # the claim, under whatever key


def used_otherwise(*, outlet_id: int, key: str, asked: bytes) -> bool:
    """Whether this outlet's key was used for anything but this request, be it to take points or to give them back."""
    known = known_answer(outlet_id=outlet_id, key=key)
    return known is not None and bytes(known.request_hash) != asked


def known_answer(*, outlet_id: int, key: str) -> Answer | None:
    """What this key was answered at the outlet."""
    with connection.cursor() as cursor:
        cursor.execute(ANSWER, [outlet_id, key])
        row = cursor.fetchone()
    return None if row is None else Answer(*row)


def hold_claim(*, cashier: Cashier, claim_id: UUID, key: str) -> Held:
    """
    Keep the key, lock the cashier's claim, and look what was answered before.

    The claim comes with its resident; there is none once the cashier is dismissed or the outlet closed.
    """
    lock = lock_number(outlet_id=cashier.outlet_id, key=key)
    with connection.cursor() as cursor:
        cursor.execute(HOLD_CLAIM, [lock, key, cashier.pk, cashier.outlet_id, claim_id])
        *columns, resident_name, used, taken, number, request_hash = cursor.fetchone()
    answer = None if taken is None else Answer(taken, number, request_hash)
    if columns[0] is None:
        return Held(answer, None, used)
    resident = from_columns(Resident, RESIDENT, [columns[CLAIM.index("resident_id")], resident_name])
    claim = from_columns(Claim, CLAIM, [*columns, cashier.pk, cashier.outlet_id], resident=resident)
    return Held(answer, claim, used)


def take_unhindered(command: Redeem, *, claim_id: UUID, cashier: Cashier, key: str, request_hash: bytes, at: datetime) -> Redemption | None:
    """
    All of a capture in one statement, for a claim that nothing stands against; the command's wallet is the claim's.

    None if nothing was taken: why not is said by `hold_claim` and `take`.

    :raises LedgerBusy: if the wallet stayed locked by others for two seconds.
    """
    lock = lock_number(outlet_id=cashier.outlet_id, key=key)
    asked: list[Any] = [lock, key, cashier.pk, cashier.outlet_id, claim_id, request_hash, RedemptionCaptured.topic]
    with connection.cursor() as cursor, busy_as_error():
        cursor.execute(UNHINDERED, [body_of([command]), at, alliance_day(at), *asked])
        number, transfer_id, wallet_id, resident_id, resident_name = cursor.fetchone()
    if number is None:
        return None
    resident = from_columns(Resident, RESIDENT, [resident_id, resident_name])
    taken = [transfer_id, command.points, key, request_hash, at]
    return _redemption(number, cashier, resident, claim_id=claim_id, wallet_id=wallet_id, taken=taken)


def take(
    command: Redeem, *, claim: Claim, cashier: Cashier, key: str, request_hash: bytes, looked: bool, at: datetime
) -> tuple[Result, Redemption | None]:
    """
    Post the command, and keep what it took with its news; the redemption comes with the parties its receipt names.

    :raises LedgerBusy: if the wallet stayed locked by others for two seconds.
    """
    result, number = post_and_keep("redemptions_take", command, claim.pk, key, request_hash, RedemptionCaptured.topic, looked, at=at)
    if number is None:
        return result, None
    taken = [result.transfer_id, command.points, key, request_hash, at]
    return result, _redemption(number, cashier, claim.resident, claim_id=claim.pk, wallet_id=claim.wallet_id, taken=taken)


def _redemption(number: int, cashier: Cashier, resident: Resident, *, claim_id: UUID, wallet_id: UUID, taken: Sequence[Any]) -> Redemption:
    """What was just kept, nothing of it given back; `taken` has the columns from the transfer to the moment."""
    row = [number, claim_id, cashier.outlet_id, cashier.pk, resident.pk, wallet_id, *taken, 0]
    return from_columns(Redemption, REDEMPTION, row, outlet=cashier.outlet, resident=resident)
