"""Correct a resident's points: one person asks, another one approves, and the ledger does it under the approval's id."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from branches.access import BRANCH_MANAGERS, DESK
from core.clock import alliance_day
from core.errors import Done, Outcome, Refused
from decisions.decision import Decision
from decisions.models import Approval
from decisions.services import Target, ask, fingerprint
from identity.models import User
from issuing.errors import ExposureCapReached
from issuing.services.exposure import room_for, use_room
from points.choices import OutcomeCode
from points.posting import Result, busy_as_error
from residents.choices import Correction
from residents.forms import AdjustForm
from residents.models import BankLink

RESIDENT = "residents.resident"
ADJUST: Final = "select outcome, transfer_id, available, again from residents_adjust(%s, %s, %s)"


def ask_adjustment(*, clerk: User, link: BankLink, way: Correction, points: int, reason: str, at: datetime) -> Approval:
    """
    Ask to give a resident points of the link's bank, or to take some; nothing moves before a second person approves.

    :raises ApprovalForOneself: if the clerk is that resident.
    """
    resident = link.resident
    target = Target(kind=RESIDENT, id=str(resident.pk), version=_version(link), name=str(resident), concerns=resident.user)
    return ask(
        maker=clerk,
        decision=ADJUSTMENT,
        target=target,
        payload={way.value: points},
        reason=reason,
        bank=link.bank,
        branch=link.branch,
        at=at,
    )


def _version(link: BankLink) -> str:
    """
    Whose wallet it is, and that the bank knows them: an approval doesn't outlive a change of that.

    `residents/sql/adjust.sql` reads it again by the same words.
    """
    return fingerprint(link.pk, link.resident.wallet_id, link.resident.user_id)


def _version_now(approval: Approval) -> str:
    link = BankLink.objects.filter(resident=UUID(approval.target_id), bank=approval.bank_id).select_related("resident").first()
    return _version(link) if link else ""


def _adjust(approval: Approval, *, at: datetime) -> Outcome[UUID]:
    ((way, points),) = approval.payload.items()
    if way == Correction.TAKE:
        result = _post(approval, points=int(points), at=at)
    else:
        room = room_for(bank=approval.bank, points=int(points))
        if room.points < int(points):
            return Refused(ExposureCapReached())
        result = _post(approval, points=int(points), at=at)
        use_room(room, points=int(points) if result.posted else 0)
    if result.refused:
        return Refused(result.error)
    assert result.transfer_id is not None, "what was posted has its transfer"
    return Done(result.transfer_id)


def _post(approval: Approval, *, points: int, at: datetime) -> Result:
    """Whose points, of which bank and how many is read from the approval by the database; nothing of it is said here."""
    with connection.cursor() as cursor, busy_as_error():
        cursor.execute(ADJUST, [approval.pk, at, alliance_day(at)])
        outcome, transfer_id, available, again = cursor.fetchone()
    return Result(OutcomeCode(outcome), transfer_id, available, again, points)


ADJUSTMENT = Decision(
    action="adjust",
    label=_("Adjust a resident's points"),
    asked_by=DESK,
    decided_by=BRANCH_MANAGERS,
    ask=lambda maker, _resident, **body: ask_adjustment(clerk=maker, **body),
    version_of=_version_now,
    carry_out=_adjust,
    form=AdjustForm,
    labels=dict(Correction.choices),
)
