"""Merchants, outlets, cashiers: who sees them, and what can't be."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from branches.models import Bank, Branch
from core.errors import NotFound
from core.outbox.models import OutboxEvent
from identity.models import User
from identity.queries import user_by_phone
from merchants.access import cashiers_for, merchant_for, merchants_for, outlets_for, till_for
from merchants.choices import Picture
from merchants.models import Cashier, Outlet
from merchants.services import CashierAppointedAlready, OutletClosed, appoint_cashier, change_outlet, dismiss_cashier, open_outlet
from tests.world import BEGINNING, make_cashier, make_merchant, somebody

pytestmark = pytest.mark.django_db


def test_a_cashier_is_appointed_by_phone_and_once_per_outlet(bakery: Cashier) -> None:
    with pytest.raises(CashierAppointedAlready):
        appoint_cashier(actor=somebody(), outlet=bakery.outlet, phone="139 0000 0001", name="Again", at=BEGINNING)

    assert user_by_phone(phone="+8613900000001") == bakery.user
    assert Cashier.objects.count() == 1


def test_a_dismissed_cashier_may_come_back(bakery: Cashier) -> None:
    dismiss_cashier(actor=somebody(), cashier=bakery, at=BEGINNING + timedelta(days=1))

    again = appoint_cashier(actor=somebody(), outlet=bakery.outlet, phone="+8613900000001", name="Bao", at=BEGINNING + timedelta(days=2))

    assert (again.user, Cashier.objects.count()) == (bakery.user, 2)
    assert OutboxEvent.objects.get().payload == {"cashier_id": bakery.pk}


def test_a_closed_outlet_appoints_nobody(bakery: Cashier) -> None:
    Outlet.objects.update(closed_at=BEGINNING + timedelta(days=1))
    bakery.outlet.refresh_from_db()

    with pytest.raises(OutletClosed):
        appoint_cashier(actor=somebody(), outlet=bakery.outlet, phone="+8613900000009", name="New", at=BEGINNING)

    assert Cashier.objects.count() == 1


def test_a_till_is_ones_own(bakery: Cashier, grocer: Cashier) -> None:
    assert till_for(actor=bakery.user) == bakery
    assert till_for(actor=bakery.user, outlet_id=bakery.outlet_id) == bakery
    for outlet_id in (grocer.outlet_id, 99_999_999):
        with pytest.raises(NotFound):
            till_for(actor=bakery.user, outlet_id=outlet_id)
    dismiss_cashier(actor=somebody(), cashier=bakery, at=BEGINNING)
    with pytest.raises(NotFound):
        till_for(actor=bakery.user)


def test_staff_see_merchants_of_their_bank_and_branch(
    bakery: Cashier, grocer: Cashier, east_clerk: User, east_other_clerk: User, east_manager: User, west_manager: User, auditor: User
) -> None:
    here, there = bakery.outlet.merchant, grocer.outlet.merchant

    assert list(merchants_for(actor=east_clerk)) == [here]
    assert list(merchants_for(actor=east_manager)) == [here]
    assert list(merchants_for(actor=east_other_clerk)) == []
    assert list(merchants_for(actor=west_manager)) == [there]
    assert set(merchants_for(actor=auditor)) == {here, there}
    assert [list(rows(actor=east_other_clerk)) for rows in (outlets_for, cashiers_for)] == [[], []]
    with pytest.raises(NotFound):
        merchant_for(actor=west_manager, merchant_id=here.pk)


def test_a_merchant_with_outlets_at_two_branches_is_one_row_for_each(
    east: Bank, east_branch: Branch, east_other_branch: Branch, east_clerk: User, east_other_clerk: User, east_manager: User
) -> None:
    merchant = make_merchant(name="Chain", acquirer=east)
    for branch in (east_branch, east_other_branch):
        open_outlet(actor=somebody(), merchant=merchant, neighborhood=branch.neighborhoods.get(), name=branch.code, at=BEGINNING)
    make_cashier(merchant=merchant)

    for actor, outlets in ((east_clerk, 2), (east_other_clerk, 1), (east_manager, 3)):
        assert list(merchants_for(actor=actor)) == [merchant]
        assert outlets_for(actor=actor).count() == outlets
    assert cashiers_for(actor=east_other_clerk).count() == 0


def test_a_cashier_and_a_resident_see_nothing_as_staff(bakery: Cashier) -> None:
    assert not merchants_for(actor=bakery.user).exists()
    assert not cashiers_for(actor=bakery.user).exists()


def test_an_outlet_shows_one_of_our_drawings_or_none(bakery: Cashier) -> None:
    change_outlet(actor=somebody(), outlet=bakery.outlet, name_en="", picture=Picture.BAKERY)

    bakery.outlet.refresh_from_db()
    assert bakery.outlet.picture == "bakery"
    with pytest.raises(IntegrityError), transaction.atomic():
        change_outlet(actor=somebody(), outlet=bakery.outlet, name_en="", picture="palace")


def test_every_picture_is_drawn() -> None:
    drawings = (settings.BASE_DIR / "static" / "img" / "outlets.svg").read_text()

    assert re.findall(r'<symbol id="(\w+)"', drawings) == Picture.values
