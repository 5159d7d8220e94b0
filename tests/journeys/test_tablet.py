"""On a tablet, either way up: the till has two panes, and a code stands in the middle of the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from playwright.sync_api import Locator, expect

from branches.models import Bank
from core.clock import now
from merchants.models import Cashier
from redemptions.services import redeem
from residents.models import Resident
from tests.journeys.conftest import Phone
from tests.journeys.test_resident import shown_code, signed_in
from tests.journeys.test_till import at_till
from tests.redemptions.world import scanned
from tests.world import give_points

Phones = Callable[..., Phone]
TABLETS: Final = [{"width": 1024, "height": 768}, {"width": 768, "height": 1024}]
LOOKS: Final = ["normal", "large"]


def box(place: Locator) -> dict[str, Any]:
    """Where it stands."""
    found = place.bounding_box()
    assert found is not None
    return dict(found)


@pytest.mark.parametrize("viewport", TABLETS)
def test_scan_left_today_right(phones: Phones, mei: Resident, bakery: Cashier, east: Bank, viewport: dict[str, int]) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    taken = redeem(cashier=bakery, checkout_id=scanned(mei, bakery, at=now()).pk, points=30, key="taken", at=now())
    page = at_till(phones, bakery, viewport=viewport)
    today = page.get_by_role("complementary", name="Today")
    expect(today.get_by_role("link", name="M** 30 points")).to_have_attribute("href", f"/merchant/receipts/{taken.receipt}/")

    for type_ in LOOKS:
        page.evaluate("(type) => { document.documentElement.dataset.type = type }", type_)
        scan, aside = box(page.get_by_role("button", name="Scan the code")), box(today)
        middle = viewport["width"] / 2
        assert scan["x"] < middle < scan["x"] + scan["width"] < aside["x"], type_
        assert aside["x"] + aside["width"] <= viewport["width"]
        assert aside["y"] < scan["y"] + scan["height"]  # beside it, not below
        assert box(page.get_by_role("button", name="Enter code"))["y"] < viewport["height"]


@pytest.mark.parametrize("viewport", TABLETS)
def test_a_code_is_not_in_the_top_third(phones: Phones, mei: Resident, viewport: dict[str, int]) -> None:
    page = signed_in(phones, mei, viewport=viewport).open("/code/")
    shown_code(page)

    for type_ in LOOKS:
        page.evaluate("(type) => { document.documentElement.dataset.type = type }", type_)
        code = box(page.locator("[data-part=canvas]"))
        first, last = box(page.locator(".show__do")), box(page.locator(".show__care"))
        above, below = first["y"], viewport["height"] - last["y"] - last["height"]
        assert below < 2 * above, type_  # what room there is lies on both sides
        middle, third = code["y"] + code["height"] / 2, viewport["height"] / 3
        assert third < middle < 2 * third, type_
        assert code["y"] + code["height"] <= viewport["height"]
