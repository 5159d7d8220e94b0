"""No network leaves a doubt at the till: it asks by the key it made before it sent, until it knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from playwright.sync_api import Page, Request, Route, expect

from core.clock import now
from merchants.models import Cashier
from merchants.services import dismiss_cashier
from points.queries import spendable
from redemptions.models import Redemption, Refund, Undo
from redemptions.services import redeem
from residents.models import Resident
from tests.journeys.conftest import Phone, after_a_double_tap, without_network
from tests.journeys.test_till import at_till, press, rich, type_in
from tests.redemptions.world import scanned
from tests.waiting import wait_until
from tests.world import somebody

__all__ = ("rich",)

Phones = Callable[..., Phone]
REDEMPTIONS: Final = "**/merchant/redemptions"
OUTCOMES: Final = "**/by-key/**"
AMBER: Final = "#verdict-wait[open]"
PENDING: Final = "Object.keys(localStorage).filter((name) => name.startsWith('till-pending:')).length"
NAME: Final = "Object.keys(localStorage).find((each) => each.startsWith('till-pending:'))"
# Have what the till acts under, as soon as it lets go.
HAVE_IT: Final = """(name) => {
    window.hasIt = new Promise((has) => {
        navigator.locks.request(name, () => new Promise((letGo) => { window.letGo = letGo; has(); }));
    });
}"""
WAITED_FOR: Final = "navigator.locks.query().then(({ pending }) => pending.length)"

# two taps on the button, and the second half of a slow double tap on what opens under the finger
DOUBLE_TAP: Final = """() => {
    const green = document.getElementById("verdict-done");
    const tap = () => {
        if (!green.open) return;
        green.querySelectorAll("button").forEach((button) => button.click());
        window.tapped = true;
    };
    new MutationObserver(tap).observe(green, { attributes: true });
    const button = document.querySelector("[data-part=take]");
    button.click();
    button.click();
}"""


def ready_to_take(page: Page, resident: Resident) -> None:
    """Ten points on the screen, not yet confirmed."""
    type_in(page, resident)
    press(page, "10")


def take(page: Page) -> None:
    page.get_by_role("button", name="Take 10 points").click()


def take_with_nothing_getting_through(page: Page, resident: Resident) -> None:
    """The till asks again and again, until the test lets its redemptions through."""
    ready_to_take(page, resident)
    page.route(REDEMPTIONS, lambda route: route.abort("internetdisconnected"))
    take(page)
    expect(page.locator(AMBER)).to_be_visible()


def green(page: Page) -> None:
    """It was taken, once, and the screen says so."""
    expect(page.get_by_role("dialog", name="Taken")).to_contain_text("points from M**")
    expect(page.get_by_role("dialog", name="Taken")).to_contain_text(Redemption.objects.get().receipt)


def take_and_lose_the_answer(page: Page) -> None:
    """The server did what it was asked, and its answer is lost: nobody at the till knows."""
    lose_the_answer(page)
    page.route(OUTCOMES, lambda route: route.abort("internetdisconnected"))
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/merchant/redemptions")):
        take(page)  # amber may come before the server has it
    expect(page.locator(AMBER)).to_be_visible()


def lose_the_answer(page: Page, address: str = REDEMPTIONS) -> None:
    """The server does what it is asked; its answer is lost on the way."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route(address, lose, times=1)


def test_cut_before_it_is_sent(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    page = at_till(phones, bakery)
    ready_to_take(page, rich)
    page.route(REDEMPTIONS, lambda route: route.abort("internetdisconnected"), times=2)

    take(page)
    expect(page.locator(AMBER)).to_be_visible()

    green(page)
    assert page.evaluate(PENDING) == 0


def test_an_answer_that_breaks_off_is_asked_for_again(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    page = at_till(phones, bakery)
    ready_to_take(page, rich)
    page.route(REDEMPTIONS, lambda route: route.fulfill(response=route.fetch(), body='{"receipt": "000'), times=1)

    take(page)

    green(page)


def test_a_server_that_is_starting_is_asked_again(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    page = at_till(phones, bakery)
    ready_to_take(page, rich)
    page.route(REDEMPTIONS, lambda route: route.fulfill(status=502, body="<html>"), times=1)

    take(page)

    green(page)


def test_cut_after_it_and_the_page_reloaded_without_network(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    phone = phones()
    phone.sign_in(bakery.user)
    page = phone.open("/merchant/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => caches.match('/merchant/offline/').then(Boolean)")
    page.reload()
    ready_to_take(page, rich)
    take_and_lose_the_answer(page)
    assert Redemption.objects.count() == 1

    with without_network(phone):
        page.reload()
        expect(page.get_by_role("heading", name="No network just now")).to_be_attached()
        expect(page.locator(AMBER)).to_be_visible()
        page.unroute(OUTCOMES)

    green(page)
    assert page.evaluate(PENDING) == 0


def test_reloaded_in_the_middle_with_network(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    page = at_till(phones, bakery)
    take_with_nothing_getting_through(page, rich)
    assert not Redemption.objects.exists()

    page.reload()
    page.unroute(REDEMPTIONS)  # the page that was left could still send until now

    green(page)


def test_reloaded_while_the_page_that_was_left_is_slow_to_go(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    """What it holds another page holds here, for as long as the test wants."""
    page = at_till(phones, bakery)
    take_with_nothing_getting_through(page, rich)
    slow = page.context.new_page()
    slow.goto(page.url.replace("/merchant/", "/healthz"))
    slow.evaluate(HAVE_IT, page.evaluate(NAME))

    page.reload()
    slow.evaluate("window.hasIt")
    wait_until(lambda: page.evaluate(WAITED_FOR) == 1, what="the new page waits for it")
    expect(page.locator(AMBER)).to_be_visible()
    page.unroute(REDEMPTIONS)  # the page that was left could still send until now
    slow.evaluate("window.letGo()")

    green(page)


def test_two_tabs_one_of_them_asks(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    phone = phones()
    phone.sign_in(bakery.user)
    first = phone.open("/merchant/")
    ready_to_take(first, rich)
    take_and_lose_the_answer(first)

    second = phone.open("/merchant/")
    second.wait_for_selector("#till[data-ready]")
    expect(second.get_by_role("button", name="Scan the code")).to_be_visible()
    assert second.locator("dialog[open]").count() == 0
    first.unroute(OUTCOMES)

    green(first)
    assert second.locator("dialog[open]").count() == 0
    second.reload()
    second.wait_for_selector("#till[data-ready]")
    assert second.locator("dialog[open]").count() == 0


def test_a_tab_without_network_leaves_it_to_the_other(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    phone = phones()
    phone.sign_in(bakery.user)
    first = phone.open("/merchant/")
    first.evaluate("navigator.serviceWorker.ready.then(() => true)")
    first.wait_for_function("() => caches.match('/merchant/offline/').then(Boolean)")
    second = phone.open("/merchant/")
    ready_to_take(first, rich)
    asked: list[Request] = []
    first.on("request", lambda request: asked.append(request) if "/by-key/" in request.url else None)
    take_and_lose_the_answer(first)

    with without_network(phone):
        second.reload()
        expect(second.get_by_role("heading", name="No network just now")).to_be_attached()
        second.evaluate("window.stays = true")
        asked.clear()
        wait_until(lambda: first.evaluate(PENDING) == 1 and len(asked) >= 2, what="the first asked twice more")
        assert second.evaluate("window.stays")
        assert second.locator("dialog[open]").count() == 0
        first.unroute(OUTCOMES)

    green(first)


def test_a_double_tap_takes_once_and_green_stays(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    page = at_till(phones, bakery)
    ready_to_take(page, rich)
    page.evaluate(DOUBLE_TAP)

    green(page)
    page.wait_for_function("window.tapped")
    expect(page.get_by_role("dialog", name="Taken")).to_be_visible()


def test_back_after_green_takes_nothing_again(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    page = at_till(phones, bakery, "/merchant/today/")
    page.get_by_role("link", name="Till", exact=True).click()
    page.wait_for_selector("#till[data-ready]")
    ready_to_take(page, rich)
    take(page)
    expect(page.get_by_role("dialog", name="Taken")).to_be_visible()

    page.go_back()
    expect(page.get_by_role("button", name="Scan the code")).to_be_visible()
    assert page.locator("dialog[open]").count() == 0
    page.go_back()
    page.wait_for_url("**/merchant/today/")
    page.go_forward()
    expect(page.get_by_role("button", name="Scan the code")).to_be_visible()

    assert page.locator("dialog[open]").count() == 0
    assert Redemption.objects.count() == 1


def test_signed_out_meanwhile_is_red_and_leads_to_sign_in(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    phone = phones()
    phone.sign_in(bakery.user)
    with phone.not_looking():
        page = phone.open("/merchant/")
        ready_to_take(page, rich)
        dismiss_cashier(actor=somebody(), cashier=bakery, at=now())

        take(page)
        red = page.get_by_role("alertdialog", name="Nothing taken")
        expect(red).to_contain_text("You are signed out.")
    after_a_double_tap(page)
    red.get_by_role("button", name="Sign in").click()

    page.wait_for_url("**/sign-in/?next=/merchant/")
    assert not Redemption.objects.exists()


def test_an_undo_whose_answer_is_lost_is_undone_once(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    checkout = scanned(rich, bakery, at=now())
    redemption = redeem(cashier=bakery, checkout_id=checkout.pk, points=30, key="k", at=now())
    page = at_till(phones, bakery, "/merchant/today/")
    page.get_by_role("link", name="M**").click()
    page.get_by_role("button", name="All 30").click()
    page.get_by_role("button", name="Give all").click()
    expect(page.get_by_role("alert").filter(has_text="Say why first.")).to_be_visible()

    lose_the_answer(page, "**/undo")
    page.locator("#give-back").get_by_label("Another reason").check()
    page.locator("#give-back").get_by_label("In a few words").fill("烤糊了 🍞")
    page.get_by_role("button", name="Give all").click()

    expect(page.get_by_role("dialog", name="Given back")).to_contain_text("30")
    after_a_double_tap(page)
    page.get_by_role("button", name="Show the receipt").click()
    expect(page.get_by_role("button", name="Give all")).to_have_count(0)
    expect(page.locator("#main")).to_contain_text("烤糊了 🍞")
    assert Undo.objects.get().redemption == redemption
    assert spendable(rich.wallet_id, at=now()) == 100


def test_a_refund_whose_answer_is_lost_gives_back_once_and_tells_what_is_left(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    checkout = scanned(rich, bakery, at=now())
    redemption = redeem(cashier=bakery, checkout_id=checkout.pk, points=30, key="k", at=now())
    page = at_till(phones, bakery, f"/merchant/receipts/{redemption.receipt}/")
    some = page.get_by_role("region", name="Give back")
    some.get_by_role("button", name="A part").click()
    some.get_by_label("How many points?").fill("31")
    some.get_by_label("Goods came back").check()
    some.get_by_role("button", name="Give these points back").click()
    expect(page.get_by_role("alert").filter(has_text="A whole number from 1 to 30.")).to_be_visible()

    lose_the_answer(page, "**/refunds")
    some.get_by_label("How many points?").fill("20")
    some.get_by_role("button", name="Give these points back").click()

    expect(page.get_by_role("dialog", name="Given back")).to_contain_text("20")
    after_a_double_tap(page)
    page.get_by_role("button", name="Show the receipt").click()
    expect(some).to_contain_text("10 points can still be given back")
    assert list(Refund.objects.values_list("redemption", "points", "left")) == [(redemption.pk, 20, 10)]
    assert spendable(rich.wallet_id, at=now()) == 90
