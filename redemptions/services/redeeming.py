"""Redeem points: once per key, once per checkout."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from core.errors import DomainError, Done, Outcome, Refused
from merchants.models import Cashier
from points.errors import IdempotencyKeyReused
from redemptions.answers import KEPT, answer_again
from redemptions.choices import Way
from redemptions.errors import CheckoutClosed, CheckoutExpired, CheckoutNotFound
from redemptions.functions import answer_of, lock_checkout, redeem_locked, redeem_unhindered
from redemptions.keys import check_key, request_hash
from redemptions.limits import RedemptionFacts, over_limit
from redemptions.models import Checkout, Redemption, RefusedRedemption
from redemptions.requests import Request
from redemptions.services.checkouts import open_in_transaction
from redemptions.services.tills import lock_key
from residents.cooling import CoolDown, refusal_of

OWN_CHECKOUT: Final = "redeem/"  # begins the key of a checkout that a redemption opened by itself; no till's key has a slash


def redeem(*, cashier: Cashier, checkout_id: UUID, points: int, key: str, at: datetime) -> Redemption:
    """
    Redeem points of the resident at the checkout, once per key. The same key gives the same answer again.

    :raises InvalidPoints, InvalidKey: if no such request can be made; nothing is kept of it.
    :raises IdempotencyKeyReused: if the key was used for another checkout or amount.
    :raises CheckoutNotFound: if this cashier has no such checkout, or was dismissed.
    :raises CheckoutExpired, CheckoutClosed: if the checkout is past its two minutes, or used.
    :raises CoolDown: if the phone or a bank link is new, and it would be more than that may spend today.
    :raises InsufficientPoints, WalletFrozen, WalletClosed: if the ledger refuses.
    """
    _check_form(points, key)
    asked = request_hash("checkout", checkout_id, points)
    request = Request(cashier=cashier, points=points, key=key, hash=asked, at=at)
    if redemption := redeem_unhindered(request, checkout_id=checkout_id):
        return redemption
    with transaction.atomic():
        outcome = _redeem(request, checkout_id)
    return outcome.or_raise()  # after commit: a refusal keeps its key


def redeem_code(*, cashier: Cashier, code: str, points: int, key: str, at: datetime, way: Way = Way.CODE) -> Redemption:
    """
    Open a checkout on a code and redeem points from it in one step: the amount first, then the scan.

    A refusal of the ledger names the checkout that stays open, for a smaller amount with a new key.

    :raises DomainError: whatever `open_checkout` and `redeem` raise.
    """
    _check_form(points, key)
    request = Request(cashier=cashier, points=points, key=key, hash=request_hash("code", code, points), at=at)
    with transaction.atomic():
        outcome = _redeem_code(request, code, way)
    return outcome.or_raise()


def _check_form(points: int, key: str) -> None:
    check_key(key)
    if refusal := over_limit(RedemptionFacts(points=points)):
        raise refusal


def _redeem(request: Request, checkout_id: UUID) -> Outcome[Redemption]:
    locked = lock_checkout(request, checkout_id=checkout_id)
    checkout = locked.checkout
    if locked.answer:
        return answer_again(locked.answer, request.hash)
    if checkout is None:
        return Refused(CheckoutNotFound())
    if locked.used or checkout.closed_at is not None:
        return _refuse(request, checkout, CheckoutClosed())
    if request.at >= checkout.expires_at:
        return _refuse(request, checkout, CheckoutExpired())
    return _redeem_at(checkout, request)


def _redeem_code(request: Request, code: str, way: Way) -> Outcome[Redemption]:
    cashier = request.cashier
    if refusal := lock_key(cashier=cashier, key=request.key):
        return Refused(refusal)
    if answer := answer_of(outlet_id=cashier.outlet_id, key=request.key):
        return answer_again(answer, request.hash)
    key = OWN_CHECKOUT + request.key
    opened = open_in_transaction(cashier=cashier, code=code, way=way, key=key, request_hash=request.hash, at=request.at)
    if isinstance(opened, Refused):
        return opened
    return _redeem_at(opened.value, request)


def _redeem_at(checkout: Checkout, request: Request) -> Outcome[Redemption]:
    looked = checkout.slow_until is not None and request.at < checkout.slow_until
    if looked and (refusal := _cool_down(checkout, request)):
        return _refuse(request, checkout, refusal)
    result, redemption = redeem_locked(request, checkout, looked=looked)
    if redemption is not None:
        return Done(redemption)
    error = result.error
    if isinstance(error, IdempotencyKeyReused):  # burns nothing: the answer that is kept under the key is another request's
        return Refused(error)
    error.details["checkout"] = str(checkout.pk)  # it stays open, for a smaller amount
    return _refuse(request, checkout, error)


def _cool_down(checkout: Checkout, request: Request) -> CoolDown | None:
    """The refusal of what a new phone or link may not spend yet; the checkout stays open for less."""
    read = Checkout.objects.select_related("resident", "device").get(pk=checkout.pk)
    assert read.device is not None, "a code comes from a phone"
    refusal = refusal_of(read.resident, points=request.points, phone_since=read.device.enrolled_at, at=request.at)
    if refusal is not None:
        refusal.details["checkout"] = str(checkout.pk)
    return refusal


def _refuse(request: Request, checkout: Checkout, error: DomainError) -> Refused:
    assert error.code in KEPT, "a kept refusal must be readable again"
    RefusedRedemption.objects.create(
        outlet_id=request.cashier.outlet_id,
        cashier=request.cashier,
        checkout=checkout,
        key=request.key,
        request_hash=request.hash,
        code=error.code,
        details=error.details,
        refused_at=request.at,
    )
    return Refused(error)
