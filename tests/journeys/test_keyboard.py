"""Each journey by keyboard alone: Tab, Enter, Space and arrows; where the focus is can always be seen, and it comes back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from branches.models import Bank
from core.channels.services import inbox
from core.clock import alliance_day, now
from merchants.models import Cashier
from merchants.services import appoint_cashier, open_outlet
from points.log.checkpoints import make_checkpoint
from points.log.sealing import seal_all
from points.queries import spendable
from redemptions.models import Redemption, Undo
from redemptions.services import redeem
from residents.models import Resident
from settlements.services import close_day
from tests.earning.world import bill, bill_rule, send
from tests.journeys.conftest import DESKTOP, Phone, after_a_double_tap
from tests.journeys.test_till import at_till
from tests.redemptions.world import phone_of, scanned
from tests.world import give_points, letter_code, make_resident, neighborhood_of, somebody

Phones = Callable[..., Phone]
FOCUS = """() => {
    const element = document.activeElement;
    const label = element.labels?.[0]?.textContent ?? "";
    const style = getComputedStyle(element.matches("input[type=radio]") ? element.closest("label") ?? element : element);
    const own = getComputedStyle(element);
    const drawn = [style, own].some((one) => (one.outlineStyle !== "none" && parseFloat(one.outlineWidth) > 0) || one.boxShadow !== "none");
    return [element.getAttribute("aria-label") || label.trim() || element.textContent.trim(), drawn];
}"""


def tab_to(page: Page, name: str | re.Pattern[str], *, most: int = 40) -> None:
    """Tab on until the thing with that name has the focus, and see it. Some come late: it can be used before the first Tab."""
    expect(page.get_by_text(name, exact=True).or_(page.get_by_label(name, exact=True)).filter(visible=True).first).to_be_enabled()
    for _ in range(most):
        page.keyboard.press("Tab")
        found, drawn = page.evaluate(FOCUS)
        if re.search(name, found) if isinstance(name, re.Pattern) else found == name:
            assert drawn, f"the focus on {found} can't be seen"
            return
    raise AssertionError(f"{name} is not reached by keyboard")


def go(page: Page, name: str | re.Pattern[str], *, key: str = "Enter") -> None:
    """To the thing with that name, and press it."""
    tab_to(page, name)
    page.keyboard.press(key)


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    """To the link with that name, and on to its page."""
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_signing_in_linking_a_bank_and_why(phones: Phones, east: Bank) -> None:
    resident = make_resident(links={east: "1001"}, name="")
    code = letter_code(link=resident.links.get(), at=now())
    bill_rule(east)
    send(east, bill(24520, paid=now()), at=now())
    seal_all()
    make_checkpoint(at=now())
    page = phones(viewport=DESKTOP).open("/")

    follow(page, "Sign in with your phone")
    tab_to(page, "Phone")
    page.keyboard.type("138 0000 1001")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    tab_to(page, "Code")
    page.keyboard.type(re.search(r"\d{6}", inbox(most=1)[0].text)[0])  # type: ignore[index]
    with page.expect_navigation():
        page.keyboard.press("Enter")
    follow(page, "Link your bank")
    tab_to(page, "Your bank")
    page.keyboard.type("East")
    tab_to(page, "Customer number")
    page.keyboard.type("1001")
    tab_to(page, "Claim code")
    page.keyboard.type(code)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("East Bank knows you now.")
    follow(page, "Activity")
    follow(page, re.compile("^Bill payment ¥245.20"))
    expect(page.get_by_role("region", name="Why")).to_contain_text("¥245.20 gave 24 points.")
    go(page, "Kept in a ledger nobody can alter")
    follow(page, "Verify")
    go(page, "Check again", key="Space")

    expect(page.locator("#steps [data-state=right]")).to_have_count(4)


def test_green_and_the_next(phones: Phones, mei: Resident, bakery: Cashier, east: Bank) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    page = at_till(phones, bakery, viewport=DESKTOP)
    _take(page, mei, "25")
    green = page.get_by_role("dialog", name="Taken")
    expect(green).to_be_visible()
    expect(green.get_by_role("button", name="Scan the next")).to_be_focused()
    after_a_double_tap(page)
    go(page, "Done")
    expect(page.get_by_role("button", name="Scan the code")).to_be_visible()

    _take(page, mei, "5")
    expect(page.get_by_role("dialog", name="Taken")).to_be_visible()
    after_a_double_tap(page)
    page.keyboard.press("Enter")
    expect(page.locator("#scan[open]")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Scan the code")).to_be_visible()
    assert page.locator("dialog[open]").count() == 0
    assert spendable(mei.wallet_id, at=now()) == 70


def test_red_and_the_amount_changed(phones: Phones, mei: Resident, bakery: Cashier, grocer: Cashier, east: Bank) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    page = at_till(phones, bakery, viewport=DESKTOP)
    _type_code(page, mei)
    redeem(cashier=grocer, checkout_id=scanned(mei, grocer, at=now()).pk, points=60, key="elsewhere", at=now())
    page.keyboard.type("80")
    page.keyboard.press("Enter")
    red = page.get_by_role("alertdialog", name="Nothing taken")
    expect(red.get_by_role("button", name="Change the amount")).to_be_focused()
    after_a_double_tap(page)

    page.keyboard.press("Enter")

    expect(page.get_by_label("Points to take")).to_be_focused()
    go(page, "All 40", key="Space")
    expect(page.get_by_label("Points to take")).to_have_value("40")


def test_the_scanning_screen_is_left_by_escape(phones: Phones, bakery: Cashier) -> None:
    page = at_till(phones, bakery, viewport=DESKTOP)

    go(page, "Scan the code")
    expect(page.locator("#scan[open]")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator("#scan[open]")).to_have_count(0)
    expect(page.get_by_role("button", name="Scan the code")).to_be_focused()


def test_today_a_receipt_and_giving_it_back(phones: Phones, mei: Resident, bakery: Cashier, east: Bank) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    redeem(cashier=bakery, checkout_id=scanned(mei, bakery, at=now()).pk, points=60, key="taken", at=now())
    page = at_till(phones, bakery, viewport=DESKTOP)
    follow(page, "Today")
    follow(page, re.compile(r"^M\*\*"))
    go(page, "All 60")
    expect(page.get_by_label("Wrong amount")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")

    go(page, "Give all 60 points back")

    expect(page.get_by_role("dialog", name="Given back")).to_be_visible()
    after_a_double_tap(page)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert Undo.objects.get().reason == "Goods came back"
    assert spendable(mei.wallet_id, at=now()) == 100


def test_a_statement_its_line_and_the_way_out(phones: Phones, mei: Resident, bakery: Cashier, east: Bank) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    redeem(cashier=bakery, checkout_id=scanned(mei, bakery, at=now()).pk, points=60, key="taken", at=now())
    close_day(day=alliance_day(now()), at=now() + timedelta(days=1))
    page = at_till(phones, bakery, viewport=DESKTOP)
    follow(page, "Statements")
    follow(page, re.compile("60 points"))
    follow(page, re.compile("^Taken"))
    expect(page.locator("#main")).to_contain_text(Redemption.objects.get().receipt)
    follow(page, "Settings")
    follow(page, "Sign out of this phone")
    follow(page, "Sign out")

    expect(page.get_by_role("link", name="Sign in with your phone")).to_be_visible()


def test_another_outlet(phones: Phones, bakery: Cashier, east: Bank) -> None:
    other = open_outlet(actor=somebody(), merchant=bakery.outlet.merchant, neighborhood=neighborhood_of(east), name="Bakery 2", at=now())
    appoint_cashier(actor=somebody(), outlet=other, phone="+8613900000001", name="Bao", at=now())
    page = at_till(phones, bakery, viewport=DESKTOP)

    follow(page, "Another outlet")
    follow(page, re.compile("^Bakery 2"))

    expect(page.get_by_role("heading", name="Bakery 2")).to_be_visible()


def _type_code(page: Page, resident: Resident) -> None:
    go(page, "Enter code")
    page.keyboard.type(phone_of(resident, at=now()).code(now()))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Points to take")).to_be_focused()


def _take(page: Page, resident: Resident, points: str) -> None:
    _type_code(page, resident)
    page.keyboard.type(points)
    page.keyboard.press("Enter")
