"""A shop's statements on paper: what they say, and nothing that can only be pressed."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from branches.models import Bank
from core.clock import alliance_day, now
from merchants.models import Cashier
from points.log.sealing import seal_all
from redemptions.services import redeem
from residents.models import Resident
from settlements.services import close_day
from tests.journeys.conftest import Phone
from tests.journeys.test_till import at_till
from tests.redemptions.world import scanned
from tests.world import give_points

Phones = Callable[..., Phone]
PRINTED = "window.print = () => { window.printed = true }"


def test_a_month_of_statements_comes_on_paper(phones: Phones, mei: Resident, bakery: Cashier, east: Bank) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    redeem(cashier=bakery, checkout_id=scanned(mei, bakery, at=now()).pk, points=30, key="taken", at=now())
    seal_all()
    close_day(day=alliance_day(now()), at=now())
    page = at_till(phones, bakery, "/merchant/statements/")
    page.evaluate(PRINTED)

    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")

    expect(page.get_by_text("0.30 yuan").first).to_be_visible()
    expect(page.get_by_role("link", name="Download as CSV")).to_be_hidden()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.get_by_role("navigation", name="Pages")).to_be_hidden()
