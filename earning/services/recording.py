"""
Take a bank's events in: each id once and for ever, each answered, in the order they came.

Up to 500 events are one transaction with a fixed number of queries. Of two processes that bring the same event, one
inserts its row and the other waits there, then finds it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from branches.models import Bank
from core.characters import shown
from core.clock import alliance_day
from core.errors import DomainError
from core.identifiers import CustomerShape
from core.ids import uuid7s
from core.limits import EVENT_ID, EVENT_TRIES_WHEN_BUSY, EVENTS_PER_CHUNK
from core.outbox.services import publish
from earning.choices import EventAnswer, EventStatus
from earning.events import AmountMissing, EventIn, EventRefused, TypeUnknown, content_hash, read_event
from earning.explanations import Reason, category_of
from earning.models import Event, EventConflict
from earning.queries import StoredEvent, rule_book, stored_events, why_events
from earning.rules import RuleBook, counted
from earning.services.awarding import IssuancePaused, Known, award, freeze_deciding, reason_for
from points.errors import LedgerBusy
from residents.queries import LinkFacts, customer_hash, links_by_hash

ANSWERS: Final = {status: EventAnswer(status.value) for status in EventStatus}
# Sorted by id, so that two batches with the same events wait for each other and never deadlock.
NEW_EVENTS = """
    insert into earning_event
        (id, bank_id, event_id, type, customer_hash, occurred_at, received_at, amount_minor, currency, facts, content_hash,
         source, origin, status, link_id, wallet_id)
    select id, %s, event_id, type, customer_hash, occurred_at, %s, amount_minor, currency, facts, content_hash,
         source, %s, status, link_id, wallet_id
    from json_to_recordset(%s) as r(
        id uuid, event_id text, type text, customer_hash bytea, occurred_at timestamptz, amount_minor bigint, currency text,
        facts jsonb, content_hash bytea, source text, status text, link_id bigint, wallet_id uuid)
    order by event_id
    on conflict (bank_id, event_id) do nothing
    returning event_id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventOutcome:
    """
    What became of an event: the answer now, how the kept event stands, and why it gave what it gave.

    A duplicate carries the reasons, and so the transfers, of the event that came first; a conflict and a refusal none.
    """

    event_id: str
    answer: EventAnswer
    status: EventStatus | None = None
    reasons: tuple[Reason, ...] = ()
    error: DomainError | None = None

    @property
    def points(self) -> int:
        """What the event gave in all."""
        return sum(reason.points for reason in self.reasons)

    @property
    def transfers(self) -> tuple[UUID, ...]:
        """The facts in the ledger."""
        return tuple(reason.transfer_id for reason in self.reasons if reason.transfer_id is not None)


@dataclass(slots=True)
class _Arrival:
    """An event on its way in, with its place in the request."""

    place: int
    id: UUID
    event: EventIn
    customer_hash: bytes
    content_hash: bytes
    day: date
    link: LinkFacts | None = None
    status: EventStatus = EventStatus.WAITING


def take_events(*, bank: Bank, raw_events: Sequence[object], at: datetime, origin: str) -> list[EventOutcome]:
    """
    Read and record any number of CloudEvents objects, up to 500 in a transaction; an outcome for each, in order.

    Chunks commit one by one. A request cut short may be sent again: what was taken in answers as a duplicate.
    """
    currency, shape = bank.alliance.currency, bank.customer_shape
    outcomes: list[EventOutcome] = []
    for start in range(0, len(raw_events), EVENTS_PER_CHUNK):
        chunk = [_read(raw, currency=currency, at=at, shape=shape) for raw in raw_events[start : start + EVENTS_PER_CHUNK]]
        events = [item for item in chunk if isinstance(item, EventIn)]
        recorded = iter(_record_or_say_busy(bank, events, at=at, origin=origin))
        outcomes.extend(next(recorded) if isinstance(item, EventIn) else item for item in chunk)
    return outcomes


def record_events(*, bank: Bank, events: Sequence[EventIn], at: datetime, origin: str) -> list[EventOutcome]:
    """
    Record up to 500 events in one transaction, give what they earn, and answer each in the same order.

    `origin` says which client or file they came by.

    :raises LedgerBusy: if a wallet stayed locked by others through several tries; nothing of the call remains.
    """
    assert len(events) <= EVENTS_PER_CHUNK, "a batch is a lock time"
    for tries_left in reversed(range(EVENT_TRIES_WHEN_BUSY)):
        try:
            with transaction.atomic():
                return _record(bank, events, at, origin)
        except LedgerBusy:
            if not tries_left:
                raise
    raise AssertionError("unreachable")  # pragma: no cover


def _read(raw: object, *, currency: str, at: datetime, shape: CustomerShape) -> EventIn | EventOutcome:
    try:
        return read_event(raw, currency=currency, at=at, shape=shape)
    except DomainError as error:
        return _refused(_id_of(raw), error)


def _id_of(raw: object) -> str:
    """The id a refused event was sent with, if it can be told."""
    found = raw.get("id") if isinstance(raw, dict) else None
    return shown(found, most=EVENT_ID) if isinstance(found, str) else ""


def _record_or_say_busy(bank: Bank, events: Sequence[EventIn], *, at: datetime, origin: str) -> Iterable[EventOutcome]:
    if not events:
        return []
    try:
        return record_events(bank=bank, events=events, at=at, origin=origin)
    except LedgerBusy as busy:
        return [_refused(event.event_id, busy) for event in events]


def _record(bank: Bank, events: Sequence[EventIn], at: datetime, origin: str) -> list[EventOutcome]:
    book = rule_book(bank_id=bank.pk)
    outcomes: dict[int, EventOutcome] = {}
    arrivals: list[_Arrival] = []
    repeats: list[_Arrival] = []  # of an id earlier in this very batch
    seen: set[str] = set()
    for place, (id_, event) in enumerate(zip(uuid7s(len(events)), events, strict=True)):
        day = alliance_day(event.occurred_at)
        if error := _refusal(book, event, day):
            outcomes[place] = _refused(event.event_id, error)
            continue
        found = customer_hash(bank_code=bank.code, customer=event.customer)
        arrival = _Arrival(place, id_, event, found, content_hash(event, customer_hash=found), day)
        (repeats if event.event_id in seen else arrivals).append(arrival)
        seen.add(event.event_id)
    if arrivals:
        fresh = _insert(bank, arrivals, book, at=at, origin=origin)
        outcomes.update(_decide(bank, fresh, book, at=at))
        repeats += [arrival for arrival in arrivals if arrival.place not in outcomes]
        outcomes.update(_answer_again(bank, repeats, at=at, origin=origin))
    return [outcomes[place] for place in range(len(events))]


def _refusal(book: RuleBook, event: EventIn, day: date) -> EventRefused | None:
    if event.type not in book.types:
        return TypeUnknown(type=event.type)
    if event.amount_minor is None and any(version.per_minor for version in book.in_force(event.type, day)):
        return AmountMissing()
    return None


def _insert(bank: Bank, arrivals: Sequence[_Arrival], book: RuleBook, *, at: datetime, origin: str) -> list[_Arrival]:
    """Write the events that are new, and return them in the order they came."""
    links = links_by_hash(bank_id=bank.pk, hashes={arrival.customer_hash for arrival in arrivals})
    for arrival in arrivals:
        arrival.link = links.get(arrival.customer_hash)
        arrival.status = _expected(arrival, book)
    with connection.cursor() as cursor:
        cursor.execute(NEW_EVENTS, [bank.pk, at, origin, json.dumps([_row(arrival) for arrival in arrivals])])
        new = {found for (found,) in cursor.fetchall()}
    return [arrival for arrival in arrivals if arrival.event.event_id in new]


def _expected(arrival: _Arrival, book: RuleBook) -> EventStatus:
    """How the event will stand unless a day's cap or the ledger leaves nothing; saves writing nearly every row twice."""
    if arrival.link is None:
        return EventStatus.WAITING
    versions = book.in_force(arrival.event.type, arrival.day)
    if not versions:
        return EventStatus.NO_RULE
    if any(counted(version, arrival.event.amount_minor) for version in versions):
        return EventStatus.POSTED
    return EventStatus.NOTHING_EARNED


def _row(arrival: _Arrival) -> dict[str, object]:
    event, link = arrival.event, arrival.link
    return {
        "id": str(arrival.id),
        "event_id": event.event_id,
        "type": event.type,
        "customer_hash": "\\x" + arrival.customer_hash.hex(),
        "occurred_at": event.occurred_at.isoformat(),
        "amount_minor": event.amount_minor,
        "currency": event.currency,
        "facts": event.facts,
        "content_hash": "\\x" + arrival.content_hash.hex(),
        "source": event.source,
        "status": arrival.status.value,
        "link_id": link and link.link_id,
        "wallet_id": link and str(link.wallet_id),
    }


def _decide(bank: Bank, fresh: Sequence[_Arrival], book: RuleBook, *, at: datetime) -> dict[int, EventOutcome]:
    known = {arrival.place: _known(arrival, arrival.link) for arrival in fresh if arrival.link is not None}
    book = freeze_deciding(bank_id=bank.pk, book=book, wanted={(event.type, event.day) for event in known.values()}, at=at)
    awarded = award(bank=bank, events=list(known.values()), book=book, at=at)
    if awarded.paused:
        publish(IssuancePaused(bank_id=bank.pk, events=len(awarded.paused)), at=at)
    outcomes: dict[int, EventOutcome] = {}
    changed: dict[EventStatus, list[UUID]] = {}
    for arrival in fresh:
        reasons: tuple[Reason, ...] = ()
        status = arrival.status
        if event := known.get(arrival.place):
            reasons = tuple(reason_for(event, decision, at=at) for decision in awarded.decisions.get(event.id, []))
            status = status_after(reasons, paused=event.id in awarded.paused)
        if status is not arrival.status:
            changed.setdefault(status, []).append(arrival.id)
        outcomes[arrival.place] = EventOutcome(event_id=arrival.event.event_id, answer=ANSWERS[status], status=status, reasons=reasons)
    for status, ids in changed.items():
        Event.objects.filter(pk__in=ids).update(status=status)
    return outcomes


def status_after(reasons: Sequence[Reason], *, paused: bool) -> EventStatus:
    """How an event of a known resident stands once it was decided, or found no room."""
    if paused:
        return EventStatus.ISSUANCE_PAUSED
    if not reasons:
        return EventStatus.NO_RULE
    return EventStatus.POSTED if any(reason.points for reason in reasons) else EventStatus.NOTHING_EARNED


def _known(arrival: _Arrival, link: LinkFacts) -> Known:
    event = arrival.event
    category = category_of(event.facts)
    return Known(arrival.id, link.wallet_id, event.type, arrival.day, event.occurred_at, event.amount_minor, event.currency, category)


def _answer_again(bank: Bank, repeats: Sequence[_Arrival], *, at: datetime, origin: str) -> dict[int, EventOutcome]:
    """Answer ids that were there: the same content is a duplicate, other content a conflict, which is kept."""
    if not repeats:
        return {}
    stored = stored_events(bank_id=bank.pk, event_ids={arrival.event.event_id for arrival in repeats})
    reasons = why_events([event.id for event in stored.values()])
    outcomes: dict[int, EventOutcome] = {}
    conflicts: list[EventConflict] = []
    for arrival in repeats:
        event = stored[arrival.event.event_id]
        same = event.content_hash == arrival.content_hash
        outcomes[arrival.place] = EventOutcome(
            event_id=event.event_id,
            answer=EventAnswer.DUPLICATE if same else EventAnswer.CONFLICT,
            status=event.status,
            reasons=reasons.get(event.id, ()) if same else (),
        )
        if not same:
            conflicts.append(_conflict(arrival, event, at=at, origin=origin))
    if conflicts:
        EventConflict.objects.bulk_create(conflicts, ignore_conflicts=True)
    return outcomes


def _conflict(arrival: _Arrival, first: StoredEvent, *, at: datetime, origin: str) -> EventConflict:
    return EventConflict(
        event_id=first.id,
        content_hash=arrival.content_hash,
        type=arrival.event.type,
        occurred_at=arrival.event.occurred_at,
        amount_minor=arrival.event.amount_minor,
        other_customer=arrival.customer_hash != first.customer_hash,
        origin=origin,
        received_at=at,
    )


def _refused(event_id: str, error: DomainError) -> EventOutcome:
    return EventOutcome(event_id=event_id, answer=EventAnswer.REFUSED, error=error)
