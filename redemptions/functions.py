"""
Calls of our SQL functions (`redemptions/sql/redeem.sql`): what a redemption reads and writes beside the ledger.

The ORM would take longer for this than everything else that a redemption does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from core.clock import alliance_day
from core.partial import from_columns
from points.posting import Redeem, Result, body_of, busy_as_error, result_of
from redemptions.models import Checkout, Redemption
from redemptions.news import PointsRedeemed
from redemptions.requests import Request
from residents.models import Resident

ANSWER: Final = "select redeemed, number, request_hash from redemptions_answer(%s, %s)"

LOCK_CHECKOUT: Final = """
    select checkout_id, resident_id, wallet_id, expires_at, closed_at, slow_until, resident_name, used, redeemed, number, request_hash
    from redemptions_lock_checkout(%s, %s, %s, %s, %s)"""
CHECKOUT: Final = ("id", "resident_id", "wallet_id", "expires_at", "closed_at", "slow_until", "cashier_id", "outlet_id")
RESIDENT: Final = ("id", "name")

UNHINDERED: Final = """
    select number, transfer_id, wallet_id, resident_id, resident_name
    from redemptions_redeem_unhindered(%s::jsonb, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
REDEEM: Final = """
    select outcome, transfer_id, available, again, number
    from redemptions_redeem(%s::jsonb, %s, %s, %s, %s, %s, %s, %s)"""
NOT_YET_KNOWN: Final = UUID(int=0)  # in the place of a wallet that the database finds by the checkout

REDEMPTION: Final = (
    "number",
    "checkout_id",
    "outlet_id",
    "cashier_id",
    "resident_id",
    "wallet_id",
    "transfer_id",
    "points",
    "key",
    "request_hash",
    "redeemed_at",
    "given_back",
)


class Answer(NamedTuple):
    """What a key was answered: a redemption's number, or the id of a refusal that was kept. No number if it gave points back."""

    redeemed: bool
    number: int | None
    request_hash: memoryview


@dataclass(frozen=True, slots=True)
class Locked:
    """A key that is locked until the transaction ends: its answer if it has one, and the checkout it names, locked too."""

    answer: Answer | None
    checkout: Checkout | None
    used: bool  # the checkout, under whatever key


def answer_of(*, outlet_id: int, key: str) -> Answer | None:
    """What this key was answered at the outlet."""
    with connection.cursor() as cursor:
        cursor.execute(ANSWER, [outlet_id, key])
        row = cursor.fetchone()
    return None if row is None else Answer(*row)


def used_otherwise(*, outlet_id: int, key: str, request_hash: bytes) -> bool:
    """Whether this outlet's key was used for anything but this request, be it to redeem points or to give them back."""
    answer = answer_of(outlet_id=outlet_id, key=key)
    return answer is not None and bytes(answer.request_hash) != request_hash


def lock_checkout(request: Request, *, checkout_id: UUID) -> Locked:
    """
    Lock the key and the cashier's checkout, and look what was answered before.

    The checkout comes with its resident; there is none once the cashier is dismissed or the outlet closed.
    """
    cashier = request.cashier
    with connection.cursor() as cursor:
        cursor.execute(LOCK_CHECKOUT, [request.lock, request.key, cashier.pk, cashier.outlet_id, checkout_id])
        *columns, resident_name, used, redeemed, number, request_hash = cursor.fetchone()
    answer = None if redeemed is None else Answer(redeemed, number, request_hash)
    if columns[0] is None:
        return Locked(answer, None, used)
    resident = from_columns(Resident, RESIDENT, [columns[CHECKOUT.index("resident_id")], resident_name])
    checkout = from_columns(Checkout, CHECKOUT, [*columns, cashier.pk, cashier.outlet_id], resident=resident)
    return Locked(answer, checkout, used)


def redeem_unhindered(request: Request, *, checkout_id: UUID) -> Redemption | None:
    """
    All of a redemption in one query, for a checkout that nothing hinders.

    None if nothing was redeemed: `lock_checkout` and `redeem_locked` say why not.

    :raises LedgerBusy: if the wallet stayed locked by others for two seconds.
    """
    cashier = request.cashier
    body = body_of([command_of(request, checkout_id=checkout_id, wallet=NOT_YET_KNOWN)])
    whose: list[Any] = [request.lock, request.key, cashier.pk, cashier.outlet_id, checkout_id, request.hash, PointsRedeemed.topic]
    with connection.cursor() as cursor, busy_as_error():
        cursor.execute(UNHINDERED, [body, request.at, alliance_day(request.at), *whose])
        number, transfer_id, wallet_id, resident_id, resident_name = cursor.fetchone()
    if number is None:
        return None
    resident = from_columns(Resident, RESIDENT, [resident_id, resident_name])
    return _redemption(request, number, resident, checkout_id=checkout_id, wallet_id=wallet_id, transfer_id=transfer_id)


def redeem_locked(request: Request, checkout: Checkout, *, looked: bool) -> tuple[Result, Redemption | None]:
    """
    Post the command, and keep what was redeemed with its news; the redemption comes with the parties its receipt names.

    `looked` says that the cool-down was looked at under the checkout's lock.

    :raises LedgerBusy: if the wallet stayed locked by others for two seconds.
    """
    command = command_of(request, checkout_id=checkout.pk, wallet=checkout.wallet_id)
    kept: list[Any] = [checkout.pk, request.key, request.hash, PointsRedeemed.topic, looked]
    with connection.cursor() as cursor, busy_as_error():
        cursor.execute(REDEEM, [body_of([command]), request.at, alliance_day(request.at), *kept])
        *answer, number = cursor.fetchone()
    result = result_of(command, answer)
    if number is None:
        return result, None
    ids = {"checkout_id": checkout.pk, "wallet_id": checkout.wallet_id, "transfer_id": result.transfer_id}
    return result, _redemption(request, number, checkout.resident, **ids)


def command_of(request: Request, *, checkout_id: UUID, wallet: UUID) -> Redeem:
    """What the ledger is asked for."""
    return Redeem(
        wallet=wallet,
        merchant=request.cashier.outlet.merchant.party_id,
        points=request.points,
        key=f"redeem:{request.cashier.outlet_id}:{request.key}",
        effective_at=request.at,
        facts={"checkout": str(checkout_id)},
    )


def _redemption(request: Request, number: int, resident: Resident, **ids: UUID | None) -> Redemption:
    """What was just kept, with nothing of it given back."""
    cashier = request.cashier
    columns: dict[str, Any] = {
        "number": number,
        "outlet_id": cashier.outlet_id,
        "cashier_id": cashier.pk,
        "resident_id": resident.pk,
        "points": request.points,
        "key": request.key,
        "request_hash": request.hash,
        "redeemed_at": request.at,
        "given_back": 0,
        **ids,
    }
    return from_columns(Redemption, REDEMPTION, [columns[name] for name in REDEMPTION], outlet=cashier.outlet, resident=resident)
