"""Where scripts don't run (switched off, or the old browser inside a chat app), pages say so, and which ways are left."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.channels.services import inbox
from merchants.models import Cashier
from tests.journeys.conftest import Phone

Phones = Callable[..., Phone]
SAID = {
    ("/code/", "en"): ("The code needs JavaScript", "the phone's own browser, outside the chat app. Your branch can help too."),
    ("/code/", "zh-hans"): ("积分码需要JavaScript", "请离开聊天应用，用手机自带的浏览器打开本页；网点也可以帮忙。"),
    ("/sign-in/", "en"): ("your code needs JavaScript", "the phone's own browser, outside the chat app. Your branch can help too."),
    ("/sign-in/", "zh-hans"): ("积分码需要JavaScript", "请离开聊天应用，用手机自带的浏览器打开本页；网点也能帮您。"),
    ("/merchant/", "en"): ("The till needs JavaScript", "Switch JavaScript on for this site, or open this page in the phone's own browser"),
    ("/merchant/", "zh-hans"): ("收银台需要JavaScript", "请为本网站开启JavaScript，或离开聊天应用，用手机自带的浏览器打开本页。"),
}
FINISH = "() => document.getAnimations().forEach((one) => one.finish())"


def opened(phones: Phones, bakery: Cashier, address: str, language: str, *, scripts: bool) -> Page:
    """The page where no script runs, or where the page's own modules can't be read, as in an old browser."""
    phone = phones(language=language, java_script_enabled=scripts)
    if address == "/merchant/":
        phone.sign_in(bakery.user)
    if scripts:
        phone.context.route("**/static/js/pages/*.js", lambda route: route.abort())
        phone.context.route("**/static/js/site.js", lambda route: route.abort())
    return phone.open(address)


@pytest.mark.parametrize(("address", "language"), SAID)
def test_without_scripts_a_page_says_which_ways_are_left(phones: Phones, bakery: Cashier, address: str, language: str) -> None:
    page = opened(phones, bakery, address, language, scripts=False)

    for words in SAID[address, language]:
        expect(page.locator(".late")).to_contain_text(words)
    expect(page.locator(".late")).to_be_visible()
    expect(page.locator("[role=status]:visible", has_text="Your code is being made ready.")).to_have_count(0)  # it never will be
    expect(page.locator("button[data-do=scan]:visible")).to_have_count(0)  # nor would it scan


@pytest.mark.parametrize("address", ["/code/", "/sign-in/", "/merchant/"])
def test_an_old_browser_is_told_too_and_one_that_works_is_not(phones: Phones, bakery: Cashier, address: str) -> None:
    page = opened(phones, bakery, address, "en", scripts=True)
    page.evaluate(FINISH)  # what comes late comes now
    expect(page.locator(".late")).to_be_visible()

    page.context.unroute_all()
    page.reload()

    expect(page.locator(".late")).to_be_hidden()
    page.wait_for_selector("html[data-runs]")
    page.evaluate(FINISH)
    expect(page.locator(".late")).to_be_hidden()


def test_signing_in_works_without_scripts(phones: Phones, bakery: Cashier) -> None:
    page = opened(phones, bakery, "/sign-in/", "en", scripts=False)

    page.get_by_label("Phone").fill("138 0000 7777")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill("".join(letter for letter in inbox(most=1)[0].text if letter.isdigit())[:6])
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="Good to see you")).to_be_visible()
