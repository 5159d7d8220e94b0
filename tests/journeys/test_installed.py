"""What a phone keeps of us, and what it never keeps; and the pages by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from branches.models import Bank
from core.clock import alliance_day, now
from merchants.models import Cashier
from redemptions.services import redeem
from residents.models import Resident
from settlements.models import MerchantStatement
from settlements.services import close_day
from tests.journeys.conftest import Phone
from tests.journeys.test_resident import ready_for_no_network, shown_code, signed_in
from tests.redemptions.world import scanned
from tests.world import give_points
from web.merchant.shell import APP as TILL
from web.resident.shell import APP

Phones = Callable[..., Phone]
KEPT = """async () => {
    const kept = [];
    for (const name of await caches.keys()) {
        for (const request of await (await caches.open(name)).keys()) kept.push(request.url);
    }
    return kept;
}"""
ASK_TO_INSTALL = """() => {
    const event = new Event("beforeinstallprompt", { cancelable: true });
    event.prompt = () => { document.title = "asked"; return Promise.resolve() };
    window.dispatchEvent(event);
}"""


def test_a_phone_keeps_the_shell_and_nothing_else(phones: Phones, mei: Resident, east: Bank) -> None:
    give_points(resident=mei, bank=east, points=4321, at=now())
    phone = signed_in(phones, mei)
    page = phone.open("/")
    ready_for_no_network(page)
    for address in ("/", "/history/", "/settings/", "/bank/", "/code/"):
        page.goto(phone.address + address)

    kept = [urlsplit(url).path for url in page.evaluate(KEPT)]

    assert sorted(kept) == sorted([*APP.pages, APP.offline, *(f"/static/{name}" for name in APP.files)])
    assert "4321" not in page.evaluate("caches.match('/code/').then((found) => found.text())")


def test_a_till_keeps_its_shell_and_forgets_all_at_the_sign_out(phones: Phones, mei: Resident, bakery: Cashier, east: Bank) -> None:
    give_points(resident=mei, bank=east, points=4321, at=now())
    taken = redeem(cashier=bakery, checkout_id=scanned(mei, bakery, at=now()).pk, points=321, key="k", at=now())
    close_day(day=alliance_day(now()), at=now())
    phone = phones()
    phone.sign_in(bakery.user)
    page = phone.open("/merchant/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => caches.match('/merchant/offline/').then(Boolean)")
    for address in ("today/", f"receipts/{taken.receipt}/", "statements/", f"statements/{MerchantStatement.objects.get().pk}/", ""):
        page.goto(f"{phone.address}/merchant/{address}")

    kept = [urlsplit(url).path for url in page.evaluate(KEPT)]

    assert sorted(kept) == sorted([*TILL.pages, TILL.offline, *(f"/static/{name}" for name in TILL.files)])
    page.evaluate("localStorage.setItem('till-pending:left', JSON.stringify({ key: 'left', cashier: 'of somebody else' }))")
    page.goto(phone.address + "/sign-out/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in with your phone")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage)") == []
    assert [urlsplit(url).path for url in page.evaluate(KEPT) if "/merchant/" in url] == []
    scopes = page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.map((one) => one.scope))")
    assert [urlsplit(scope).path for scope in scopes if scope.endswith("/merchant/")] == []


@pytest.mark.parametrize(("address", "words"), [("/", "your code works with no network"), ("/merchant/", "It opens faster, full screen")])
def test_an_iphone_is_told_how_to_do_it_by_hand(phones: Phones, mei: Resident, bakery: Cashier, address: str, words: str) -> None:
    phone = phones(
        user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"
    )
    phone.context.add_init_script("Object.defineProperty(navigator, 'standalone', { value: false })")
    assert mei.user
    phone.sign_in(mei.user if address == "/" else bakery.user)
    hint = phone.open(address).get_by_role("complementary", name="Add to home screen")

    expect(hint).to_contain_text("tap Share, then “Add to Home Screen”")
    expect(hint.locator("[data-way=ios]")).to_contain_text(words)
    expect(hint.get_by_role("button", name="Add to home screen")).to_be_hidden()


def test_the_tills_hint_hands_over_to_the_browser(phones: Phones, bakery: Cashier) -> None:
    phone = phones()
    phone.sign_in(bakery.user)
    page = phone.open("/merchant/")
    page.wait_for_load_state("networkidle")
    page.evaluate(ASK_TO_INSTALL)

    page.get_by_role("button", name="Add to home screen").click()

    expect(page).to_have_title("asked")


@pytest.mark.parametrize("place", ["/", "/merchant/"])
def test_dark_is_one_tap(phones: Phones, mei: Resident, bakery: Cashier, place: str) -> None:
    phone = phones(color_scheme="light")
    assert mei.user
    phone.sign_in(mei.user if place == "/" else bakery.user)
    page = phone.open(f"{place}settings/")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)

    page.get_by_role("button", name="Dark", exact=True).click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Dark", exact=True)).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(ground) != light
    page.goto(phone.address + place)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_kept_code_page_follows_the_language(phones: Phones, mei: Resident) -> None:
    phone = signed_in(phones, mei)
    page = phone.open("/settings/")
    page.wait_for_function("() => caches.match('/code/').then(Boolean)")

    page.get_by_role("button", name="中文").click()

    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    page.wait_for_function(
        """() => caches.match('/code/').then((found) => found?.text()).then((text) => Boolean(text?.includes('lang="zh-Hans"')))"""
    )


def test_the_hint_to_install_asks_once_and_can_be_sent_away(phones: Phones, mei: Resident) -> None:
    phone = signed_in(phones, mei)
    page = phone.open("/")
    hint = page.get_by_role("complementary", name="Add to home screen")
    expect(hint).to_be_hidden()
    page.wait_for_load_state("networkidle")

    page.evaluate(ASK_TO_INSTALL)
    expect(hint).to_be_visible()
    hint.get_by_role("button", name="Not now").click()
    page.reload()
    page.wait_for_load_state("networkidle")
    page.evaluate(ASK_TO_INSTALL)

    expect(hint).to_be_hidden()


def test_the_hint_hands_over_to_the_browser(phones: Phones, mei: Resident) -> None:
    page = signed_in(phones, mei).open("/")
    page.wait_for_load_state("networkidle")
    page.evaluate(ASK_TO_INSTALL)

    page.get_by_role("button", name="Add to home screen").click()

    expect(page).to_have_title("asked")


def test_from_home_to_the_code_and_back_by_keyboard(phones: Phones, mei: Resident) -> None:
    page = signed_in(phones, mei).open("/")

    press_until(page, "Skip to the content")
    press_until(page, "Show my code")
    page.keyboard.press("Enter")
    page.wait_for_url("**/code/")
    shown_code(page)
    press_until(page, "Can't scan?")
    page.keyboard.press("Enter")
    expect(page.locator("[data-part=digits]")).to_be_visible()
    page.reload()
    press_until(page, "Settings")
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings/")
    press_until(page, "Large")
    page.keyboard.press("Space")

    expect(page.locator("html")).to_have_attribute("data-type", "large")


def press_until(page: Page, name: str) -> None:
    """Tab on until the thing with that name has the focus."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    raise AssertionError(f"{name} is not reached by keyboard")
