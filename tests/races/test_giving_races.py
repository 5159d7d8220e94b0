"""Many gifts at once: points are given once, and limits hold."""

from __future__ import annotations

from collections import Counter

import pytest

from branches.models import Bank
from core.limits import GIFTS_PER_DAY
from points.audit.checks import LEDGER_CHECKS, check_files, run_checks
from points.queries import spendable
from residents.models import Gift, GiftDay, Resident
from residents.services import give_points
from tests.redemptions.world import S10_AT, outcome
from tests.threads import at_once
from tests.world import give_points as earn

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)


def give(giver: Resident, receiver: Resident, points: int, key: str) -> str:
    return outcome(lambda: give_points(giver=giver, receiver=receiver, points=points, key=key, at=S10_AT))


def held(resident: Resident) -> int:
    return spendable(resident.wallet_id, at=S10_AT)


def test_s26_twenty_gifts_at_once_from_one_page(zhang: Resident, mei: Resident, east: Bank) -> None:
    earn(resident=zhang, bank=east, points=100)

    told = at_once(lambda number: give(zhang, mei, 100, f"gift-{number}"), range(20))

    assert Counter(told) == {"done": 1, "insufficient_points": 19}
    assert (held(zhang), held(mei)) == (0, 100)
    assert (Gift.objects.count(), GiftDay.objects.values_list("gifts", "points").get()) == (1, (1, 100))
    assert run_checks(check_files([LEDGER_CHECKS])) == []


def test_one_gift_sent_twenty_times_at_once_is_one(zhang: Resident, mei: Resident, east: Bank) -> None:
    earn(resident=zhang, bank=east, points=100)

    told = at_once(lambda _number: give(zhang, mei, 30, "the-same"), range(20))

    assert told == ["done"] * 20
    assert (held(zhang), held(mei), Gift.objects.count()) == (70, 30, 1)


def test_gifts_at_once_do_not_outrun_the_days_limit(zhang: Resident, mei: Resident, east: Bank) -> None:
    earn(resident=zhang, bank=east, points=100)

    told = at_once(lambda number: give(zhang, mei, 1, f"gift-{number}"), range(GIFTS_PER_DAY + 6))

    assert Counter(told) == {"done": GIFTS_PER_DAY, "gift_limit_reached": 6}
    assert held(mei) == GIFTS_PER_DAY == GiftDay.objects.get().gifts


def test_two_who_give_each_other_at_once_both_do(zhang: Resident, mei: Resident, east: Bank) -> None:
    for resident in (zhang, mei):
        earn(resident=resident, bank=east, points=100)

    told = at_once(
        lambda number: give(zhang, mei, 7, f"z-{number}") if number % 2 else give(mei, zhang, 5, f"m-{number}"), range(2 * GIFTS_PER_DAY)
    )

    assert told == ["done"] * 2 * GIFTS_PER_DAY
    assert (held(zhang), held(mei)) == (80, 120)
    assert run_checks(check_files([LEDGER_CHECKS])) == []
