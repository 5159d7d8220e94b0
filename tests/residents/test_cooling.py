"""A new bank link or phone begins slowly; who was there before is not slowed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from branches.models import Bank
from core.limits import COOL_DOWN_POINTS_PER_DAY
from identity.services import user_with_phone
from merchants.models import Cashier
from points.errors import LedgerBusy
from points.queries import spendable
from redemptions.functions import redeem_locked
from redemptions.models import Redemption
from redemptions.requests import Request
from redemptions.services import enroll_device, open_checkout, redeem, redeem_code, undo
from residents.cooling import CoolDown
from residents.models import Resident
from residents.services import claim_link, give_points
from tests.redemptions.world import Phone, new_key, phone_of, scanned
from tests.world import give_points as points_for
from tests.world import letter_code, make_resident, moment

pytestmark = pytest.mark.django_db
NOON = moment("2026-03-20")
RICH = 1_000_000


@pytest.fixture
def li(east: Bank) -> Resident:
    """A rich customer of East Bank whom nobody claimed."""
    found = make_resident(links={east: "1004"}, name="Li")
    points_for(resident=found, bank=east, points=RICH)
    return found


def claimed_by(user_phone: str, li: Resident, *, at: datetime = NOON) -> Resident:
    code = letter_code(link=li.links.get(), at=at)
    return claim_link(user=user_with_phone(phone=user_phone), bank="EB", customer="1004", code=code, at=at).resident


def test_a_letters_code_from_any_phone_begins_with_low_limits(li: Resident, bakery: Cashier) -> None:
    thief = claimed_by("+8613800009999", li)
    checkout = scanned(thief, bakery, at=NOON)

    with pytest.raises(CoolDown) as refused:
        redeem(cashier=bakery, checkout_id=checkout.pk, points=COOL_DOWN_POINTS_PER_DAY + 1, key=new_key(), at=NOON)

    assert refused.value.details["left"] == COOL_DOWN_POINTS_PER_DAY
    assert "5000" in str(refused.value)
    assert (Redemption.objects.count(), spendable(li.wallet_id, at=NOON)) == (0, RICH)
    taken = redeem(cashier=bakery, checkout_id=checkout.pk, points=COOL_DOWN_POINTS_PER_DAY, key=new_key(), at=NOON)
    assert taken.points == COOL_DOWN_POINTS_PER_DAY


def test_the_days_points_count_over_all_tills_and_ways(li: Resident, bakery: Cashier, grocer: Cashier, tom: Resident) -> None:
    mine = claimed_by("+8613800009999", li)
    redeem(cashier=bakery, checkout_id=scanned(mine, bakery, at=NOON).pk, points=3_000, key=new_key(), at=NOON)
    give_points(giver=mine, receiver=tom, points=1_500, key="gift", at=NOON)

    with pytest.raises(CoolDown) as by_code:
        redeem_code(cashier=grocer, code=phone_of(mine, at=NOON).code(NOON), points=501, key="grocer", at=NOON)
    with pytest.raises(CoolDown) as again:
        give_points(giver=mine, receiver=tom, points=501, key="gift-2", at=NOON)

    assert (by_code.value.details["left"], again.value.details["left"]) == (500, 500)
    assert spendable(mine.wallet_id, at=NOON) == RICH - 4_500
    tomorrow = moment("2026-03-21", "08:00")
    assert give_points(giver=mine, receiver=tom, points=5_000, key="gift-3", at=tomorrow).points == 5_000


def test_an_undo_makes_room_again_and_after_a_day_all_is_free(li: Resident, bakery: Cashier) -> None:
    mine = claimed_by("+8613800009999", li)
    taken = redeem(cashier=bakery, checkout_id=scanned(mine, bakery, at=NOON).pk, points=5_000, key=new_key(), at=NOON)
    undo(cashier=bakery, receipt=taken.receipt, reason="wrong", key=new_key(), at=NOON)
    redeem(cashier=bakery, checkout_id=scanned(mine, bakery, at=NOON).pk, points=5_000, key=new_key(), at=NOON)
    later = NOON + timedelta(days=1)

    assert redeem(cashier=bakery, checkout_id=scanned(mine, bakery, at=later).pk, points=60_000, key=new_key(), at=later).points == 60_000


def test_who_links_one_more_bank_keeps_what_was_theirs(li: Resident, tom: Resident, west: Bank, bakery: Cashier) -> None:
    points_for(resident=tom, bank=west, points=8_000)
    claimed_by("+8613800002001", li)
    tom.refresh_from_db()
    checkout = scanned(tom, bakery, at=NOON)

    with pytest.raises(CoolDown):
        redeem(cashier=bakery, checkout_id=checkout.pk, points=13_001, key=new_key(), at=NOON)
    redeem(cashier=bakery, checkout_id=checkout.pk, points=13_000, key=new_key(), at=NOON)
    with pytest.raises(CoolDown):
        redeem(cashier=bakery, checkout_id=scanned(tom, bakery, at=NOON).pk, points=1, key=new_key(), at=NOON)
    tomorrow = moment("2026-03-21", "08:00")
    with pytest.raises(CoolDown):
        redeem(cashier=bakery, checkout_id=scanned(tom, bakery, at=tomorrow).pk, points=5_001, key=new_key(), at=tomorrow)

    assert spendable(tom.wallet_id, at=NOON) == RICH - 5_000


def test_a_new_phone_is_slow_and_an_older_one_is_not(mei: Resident, east: Bank, bakery: Cashier) -> None:
    points_for(resident=mei, bank=east, points=RICH)
    old, new = phone_of(mei, at=NOON), Phone(enroll_device(resident=mei, at=NOON))
    by_new = open_checkout(cashier=bakery, code=new.code(NOON), key=new_key(), at=NOON)
    by_old = open_checkout(cashier=bakery, code=old.code(NOON), key=new_key(), at=NOON)

    with pytest.raises(CoolDown):
        redeem(cashier=bakery, checkout_id=by_new.pk, points=5_001, key=new_key(), at=NOON)
    assert redeem(cashier=bakery, checkout_id=by_old.pk, points=5_001, key=new_key(), at=NOON).points == 5_001

    later = NOON + timedelta(days=1)
    rested = open_checkout(cashier=bakery, code=new.code(later), key=new_key(), at=later)
    assert redeem(cashier=bakery, checkout_id=rested.pk, points=9_000, key=new_key(), at=later).points == 9_000


def test_a_refusal_is_the_same_again(li: Resident, bakery: Cashier) -> None:
    mine = claimed_by("+8613800009999", li)
    checkout = scanned(mine, bakery, at=NOON)
    told = []
    for _again in range(2):
        with pytest.raises(CoolDown) as refused:
            redeem(cashier=bakery, checkout_id=checkout.pk, points=6_000, key="same", at=NOON)
        told.append(str(refused.value))

    assert told[0] == told[1]


def test_a_link_claimed_between_scan_and_amount_is_seen(li: Resident, tom: Resident, bakery: Cashier) -> None:
    checkout = scanned(tom, bakery, at=NOON)
    claimed_by("+8613800002001", li)

    with pytest.raises(CoolDown):
        redeem(cashier=bakery, checkout_id=checkout.pk, points=5_001, key=new_key(), at=NOON)

    assert spendable(tom.wallet_id, at=NOON) == RICH


def test_a_link_claimed_while_the_till_waited_for_the_wallet_takes_nothing(li: Resident, tom: Resident, bakery: Cashier) -> None:
    """The short way looked at the resident before it had the wallet: what it finds then makes the till ask again."""
    checkout = scanned(tom, bakery, at=NOON)
    claimed_by("+8613800002001", li)
    key = new_key()
    request = Request(cashier=bakery, points=6_000, key=key, hash=b"x", at=NOON)

    with pytest.raises(LedgerBusy), transaction.atomic():
        redeem_locked(request, checkout, looked=False)

    assert (Redemption.objects.count(), spendable(tom.wallet_id, at=NOON)) == (0, RICH)
