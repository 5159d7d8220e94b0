"""Many issue at once under one cap: it is never exceeded, and it is reached."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from branches.models import Bank
from earning.choices import EventStatus
from earning.models import Event
from earning.services import record_events
from earning.services.waiting import sweep_paused
from identity.models import User
from issuing.models import IssuanceSlice
from issuing.services.exposure import room_for
from points.log.sealing import seal
from points.queries import outstanding
from tests.earning.world import bill, bill_rule
from tests.issuing.world import cap_set
from tests.threads import at_once, closing, wait_until_blocked
from tests.waiting import PATIENCE_SECONDS
from tests.world import make_resident, moment

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

AT = moment("2026-03-05", "12:00")
CAP = 1_000
WORKERS = 8


def in_wallets() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(sum(balance), 0) from points_account where kind in ('lot', 'hold')")
        (points,) = cursor.fetchone()
    return int(points)


def test_the_cap_is_never_exceeded_and_is_reached(east: Bank, east_manager: User, operator: User) -> None:
    bill_rule(east)
    for worker in range(WORKERS):
        make_resident(links={east: f"2{worker:03}"})
    cap_set(east, CAP, maker=east_manager, checker=operator)

    def work(worker: int) -> int:
        """Thirty bills of 9 points from each: 2,160 in all, for which there is no room. One seals between them."""
        most = 0
        for turn in range(10):
            bills = [bill(9_000, paid=AT, customer=f"2{worker:03}", event_id=f"{worker}-{turn}-{n}") for n in range(3)]
            record_events(bank=east, events=bills, at=AT, origin="test")
            if worker == 0:
                seal(limit=5)
            most = max(most, in_wallets())
        return most

    most = max(at_once(work, range(WORKERS)))

    assert most <= CAP
    while sweep_paused(at=AT):
        assert in_wallets() <= CAP
    assert in_wallets() == outstanding(east.issuer_id) == 999  # 111 bills of 9; another one would exceed the cap
    assert Event.objects.filter(status=EventStatus.POSTED).count() == 111
    assert Event.objects.filter(status=EventStatus.ISSUANCE_PAUSED).count() == 240 - 111
    assert sum(IssuanceSlice.objects.values_list("points", flat=True)) <= 1


def test_a_cap_that_is_lowered_meanwhile_holds_from_then_on(east: Bank, east_manager: User, operator: User) -> None:
    bill_rule(east)
    for worker in range(WORKERS):
        make_resident(links={east: f"2{worker:03}"})

    def work(worker: int) -> int:
        if worker == 0:
            cap_set(east, 50, maker=east_manager, checker=operator)
            return in_wallets()
        for turn in range(5):
            one = bill(9_000, paid=AT, customer=f"2{worker:03}", event_id=f"{worker}-{turn}")
            record_events(bank=east, events=[one], at=AT, origin="test")
        return 0

    at_the_cap = at_once(work, range(WORKERS))[0]
    cap_set(east, 51, maker=east_manager, checker=operator)

    assert in_wallets() <= max(50, at_the_cap)


def test_who_sets_the_cap_waits_for_who_issues_under_the_one_before(east: Bank, east_manager: User, operator: User) -> None:
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            room_for(bank=east, points=9)
            lowering = pool.submit(closing(lambda: cap_set(east, 5, maker=east_manager, checker=operator)))
            wait_until_blocked()
        lowering.result(timeout=PATIENCE_SECONDS)

    with transaction.atomic():
        assert room_for(bank=east, points=9).points == 5
