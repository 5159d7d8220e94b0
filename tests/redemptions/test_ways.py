"""How a till came to know the resident is kept, and what each way must have is said by the database too."""

from __future__ import annotations

from typing import Any

import psycopg2
import pytest
from django.db import IntegrityError, transaction

from branches.models import Bank
from core.clock import now
from merchants.models import Cashier
from redemptions.choices import Way
from redemptions.models import Checkout, Redemption
from redemptions.services import redeem, redeem_code
from residents.models import Resident
from tests.redemptions.world import S10_AT, Till, answer, new_key, phone_of, scanned
from tests.world import give_points

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(mei: Resident, east: Bank) -> Resident:
    """Mei with 100 points."""
    give_points(resident=mei, bank=east, points=100)
    return mei


def refused(row: type[Checkout | Redemption], **change: Any) -> str | None:
    """The constraint that refuses a change of all rows."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(using="owner"):
        row.objects.using("owner").update(**change)
    cause = refusal.value.__cause__
    assert isinstance(cause, psycopg2.Error)
    return cause.diag.constraint_name


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"way": "poster"}, "redemptions_checkout_way_known"),
        ({"cashier": None}, "redemptions_checkout_cashier_at_a_till"),
        ({"device": None}, "redemptions_checkout_device_of_a_code"),
    ],
)
def test_a_checkout_at_a_till_has_its_cashier_and_device(rich: Resident, bakery: Cashier, change: dict[str, Any], constraint: str) -> None:
    scanned(rich, bakery, at=S10_AT)

    assert refused(Checkout, **change) == constraint


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
@pytest.mark.parametrize(
    ("change", "constraint"),
    [({"way": "poster"}, "redemptions_redemption_way_known"), ({"cashier": None}, "redemptions_redemption_cashier_at_a_till")],
)
def test_a_redemption_at_a_till_has_its_cashier(rich: Resident, bakery: Cashier, change: dict[str, Any], constraint: str) -> None:
    redeem(cashier=bakery, checkout_id=scanned(rich, bakery, at=S10_AT).pk, points=1, key="k", at=S10_AT)

    assert refused(Redemption, **change) == constraint


@pytest.mark.parametrize("way", Way)
def test_the_way_of_a_checkout_is_that_of_its_redemption(rich: Resident, bakery: Cashier, way: Way) -> None:
    code = phone_of(rich, at=S10_AT).code(S10_AT)
    made = redeem_code(cashier=bakery, code=code, way=way, points=1, key=new_key(), at=S10_AT)

    kept = Redemption.objects.select_related("checkout").get(pk=made.pk)

    assert (kept.way, kept.checkout.way) == (way, way)


def test_a_till_says_the_way(rich: Resident, bakery: Cashier) -> None:
    till, scan = Till(bakery.user), {"code": phone_of(rich).code(now()), "key": "k"}

    for body in (scan, {**scan, "way": "poster"}, {**scan, "way": 1}):
        assert answer(till.post("/merchant/checkouts", body)) == (400, "body_not_valid")
    assert not Checkout.objects.exists()

    assert answer(till.post("/merchant/checkouts", {**scan, "way": "typed"}))[0] == 201
    assert Checkout.objects.get().way == Way.TYPED
