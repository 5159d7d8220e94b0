"""What changes around a page that lies open: its camera, its network, its clock, who is signed in. It says so, and goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from django.contrib.sessions.models import Session
from PIL import Image
from playwright.sync_api import Page, expect

from branches.models import Bank
from core.clock import now
from identity.models import OpenSession
from identity.services import end_other_sessions
from merchants.models import Cashier
from points.queries import spendable
from redemptions.models import DeviceCredential
from redemptions.rotating_code import read_code
from redemptions.services import revoke_device
from residents.models import Resident
from tests.journeys import film
from tests.journeys.conftest import HIDE, Phone, after_a_double_tap, set_clock, without_network
from tests.journeys.test_resident import OTHER_HANDLE, shown_code, signed_in, take
from tests.journeys.test_till import at_till, hold_up, press, type_in
from tests.world import give_points

Phones = Callable[..., Phone]
NOTHING: Final = Image.new("RGB", film.SIZE, film.GRAY)
TRACK: Final = "document.querySelector('#scan video').srcObject.getVideoTracks()[0]"
RUNS: Final = f"""() => {{
    const video = document.querySelector("#scan video");
    return video.srcObject && {TRACK}.readyState === "live" && !video.paused;
}}"""
TAKEN_AWAY: Final = f"() => {{ const track = {TRACK}; track.stop(); track.dispatchEvent(new Event('ended')) }}"
NOT_ALLOWED: Final = """() => {
    window.allowed = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
}"""
ALLOWED: Final = "() => { navigator.mediaDevices.getUserMedia = window.allowed }"
LOOK: Final = "window.dispatchEvent(new Event('focus'))"
KEPT: Final = "indexedDB.databases().then((all) => all.map((one) => one.name))"
WIPED: Final = """async () => {
    localStorage.clear();
    sessionStorage.clear();
    for (const one of await indexedDB.databases()) indexedDB.deleteDatabase(one.name);
    for (const name of await caches.keys()) await caches.delete(name);
}"""


@pytest.fixture
def rich(mei: Resident, east: Bank) -> Resident:
    """Mei with 100 points."""
    give_points(resident=mei, bank=east, points=100, at=now())
    return mei


def end_all_sessions() -> None:
    """As from another phone."""
    for user in {session.user for session in OpenSession.objects.select_related("user")}:
        end_other_sessions(actor=user, session_key=None, at=now())


def shows(page: Page, code: str) -> None:
    """Wait until that code stands there."""
    page.wait_for_function("(code) => document.querySelector('[data-part=digits]').textContent.replaceAll(' ', '') === code", arg=code)


def test_a_camera_that_is_taken_away_is_told_and_started_again(phones: Phones, film_file: Path, rich: Resident, bakery: Cashier) -> None:
    film.play(film_file, NOTHING)
    page = at_till(phones, bakery)
    hint, notice = page.locator("#scan [data-part=hint]"), page.locator("[data-part=notice]")
    page.get_by_role("button", name="Scan the code").click()
    page.wait_for_function(RUNS)

    page.evaluate(f"() => {TRACK}.dispatchEvent(new Event('mute'))")
    expect(hint).to_have_text("The camera gives no picture just now: another app or a call has it.")
    page.evaluate(f"() => {TRACK}.dispatchEvent(new Event('unmute'))")
    expect(hint).to_have_text("")

    page.evaluate(TAKEN_AWAY)
    expect(hint).to_have_text("The camera was taken away. It is being started again.")
    page.wait_for_function(RUNS)
    expect(hint).to_have_text("")

    page.evaluate(NOT_ALLOWED)
    page.evaluate(TAKEN_AWAY)
    expect(notice).to_contain_text("The camera isn't allowed here.")
    expect(page.locator("#scan")).to_be_hidden()

    page.evaluate(ALLOWED)
    hold_up(film_file, rich)
    page.get_by_role("button", name="Scan the code").click()
    page.wait_for_function(RUNS)
    page.evaluate(HIDE, arg=True)
    page.evaluate(HIDE, arg=False)
    expect(page.get_by_role("heading", name="M**")).to_be_visible()


def test_a_camera_that_never_comes_back_is_told_in_the_end(phones: Phones, bakery: Cashier) -> None:
    page = at_till(phones, bakery)
    page.get_by_role("button", name="Scan the code").click()

    for _ in range(4):
        page.wait_for_function(RUNS)
        page.evaluate(TAKEN_AWAY)

    expect(page.locator("[data-part=notice]")).to_contain_text("The camera was taken away. Plug it in")
    expect(page.get_by_role("button", name="Scan the code")).to_be_visible()


def test_network_and_clock_change_while_a_code_is_shown(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    phone = signed_in(phones, rich)
    page = phone.open("/code/")
    code = shown_code(page)
    strip, unsure = page.locator("#no-network"), page.locator("[data-part=clock-unsure]")
    expect(strip).to_be_hidden()

    with without_network(phone):
        expect(strip).to_have_text("No network. The code works all the same; the cashier's screen decides.")
        expect(unsure).to_be_hidden()
        set_clock(phone, ahead=600)  # somebody sets it wrong
        expect(unsure).to_be_visible()
        shows(page, code)
        page.evaluate(HIDE, arg=True)
        set_clock(phone, ahead=0)  # and right again, in the phone's settings
        page.evaluate(HIDE, arg=False)
        shows(page, code)
        expect(unsure).to_be_visible()
        take(bakery, code, 30)

    expect(unsure).to_be_hidden()
    expect(strip).to_be_hidden()
    assert spendable(rich.wallet_id, at=now()) == 70


def test_a_clock_that_was_wrong_is_set_right_without_network(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    phone = signed_in(phones, rich)
    set_clock(phone, ahead=-900)
    page = phone.open("/code/")
    code = shown_code(page)
    expect(page.locator("[data-part=clock-unsure]")).to_be_hidden()

    with without_network(phone):
        page.evaluate(HIDE, arg=True)
        set_clock(phone, ahead=0)
        page.evaluate(HIDE, arg=False)
        expect(page.locator("[data-part=clock-unsure]")).to_be_visible()
        shows(page, code)
        take(bakery, code, 10)

    assert spendable(rich.wallet_id, at=now()) == 90


def test_open_pages_say_that_one_was_signed_out_elsewhere(phones: Phones, rich: Resident) -> None:
    phone = signed_in(phones, rich)
    home, code = phone.open("/history/"), phone.open("/code/")
    shown_code(code)
    phone.wait_for_answers()  # to the look each page takes as it opens

    end_all_sessions()
    home.evaluate(LOOK)

    dialog = home.get_by_role("dialog", name="You were signed out")
    expect(dialog).to_be_visible()
    home.keyboard.press("Escape")
    expect(dialog.get_by_role("link", name="Sign in")).to_have_attribute("href", "/sign-in/?next=/history/")
    expect(code.get_by_role("heading", name="You were signed out")).to_be_visible()
    assert code.locator("[data-part=digits]").text_content() == ""
    assert code.evaluate(KEPT) == []
    code.reload()
    expect(code.get_by_role("heading", name="Sign in first")).to_be_visible()


def test_a_till_that_was_signed_out_says_so_before_and_at_the_next_scan(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    phone = phones()
    phone.sign_in(bakery.user)
    with phone.not_looking():
        page = phone.open("/merchant/")
        page.get_by_role("button", name="Enter code").click()

        Session.objects.all().delete()
        page.get_by_label("Digits of the code").fill("711234567898896003374343350")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("alertdialog")).to_contain_text("You are signed out.")
    page.evaluate(LOOK)
    expect(page.locator("#gone")).to_be_hidden()  # how it went is read first
    after_a_double_tap(page)
    page.keyboard.press("Escape")

    expect(page.get_by_label("Phone")).to_be_visible()
    assert page.url.endswith("/sign-in/?next=/merchant/")


def test_open_pages_notice_that_somebody_else_signed_in(phones: Phones, mei: Resident, tom: Resident) -> None:
    phone = signed_in(phones, mei)
    home, code = phone.open("/"), phone.open("/code/")
    meis = read_code(shown_code(code)).handle
    assert tom.user
    phone.wait_for_answers()  # to the look each page takes as it opens

    phone.sign_in(tom.user)
    home.evaluate(LOOK)
    code.wait_for_function(OTHER_HANDLE, arg=f"{meis:09d}")
    toms = read_code(shown_code(code)).handle

    assert DeviceCredential.objects.get(handle=toms).resident == tom
    dialog = home.get_by_role("dialog", name="Somebody else is signed in here now")
    dialog.get_by_role("link", name="Go on as who is signed in").click()
    expect(home.get_by_role("heading", name="Tom")).to_be_visible()
    expect(home.locator("#gone")).to_be_hidden()


def test_a_phone_that_was_stopped_shows_no_code_that_the_till_refuses(phones: Phones, mei: Resident) -> None:
    page = signed_in(phones, mei).open("/code/")
    stopped = read_code(shown_code(page)).handle
    assert mei.user

    revoke_device(actor=mei.user, resident=mei, handle=stopped, at=now())

    page.wait_for_function(OTHER_HANDLE, arg=f"{stopped:09d}")
    assert DeviceCredential.objects.get(resident=mei, revoked_at__isnull=True).handle == read_code(shown_code(page)).handle


def test_wiped_storage_and_another_language_elsewhere_do_no_harm(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    phone, till = signed_in(phones, rich), at_till(phones, bakery)
    page = phone.open("/code/")
    shown_code(page)

    for device, one in ((phone, page), (None, till)):
        one.evaluate(WIPED)
        if device:
            device.set_cookie("django_language", "zh-hans")
    till.context.add_cookies([{"name": "django_language", "value": "zh-hans", "url": till.url}])
    type_in(till, rich)
    press(till, "10")
    till.get_by_role("button", name="Take 10 points").click()

    expect(till.get_by_role("dialog", name="Taken")).to_be_visible()
    expect(page.get_by_role("dialog", name="Paid")).to_be_visible()
    page.reload()
    take(bakery, shown_code(page), 20)
    assert spendable(rich.wallet_id, at=now()) == 70
