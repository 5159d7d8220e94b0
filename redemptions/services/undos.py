"""Take a redemption back at the till: all that is left of it, at the same outlet, on the same day."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import BooleanField, ExpressionWrapper, Q

from core.clock import alliance_day
from core.errors import DomainError, Done, Outcome, Refused
from core.outbox.services import publish
from merchants.models import Cashier
from points.errors import AlreadyReversed, IdempotencyKeyReused
from points.posting import Reverse, post_one
from redemptions.errors import ReceiptChanged, ReceiptNotFound, UndoTooLate
from redemptions.functions import used_otherwise
from redemptions.keys import check_key, request_hash
from redemptions.models import Redemption, Undo
from redemptions.news import RedemptionUndone
from redemptions.receipts import read_receipt_number
from redemptions.services.tills import lock_key, lock_redemption, read_reason


def undo(*, cashier: Cashier, receipt: str, reason: str, key: str, at: datetime, left: int | None = None) -> Undo:
    """
    Give all that is left of a receipt back to the lots it came from, once per key.

    :raises InvalidKey, InvalidReason: if the request can't be meant so.
    :raises NoTill: if the cashier was dismissed or the outlet closed.
    :raises IdempotencyKeyReused: if the key undid another receipt, or was used to take or to refund points.
    :raises ReceiptNotFound: if the outlet has no such receipt.
    :raises ReceiptChanged: if another number of points than `left`, which the page showed, can be given back.
    :raises UndoTooLate: if the receipt is of another day.
    :raises AlreadyReversed: if the points were given back before.
    """
    check_key(key)
    number, why = read_receipt_number(receipt), read_reason(reason)
    with transaction.atomic():
        outcome = _undo(cashier, number, why, key, at, left=left)
    return outcome.or_raise()


def _undo(cashier: Cashier, number: int, reason: str, key: str, at: datetime, *, left: int | None) -> Outcome[Undo]:
    asked = request_hash("undo", number, reason)
    if refusal := lock_key(cashier=cashier, key=key):
        return Refused(refusal)
    if used_otherwise(outlet_id=cashier.outlet_id, key=key, request_hash=asked):
        return Refused(IdempotencyKeyReused())
    redemption = lock_redemption(cashier=cashier, number=number)
    known = _known_undo(cashier, redemption, key)
    if known is not None:
        by_key = known.key == key and known.outlet_id == cashier.outlet_id
        return Done(known) if by_key else Refused(AlreadyReversed())
    if redemption is None:
        return Refused(ReceiptNotFound())
    if refusal := _hindrance(redemption, left, at):
        return Refused(refusal)
    return _give_back(cashier, redemption, reason=reason, key=key, asked=asked, at=at)


def _hindrance(redemption: Redemption, left: int | None, at: datetime) -> DomainError | None:
    if alliance_day(at) != alliance_day(redemption.redeemed_at):
        return UndoTooLate()
    return ReceiptChanged(left=redemption.left) if left is not None and left != redemption.left else None


def _give_back(cashier: Cashier, redemption: Redemption, *, reason: str, key: str, asked: bytes, at: datetime) -> Outcome[Undo]:
    result = post_one(
        Reverse(
            wallet=redemption.wallet_id,
            follows=redemption.transfer_id,
            key=f"undo:{cashier.outlet_id}:{key}",
            effective_at=at,
            facts={"redemption": redemption.number},
        ),
        at=at,
    )
    if result.refused or result.transfer_id is None:
        return Refused(result.error)
    redemption.given_back = redemption.points
    redemption.save(update_fields=["given_back"])
    done = Undo.objects.create(
        redemption=redemption,
        outlet_id=cashier.outlet_id,
        cashier=cashier,
        transfer_id=result.transfer_id,
        reason=reason,
        key=key,
        request_hash=asked,
        undone_at=at,
    )
    publish(RedemptionUndone(redemption=redemption.number), at=at)
    return Done(done)


def _known_undo(cashier: Cashier, redemption: Redemption | None, key: str) -> Undo | None:
    """What this key undid; otherwise what undid this redemption."""
    same_key = Q(outlet_id=cashier.outlet_id, key=key)
    known = Undo.objects.filter(same_key | Q(redemption=redemption) if redemption else same_key)
    return (
        known.select_related("redemption__resident", "redemption__outlet__merchant")
        .annotate(by_key=ExpressionWrapper(same_key, BooleanField()))
        .order_by("-by_key")
        .first()
    )
