"""Take points: once per key, once per claim."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from core.errors import DomainError, Done, Outcome, Refused
from merchants.models import Cashier
from points.errors import REFUSALS, IdempotencyKeyReused
from points.posting import Redeem
from redemptions.errors import ClaimClosed, ClaimExpired, ClaimNotFound
from redemptions.keys import check_key, request_hash
from redemptions.limits import RedemptionFacts, over_limit
from redemptions.models import Claim, Redemption, RefusedCapture
from redemptions.services.claims import open_claim
from redemptions.services.tills import hold_key
from redemptions.statements import Answer, hold_claim, known_answer, take, take_unhindered
from residents.cooling import CoolDown, refusal_of

KEPT: Final[dict[str, type[DomainError]]] = {
    ClaimClosed.code: ClaimClosed,
    ClaimExpired.code: ClaimExpired,
    CoolDown.code: CoolDown,
    **{error.code: error for error in REFUSALS.values()},
}
NOT_YET_KNOWN: Final = UUID(int=0)  # in the place of a wallet that the database finds by the claim
OWN_CLAIM = "take/"  # begins the key of a claim that a capture opened by itself; no till's key has a slash


def capture(*, cashier: Cashier, claim_id: UUID, points: int, key: str, at: datetime) -> Redemption:
    """
    Take points from the resident whose code was claimed, once per key. The same key gives the same answer again.

    :raises InvalidPoints, InvalidKey: if the request can't be meant so; nothing is kept of it.
    :raises IdempotencyKeyReused: if the key was used for another claim or amount.
    :raises ClaimNotFound: if this cashier has no such claim, or was dismissed.
    :raises ClaimExpired, ClaimClosed: if the claim is past its two minutes, or used.
    :raises CoolDown: if the phone or a bank link is new, and it would be more than that may spend today.
    :raises InsufficientPoints, WalletFrozen, WalletClosed: if the ledger refuses.
    """
    _check_form(points, key)
    asked = request_hash("claim", claim_id, points)
    command = _command(cashier, claim_id, NOT_YET_KNOWN, points, key=key, at=at)
    if redemption := take_unhindered(command, claim_id=claim_id, cashier=cashier, key=key, request_hash=asked, at=at):
        return redemption
    with transaction.atomic():
        outcome = _capture(cashier, claim_id, points, key=key, asked=asked, at=at)
    return outcome.or_raise()  # after commit: a refusal keeps its key


def capture_code(*, cashier: Cashier, code: str, points: int, key: str, at: datetime) -> Redemption:
    """
    Claim a code and take points from it in one step: the amount first, then the scan.

    A refusal of the ledger names the claim that stays open, for a smaller amount with a new key.

    :raises DomainError: whatever `claim_code` and `capture` raise.
    """
    _check_form(points, key)
    with transaction.atomic():
        outcome = _capture_code(cashier, code, points, key, at)
    return outcome.or_raise()


def kept_answer(*, outlet_id: int, key: str) -> Outcome[Redemption] | None:
    """What an outlet's key was answered, if it was."""
    known = known_answer(outlet_id=outlet_id, key=key)
    return _told_again(known) if known and known.number is not None else None


def kept_refusal(refused: RefusedCapture) -> DomainError:
    """A refusal as it was said."""
    return KEPT[refused.code](**refused.details)


def _check_form(points: int, key: str) -> None:
    check_key(key)
    if refusal := over_limit(RedemptionFacts(points=points)):
        raise refusal


def _capture(cashier: Cashier, claim_id: UUID, points: int, *, key: str, asked: bytes, at: datetime) -> Outcome[Redemption]:
    held = hold_claim(cashier=cashier, claim_id=claim_id, key=key)
    claim = held.claim
    if held.answer:
        return _told_again(held.answer, asked)
    if claim is None:
        return Refused(ClaimNotFound())
    if held.used or claim.closed_at is not None:
        return _refuse(claim, ClaimClosed(), key=key, asked=asked, at=at)
    if at >= claim.expires_at:
        return _refuse(claim, ClaimExpired(), key=key, asked=asked, at=at)
    return _take(cashier, claim, points, key=key, asked=asked, at=at)


def _capture_code(cashier: Cashier, code: str, points: int, key: str, at: datetime) -> Outcome[Redemption]:
    asked = request_hash("code", code, points)
    if refusal := hold_key(cashier=cashier, key=key):
        return Refused(refusal)
    if known := known_answer(outlet_id=cashier.outlet_id, key=key):
        return _told_again(known, asked)
    opened = open_claim(cashier=cashier, code=code, key=OWN_CLAIM + key, asked=asked, at=at)
    if isinstance(opened, Refused):
        return opened
    return _take(cashier, opened.value, points, key=key, asked=asked, at=at)


def _take(cashier: Cashier, claim: Claim, points: int, *, key: str, asked: bytes, at: datetime) -> Outcome[Redemption]:
    looked = claim.slow_until is not None and at < claim.slow_until
    if looked and (refusal := _cool_down(claim, points, at=at)):
        return _refuse(claim, refusal, key=key, asked=asked, at=at)
    command = _command(cashier, claim.pk, claim.wallet_id, points, key=key, at=at)
    result, redemption = take(command, claim=claim, cashier=cashier, key=key, request_hash=asked, looked=looked, at=at)
    if redemption is None:
        error = result.error
        if isinstance(error, IdempotencyKeyReused):  # burns nothing: the answer that stands under the key is another request's
            return Refused(error)
        error.details["claim"] = str(claim.pk)  # it stays open, for a smaller amount
        return _refuse(claim, error, key=key, asked=asked, at=at)
    return Done(redemption)


def _cool_down(claim: Claim, points: int, *, at: datetime) -> CoolDown | None:
    """The refusal of what a new phone or link may not spend yet; the claim stays open for less."""
    read = Claim.objects.select_related("resident", "device").get(pk=claim.pk)
    refusal = refusal_of(read.resident, points=points, phone_since=read.device.enrolled_at, at=at)
    if refusal is not None:
        refusal.details["claim"] = str(claim.pk)
    return refusal


def _command(cashier: Cashier, claim_id: UUID, wallet: UUID, points: int, *, key: str, at: datetime) -> Redeem:
    return Redeem(
        wallet=wallet,
        merchant=cashier.outlet.merchant.party_id,
        points=points,
        key=f"take:{cashier.outlet_id}:{key}",
        effective_at=at,
        facts={"claim": str(claim_id)},
    )


def _refuse(claim: Claim, error: DomainError, *, key: str, asked: bytes, at: datetime) -> Refused:
    assert error.code in KEPT, "a kept refusal must be readable again"
    RefusedCapture.objects.create(
        outlet_id=claim.outlet_id,
        cashier_id=claim.cashier_id,
        claim=claim,
        key=key,
        request_hash=asked,
        code=error.code,
        details=error.details,
        refused_at=at,
    )
    return Refused(error)


def _told_again(known: Answer, asked: bytes | None = None) -> Outcome[Redemption]:
    if asked is not None and bytes(known.request_hash) != asked:
        return Refused(IdempotencyKeyReused())
    assert known.number is not None, "what gave points back was asked for in other words"
    if known.taken:
        return Done(Redemption.objects.select_related("resident", "outlet__merchant", "undo").get(pk=known.number))
    return Refused(kept_refusal(RefusedCapture.objects.get(pk=known.number)))
