"""What a page can come to show is looked at like the page: every state of the till, the code page, refusals, a frozen home."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from branches.models import Bank
from core.clock import now
from merchants.models import Cashier
from merchants.services import appoint_cashier, open_outlet
from points.parties import freeze_wallet
from redemptions.services import redeem
from residents.models import Resident
from tests.journeys import film
from tests.journeys.conftest import Phone, after_a_double_tap, without_network
from tests.journeys.eye import NARROW, look_at, look_below_the_fold
from tests.journeys.test_resident import shown_code
from tests.journeys.test_till import press
from tests.redemptions.world import phone_of, scanned
from tests.world import give_points, neighborhood_of, somebody

Phones = Callable[..., Phone]
LANGUAGES: Final = ["en", "zh-hans"]
HINT: Final = """() => {
    const words = document.getElementById("words").content.querySelector("[data-word=other_code]").textContent;
    document.querySelector("#scan [data-part=hint]").textContent = words;
}"""
NO_KEYS: Final = "delete window.indexedDB; Object.defineProperty(window, 'indexedDB', {value: undefined})"


def narrow(phones: Phones, language: str) -> Phone:
    return phones(language=language, viewport=NARROW, reduced_motion="reduce")


def complaints(found: dict[str, list[str]]) -> dict[str, list[str]]:
    return {state: told for state, told in found.items() if told}


def type_digits(page: Page, resident: Resident) -> None:
    page.locator("[data-do=type]").click()
    page.locator("#digits").fill(phone_of(resident, at=now()).code(now()))
    page.locator("#typing [type=submit]").click()
    expect(page.locator("[data-state=amount]")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_till_in_any_of_its_states(
    phones: Phones, film_file: Path, mei: Resident, bakery: Cashier, grocer: Cashier, east: Bank, language: str
) -> None:
    film.play(film_file, Image.new("RGB", film.SIZE, film.GRAY))  # no code: what the page says of one comes and goes
    give_points(resident=mei, bank=east, points=100, at=now())
    other = open_outlet(actor=somebody(), merchant=bakery.outlet.merchant, neighborhood=neighborhood_of(east), name="Bakery 2", at=now())
    appoint_cashier(actor=somebody(), outlet=other, phone="+8613900000001", name="Bao", at=now())
    phone = narrow(phones, language)
    phone.sign_in(bakery.user)
    page = phone.open("/merchant/")
    found = {"several outlets": look_at(page)}
    page.locator("[data-do=scan]").click()
    expect(page.locator("#scan[open]")).to_be_visible()
    found["scan"] = look_at(page)
    page.evaluate(HINT)
    found["scan of another code"] = look_at(page)
    page.locator("#scan [data-choice=type]").click()
    found["typing"] = look_at(page)
    page.locator("#digits").fill("71 1234")
    page.locator("#typing [type=submit]").click()
    found["typed wrong"] = look_at(page)
    page.reload()
    type_digits(page, mei)
    found["keypad"] = look_at(page)
    press(page, "101")
    found["too much"] = look_at(page)
    page.locator("[data-part=all]").click()
    redeem(cashier=grocer, checkout_id=scanned(mei, grocer, at=now()).pk, points=60, key="elsewhere", at=now())
    page.locator("[data-part=take]").click()
    expect(page.locator("#verdict-no[open]")).to_be_visible()
    found["red"] = look_at(page)
    after_a_double_tap(page)
    page.locator("#verdict-no [data-choice=next]").click()
    page.locator("[data-part=all]").click()
    page.route("**/redemptions**", lambda route: route.abort("internetdisconnected"))
    page.locator("[data-part=take]").click()
    expect(page.locator("#verdict-wait[open]")).to_be_visible()
    found["amber"] = look_at(page)
    page.unroute("**/redemptions**")
    expect(page.locator("#verdict-done[open]")).to_be_visible()
    found["green"] = look_at(page)
    after_a_double_tap(page)
    page.locator("#verdict-done [data-choice=close]").click()
    expect(page.locator("[data-part=thought]")).to_be_visible()
    found["taken just now"] = look_below_the_fold(page)

    assert complaints(found) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_giving_points_back(phones: Phones, mei: Resident, bakery: Cashier, east: Bank, language: str) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    taken = redeem(cashier=bakery, checkout_id=scanned(mei, bakery, at=now()).pk, points=60, key="taken", at=now())
    phone = narrow(phones, language)
    phone.sign_in(bakery.user)
    page = phone.open(f"/merchant/receipts/{taken.receipt}/")
    page.locator("[data-give=all]").click()
    page.locator("#give-back [type=submit]").click()
    expect(page.locator("#give-back [role=alert]")).to_be_visible()
    found = {"no reason": look_at(page)}
    page.locator("#give-back [data-other]").check()
    found["another reason"] = look_at(page)
    page.locator("#give-back [name=reason]").first.check()
    page.locator("#give-back [type=submit]").click()
    expect(page.locator("#verdict-done[open]")).to_be_visible()
    found["given back"] = look_at(page)

    assert complaints(found) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_code_page_in_any_of_its_states(phones: Phones, mei: Resident, bakery: Cashier, east: Bank, language: str) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    assert mei.user
    phone = narrow(phones, language)
    page = phone.open("/code/")
    expect(page.locator("[data-state=signed-out]")).to_be_visible()
    found = {"signed out": look_at(page)}
    page.route("**/resident/now**", lambda route: route.abort("internetdisconnected"))
    page.reload()
    expect(page.locator("[data-state=no-network]")).to_be_visible()
    found["no network"] = look_at(page)
    page.unroute("**/resident/now**")
    phone.sign_in(mei.user)
    page.goto(phone.address + "/code/")
    shown_code(page)
    found["code"] = look_at(page)
    redeem(cashier=bakery, checkout_id=scanned(mei, bakery, at=now()).pk, points=60, key="paid", at=now())
    expect(page.locator("#taken[open]")).to_be_visible()
    found["paid"] = look_at(page)
    keyless = narrow(phones, language)
    keyless.sign_in(mei.user)
    keyless.context.add_init_script(NO_KEYS)
    page = keyless.open("/code/")
    shown_code(page)
    expect(page.locator("[data-part=online-only]")).to_be_visible()
    found["keeps no keys"] = look_at(page)

    assert complaints(found) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_refused_and_what_is_frozen(phones: Phones, mei: Resident, east: Bank, language: str) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    freeze_wallet(mei.wallet_id, at=now())
    assert mei.user
    phone = narrow(phones, language)
    phone.sign_in(mei.user)
    page = phone.open("/")
    expect(page.locator("#home .notice--wait")).to_be_visible()
    found = {"frozen home": look_at(page)}
    page.goto(phone.address + "/code/")
    expect(page.locator("[data-state=frozen]")).to_be_visible()
    found["frozen code"] = look_at(page)
    page.goto(phone.address + "/bank/")
    page.locator("form.card [type=submit]").click()
    expect(page.locator(".field__error").first).to_be_visible()
    found["nothing filled in"] = look_at(page)
    page.locator("#id_bank").select_option("EB")
    page.locator("#id_customer").fill("1999")
    page.locator("#id_code").fill("ABCDE12345")
    page.locator("form.card [type=submit]").click()
    expect(page.get_by_role("alert")).to_be_visible()
    found["wrong code"] = look_at(page)
    page.goto(phone.address + "/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => caches.match('/offline/').then(Boolean)")
    page.reload()
    with without_network(phone):
        page.goto(phone.address + "/history/")
        found["without network"] = look_at(page)

    assert complaints(found) == {}
