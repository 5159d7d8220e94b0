"""What a till does is told on the resident's phone while it lies there: read, refused, paid, given back; and home has the new number."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from branches.models import Bank
from core.clock import now
from merchants.models import Cashier
from points.errors import InsufficientPoints
from redemptions.services import open_checkout, redeem, undo
from residents.models import Resident
from tests.clock import Clock
from tests.journeys.conftest import HIDE, Phone
from tests.journeys.test_resident import OTHER_CODE, shown_code, signed_in
from tests.redemptions.world import scanned
from tests.world import give_points

Phones = Callable[..., Phone]
NOTES_PAID = """() => {
    document.getElementById("taken").showModal = () => { document.body.dataset.paid = "" };
}"""
WAS_PAID = """async () => {
    await import("/static/js/outcome.js"); // what shows it is loaded when it is wanted
    await new Promise((resolve) => requestAnimationFrame(resolve));
    return "paid" in document.body.dataset;
}"""


@pytest.fixture
def rich(mei: Resident, east: Bank) -> Resident:
    """Mei with 100 points."""
    give_points(resident=mei, bank=east, points=100, at=now())
    return mei


def away_and_back(page: Page) -> None:
    """As when somebody looks at another app, and again at this one."""
    page.evaluate(HIDE, arg=True)
    page.evaluate(HIDE, arg=False)


def test_the_phone_tells_what_the_till_does(phones: Phones, rich: Resident, bakery: Cashier, clock: Clock) -> None:
    page = signed_in(phones, rich).open("/code/")
    code = shown_code(page)
    expect(page.locator("[data-part=points]")).to_have_text("100 points to spend")

    checkout = open_checkout(cashier=bakery, code=code, key="scan", at=now())
    expect(page.locator("[data-part=scanned]")).to_have_text("Scanned at Bakery. The code here is a new one now.")
    page.wait_for_function(OTHER_CODE, arg=code)
    assert shown_code(page) != code  # though its quarter of a minute isn't over

    with pytest.raises(InsufficientPoints):
        redeem(cashier=bakery, checkout_id=checkout.pk, points=101, key="too-much", at=now())
    refused = page.locator("[data-part=refused]")
    expect(refused).to_have_text("Nothing was taken at Bakery. Not enough points: 101 are needed, 100 can be spent now.")
    expect(page.locator("[data-part=scanned]")).to_be_hidden()

    clock.forward(1)
    taken = redeem(cashier=bakery, checkout_id=checkout.pk, points=30, key="paid", at=now())
    paid = page.get_by_role("dialog", name="Paid")
    expect(paid).to_contain_text("worth ¥0.30")
    expect(paid).to_contain_text("70 points left, worth ¥0.70")
    paid.get_by_role("button", name="Done").click()
    expect(refused).to_be_hidden()
    expect(page.locator("[data-part=points]")).to_have_text("70 points to spend")

    undo(cashier=bakery, receipt=taken.receipt, reason="Wrong amount", key="back", at=now())
    expect(page.locator("[data-part=came-back]")).to_have_text("30 points came back from Bakery.")
    expect(page.locator("[data-part=points]")).to_have_text("100 points to spend")


def test_what_came_back_is_not_called_paid(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    page = signed_in(phones, rich).open("/code/")
    shown_code(page)
    paid, back = page.get_by_role("dialog", name="Paid"), page.locator("[data-part=came-back]")
    first = redeem(cashier=bakery, checkout_id=scanned(rich, bakery, at=now()).pk, points=30, key="paid", at=now())
    expect(paid).to_contain_text("70 points left")

    undo(cashier=bakery, receipt=first.receipt, reason="Wrong amount", key="back", at=now())

    expect(back).to_have_text("30 points came back from Bakery.")
    expect(paid).to_be_hidden()

    page.evaluate(NOTES_PAID)
    page.clock.pause_at(now())  # it doesn't ask in between
    second = redeem(cashier=bakery, checkout_id=scanned(rich, bakery, at=now()).pk, points=40, key="paid-too", at=now())
    undo(cashier=bakery, receipt=second.receipt, reason="Wrong amount", key="back-too", at=now())
    page.clock.resume()

    expect(back).to_have_text("40 points came back from Bakery.")
    assert not page.evaluate(WAS_PAID)


def test_home_has_the_new_number_when_one_comes_back_to_it(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    page = signed_in(phones, rich).open("/")
    number = page.locator(".points--huge")
    expect(number).to_have_text("100 points")
    page.clock.pause_at(now())  # nothing but coming back makes it look

    taken = redeem(cashier=bakery, checkout_id=scanned(rich, bakery, at=now()).pk, points=30, key="paid", at=now())
    away_and_back(page)
    expect(number).to_have_text("70 points")
    expect(page.locator("#home")).to_contain_text("worth ¥0.70")

    undo(cashier=bakery, receipt=taken.receipt, reason="Wrong amount", key="back", at=now())
    away_and_back(page)
    expect(number).to_have_text("100 points")
    expect(page.get_by_text("30 points came back from Bakery.")).to_be_visible()


def test_home_has_the_new_number_after_the_code_page(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    page = signed_in(phones, rich).open("/")
    page.get_by_role("link", name="Show my code").click()
    code = shown_code(page)
    checkout = open_checkout(cashier=bakery, code=code, key="scan", at=now())
    redeem(cashier=bakery, checkout_id=checkout.pk, points=30, key="paid", at=now())
    expect(page.get_by_role("dialog", name="Paid")).to_be_visible()

    page.go_back()

    expect(page.locator(".points--huge")).to_have_text("70 points")


def test_home_that_lies_open_looks_again_by_itself(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    page = signed_in(phones, rich).open("/")
    expect(page.locator(".points--huge")).to_have_text("100 points")
    redeem(cashier=bakery, checkout_id=scanned(rich, bakery, at=now()).pk, points=30, key="paid", at=now())

    page.clock.run_for(15_000)

    expect(page.locator(".points--huge")).to_have_text("70 points")
