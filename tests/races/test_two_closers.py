"""Two processes close the same day at once, while tills go on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connections

from branches.models import Bank
from merchants.models import Cashier
from points.audit.checks import check_files, run_checks
from points.queries import last_sealed
from residents.models import Resident
from settlements.books import STATEMENT_CHECKS
from settlements.models import BusinessDay, MerchantLine
from settlements.services import close_day
from tests.settlements.world import redeem
from tests.waiting import PATIENCE_SECONDS
from tests.world import give_points, moment

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)

DAY = date(2026, 3, 20)
CLOSERS = 4


def test_one_of_many_closers_closes_and_all_return_the_same_day(mei: Resident, zhang: Resident, east: Bank, bakery: Cashier) -> None:
    for resident in (mei, zhang):
        give_points(resident=resident, bank=east, points=1000, at=moment("2026-03-02"))
    for minute in range(30):
        redeem(mei, bakery, 2, at=moment("2026-03-20", f"10:{minute:02d}"))
    together = Barrier(CLOSERS + 1, timeout=PATIENCE_SECONDS)

    def close() -> BusinessDay:
        try:
            together.wait()
            return close_day(day=DAY, at=moment("2026-03-21", "00:30"))
        finally:
            connections.close_all()

    def spend() -> None:
        try:
            together.wait()
            for minute in range(30):
                redeem(zhang, bakery, 1, at=moment("2026-03-20", f"20:{minute:02d}"))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CLOSERS + 1) as pool:
        closers = [pool.submit(close) for _ in range(CLOSERS)]
        pool.submit(spend).result(timeout=PATIENCE_SECONDS)
        closed = [closer.result(timeout=PATIENCE_SECONDS) for closer in closers]

    assert BusinessDay.objects.count() == 1
    assert {(day.day, day.number_upto) for day in closed} == {(DAY, BusinessDay.objects.get().number_upto)}
    first = MerchantLine.objects.count()
    assert first >= 30
    close_day(day=date(2026, 3, 21), at=moment("2026-03-22", "00:30"))
    assert MerchantLine.objects.count() == 60
    assert BusinessDay.objects.get(day=date(2026, 3, 21)).number_upto == last_sealed()
    assert run_checks(check_files([STATEMENT_CHECKS])) == []
    connections["owner"].close()
