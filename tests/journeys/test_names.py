"""Names that were not made for a screen: emoji, marks that turn the direction of writing, eighty letters without a space."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from branches.models import Bank
from core.clock import now
from earning.models import Rule
from identity.models import User
from merchants.models import Cashier
from redemptions.services import redeem
from residents.models import Resident
from tests.journeys.conftest import Phone, after_a_double_tap
from tests.journeys.eye import NARROW, look_for_overflow
from tests.journeys.reach_world import make_reach_world
from tests.journeys.test_resident import shown_code
from tests.journeys.test_till import at_till, press
from tests.redemptions.world import phone_of, scanned
from tests.world import give_points
from tools.bench.pages import VIEWS, Eyes

Phones = Callable[..., Phone]
FARMER: Final = "\U0001f469\u200d\U0001f33e"
HOSTILE: Final = f"\u202e{FARMER} \u05d0\u05d1 {'M' * 70}"  # 80 characters, and a direction that is never turned back
WHERE: Final = {"home", "history", "line", "receipt", "till", "statement", "settings", "proof"}
HALVES: Final = """(selector) => [...document.querySelectorAll(selector)].map((one) => one.getBoundingClientRect())
    .filter((box) => box.width && (box.left < 0 || box.right > innerWidth + 1)).length"""


def rename(mei: Resident, bakery: Cashier, east: Bank) -> None:
    """Everybody and everything with a hostile name."""
    merchant = bakery.outlet.merchant
    for thing in (mei, bakery.outlet, merchant, east):
        thing.name = HOSTILE if thing is not merchant else HOSTILE[:-1] + "W"
        thing.save()
    Rule.objects.update(name=HOSTILE)


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_name_breaks_a_page(
    phones: Phones, mei: Resident, bakery: Cashier, grocer: Cashier, operator: User, east: Bank, language: str
) -> None:
    world = make_reach_world(mei=mei, bakery=bakery, grocer=grocer, operator=operator)
    rename(mei, bakery, east)
    found: dict[str, list[str]] = {}
    for eyes in (Eyes.RESIDENT, Eyes.CASHIER):
        phone = phones(language=language, viewport=NARROW, reduced_motion="reduce")
        phone.sign_in(world.users[eyes])
        page = phone.open("/offline/")
        for view in VIEWS:
            if view.eyes is eyes and view.name.split("-")[0] in WHERE:
                page.goto(phone.address + view.address.format(**world.rows))
                found[view.name] = look_for_overflow(page)
        page.close()

    assert {name: complaints for name, complaints in found.items() if complaints} == {}


def test_a_name_at_the_till_is_its_first_letter_that_can_be_seen(phones: Phones, mei: Resident, bakery: Cashier, east: Bank) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    page = at_till(phones, bakery, viewport=NARROW)
    names = {
        f"{FARMER} Mei": FARMER,
        "\u202e\u05d0\u05d1 Mei": "\u05d0",
        "\u200fMei": "M",
        "M" * 80: "M",
        "<b>Mei</b>": "<",
        "\u202e\u200b": "",
    }
    for name, first in names.items():
        mei.name = name
        mei.save()
        _scan(page, mei)
        expect(page.locator("#amount-title")).to_have_text(first + "**")
        press(page, "5")
        page.get_by_role("button", name="Take 5 points").click()
        green = page.get_by_role("dialog", name="Taken")
        expect(green).to_contain_text("points from " + first + "**")
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
        after_a_double_tap(page)
        green.get_by_role("button", name="Done").click()


@pytest.mark.parametrize(("language", "title"), [("en", "Paid"), ("zh-hans", "支付成功")])
def test_the_paid_screen_holds_any_outlet(phones: Phones, mei: Resident, bakery: Cashier, east: Bank, language: str, title: str) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    rename(mei, bakery, east)
    phone = phones(language=language, viewport=NARROW, reduced_motion="reduce")
    assert mei.user
    phone.sign_in(mei.user)
    page = phone.open("/code/")
    shown_code(page)
    redeem(cashier=bakery, checkout_id=scanned(mei, bakery, at=now()).pk, points=5, key="paid", at=now())

    paid = page.locator("#taken[open]")
    expect(paid.get_by_role("heading", name=title)).to_be_visible()
    expect(paid).to_contain_text(f"\u2068{HOSTILE}\u2069")
    assert look_for_overflow(page) == []
    assert page.evaluate(HALVES, "#taken *") == 0


def _scan(page: Page, resident: Resident) -> None:
    page.get_by_role("button", name="Enter code").click()
    page.get_by_label("Digits of the code").fill(phone_of(resident, at=now()).code(now()))
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#amount-title")).to_be_visible()
