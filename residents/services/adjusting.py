"""Correct a resident's points: one person asks, another one approves, and the ledger does it under the approval's id."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from branches.choices import ApprovalAction, Asked
from branches.models import Approval
from branches.services.approvals import Target, ask, fingerprint, redeem
from branches.services.exposure import ExposureCapReached, room_for, use_room
from core.clock import alliance_day
from core.errors import Done, Outcome, Refused
from identity.models import User
from points.posting import Adjust, AdjustOut, adjust
from points.queries import terms_on
from residents.models import BankLink, Resident

RESIDENT = "residents.resident"


def ask_adjustment(*, clerk: User, link: BankLink, way: Asked, points: int, reason: str, at: datetime) -> Approval:
    """
    Ask to give a resident points of the link's bank, or to take some; nothing moves before a second person approves.

    :raises ApprovalForOneself: if the clerk is that resident.
    """
    assert way in {Asked.GIVE, Asked.TAKE}, "points are given or taken"
    resident = link.resident
    target = Target(kind=RESIDENT, id=str(resident.pk), version=_version(link), name=str(resident), concerns=resident.user)
    return ask(
        maker=clerk,
        action=ApprovalAction.ADJUST,
        target=target,
        payload={way.value: points},
        reason=reason,
        bank=link.bank,
        branch=link.branch,
        at=at,
    )


def carry_out_adjustment(*, approval_id: UUID, at: datetime) -> Outcome[UUID]:
    """
    Do what was approved, once; the transfer, or why it could not be done, which the approval keeps.

    :raises LedgerBusy: if the wallet stayed locked by others; the approval stands and may be redeemed again.
    """
    with transaction.atomic():
        return redeem(approval_id=approval_id, action=ApprovalAction.ADJUST, version=_version_now, act=partial(_adjust, at=at), at=at)


def _version(link: BankLink) -> str:
    """Whose wallet it is, and that the bank knows them: an approval doesn't outlive a change of that."""
    return fingerprint(link.pk, link.resident.wallet_id, link.resident.user_id)


def _version_now(approval: Approval) -> str:
    link = BankLink.objects.filter(resident=UUID(approval.target_id), bank=approval.bank_id).select_related("resident").first()
    return _version(link) if link else ""


def _adjust(approval: Approval, *, at: datetime) -> Outcome[UUID]:
    wallet = Resident.objects.values_list("wallet_id", flat=True).get(pk=approval.target_id)
    ((way, points),) = approval.payload.items()
    key, issuer = str(approval.pk), approval.bank.issuer_id
    if way == Asked.TAKE:
        result = adjust(AdjustOut(wallet=wallet, issuer=issuer, points=int(points), key=key, effective_at=at), at=at)
    else:
        today = alliance_day(at)
        terms = terms_on(issuer, today)
        given = Adjust(
            wallet=wallet,
            issuer=issuer,
            terms=terms.id,
            points=int(points),
            expires_on=terms.expires_on(today),
            key=key,
            effective_at=at,
        )
        room = room_for(bank=approval.bank, points=int(points))
        if room.points < int(points):
            return Refused(ExposureCapReached())
        result = adjust(given, at=at)
        use_room(room, points=int(points) if result.posted else 0)
    if result.refused:
        return Refused(result.error)
    assert result.transfer_id is not None, "what was posted has its transfer"
    return Done(result.transfer_id)
