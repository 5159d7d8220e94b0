"""
Cancel an event that a bank told of, whole or a part of its amount: what it gave too much is taken back.

Row locks are taken in the order of awarding: the event, day counters, the wallet.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import F, Sum

from branches.models import Bank
from core.clock import alliance_day
from core.errors import DomainError, Done, Outcome, Refused
from core.ids import uuid7s
from earning.cancellations import (
    AlreadyCancelled,
    CancellationConflict,
    CancellationIn,
    EventNotFound,
    EventUndecided,
    MoreThanAmount,
    content_hash,
)
from earning.choices import EventStatus
from earning.models import Award, Cancellation, DayUse, Event, TakenBack
from earning.queries import rule_book
from earning.rules import left_after_cancelling
from points.choices import OutcomeCode
from points.posting import Result, busy_as_error

TAKE_BACK: Final = "select award, taking, outcome, transfer_id, available from earning_take_back(%s, %s::jsonb, %s, %s)"
DECIDED = frozenset({EventStatus.POSTED, EventStatus.NOTHING_EARNED, EventStatus.NO_RULE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """A cancellation and what it took back of each award; `again` if it was sent before."""

    cancellation: Cancellation
    takings: Sequence[TakenBack]
    again: bool


@dataclass(frozen=True, slots=True)
class _Taking:
    award: Award
    points: int


def cancel_event(*, bank: Bank, cancellation: CancellationIn, at: datetime, origin: str) -> Cancelled:
    """
    Cancel an event of the bank once per cancellation id; the same id says the same again.

    A part is counted anew: the event keeps what its frozen rules give for the rest of its amount, within the caps that
    bound it then. An event that nothing was given for yet never gives anything once it is cancelled.

    :raises EventNotFound: if the bank sent no such event.
    :raises CancellationConflict: if the id cancelled something else.
    :raises AlreadyCancelled, MoreThanAmount, EventUndecided: if there is not so much to cancel, or not yet.
    :raises LedgerBusy: if the wallet stayed locked by others for two seconds; nothing is kept.
    """
    with transaction.atomic():
        outcome = _cancel(bank, cancellation, at, origin)
    return outcome.or_raise()


def _cancel(bank: Bank, told: CancellationIn, at: datetime, origin: str) -> Outcome[Cancelled]:
    events = Event.objects.select_related("link__resident").filter(bank=bank, event_id=told.event_id)
    event = events.select_for_update(of=("self",), no_key=True).first()
    if known := _known(bank, told):
        return known
    if event is None:
        return Refused(EventNotFound())
    left = _amount_left(event)
    if refusal := _refusal(event, told, left):
        return Refused(refusal)
    rest = None if told.amount_minor is None or told.amount_minor == left else (left or 0) - told.amount_minor
    takings = _takings(event, rest)
    kept = _keep(event, told, points=sum(taking.points for taking in takings), at=at, origin=origin)
    if kept is None:  # the same id came for another event just now
        return _known(bank, told) or Refused(CancellationConflict())
    if rest is None:
        event.status = EventStatus.CANCELLED
        event.save(update_fields=["status"])
    _free_day_uses(event, takings)
    return Done(Cancelled(cancellation=kept, takings=_take_back(kept, takings, at=at), again=False))


def _known(bank: Bank, told: CancellationIn) -> Outcome[Cancelled] | None:
    """What this id was answered; none if it is new."""
    known = Cancellation.objects.select_related("event").filter(bank=bank, cancellation_id=told.cancellation_id).first()
    if known is None:
        return None
    if bytes(known.content_hash) != content_hash(told):
        return Refused(CancellationConflict())
    return Done(Cancelled(cancellation=known, takings=list(known.takings.order_by("pk")), again=True))


def _amount_left(event: Event) -> int | None:
    """The amount that was not cancelled yet; None if the event has none."""
    if event.amount_minor is None:
        return None
    cancelled = event.cancellations.aggregate(total=Sum("amount_minor", default=0))["total"]
    return event.amount_minor - int(cancelled)


def _refusal(event: Event, told: CancellationIn, left: int | None) -> DomainError | None:
    if event.status == EventStatus.CANCELLED:
        return AlreadyCancelled()
    if told.amount_minor is None:
        return None
    if told.amount_minor > (left or 0):
        return MoreThanAmount(left=left or 0)
    if told.amount_minor != left and event.status not in DECIDED:
        return EventUndecided()
    return None


def _takings(event: Event, rest: int | None) -> list[_Taking]:
    """What each award gave more than the rest of the amount deserves; `rest` is None when nothing is left of the event."""
    awards = Award.objects.filter(event=event, transfer_id__isnull=False).select_related("version")
    versions = {version.id: version for version in rule_book(bank_id=event.bank_id).versions}
    takings = []
    for award in awards.annotate(taken=Sum("takings__points", default=0)).order_by("version__rule_id"):
        due = 0 if rest is None else left_after_cancelling(versions[award.version_id], amount_minor=rest, day_left=award.day_left)
        too_much = award.points - award.taken - due
        if too_much > 0:
            takings.append(_Taking(award, too_much))
    return takings


def _keep(event: Event, told: CancellationIn, *, points: int, at: datetime, origin: str) -> Cancellation | None:
    """The cancellation as it is kept; none if its id was taken meanwhile."""
    cancellation = Cancellation(
        bank_id=event.bank_id,
        cancellation_id=told.cancellation_id,
        event=event,
        amount_minor=told.amount_minor,
        points=points,
        content_hash=content_hash(told),
        cancelled_at=told.cancelled_at,
        received_at=at,
        origin=origin,
    )
    Cancellation.objects.bulk_create([cancellation], ignore_conflicts=True)
    return cancellation if Cancellation.objects.filter(pk=cancellation.pk).exists() else None


def _free_day_uses(event: Event, takings: Sequence[_Taking]) -> None:
    """Points taken back are free again under the cap of the event's own day, wherever a merge carried the counter."""
    if event.link is None:
        return
    uses_of_day = DayUse.objects.filter(wallet_id=event.link.resident.wallet_id, day=alliance_day(event.occurred_at))
    for taking in takings:
        if taking.award.version.day_cap is not None:
            uses_of_day.filter(rule=taking.award.version.rule_id).update(points=F("points") - taking.points)


def _take_back(kept: Cancellation, takings: Sequence[_Taking], *, at: datetime) -> list[TakenBack]:
    """By the database, which reads from the awards whose points they are, and keeps what was taken."""
    if not takings:
        return []
    by_award = {taking.award.pk: taking for taking in takings}
    ids = uuid7s(len(takings))
    asked = [{"award": taking.award.pk, "points": taking.points, "id": str(id_)} for taking, id_ in zip(takings, ids, strict=True)]
    with connection.cursor() as cursor, busy_as_error():
        cursor.execute(TAKE_BACK, [kept.pk, json.dumps(asked), at, alliance_day(at)])
        answers = cursor.fetchall()
    rows = []
    for award, number, outcome, transfer_id, available in answers:
        taking = by_award[award]
        result = Result(OutcomeCode(outcome), transfer_id, available, again=False, required=taking.points)
        if result.refused:
            raise result.error  # nothing of the cancellation is kept, so that it can be sent again
        rows.append(TakenBack(pk=number, cancellation=kept, award=taking.award, transfer_id=transfer_id, points=taking.points))
    return rows
