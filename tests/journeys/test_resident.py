"""A resident's way through the pages, in the browser."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import zxingcpp
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, Route, expect

from branches.models import Bank
from core.channels.services import inbox
from core.clock import now
from merchants.models import Cashier
from points.parties import freeze_wallet, unfreeze_wallet
from points.queries import spendable
from redemptions.models import DeviceCredential
from redemptions.rotating_code import make_code, read_code
from redemptions.services import open_checkout, redeem
from residents.models import Resident
from residents.services import give_points as give_to
from tests.clock import Clock
from tests.earning.world import bill, bill_rule, send
from tests.journeys.conftest import HIDE, Phone, without_network
from tests.world import give_points, letter_code, make_resident

Phones = Callable[..., Phone]
KEY = "826786b74435ad253d8b9f25a40bdaa62806a135d738e6a85ad340a4a1011912"
VECTOR = "711234567898896003374343350"

NOW, DEVICES = reverse("resident-now"), "**" + reverse("resident-devices")
NETWORK_IS_BACK = "() => { window.dispatchEvent(new Event('online')) }"
OTHER_HANDLE = """(old) => {
    const digits = document.querySelector("[data-part=digits]").textContent.replaceAll(" ", "");
    return digits && digits.slice(2, 11) !== old;
}"""
OTHER_CODE = """(old) => !["", old].includes(document.querySelector("[data-part=digits]").textContent.replaceAll(" ", ""))"""
IN_SIGHT = """() => {
    const { top, bottom, height } = document.querySelector("[data-part=digits]").getBoundingClientRect();
    return height > 20 && top >= 0 && bottom <= document.querySelector(".ways").getBoundingClientRect().top;
}"""
PICTURE = "() => document.querySelector('[data-part=canvas]').toDataURL()"
OTHER_PICTURE = "(old) => document.querySelector('[data-part=canvas]').toDataURL() !== old"
BLANK = """() => {
    const canvas = document.querySelector("[data-part=canvas]");
    return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.every((value) => value === 0);
}"""


def shown_code(page: Page) -> str:
    """What a till's camera reads off the screen."""
    canvas = page.locator("[data-part=canvas]")
    expect(canvas).to_be_visible()
    page.wait_for_function("() => document.querySelector('[data-part=digits]').textContent.length > 20")
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(canvas.screenshot())).convert("L"))
    assert [code.format for code in found] == [zxingcpp.BarcodeFormat.QRCode]
    return str(found[0].text)


def take(cashier: Cashier, code: str, points: int, key: str = "k") -> None:
    checkout = open_checkout(cashier=cashier, code=code, key=f"scan-{key}", at=now())
    redeem(cashier=cashier, checkout_id=checkout.pk, points=points, key=key, at=now())


def test_from_a_phone_number_to_why_the_points_came(phones: Phones, east: Bank) -> None:
    resident = make_resident(links={east: "1001"}, name="")
    code = letter_code(link=resident.links.get(), at=now())
    bill_rule(east)
    send(east, bill(24520, paid=now()), at=now())
    page = phones().open("/")

    page.get_by_role("link", name="Sign in with your phone").click()
    page.get_by_label("Phone").fill("138 0000 1001")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(re.search(r"\d{6}", inbox(most=1)[0].text)[0])  # type: ignore[index]
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Link your bank").click()
    page.get_by_label("Your bank").select_option("EB")
    page.get_by_label("Customer number").fill("1001")
    page.get_by_label("Claim code").fill(code)
    page.get_by_role("button", name="Link").click()

    expect(page.get_by_role("status").first).to_contain_text("East Bank knows you now.")
    expect(page.locator(".points--huge")).to_have_text("24 points")
    page.get_by_role("link", name="Activity").click()
    page.get_by_role("link", name="Bill payment ¥245.20").click()
    expect(page.get_by_role("region", name="Why")).to_contain_text("¥245.20 gave 24 points.")


def test_the_phone_computes_what_the_server_would(phones: Phones) -> None:
    page = phones().open("/offline/")

    made = page.evaluate(
        """async ([hex, handle, seconds]) => {
            const scheme = await import("/static/js/codes/rotating_code.js");
            const key = await scheme.importKey(hex);
            let raw = "kept";
            try { await crypto.subtle.exportKey("raw", key) } catch (error) { raw = error.name }
            return [await scheme.makeCode(key, handle, scheme.stepAt(seconds)), key.extractable, raw];
        }""",
        [KEY, "123456789", 1795334400],
    )

    assert made == [VECTOR, False, "InvalidAccessError"]


def test_codes_agree_for_many_handles_and_moments(phones: Phones) -> None:
    moments = [1, 14, 15, 999_999_999, 1_795_334_399, 4_102_444_800]
    handles = ["000000000", "000000007", "999999999"]
    page = phones().open("/offline/")

    made = page.evaluate(
        """async ([hex, handles, moments]) => {
            const { importKey, makeCode, stepAt } = await import("/static/js/codes/rotating_code.js");
            const key = await importKey(hex);
            const all = [];
            for (const handle of handles) for (const at of moments) all.push(await makeCode(key, handle, stepAt(at)));
            return all;
        }""",
        [KEY, handles, moments],
    )

    key = bytes.fromhex(KEY)
    assert made == [make_code(key=key, handle=int(handle), at=datetime.fromtimestamp(at, UTC)) for handle in handles for at in moments]


def test_the_code_is_made_with_no_network_after_one_visit_of_home(
    phones: Phones, mei: Resident, east: Bank, bakery: Cashier, clock: Clock
) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    phone = signed_in(phones, mei)
    ready_for_no_network(phone.open("/"))

    with without_network(phone):
        page = phone.open("/code/")
        expect(page.locator("[data-part=points]")).to_have_text("100 points to spend")
        code = shown_code(page)
        missing = phone.open("/history/")
        expect(missing.get_by_role("heading", name="No network just now")).to_be_visible()
        clock.forward(1)  # what was taken before the page was opened is no news
        take(bakery, code, 30)

    assert spendable(mei.wallet_id, at=now()) == 70
    expect(page.get_by_role("dialog", name="Paid")).to_contain_text("Bakery")
    assert DeviceCredential.objects.filter(resident=mei).count() == 1


def test_the_code_changes_and_hides_with_the_page(phones: Phones, mei: Resident, clock: Clock) -> None:
    phone = signed_in(phones, mei)
    page = phone.open("/code/")
    first = shown_code(page)

    page.evaluate(HIDE, arg=True)
    expect(page.locator("[data-part=digits]")).to_have_text("")
    assert page.evaluate(BLANK)
    page.evaluate(HIDE, arg=False)
    clock.forward(15)

    page.wait_for_function(OTHER_CODE, arg=first)
    assert read_code(shown_code(page)).handle == read_code(first).handle


def test_frozen_points_show_no_code(phones: Phones, mei: Resident, east: Bank, clock: Clock) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    phone = signed_in(phones, mei)
    page = phone.open("/code/")
    shown_code(page)
    frozen, code = page.get_by_text("Your points are frozen"), page.locator("[data-state=code]")

    freeze_wallet(mei.wallet_id, at=now())
    expect(frozen).to_be_visible()
    expect(code).to_be_hidden()
    assert page.evaluate(BLANK)
    assert page.locator("[data-part=digits]").text_content() == ""
    ready_for_no_network(page)
    with without_network(phone):
        later = phone.open("/code/")
        expect(later.get_by_text("Your points are frozen")).to_be_visible()
        expect(later.locator("[data-state=code]")).to_be_hidden()

    unfreeze_wallet(mei.wallet_id)
    expect(code).to_be_visible()
    shown_code(page)
    assert DeviceCredential.objects.filter(resident=mei).count() == 1


def test_the_code_page_counts_no_more_than_picture_and_digits(phones: Phones, mei: Resident, east: Bank) -> None:
    """The time of the balance is told without network alone: with it, it is now."""
    give_points(resident=mei, bank=east, points=100, at=now())
    phone = signed_in(phones, mei)
    page = phone.open("/code/")
    shown_code(page)
    page.get_by_text("Can't scan?").click()
    times = re.compile(r"\d+ s\b|\d\d:\d\d|minute")
    expect(page.locator("[data-part=digits-left]")).to_have_text(re.compile("Others in"))
    expect(page.locator("[data-part=points]")).to_have_text("100 points to spend")

    expect(page.locator("[data-part=points-at]")).to_be_hidden()
    assert [found[-2:] for found in times.findall(page.locator("[data-state=code]").inner_text())] == [" s", " s"]
    ready_for_no_network(page)
    with without_network(phone):
        later = phone.open("/code/")
        expect(later.locator("[data-part=points-at]")).to_have_text(re.compile(r"as of \d\d:\d\d"))


def test_digits_stand_still_while_they_are_typed(phones: Phones, mei: Resident, clock: Clock) -> None:
    page = signed_in(phones, mei).open("/code/")
    shown_code(page)
    clock.forward(14)  # a moment later there is another code
    page.get_by_text("Can't scan?").click()
    digits, left = page.locator("[data-part=digits]"), page.locator("[data-part=digits-left]")
    expect(left).to_have_text("Others in 31 s")
    typed = str(digits.text_content())

    for seconds, told in ((1, 30), (15, 15)):
        picture = page.evaluate(PICTURE)
        clock.forward(seconds)
        page.wait_for_function(OTHER_PICTURE, arg=picture)
        expect(left).to_have_text(f"Others in {told} s")
        assert digits.text_content() == typed
    clock.forward(15)

    expect(digits).not_to_have_text(typed)
    expect(left).to_have_text("Others in 45 s")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_digits_are_in_sight_on_every_phone(phones: Phones, mei: Resident, language: str) -> None:
    page = signed_in(phones, mei, language=language).open("/code/")
    shown_code(page)
    for width, height in ((320, 568), (320, 640), (360, 640), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for type_ in ("normal", "large"):
            page.evaluate("(type) => { document.documentElement.dataset.type = type; scrollTo(0, 0) }", type_)
            page.locator(".show__digits summary").click()
            page.wait_for_function(IN_SIGHT)
            page.locator(".show__digits summary").click()


def test_a_new_code_does_not_change_the_digits_that_were_just_opened(phones: Phones, mei: Resident) -> None:
    phone = signed_in(phones, mei)
    page = phone.open("/code/")
    shown_code(page)
    picture, digits = page.evaluate(PICTURE), page.locator("[data-part=digits]")
    with without_network(phone):
        page.clock.pause_at(now())
        page.clock.set_fixed_time(now() + timedelta(seconds=16))  # the page hasn't looked at its clock since

        page.get_by_text("Can't scan?").click()
        expect(digits).to_be_visible()
        opened = str(digits.text_content())
        page.clock.resume()

        page.wait_for_function(OTHER_PICTURE, arg=picture)
        assert digits.text_content() == opened
        page.get_by_text("Can't scan?").click()
        expect(digits).not_to_have_text(opened)  # hidden again: the next to be typed are the newest


def test_who_waited_long_at_the_till_is_told_too(phones: Phones, mei: Resident, east: Bank, bakery: Cashier, clock: Clock) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    page = signed_in(phones, mei).open("/code/")
    first = shown_code(page)
    clock.forward(600)
    page.wait_for_function(OTHER_CODE, arg=first)

    take(bakery, shown_code(page), 30)
    clock.forward(10)

    expect(page.get_by_role("dialog", name="Paid")).to_contain_text("Bakery")


def test_pixels_are_whole_and_the_quiet_zone_is_four_modules(phones: Phones, mei: Resident) -> None:
    page = signed_in(phones, mei, device_scale_factor=2.625, color_scheme="dark").open("/code/")
    shown_code(page)

    size, width, quiet, colors = page.evaluate(
        """() => {
            const canvas = document.querySelector("[data-part=canvas]");
            const { width, height } = canvas;
            const data = canvas.getContext("2d").getImageData(0, 0, width, height).data;
            const colors = new Set();
            let first = width;
            for (let i = 0; i < data.length; i += 4) {
                colors.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
                if (data[i] === 0) first = Math.min(first, (i / 4) % width);
            }
            return [width / 29, canvas.getBoundingClientRect().width * devicePixelRatio, first, [...colors].sort()];
        }"""
    )

    assert size == int(size)
    assert abs(width - size * 29) < 0.05  # the browser counts in 64ths
    assert quiet == size * 4
    assert colors == [0, 0xFFFFFF]


def test_a_browser_that_keeps_no_keys_shows_codes_of_the_server(phones: Phones, mei: Resident, east: Bank, bakery: Cashier) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    phone = signed_in(phones, mei)
    phone.context.add_init_script("delete window.indexedDB; Object.defineProperty(window, 'indexedDB', {value: undefined})")

    page = phone.open("/code/")
    code = shown_code(page)
    expect(page.get_by_text("This browser keeps no keys")).to_be_visible()
    take(bakery, code, 10)
    page.reload()
    shown_code(page)

    assert spendable(mei.wallet_id, at=now()) == 90
    assert DeviceCredential.objects.filter(resident=mei).count() == 1


def test_signing_out_leaves_nothing_on_the_phone(phones: Phones, mei: Resident) -> None:
    phone = signed_in(phones, mei)
    ready_for_no_network(phone.open("/"))
    page = phone.open("/settings/")

    page.get_by_role("link", name="Sign out of this phone").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in with your phone")).to_be_visible()
    left = page.evaluate("indexedDB.databases().then(all => all.map(one => one.name))")

    assert left == []
    assert not DeviceCredential.objects.filter(resident=mei, revoked_at__isnull=True).exists()
    page.goto(phone.address + "/code/")
    expect(page.get_by_role("heading", name="Sign in first")).to_be_visible()


def test_another_resident_on_the_same_phone_gets_their_own_code(phones: Phones, mei: Resident, tom: Resident) -> None:
    phone = signed_in(phones, mei)
    meis = read_code(shown_code(phone.open("/code/"))).handle
    assert tom.user
    phone.sign_in(tom.user)

    page = phone.open("/code/")
    page.wait_for_function(
        OTHER_HANDLE,
        arg=f"{meis:09d}",
    )
    toms = read_code(shown_code(page)).handle

    assert DeviceCredential.objects.get(handle=meis).resident == mei
    assert DeviceCredential.objects.get(handle=toms).resident == tom


def test_a_phone_that_was_stopped_is_enrolled_anew(phones: Phones, mei: Resident) -> None:
    phone = signed_in(phones, mei)
    stopped = read_code(shown_code(phone.open("/code/"))).handle
    DeviceCredential.objects.filter(handle=stopped).update(revoked_at=now())

    page = phone.open("/code/")
    page.wait_for_function(
        OTHER_HANDLE,
        arg=f"{stopped:09d}",
    )

    assert DeviceCredential.objects.get(resident=mei, revoked_at__isnull=True).handle == read_code(shown_code(page)).handle


def test_two_pages_of_a_stopped_phone_enroll_it_once(phones: Phones, mei: Resident) -> None:
    phone = signed_in(phones, mei)
    first, second = phone.open("/code/"), phone.open("/code/")
    stopped = read_code(shown_code(first)).handle
    assert read_code(shown_code(second)).handle == stopped
    DeviceCredential.objects.filter(handle=stopped).update(revoked_at=now())
    first.route(DEVICES, lambda route: wait_until_the_other_knows_too(route, second))

    first.evaluate(NETWORK_IS_BACK)
    for page in (first, second):
        page.wait_for_function(OTHER_HANDLE, arg=f"{stopped:09d}")

    handle = DeviceCredential.objects.get(resident=mei, revoked_at__isnull=True).handle
    assert [read_code(shown_code(page)).handle for page in (first, second)] == [handle, handle]


def wait_until_the_other_knows_too(route: Route, other: Page) -> None:
    """Before this page is answered, the other one has heard that the phone was stopped."""
    with other.expect_response(lambda answer: answer.url.partition("?")[0].endswith(NOW)):
        other.evaluate(NETWORK_IS_BACK)
    route.continue_()


def test_large_type_is_one_tap_and_stays_without_network(phones: Phones, mei: Resident) -> None:
    phone = signed_in(phones, mei)
    page = phone.open("/settings/")
    page.get_by_role("button", name="Large").click()
    page.goto(phone.address + "/")

    expect(page.locator("#home").get_by_role("link", name="Activity")).to_be_visible()
    ready_for_no_network(page)
    with without_network(phone):
        offline = phone.open("/code/")
        assert offline.evaluate("document.documentElement.dataset.type") == "large"


def test_all_there_is_goes_to_somebody_known_in_two_taps(phones: Phones, mei: Resident, tom: Resident, east: Bank) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    give_to(giver=mei, receiver=tom, points=1, key="before", at=now())
    page = signed_in(phones, mei).open("/gift/")
    number = page.get_by_label("Their phone number")
    expect(number).to_be_visible()

    page.get_by_label("T** · 138****2001").check()
    expect(number).to_be_hidden()
    page.get_by_role("button", name="All 99").click()
    expect(page.locator("#id_points")).to_have_value("99")
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("heading", name="To T** · 138****2001?")).to_be_visible()
    page.get_by_role("button", name="Give them").click()
    expect(page.get_by_text("T** has your 99 points.")).to_be_visible()
    assert (spendable(mei.wallet_id, at=now()), spendable(tom.wallet_id, at=now())) == (0, 100)


def signed_in(phones: Phones, resident: Resident, **options: Any) -> Phone:
    """A phone on which the resident is signed in."""
    phone = phones(**options)
    assert resident.user
    phone.sign_in(resident.user)
    return phone


def ready_for_no_network(page: Page) -> None:
    """Wait until the worker holds the shell and the key is kept: what one visit brings."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => caches.match('/code/').then(found => Boolean(found))")
    page.wait_for_function(
        """() => new Promise((resolve) => {
            const asked = indexedDB.open("codes", 1);
            asked.onupgradeneeded = () => asked.result.createObjectStore("device");
            asked.onsuccess = () => {
                const got = asked.result.transaction("device").objectStore("device").get("this");
                got.onsuccess = () => { asked.result.close(); resolve(Boolean(got.result?.handle)) };
            };
        })"""
    )
