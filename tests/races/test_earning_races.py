"""Many processes and one event, one day's cap, one customer who joins: real threads, committed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

import pytest
from django.db import transaction

from branches.models import Bank
from core.rows import Row
from earning.choices import EventAnswer, EventStatus
from earning.models import Award, DayUse, Event
from earning.services import EventOutcome, post_waiting, record_events
from earning.services.waiting import sweep_waiting
from points.models import Transfer
from points.queries import spendable
from residents.models import Resident
from residents.services import import_residents
from tests.earning.world import bill, bill_rule
from tests.threads import at_once, closing, wait_until_blocked
from tests.waiting import PATIENCE_SECONDS
from tests.world import make_resident, moment

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)

T = TypeVar("T")
THREADS = 8
AT = moment("2026-03-05", "12:00")


def test_one_event_from_eight_threads_is_posted_once(east: Bank, mei: Resident) -> None:
    bill_rule(east)
    event = bill(24520, paid=AT, event_id="raced")

    outcomes = at_once(lambda _n: record_events(bank=east, events=[event], at=AT, origin="test")[0], range(THREADS))

    answers = Counter(outcome.answer for outcome in outcomes)
    assert answers == {EventAnswer.POSTED: 1, EventAnswer.DUPLICATE: THREADS - 1}
    assert len({outcome.transfers for outcome in outcomes}) == 1
    assert spendable(mei.wallet_id, at=AT) == 24
    assert (Event.objects.count(), Award.objects.count(), Transfer.objects.count()) == (1, 1, 1)


def test_one_id_with_eight_contents_is_posted_once(east: Bank, mei: Resident) -> None:
    bill_rule(east)

    outcomes = at_once(
        lambda number: record_events(bank=east, events=[bill(1000 * (number + 1), paid=AT, event_id="raced")], at=AT, origin="test")[0],
        range(THREADS),
    )

    answers = Counter(outcome.answer for outcome in outcomes)
    assert answers == {EventAnswer.POSTED: 1, EventAnswer.CONFLICT: THREADS - 1}
    won = next(outcome for outcome in outcomes if outcome.answer is EventAnswer.POSTED)
    assert spendable(mei.wallet_id, at=AT) == won.points


def test_eight_threads_never_pass_the_days_cap(east: Bank, mei: Resident) -> None:
    bill_rule(east)

    def pay(_number: int) -> list[EventOutcome]:
        return [record_events(bank=east, events=[bill(150_000, paid=AT)], at=AT, origin="test")[0] for _turn in range(3)]

    outcomes = [outcome for done in at_once(pay, range(THREADS)) for outcome in done]

    assert sum(outcome.points for outcome in outcomes) == 300
    assert spendable(mei.wallet_id, at=AT) == 300
    assert DayUse.objects.get().points == 300


def test_crossing_batches_wait_and_never_deadlock(east: Bank) -> None:
    bill_rule(east)
    residents = [make_resident(links={east: f"7{number:02d}"}) for number in range(20)]
    shared = [
        bill(1000, paid=AT - timedelta(days=number % 3), customer=f"7{number % 20:02d}", event_id=f"shared-{number}")
        for number in range(200)
    ]

    def send(number: int) -> list[EventOutcome]:
        events = shared if number % 2 else shared[::-1]
        own = [bill(1000, paid=AT, customer=f"7{place:02d}") for place in range(20)]
        return record_events(bank=east, events=[*events[:100], *own, *events[100:]], at=AT, origin="test")

    answers = Counter(outcome.answer for done in at_once(send, range(THREADS)) for outcome in done)

    assert answers == {EventAnswer.POSTED: 200 + 20 * THREADS, EventAnswer.DUPLICATE: 200 * (THREADS - 1)}
    assert sum(spendable(resident.wallet_id, at=AT) for resident in residents) == 200 + 20 * THREADS


def test_a_batch_takes_its_ids_in_order_whatever_theirs(east: Bank) -> None:
    bill_rule(east)
    first, last = (bill(1000, paid=AT, customer="1999", event_id=name) for name in ("a", "z"))

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():  # holds "a", then wants "z"; the other batch names "z" before "a"
            record_events(bank=east, events=[first], at=AT, origin="test")
            other = pool.submit(closing(lambda: record_events(bank=east, events=[last, first], at=AT, origin="test")))
            wait_until_blocked()
            record_events(bank=east, events=[last], at=AT, origin="test")
        answers = [outcome.answer for outcome in other.result(timeout=PATIENCE_SECONDS)]

    assert answers == [EventAnswer.DUPLICATE, EventAnswer.DUPLICATE]
    assert Event.objects.count() == 2


def test_eight_threads_post_what_waited_once(east: Bank) -> None:
    bill_rule(east)
    events = [bill(1000, paid=AT - timedelta(days=number % 60), customer="1999") for number in range(100)]
    record_events(bank=east, events=events, at=AT, origin="test")
    with transaction.atomic():
        import_residents(bank=east, rows=[Row(line=1, end=1, fields={"customer": "1999"})], at=AT)
    link = Resident.objects.get().links.get()

    done = at_once(lambda _number: post_waiting(bank_id=east.pk, customer_hashes=[bytes(link.customer_hash).hex()], at=AT), range(THREADS))

    assert sum(done) == 100
    assert Transfer.objects.count() == 100
    assert spendable(link.resident.wallet_id, at=AT) == 100


def test_an_event_that_crossed_its_customer_is_found_by_the_sweep(east: Bank) -> None:
    bill_rule(east)
    with transaction.atomic():  # the customer joins after the event looked for it, and is posted for before it commits
        record_events(bank=east, events=[bill(1000, paid=AT, customer="1999")], at=AT, origin="test")
        in_another_thread(lambda: join_and_post(east))
    assert Event.objects.get().status == EventStatus.WAITING

    assert sweep_waiting(at=AT) == 1

    assert Event.objects.get().status == EventStatus.POSTED
    assert sweep_waiting(at=AT) == 0
    assert spendable(Resident.objects.get().wallet_id, at=AT) == 1


def join_and_post(bank: Bank) -> int:
    with transaction.atomic():
        import_residents(bank=bank, rows=[Row(line=1, end=1, fields={"customer": "1999"})], at=AT)
    link = Resident.objects.get().links.get()
    return post_waiting(bank_id=bank.pk, customer_hashes=[bytes(link.customer_hash).hex()], at=AT)


def in_another_thread(work: Callable[[], T]) -> T:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(closing(work)).result(timeout=PATIENCE_SECONDS)
