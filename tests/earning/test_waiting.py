"""Events that waited for their customer: posted by the rules of their own day, in bounded batches."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from branches.models import Bank
from community.wiring import HANDLERS
from core.clock import now
from core.outbox.models import OutboxEvent
from core.outbox.services import deliver_due
from core.rows import Row
from earning.choices import EventStatus, RuleKind
from earning.models import Event
from earning.services import activate_version, add_version, post_waiting, record_events
from earning.services.rules import VersionTerms
from points.queries import spendable
from residents.models import Resident
from residents.services import import_residents
from tests.earning.world import bill, bill_rule, everything, send
from tests.world import make_resident, moment, somebody

pytestmark = pytest.mark.django_db

AT = moment("2026-03-05", "12:00")
JOINED = moment("2026-03-10", "09:00")


def join(bank: Bank, *customers: str) -> None:
    """The customers' bank imports them, and news of it is delivered."""
    rows = [Row(line=1, end=1, fields={"customer": customer}) for customer in customers]
    import_residents(bank=bank, rows=rows, at=JOINED)
    while deliver_due(HANDLERS, at=now()):
        pass


def test_rules_are_those_of_the_events_day(east: Bank) -> None:
    version = bill_rule(east)
    send(east, bill(10_000, paid=AT, customer="1999"), at=AT)
    double = VersionTerms(kind=RuleKind.PER_AMOUNT, points=2, per_minor=1000, starts_on=date(2026, 3, 7))
    activate_version(actor=somebody(), version=add_version(actor=somebody(), rule=version.rule, terms=double, at=AT), at=AT)
    send(east, bill(10_000, paid=moment("2026-03-08"), customer="1999"), at=moment("2026-03-08"))

    join(east, "1999")

    assert spendable(Resident.objects.get().wallet_id, at=JOINED) == 30


def test_more_than_a_batch_waits(east: Bank) -> None:
    bill_rule(east)
    for start in range(0, 1200, 400):
        events = [bill(1000, paid=AT - timedelta(days=place % 60), customer="1999") for place in range(start, start + 400)]
        record_events(bank=east, events=events, at=AT, origin="test")

    join(east, "1999")

    assert not Event.objects.filter(status=EventStatus.WAITING).exists()
    assert not OutboxEvent.objects.exists()
    assert spendable(Resident.objects.get().wallet_id, at=JOINED) == 1200


def test_the_days_cap_holds_for_what_waited(east: Bank) -> None:
    bill_rule(east)
    for _turn in range(3):
        send(east, bill(150_000, paid=AT, customer="1999"), at=AT)

    join(east, "1999")

    assert spendable(Resident.objects.get().wallet_id, at=JOINED) == 300


def test_nothing_is_posted_for_others(east: Bank, west: Bank) -> None:
    bill_rule(east)
    bill_rule(west)
    send(east, bill(10_000, paid=AT, customer="1999"), at=AT)
    send(west, bill(10_000, paid=AT, customer="1998"), at=AT)

    join(east, "1998")

    assert Event.objects.filter(status=EventStatus.WAITING).count() == 2


def test_posting_again_changes_nothing(east: Bank) -> None:
    bill_rule(east)
    send(east, bill(10_000, paid=AT, customer="1999"), at=AT)
    join(east, "1999")
    link = Resident.objects.get().links.get()
    before = everything()

    assert post_waiting(bank_id=east.pk, customer_hashes=[bytes(link.customer_hash).hex()], at=JOINED) == 0
    assert everything() == before


def test_an_event_no_rule_covers_stops_waiting(east: Bank) -> None:
    version = bill_rule(east)
    send(east, bill(10_000, paid=moment("2025-12-31"), customer="1999"), at=AT)
    assert version.starts_on == date(2026, 1, 1)

    join(east, "1999")

    event = Event.objects.get()
    assert (event.status, event.wallet_id) == (EventStatus.NO_RULE, Resident.objects.get().wallet_id)


def test_a_customer_known_by_then_needs_no_news(east: Bank) -> None:
    bill_rule(east)
    make_resident(links={east: "1999"})

    assert send(east, bill(10_000, paid=AT, customer="1999"), at=AT).points == 10
    assert not OutboxEvent.objects.exists()
