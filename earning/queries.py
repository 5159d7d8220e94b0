"""Named reads of rules, events and awards."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.db.models.functions import ExtractHour

from core.clock import alliance_zone, day_starts
from core.errors import NotFound
from core.limits import VERSIONS_PER_BANK
from earning.choices import EventStatus
from earning.explanations import Reason, category_of
from earning.models import Award, Cancellation, Event, Rule
from earning.rules import RuleBook, VersionFacts
from residents.models import BankLink


class StoredEvent(NamedTuple):
    """A kept event, as far as an answer about it needs."""

    id: UUID
    event_id: str
    content_hash: bytes
    customer_hash: bytes
    status: EventStatus


def rule_book(*, bank_id: int) -> RuleBook:
    """The bank's rules and their active versions; one query."""
    rows = list(
        Rule.objects.filter(bank_id=bank_id).values_list(
            "versions__pk",
            "pk",
            "code",
            "name",
            "name_en",
            "event_type",
            "last_day",
            "versions__number",
            "versions__kind",
            "versions__points",
            "versions__per_minor",
            "versions__event_cap",
            "versions__day_cap",
            "versions__delay_days",
            "versions__starts_on",
            "versions__ends_on",
            "versions__first_used_at",
            "versions__activated_at",
        )[: VERSIONS_PER_BANK + 1]
    )
    assert len(rows) <= VERSIONS_PER_BANK, "a bank has more rule versions than are read at once"
    active = [VersionFacts._make(facts) for *facts, activated_at in rows if activated_at is not None]
    return RuleBook(types=frozenset(row[5] for row in rows), versions=active)


def stored_events(*, bank_id: int, event_ids: Collection[str]) -> dict[str, StoredEvent]:
    """The kept events of a bank with these ids; one query."""
    rows = Event.objects.filter(bank_id=bank_id, event_id__in=event_ids).values_list(
        "pk", "event_id", "content_hash", "customer_hash", "status"
    )
    return {
        event_id: StoredEvent(pk, event_id, bytes(content), bytes(customer), EventStatus(status))
        for pk, event_id, content, customer, status in rows
    }


def stored_event(*, bank_id: int, event_id: str) -> StoredEvent:
    """
    The kept event of a bank with this id.

    :raises NotFound: if the bank sent none.
    """
    found = stored_events(bank_id=bank_id, event_ids=[event_id]).get(event_id)
    if found is None:
        raise NotFound
    return found


def why(event: UUID) -> tuple[Reason, ...]:
    """Why an event gave what it gave: one reason for each rule that decided it, by rule code."""
    return why_events([event]).get(event, ())


def why_events(events: Collection[UUID]) -> dict[UUID, tuple[Reason, ...]]:
    """The reasons of several events; one query."""
    found: dict[UUID, list[Reason]] = {}
    for reason in _reasons(Award.objects.filter(event_id__in=events)):
        found.setdefault(reason.event, []).append(reason)
    return {event: tuple(reasons) for event, reasons in found.items()}


def taken_back(event: UUID) -> int:
    """The points that cancellations took back of what an event gave."""
    return int(Cancellation.objects.filter(event=event).aggregate(total=Sum("points", default=0))["total"])


def why_transfer(transfer_id: UUID) -> Reason | None:
    """Why a transfer was earned; None if it was not earned by a rule."""
    return why_transfers([transfer_id]).get(transfer_id)


def why_transfers(transfer_ids: Collection[UUID]) -> dict[UUID, Reason]:
    """The reasons of several transfers, for a list of them; one query."""
    reasons = _reasons(Award.objects.filter(transfer_id__in=transfer_ids))
    return {reason.transfer_id: reason for reason in reasons if reason.transfer_id is not None}


def _reasons(awards: QuerySet[Award]) -> Iterable[Reason]:
    for award in awards.select_related("event", "version__rule").order_by("event_id", "version__rule__code"):
        yield reason_of(award)


def reason_of(award: Award) -> Reason:
    """An award with all that decided it."""
    version, event = award.version, award.event
    return Reason(
        event=event.pk,
        rule_code=version.rule.code,
        rule_name=version.rule.name,
        rule_name_en=version.rule.name_en,
        version=version.number,
        kind=version.kind,
        points_each=version.points,
        per_minor=version.per_minor,
        event_cap=version.event_cap,
        day_cap=version.day_cap,
        amount_minor=event.amount_minor,
        currency=event.currency,
        counted=award.counted,
        points=award.points,
        capped_by=award.capped_by,
        day_left=award.day_left,
        transfer_id=award.transfer_id,
        refusal=award.refusal,
        made_at=award.made_at,
        event_type=event.type,
        category=category_of(event.facts),
    )


def banks_with_work(*, most_banks: int, most_customers: int) -> dict[int, list[bytes]]:
    """Customers by bank whose events still wait although they are known by now."""
    linked = BankLink.objects.filter(bank_id=OuterRef("bank_id"), customer_hash=OuterRef("customer_hash"))
    waiting = Event.objects.filter(Exists(linked), status=EventStatus.WAITING)
    rows = waiting.values_list("bank_id", "customer_hash").distinct().order_by("bank_id", "customer_hash")
    found: dict[int, list[bytes]] = {}
    for bank_id, customer_hash in rows[: most_banks * most_customers]:
        if bank_id in found or len(found) < most_banks:
            customers = found.setdefault(bank_id, [])
            if len(customers) < most_customers:
                customers.append(bytes(customer_hash))
    return found


def banks_with_paused(*, most: int) -> list[int]:
    """Banks with events that found no room under the exposure cap."""
    paused = Event.objects.filter(status=EventStatus.ISSUANCE_PAUSED)
    return list(paused.values_list("bank_id", flat=True).distinct().order_by("bank_id")[:most])


def earned_by_hour(*, day: date, banks: Collection[int] | None) -> dict[int, int]:
    """Points given in each hour of a day, 0 to 23, by rules of these banks; None means all. One query over the day's awards."""
    awards = Award.objects.filter(made_at__gte=day_starts(day), made_at__lt=day_starts(day + timedelta(days=1)), points__gt=0)
    if banks is not None:
        awards = awards.filter(version__rule__bank__in=banks)
    by_hour = awards.annotate(hour=ExtractHour("made_at", tzinfo=alliance_zone())).values("hour").annotate(total=Sum("points"))
    return dict(by_hour.values_list("hour", "total"))


class Undecided(NamedTuple):
    """How many events wait for a customer nobody knows yet, and how many for room under their bank's exposure cap."""

    waiting: int
    paused: int


def undecided_events(*, banks: Collection[int] | None, most: int) -> Undecided:
    """Events that wait, of these banks, each kind counted no further than `most`; None means all banks. One query."""
    kinds = (EventStatus.WAITING, EventStatus.ISSUANCE_PAUSED)
    of_banks = "" if banks is None else "and bank_id = any(%(banks)s)"
    counts = ", ".join(
        f"(select count(*) from (select from earning_event where status = %(kind_{place})s {of_banks} limit %(most)s) k)"  # noqa: S608 - our own words alone
        for place in range(len(kinds))
    )
    named = {f"kind_{place}": kind.value for place, kind in enumerate(kinds)}
    with connection.cursor() as cursor:
        cursor.execute(f"select {counts}", {**named, "banks": list(banks or ()), "most": most})
        return Undecided(*cursor.fetchone())
