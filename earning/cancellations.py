"""A bank's word that an event did not stand after all, as it comes; checked in one place."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, ErrorKind, NotFound
from core.limits import EVENT_ID
from earning.events import SEPARATOR, EventRefused, FieldMissing, FieldUnknown, amount_of, text_of, time_of

REQUIRED: Final = ("id", "event", "time")
FIELDS: Final = frozenset((*REQUIRED, "amount_minor"))


class NotACancellation(EventRefused):
    code = "not_a_cancellation"
    message = _("This is not a cancellation: a cancellation is a JSON object with an id, the event's id and the time.")


class EventNotFound(NotFound):
    code = "event_not_found"
    message = _("The bank sent no event with this id. If it is still on its way, send the cancellation again after it.")


class CancellationConflict(DomainError):
    code = "cancellation_conflict"
    kind = ErrorKind.CONFLICT
    message = _("This id cancelled another event, amount or time before. Nothing moved; another cancellation needs another id.")


class AlreadyCancelled(DomainError):
    code = "already_cancelled"
    kind = ErrorKind.CONFLICT
    message = _("Nothing is left of this event: it was cancelled before. Nothing moved.")


class MoreThanAmount(DomainError):
    code = "more_than_amount"
    kind = ErrorKind.CONFLICT
    message = _("That is more than is left of the event's amount: %(left)s minor units. Nothing moved.")


class EventUndecided(DomainError):
    code = "event_undecided"
    kind = ErrorKind.CONFLICT
    message = _("This event still waits to be decided. Cancel it whole, or send the part again when it was decided.")


class CancellationIn(NamedTuple):
    """A cancellation that was read and found whole. Without an amount, all of the event is cancelled."""

    cancellation_id: str
    event_id: str
    cancelled_at: datetime
    amount_minor: int | None = None


def read_cancellation(raw: object, *, at: datetime) -> CancellationIn:
    """
    The cancellation in a JSON object; `at` is the moment of reading.

    :raises EventRefused, CharacterRefused: saying which field is wrong, and how.
    """
    if not isinstance(raw, Mapping):
        raise NotACancellation
    for name in REQUIRED:
        if raw.get(name) is None:
            raise FieldMissing(field=name)
    for name in raw:
        if name not in FIELDS:
            raise FieldUnknown(field=str(name)[:EVENT_ID])
    return CancellationIn(
        cancellation_id=text_of(raw, "id", EVENT_ID),
        event_id=text_of(raw, "event", EVENT_ID),
        cancelled_at=time_of(raw["time"], at),
        amount_minor=amount_of(raw),
    )


def content_hash(cancellation: CancellationIn) -> bytes:
    """32 bytes that tell whether a cancellation sent again says the same: event, instant, amount."""
    said = (cancellation.event_id, cancellation.cancelled_at.astimezone(UTC).isoformat(), str(cancellation.amount_minor))
    return hashlib.sha256(SEPARATOR.join(said).encode()).digest()
