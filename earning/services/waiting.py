"""Events whose customer was unknown, or that found no room: posted once there is one, by the rules of the event's own day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db import transaction

from branches.models import Bank
from core.clock import alliance_day
from core.limits import EVENTS_PER_CHUNK, WAITING_BANKS_PER_SWEEP
from core.outbox.services import publish
from earning.choices import EventStatus
from earning.explanations import category_of
from earning.models import Event
from earning.queries import banks_with_paused, banks_with_work, rule_book
from earning.services.awarding import IssuancePaused, Known, award, freeze_deciding, reason_for
from earning.services.recording import status_after
from residents.queries import LinkFacts, links_by_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingEventsLeft:
    """More events waited for these customers than one batch takes: post the next one. Hashes in hex."""

    topic: ClassVar[str] = "earning.waiting_left"
    bank_id: int
    customer_hashes: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PausedEventsLeft:
    """More events may find room by now: post the next ones."""

    topic: ClassVar[str] = "earning.paused_left"
    bank_id: int


def post_waiting(*, bank_id: int, customer_hashes: Collection[str], at: datetime) -> int:
    """
    Decide up to 500 events that waited for these customers (hashes in hex), and return how many there were.

    Effective at the event's own time, recorded at `at`. What is left over is told as news, in the same transaction.
    """
    hashes = [bytes.fromhex(item) for item in customer_hashes]
    with transaction.atomic():
        links = links_by_hash(bank_id=bank_id, hashes=hashes)
        waiting = Event.objects.filter(bank_id=bank_id, status=EventStatus.WAITING, customer_hash__in=list(links))
        # skip_locked: whoever holds them is posting them
        events = list(waiting.order_by("occurred_at", "pk").select_for_update(no_key=True, skip_locked=True)[: EVENTS_PER_CHUNK + 1])
        if not events:
            return 0
        if len(events) > EVENTS_PER_CHUNK:
            publish(WaitingEventsLeft(bank_id=bank_id, customer_hashes=list(customer_hashes)), at=at)
        batch = events[:EVENTS_PER_CHUNK]
        if paused := _decide(Bank.objects.get(pk=bank_id), batch, links, at=at):
            publish(IssuancePaused(bank_id=bank_id, events=paused), at=at)
    return len(batch)


def post_paused(*, bank_id: int, at: datetime) -> int:
    """
    Decide up to 500 events that found no room under the bank's exposure cap, the oldest first, and return how many did now.

    Effective at the event's own time, recorded at `at`. While all of them find room, the next ones are told as news.
    """
    with transaction.atomic():
        paused = Event.objects.filter(bank_id=bank_id, status=EventStatus.ISSUANCE_PAUSED)
        locked = paused.order_by("occurred_at", "pk").select_for_update(no_key=True, skip_locked=True)[:EVENTS_PER_CHUNK]
        events = list(locked)
        if not events:
            return 0
        links = links_by_hash(bank_id=bank_id, hashes={bytes(event.customer_hash) for event in events})
        waiting = _decide(Bank.objects.get(pk=bank_id), events, links, at=at)
        if not waiting and len(events) == EVENTS_PER_CHUNK:
            publish(PausedEventsLeft(bank_id=bank_id), at=at)
    return len(events) - waiting


def sweep_paused(*, at: datetime) -> int:
    """Post what found no room before and may find it now, as when points were spent; returns how many events."""
    return sum(post_paused(bank_id=bank_id, at=at) for bank_id in banks_with_paused(most=WAITING_BANKS_PER_SWEEP))


def sweep_waiting(*, at: datetime) -> int:
    """Post what waits although its customer is known by now, as when both came at once; returns how many events."""
    total = 0
    for bank_id, hashes in banks_with_work(most_banks=WAITING_BANKS_PER_SWEEP, most_customers=EVENTS_PER_CHUNK).items():
        total += post_waiting(bank_id=bank_id, customer_hashes=[found.hex() for found in hashes], at=at)
    return total


def _decide(bank: Bank, events: Collection[Event], links: dict[bytes, LinkFacts], *, at: datetime) -> int:
    """Decide them, and return how many of them found no room under the bank's exposure cap."""
    known = [_known(event, links[bytes(event.customer_hash)]) for event in events]
    wanted = {(event.type, event.day) for event in known}
    book = freeze_deciding(bank_id=bank.pk, book=rule_book(bank_id=bank.pk), wanted=wanted, at=at)
    awarded = award(bank=bank, events=known, book=book, at=at)
    for event, facts in zip(events, known, strict=True):
        link = links[bytes(event.customer_hash)]
        reasons = [reason_for(facts, decision, at=at) for decision in awarded.decisions.get(event.pk, [])]
        event.status = status_after(reasons, paused=event.pk in awarded.paused)
        event.link_id, event.wallet_id = link.link_id, link.wallet_id
    Event.objects.bulk_update(events, ["status", "link", "wallet_id"])
    return len(awarded.paused)


def _known(event: Event, link: LinkFacts) -> Known:
    day = alliance_day(event.occurred_at)
    return Known(event.pk, link.wallet_id, event.type, day, event.occurred_at, event.amount_minor, event.currency, category_of(event.facts))
