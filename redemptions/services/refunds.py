"""Give some points of a receipt back at the till: at the same outlet, on any day, as often as something is left of it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core.errors import Done, Outcome, Refused
from core.outbox.services import publish
from merchants.models import Cashier
from points.errors import IdempotencyKeyReused
from points.posting import Reverse, post_one
from redemptions.errors import ReceiptChanged, ReceiptNotFound
from redemptions.functions import used_otherwise
from redemptions.keys import check_key, request_hash
from redemptions.limits import RedemptionFacts, over_limit
from redemptions.models import Redemption, Refund
from redemptions.news import RedemptionRefunded
from redemptions.receipts import read_receipt_number
from redemptions.services.tills import lock_key, lock_redemption, read_reason


def refund(*, cashier: Cashier, receipt: str, points: int, reason: str, key: str, at: datetime, left: int | None = None) -> Refund:
    """
    Give points of a receipt back to the lots they came from, the latest expiry first, once per key.

    :raises InvalidPoints, InvalidKey, InvalidReason: if the request can't be meant so.
    :raises NoTill: if the cashier was dismissed or the outlet closed.
    :raises IdempotencyKeyReused: if the key gave back other points, or of another receipt, or was used to take points or to undo.
    :raises ReceiptNotFound: if the outlet has no such receipt.
    :raises ReceiptChanged: if another number of points than `left`, which the page showed, can be given back.
    :raises MoreThanIsLeft: if less is left of the receipt; says how much.
    :raises AlreadyReversed: if nothing is left of it.
    """
    check_key(key)
    number, why = read_receipt_number(receipt), read_reason(reason)
    if refusal := over_limit(RedemptionFacts(points=points)):
        raise refusal
    with transaction.atomic():
        outcome = _refund(cashier, number, points, reason=why, key=key, at=at, left=left)
    return outcome.or_raise()


def _refund(cashier: Cashier, number: int, points: int, *, reason: str, key: str, at: datetime, left: int | None) -> Outcome[Refund]:
    asked = request_hash("refund", number, points, reason)
    if refusal := lock_key(cashier=cashier, key=key):
        return Refused(refusal)
    if used_otherwise(outlet_id=cashier.outlet_id, key=key, request_hash=asked):
        return Refused(IdempotencyKeyReused())
    known = Refund.objects.select_related("redemption__resident").filter(outlet_id=cashier.outlet_id, key=key).first()
    if known is not None:
        return Done(known)
    redemption = lock_redemption(cashier=cashier, number=number)
    if redemption is None:
        return Refused(ReceiptNotFound())
    if left is not None and left != redemption.left:
        return Refused(ReceiptChanged(left=redemption.left))
    return _give_back(cashier, redemption, points, reason=reason, key=key, asked=asked, at=at)


def _give_back(
    cashier: Cashier, redemption: Redemption, points: int, *, reason: str, key: str, asked: bytes, at: datetime
) -> Outcome[Refund]:
    result = post_one(
        Reverse(
            wallet=redemption.wallet_id,
            follows=redemption.transfer_id,
            points=points,
            key=f"refund:{cashier.outlet_id}:{key}",
            effective_at=at,
            facts={"redemption": redemption.number},
        ),
        at=at,
    )
    if result.refused or result.transfer_id is None:
        return Refused(result.error)
    redemption.given_back += points  # its row is locked
    redemption.save(update_fields=["given_back"])
    done = Refund.objects.create(
        redemption=redemption,
        outlet_id=cashier.outlet_id,
        cashier=cashier,
        transfer_id=result.transfer_id,
        points=points,
        left=redemption.left,
        reason=reason,
        key=key,
        request_hash=asked,
        refunded_at=at,
    )
    publish(RedemptionRefunded(redemption=redemption.number, points=points), at=at)
    return Done(done)
