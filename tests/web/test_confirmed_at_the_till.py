"""What a cashier confirms is what their page showed: two tabs, twice, later, and somebody else signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from branches.models import Bank
from core.clock import now
from merchants.models import Cashier
from merchants.services import appoint_cashier
from points.queries import spendable
from redemptions.models import Redemption, Refund, Undo
from redemptions.services import redeem
from residents.models import Resident
from tests.redemptions.world import Till, answer, phone_of, scanned
from tests.world import give_points, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def taken(mei: Resident, bakery: Cashier, east: Bank) -> Redemption:
    """30 of Mei's 100 points, taken at Bakery."""
    give_points(resident=mei, bank=east, points=100, at=now())
    return redeem(cashier=bakery, checkout_id=scanned(mei, bakery, at=now()).pk, points=30, key="k", at=now())


@pytest.fixture
def ning(bakery: Cashier) -> Cashier:
    """Another cashier at the same outlet."""
    return appoint_cashier(actor=somebody(), outlet=bakery.outlet, phone="+8613900000009", name="Ning", at=now())


def made_for(cashier: Cashier | None) -> dict[str, str]:
    """What a page says that was made for this cashier."""
    return {"X-Cashier": str(cashier.pk)} if cashier else {}


def undo(till: Till, taken: Redemption, *, left: int = 30, key: str = "u", page_of: Cashier | None = None) -> Any:
    body = {"left": left, "key": key, "reason": "Wrong amount"}
    return till.post(f"/merchant/redemptions/{taken.receipt}/undo", body, **made_for(page_of))


def refund(till: Till, taken: Redemption, points: int, *, left: int = 30, key: str = "r", page_of: Cashier | None = None) -> Any:
    body = {"points": points, "left": left, "key": key, "reason": "Goods came back"}
    return till.post(f"/merchant/redemptions/{taken.receipt}/refunds", body, **made_for(page_of))


def held(resident: Resident) -> int:
    return spendable(resident.wallet_id, at=now())


def test_an_undo_of_what_changed_in_another_tab_is_refused(taken: Redemption, mei: Resident, bakery: Cashier) -> None:
    till = Till(bakery.user)
    assert refund(till, taken, 20).status_code == 201

    refused = undo(till, taken)

    assert answer(refused) == (409, "receipt_changed")
    assert refused.json()["left"] == 10
    assert (held(mei), Undo.objects.count()) == (90, 0)
    assert undo(till, taken, left=10, key="u2").status_code == 201
    assert held(mei) == 100


def test_a_refund_of_what_changed_in_another_tab_is_refused(taken: Redemption, mei: Resident, bakery: Cashier) -> None:
    till = Till(bakery.user)
    assert refund(till, taken, 10, key="tab-1").status_code == 201

    assert answer(refund(till, taken, 10, key="tab-2")) == (409, "receipt_changed")
    assert (held(mei), Refund.objects.count()) == (80, 1)


def test_sent_twice_it_is_given_back_once_with_the_same_answer(taken: Redemption, mei: Resident, bakery: Cashier) -> None:
    till = Till(bakery.user)
    assert answer(refund(till, taken, 10)) == answer(refund(till, taken, 10))
    assert answer(undo(till, taken, left=20)) == answer(undo(till, taken, left=20))
    assert (held(mei), Refund.objects.count(), Undo.objects.count()) == (100, 1, 1)


def test_an_hour_later_it_is_still_what_was_shown(taken: Redemption, mei: Resident, bakery: Cashier) -> None:
    till = Till(bakery.user)
    with time_machine.travel(taken.redeemed_at + timedelta(hours=1), tick=False):
        assert answer(refund(till, taken, 10))[0] == 201
        assert held(mei) == 80


def test_a_page_made_for_somebody_else_gives_back_and_takes_nothing(
    taken: Redemption, mei: Resident, bakery: Cashier, ning: Cashier
) -> None:
    till, whose = Till(ning.user), made_for(bakery)
    code = phone_of(mei, at=now()).code(now())
    asked = [
        undo(till, taken, page_of=bakery),
        refund(till, taken, 10, page_of=bakery),
        till.post("/merchant/checkouts", {"code": code, "way": "code", "key": "c"}, **whose),
        till.post("/merchant/redemptions", {"code": code, "way": "code", "points": 10, "key": "t"}, **whose),
    ]

    assert [answer(each) for each in asked] == [(409, "shown_to_another")] * 4
    assert (held(mei), Undo.objects.count(), Refund.objects.count(), Redemption.objects.count()) == (70, 0, 0, 1)
    assert undo(till, taken, page_of=ning).status_code == 201
