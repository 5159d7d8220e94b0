"""
A bank's exposure cap: its points outstanding never come to more, and no row is hot for it.

Whoever issues takes room first, in the transaction that issues. Room comes from a slice: one of a few rows of the bank
that hold what is set aside, each used by one transaction at a time. A slice that is too small grows under a lock of the
bank: by what the cap leaves after the points outstanding and all that is set aside. So what is outstanding and what is
set aside never come to more than the cap together, whatever is under way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from branches.choices import ApprovalAction, Asked
from branches.models import Approval, Bank, IssuanceSlice
from branches.services.approvals import Target, ask, fingerprint, redeem
from core.errors import DomainError, Done, ErrorKind, Outcome
from core.limits import ISSUANCE_SLICES
from core.outbox.services import publish
from identity.models import User
from points.queries import outstanding

# Held to the end of the transaction: by all who issue together, and alone by who sets the cap; and by who makes a slice grow.
# The cap is read by a statement of its own, after the lock: as it is once whoever sets it is through.
ISSUE: Final = """
    select pg_advisory_xact_lock_shared(hashtext('branches_issuance'), %(bank)s);
    select exposure_cap from branches_bank where id = %(bank)s"""
SET_CAP: Final = "select pg_advisory_xact_lock(hashtext('branches_issuance'), %s)"
GROW: Final = "select pg_advisory_xact_lock(hashtext('branches_room'), %s)"


class ExposureCapReached(DomainError):
    """The bank may not issue as many points now."""

    code = "exposure_cap_reached"
    kind = ErrorKind.CONFLICT
    message = _("The bank's points outstanding would exceed its cap. Raise the cap, or wait until points are spent.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureCapSet:
    """A bank may issue more, or less, than before."""

    topic: ClassVar[str] = "exposure_cap.set"
    bank_id: int


@dataclass(frozen=True, slots=True)
class Room:
    """How many points may be issued in this transaction, and the slice they come from; no slice where there is no cap."""

    points: int
    slice_id: int | None = None


def room_for(*, bank: Bank, points: int) -> Room:
    """
    Room for `points` in the caller's transaction, or for as many as the cap leaves now; more is never issued.

    To be called after the caller's own row locks and before the ledger's. What is used of it is told to `use_room`.
    """
    with connection.cursor() as cursor:
        cursor.execute(ISSUE, {"bank": bank.pk})
        (cap,) = cursor.fetchone()
    if cap is None:
        return Room(points)
    held = _slice(bank)
    if held.points < points:
        _grow(held, bank=bank, cap=cap, wanted=points)
    return Room(held.points, held.pk)


def use_room(room: Room, *, points: int) -> None:
    """Say that `points` of the room were issued."""
    assert points <= room.points, "what is issued has its room"
    if room.slice_id is not None and points:
        IssuanceSlice.objects.filter(pk=room.slice_id).update(points=F("points") - points)


def ask_cap(*, maker: User, bank: Bank, cap: int, reason: str, at: datetime) -> Approval:
    """Ask for another cap on a bank's points outstanding."""
    return ask(
        maker=maker,
        action=ApprovalAction.EXPOSURE_CAP,
        target=Target(kind="branches.bank", id=str(bank.pk), version=_version(bank.exposure_cap), name=bank.name),
        payload={Asked.CAP: cap},
        reason=reason,
        bank=bank,
        at=at,
    )


def carry_out_cap(*, approval_id: UUID, at: datetime) -> Outcome[int]:
    """Set the cap that was approved, once; those who wait for room hear of it."""
    with transaction.atomic():
        return redeem(
            approval_id=approval_id,
            action=ApprovalAction.EXPOSURE_CAP,
            version=lambda approval: _version(approval.bank.exposure_cap),
            act=partial(_set_cap, at=at),
            at=at,
        )


def _set_cap(approval: Approval, *, at: datetime) -> Outcome[int]:
    """Alone: nobody issues meanwhile, so nothing is under way that knows another cap, and nothing stays set aside under it."""
    bank, cap = approval.bank, int(approval.payload[Asked.CAP])
    _lock(SET_CAP, bank)
    Bank.objects.filter(pk=bank.pk).update(exposure_cap=cap)
    slices = [IssuanceSlice(bank=bank, number=number) for number in range(ISSUANCE_SLICES)]
    IssuanceSlice.objects.bulk_create(slices, ignore_conflicts=True)
    IssuanceSlice.objects.filter(bank=bank).update(points=0)
    publish(ExposureCapSet(bank_id=bank.pk), at=at)
    return Done(cap)


def _slice(bank: Bank) -> IssuanceSlice:
    """The fullest slice that nobody uses; when all are in use, the first one as soon as it is free."""
    slices = IssuanceSlice.objects.filter(bank=bank)
    free = slices.select_for_update(no_key=True, skip_locked=True).order_by("-points", "number").first()
    return free or slices.select_for_update(no_key=True).get(number=0)


def _grow(held: IssuanceSlice, *, bank: Bank, cap: int, wanted: int) -> None:
    """
    Set more aside: a share of what is left, and what is missing if that is more; near the cap, what idle slices hold too.

    What is set aside is read before what is outstanding: points issued in between are counted twice, never not at all.
    """
    _lock(GROW, bank)
    slices = IssuanceSlice.objects.filter(bank=bank)
    aside: int = slices.aggregate(total=Sum("points"))["total"] or 0
    left = cap - aside - outstanding(bank.issuer_id)
    missing = wanted - held.points
    if left < missing:
        idle = slices.exclude(pk=held.pk).filter(points__gt=0).select_for_update(no_key=True, skip_locked=True)
        gathered = {found.pk: found.points for found in idle}
        slices.filter(pk__in=gathered).update(points=0)
        left += sum(gathered.values())
    held.points = max(held.points + min(left, max(missing, left // ISSUANCE_SLICES)), 0)
    held.save(update_fields=["points"])


def _version(cap: int | None) -> str:
    return fingerprint("exposure cap", cap)


def _lock(statement: str, bank: Bank) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [bank.pk])
