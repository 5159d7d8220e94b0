"""Residents give each other points: to whom, how many, how often, once per key."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from branches.models import Bank
from core.errors import DomainError
from core.limits import GIFT_LOOKUPS_PER_DAY, GIFT_POINTS_PER_DAY, GIFTS_PER_DAY, POINTS_PER_GIFT
from core.outbox.models import OutboxEvent
from identity.models import User
from identity.services import user_with_phone
from points.errors import IdempotencyKeyReused, InsufficientPoints, WalletFrozen
from points.parties import freeze_wallet
from points.queries import lots, spendable
from residents.models import Gift, GiftDay, Resident
from residents.services import find_receiver, give_points
from residents.services.giving import (
    GiftLimitReached,
    GiftPointsNotValid,
    GiftReceiverUnknown,
    GiftToOneself,
    TooManyGiftLookups,
)
from tests.earning.world import everything
from tests.redemptions.world import S10_AT, give_zhang_his_points
from tests.world import give_points as earn
from tests.world import make_resident

pytestmark = pytest.mark.django_db
SEPTEMBER, MARCH = date(2026, 9, 30), date(2027, 3, 31)


def holdings(resident: Resident) -> list[tuple[int, date]]:
    return [(lot.points, lot.expires_on) for lot in lots(resident.wallet_id)]


def refused(error: type[DomainError], *, giver: Resident, receiver: Resident, points: int, key: str = "g") -> DomainError:
    """The gift is refused and nothing moves."""
    before, kept = everything(), Gift.objects.count()
    with pytest.raises(error) as told:
        give_points(giver=giver, receiver=receiver, points=points, key=key, at=S10_AT)
    assert (everything(), Gift.objects.count()) == (before, kept)
    return told.value


def test_s26_gift_by_phone_number(zhang: Resident, mei: Resident, east: Bank, west: Bank) -> None:
    give_zhang_his_points(zhang, east=east, west=west)

    receiver = find_receiver(giver=zhang, phone="138 0000 1001", at=S10_AT)
    gift = give_points(giver=zhang, receiver=receiver, points=120, key="g", at=S10_AT)

    assert receiver == mei
    assert (gift.giver, gift.receiver, gift.points, gift.given_at) == (zhang, mei, 120, S10_AT)
    assert holdings(zhang) == [(30, SEPTEMBER), (100, MARCH)]
    assert [(lot.points, lot.expires_on, lot.issuer_id) for lot in lots(mei.wallet_id)] == [(120, SEPTEMBER, west.issuer_id)]
    assert GiftDay.objects.values_list("gifts", "points", "lookups").get() == (1, 120, 1)
    assert OutboxEvent.objects.get().payload == {"gift": gift.pk}


def test_the_same_key_is_the_same_gift(zhang: Resident, mei: Resident, tom: Resident, east: Bank, west: Bank) -> None:
    give_zhang_his_points(zhang, east=east, west=west)
    first = give_points(giver=zhang, receiver=mei, points=120, key="g", at=S10_AT)

    assert give_points(giver=zhang, receiver=mei, points=120, key="g", at=S10_AT + timedelta(days=1)) == first
    refused(IdempotencyKeyReused, giver=zhang, receiver=mei, points=121)
    refused(IdempotencyKeyReused, giver=zhang, receiver=tom, points=120)
    assert spendable(mei.wallet_id, at=S10_AT) == 120


def test_a_number_of_no_resident_and_a_number_of_nobody_get_the_same_answer(zhang: Resident, east: Bank) -> None:
    user_with_phone(phone="+8613800005555")  # signed in once, linked to no bank
    gone = make_resident(links={east: "1777"}, phone="+8613800001777")
    User.objects.filter(resident=gone).update(is_active=False)

    told = set()
    for phone in ("13800005555", "13800001777", "13800009999", "no number"):
        with pytest.raises(GiftReceiverUnknown) as refusal:
            find_receiver(giver=zhang, phone=phone, at=S10_AT)
        told.add(str(refusal.value))

    assert len(told) == 1
    assert GiftDay.objects.get().lookups == 4


def test_nobody_gives_to_themselves(zhang: Resident, east: Bank, west: Bank) -> None:
    give_zhang_his_points(zhang, east=east, west=west)

    with pytest.raises(GiftToOneself):
        find_receiver(giver=zhang, phone="+8613800001003", at=S10_AT)
    refused(GiftToOneself, giver=zhang, receiver=zhang, points=1)


def test_numbers_are_looked_for_a_few_times_a_day(zhang: Resident, mei: Resident) -> None:
    for _look in range(GIFT_LOOKUPS_PER_DAY):
        with pytest.raises(GiftReceiverUnknown):
            find_receiver(giver=zhang, phone="13800009999", at=S10_AT)

    with pytest.raises(TooManyGiftLookups):
        find_receiver(giver=zhang, phone="13800001001", at=S10_AT)

    assert find_receiver(giver=zhang, phone="13800001001", at=S10_AT + timedelta(days=1)) == mei


@pytest.mark.parametrize("points", [-1, 0, POINTS_PER_GIFT + 1])
def test_a_gift_has_a_least_and_a_most(zhang: Resident, mei: Resident, east: Bank, points: int) -> None:
    earn(resident=zhang, bank=east, points=2 * POINTS_PER_GIFT)

    refused(GiftPointsNotValid, giver=zhang, receiver=mei, points=points)


def test_a_days_points_have_a_limit_and_the_next_day_begins_anew(zhang: Resident, mei: Resident, east: Bank) -> None:
    earn(resident=zhang, bank=east, points=2 * GIFT_POINTS_PER_DAY)
    for number in range(GIFT_POINTS_PER_DAY // POINTS_PER_GIFT):
        give_points(giver=zhang, receiver=mei, points=POINTS_PER_GIFT, key=f"g-{number}", at=S10_AT)

    refusal = refused(GiftLimitReached, giver=zhang, receiver=mei, points=1)

    assert refusal.details == {"gifts": GIFTS_PER_DAY - 2, "points": 0}
    tomorrow = S10_AT + timedelta(days=1)
    assert give_points(giver=zhang, receiver=mei, points=1, key="g", at=tomorrow).points == 1  # the refusal kept no key
    assert spendable(mei.wallet_id, at=tomorrow) == GIFT_POINTS_PER_DAY + 1


def test_a_days_gifts_have_a_limit(zhang: Resident, mei: Resident, east: Bank) -> None:
    earn(resident=zhang, bank=east, points=100)
    for number in range(GIFTS_PER_DAY):
        give_points(giver=zhang, receiver=mei, points=1, key=f"g-{number}", at=S10_AT)

    refusal = refused(GiftLimitReached, giver=zhang, receiver=mei, points=1)

    assert refusal.details == {"gifts": 0, "points": GIFT_POINTS_PER_DAY - GIFTS_PER_DAY}


def test_a_gift_that_is_refused_counts_nothing(zhang: Resident, mei: Resident, east: Bank) -> None:
    earn(resident=zhang, bank=east, points=100)
    with pytest.raises(InsufficientPoints) as told:
        give_points(giver=zhang, receiver=mei, points=101, key="g", at=S10_AT)

    assert told.value.details == {"required": 101, "available": 100}
    assert GiftDay.objects.values_list("gifts", "points").get() == (0, 0)
    assert (holdings(mei), Gift.objects.count()) == ([], 0)


def test_a_frozen_wallet_gives_nothing_and_takes_gifts(zhang: Resident, mei: Resident, east: Bank) -> None:
    earn(resident=zhang, bank=east, points=100)
    freeze_wallet(mei.wallet_id, at=S10_AT)
    give_points(giver=zhang, receiver=mei, points=40, key="in", at=S10_AT)

    with pytest.raises(WalletFrozen):
        give_points(giver=mei, receiver=zhang, points=10, key="out", at=S10_AT)

    assert (spendable(zhang.wallet_id, at=S10_AT), spendable(mei.wallet_id, at=S10_AT)) == (60, 40)
