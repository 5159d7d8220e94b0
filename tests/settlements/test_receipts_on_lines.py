"""A line made at a till names its receipt; what undid it names the same one."""

from __future__ import annotations

from datetime import date

import pytest

from branches.models import Bank
from merchants.models import Cashier
from redemptions.services import undo
from residents.models import Resident
from settlements.models import MerchantLine
from settlements.services import close_day
from tests.redemptions.world import give_zhang_his_points, new_key, s10
from tests.world import moment

pytestmark = pytest.mark.django_db


def test_a_line_names_the_receipt_of_its_redemption_and_so_does_its_undo(zhang: Resident, bakery: Cashier, east: Bank, west: Bank) -> None:
    give_zhang_his_points(zhang, east=east, west=west)
    redemption = s10(zhang, bakery)
    undo(cashier=bakery, receipt=redemption.receipt, reason="wrong amount", key=new_key(), at=moment("2026-03-20", "12:05"))

    close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))

    lines = MerchantLine.objects.order_by("number").values_list("redemption", "points")
    assert list(lines) == [(redemption.pk, 180), (redemption.pk, -180)]
