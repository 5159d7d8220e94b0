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
from typing import Final

from django.db import connection
from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from branches.access import BANK_MANAGERS, OPERATORS
from branches.models import Bank
from core.errors import Done, Outcome
from core.forms import WholeNumberField
from core.limits import EXPOSURE_CAP, ISSUANCE_SLICES
from core.outbox.services import publish
from decisions.decision import Decision
from decisions.forms import AskForm
from decisions.models import Approval
from decisions.services import Target, ask, fingerprint
from identity.models import User
from issuing.models import IssuanceSlice, IssuerControl
from issuing.news import CapSet
from points.queries import outstanding

# Kept to the end of the transaction: by all who issue together, and alone by who sets the cap; and by who makes a slice grow.
# The cap is read by a query of its own, after the lock: as it is once whoever sets it is through.
ISSUE: Final = """
    select pg_advisory_xact_lock_shared(hashtext('issuing_issuance'), %(bank)s);
    select (select exposure_cap from issuing_issuercontrol where bank_id = %(bank)s)"""
SET_CAP: Final = "select pg_advisory_xact_lock(hashtext('issuing_issuance'), %s)"
GROW: Final = "select pg_advisory_xact_lock(hashtext('issuing_room'), %s)"


@dataclass(frozen=True, slots=True)
class Room:
    """How many points may be issued in this transaction, and the slice they come from; no slice where there is no cap."""

    points: int
    slice_id: int | None = None


def exposure_cap_of(*, bank: Bank) -> int | None:
    """The most points of the bank that may be outstanding; None if there is no cap."""
    return IssuerControl.objects.filter(bank=bank).values_list("exposure_cap", flat=True).first()


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
    slice_ = _slice(bank)
    if slice_.points < points:
        _grow(slice_, bank=bank, cap=cap, wanted=points)
    return Room(slice_.points, slice_.pk)


def use_room(room: Room, *, points: int) -> None:
    """Say that `points` of the room were issued."""
    assert points <= room.points, "what is issued has its room"
    if room.slice_id is not None and points:
        IssuanceSlice.objects.filter(pk=room.slice_id).update(points=F("points") - points)


class CapForm(AskForm):
    """The most points of a bank that may be outstanding."""

    cap = WholeNumberField(label=_("most points outstanding"), min_value=0, max_value=EXPOSURE_CAP, widget=UnfoldAdminIntegerFieldWidget())
    field_order = ("cap", "reason")


def ask_cap(*, maker: User, bank: Bank, cap: int, reason: str, at: datetime) -> Approval:
    """Ask for another cap on a bank's points outstanding."""
    return ask(
        maker=maker,
        decision=CAP,
        target=Target(kind="branches.bank", id=str(bank.pk), version=_version(bank), name=bank.name),
        payload={"cap": cap},
        reason=reason,
        bank=bank,
        at=at,
    )


def _set_cap(approval: Approval, *, at: datetime) -> Outcome[int]:
    """
    Set the cap, and tell those who wait for room.

    Alone: nobody issues meanwhile, so nothing is under way that knows another cap, and nothing stays set aside under it.
    """
    bank, cap = approval.bank, int(approval.payload["cap"])
    _lock(SET_CAP, bank)
    IssuerControl.objects.update_or_create(bank=bank, defaults={"exposure_cap": cap})
    slices = [IssuanceSlice(bank=bank, number=number) for number in range(ISSUANCE_SLICES)]
    IssuanceSlice.objects.bulk_create(slices, ignore_conflicts=True)
    IssuanceSlice.objects.filter(bank=bank).update(points=0)
    publish(CapSet(bank_id=bank.pk), at=at)
    return Done(cap)


CAP = Decision(
    action="exposure_cap",
    label=_("Set the exposure cap"),
    asked_by=BANK_MANAGERS,
    decided_by=OPERATORS,
    ask=lambda maker, bank, **body: ask_cap(maker=maker, bank=bank, **body),
    version_of=lambda approval: _version(approval.bank),
    carry_out=_set_cap,
    form=CapForm,
)


def _slice(bank: Bank) -> IssuanceSlice:
    """The fullest slice that nobody uses; when all are in use, the first one as soon as it is free."""
    slices = IssuanceSlice.objects.filter(bank=bank)
    free = slices.select_for_update(no_key=True, skip_locked=True).order_by("-points", "number").first()
    return free or slices.select_for_update(no_key=True).get(number=0)


def _grow(slice_: IssuanceSlice, *, bank: Bank, cap: int, wanted: int) -> None:
    """
    Set more aside: a share of what is left, and what is missing if that is more; near the cap, what idle slices hold too.

    What is set aside is read before what is outstanding: points issued in between are counted twice, never not at all.
    """
    _lock(GROW, bank)
    slices = IssuanceSlice.objects.filter(bank=bank)
    aside: int = slices.aggregate(total=Sum("points"))["total"] or 0
    left = cap - aside - outstanding(bank.issuer_id)
    missing = wanted - slice_.points
    if left < missing:
        idle = slices.exclude(pk=slice_.pk).filter(points__gt=0).select_for_update(no_key=True, skip_locked=True)
        gathered = {found.pk: found.points for found in idle}
        slices.filter(pk__in=gathered).update(points=0)
        left += sum(gathered.values())
    slice_.points = max(slice_.points + min(left, max(missing, left // ISSUANCE_SLICES)), 0)
    slice_.save(update_fields=["points"])


def _version(bank: Bank) -> str:
    return fingerprint("exposure cap", exposure_cap_of(bank=bank))


def _lock(query: str, bank: Bank) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, [bank.pk])
