"""A cashier's way through the till, in the browser, with a camera that plays what the resident shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from branches.models import Bank
from core.clock import now
from core.limits import COOL_DOWN_POINTS_PER_DAY
from merchants.models import Cashier
from merchants.services import appoint_cashier, open_outlet
from points.queries import spendable
from redemptions.models import Checkout, Redemption, RefusedRedemption, Undo
from redemptions.queries import masked_name
from redemptions.rotating_code import make_code
from redemptions.services import enroll_device, redeem
from redemptions.services.devices import Enrollment
from residents.models import Resident
from tests.clock import Clock
from tests.journeys import film
from tests.journeys.conftest import DESKTOP, HIDE, Phone, after_a_double_tap
from tests.redemptions.world import phone_of, scanned
from tests.world import give_points, neighborhood_of, somebody

Phones = Callable[..., Phone]

FEEL: Final = """
    window.felt = [];
    window.heard = [];
    Object.defineProperty(navigator, "vibrate", { value: (pattern) => window.felt.push(pattern) });
    window.OscillatorNode = class extends OscillatorNode {
        constructor(context, options) { super(context, options); window.heard.push(options.frequency) }
    };
"""
COVERED: Final = """(id) => {
    const dialog = document.getElementById(id);
    const [right, bottom] = [innerWidth - 2, innerHeight - 2];
    const corners = [[1, 1], [right, 1], [1, bottom], [right, bottom], [right / 2, bottom / 2]];
    return corners.map(([x, y]) => dialog.contains(document.elementFromPoint(x, y)));
}"""
MARKED: Final = "(field) => field.value.slice(field.selectionStart, field.selectionEnd)"
SIDES: Final = "(keys) => keys.map((key) => key.getBoundingClientRect()).map((box) => Math.min(box.width, box.height))"


@pytest.fixture
def rich(mei: Resident, east: Bank) -> Resident:
    """Mei with 100 points."""
    give_points(resident=mei, bank=east, points=100, at=now())
    return mei


def at_till(phones: Phones, cashier: Cashier, path: str = "/merchant/", **options: Any) -> Page:
    """The page of a cashier who is signed in."""
    phone = phones(**options)
    phone.sign_in(cashier.user)
    return phone.open(path)


def hold_up(file: Path, resident: Resident, damage: film.Damage | None = None) -> str:
    """Let the camera see a code of a new phone of the resident."""
    code = phone_of(resident, at=now()).code(now())
    film.play(file, film.scene(film.qr(code), damage=damage))
    return code


def scan(page: Page) -> None:
    """Scan what the camera sees, until it says who that is."""
    page.get_by_role("button", name="Scan the code").click()
    expect(page.get_by_role("heading", name="M**")).to_be_visible()


def type_in(page: Page, resident: Resident) -> None:
    """Type a code of the resident instead: quicker than the camera, where that is not what matters."""
    type_digits(page, phone_of(resident, at=now()).code(now()))
    expect(page.locator("#amount-title")).to_have_text(masked_name(resident.name))


def type_digits(page: Page, code: str) -> None:
    """Type those digits of somebody's phone."""
    page.wait_for_selector("#till[data-ready]")
    page.get_by_role("button", name="Enter code").click()
    page.get_by_label("Digits of the code").fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#amount-title")).to_be_visible()


def code_of(enrolled: Enrollment) -> str:
    """What that phone shows now."""
    return make_code(key=enrolled.key, handle=enrolled.device.handle, at=now())


def press(page: Page, keys: str) -> None:
    """Press keys of the keypad, one after another."""
    for key in keys:
        page.locator(f".keypad [data-key='{key}']").click()


def test_scan_amount_green(phones: Phones, film_file: Path, rich: Resident, bakery: Cashier) -> None:
    page = at_till(phones, bakery)
    hold_up(film_file, rich)

    scan(page)
    press(page, "30")
    page.get_by_role("button", name="Take 30 points").click()

    green = page.get_by_role("dialog", name="Taken")
    expect(green).to_contain_text("30")
    expect(green).to_contain_text("points from M**")
    assert spendable(rich.wallet_id, at=now()) == 70
    assert Redemption.objects.get().receipt in green.inner_text()


@pytest.mark.parametrize("damage", [film.dimmed, film.blurred, film.tilted, film.cracked])
def test_a_code_that_is_hard_to_read(phones: Phones, film_file: Path, rich: Resident, bakery: Cashier, damage: film.Damage) -> None:
    page = at_till(phones, bakery)
    hold_up(film_file, rich, damage)

    scan(page)

    assert Checkout.objects.get().resident == rich


def test_the_same_code_scanned_again_after_cancelling_opens_the_same_scan(
    phones: Phones, film_file: Path, rich: Resident, bakery: Cashier
) -> None:
    page = at_till(phones, bakery)
    hold_up(film_file, rich)
    scan(page)
    page.get_by_role("button", name="Cancel").click()

    scan(page)
    press(page, "30")
    page.get_by_role("button", name="Take 30 points").click()

    expect(page.get_by_role("dialog", name="Taken")).to_contain_text("30")
    assert (Checkout.objects.count(), Redemption.objects.count()) == (1, 1)


def test_what_was_just_taken_is_undone_with_one_tap(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    page = at_till(phones, bakery)
    type_in(page, rich)
    press(page, "30")
    page.get_by_role("button", name="Take 30 points").click()
    green = page.get_by_role("dialog", name="Taken")
    expect(green).to_be_visible()
    page.clock.pause_at(now())  # the half minute in which it is offered passes only as we say
    after_a_double_tap(page)

    green.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("dialog", name="Given back")).to_contain_text("30")
    assert spendable(rich.wallet_id, at=now()) == 100
    assert Undo.objects.get().reason == "Undone at the till right away"


def test_the_undo_is_on_the_first_page_for_half_a_minute(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    page = at_till(phones, bakery)
    type_in(page, rich)
    press(page, "30")
    page.get_by_role("button", name="Take 30 points").click()
    expect(page.get_by_role("dialog", name="Taken")).to_be_visible()
    page.clock.pause_at(now())
    after_a_double_tap(page)
    page.get_by_role("button", name="Done").click()
    strip = page.get_by_text("30 points from M** taken")
    expect(strip).to_be_visible()
    page.clock.run_for(28_000)
    expect(strip).to_be_visible()

    page.clock.run_for(2_000)

    expect(strip).to_be_hidden()
    assert not Undo.objects.exists()


def test_another_code_asks_nobody(phones: Phones, film_file: Path, bakery: Cashier) -> None:
    page = at_till(phones, bakery)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    film.play(film_file, film.scene(film.qr("https://example.org/pay/134567")))

    page.get_by_role("button", name="Scan the code").click()

    expect(page.get_by_text("This is another code.")).to_be_visible()
    assert asked == []


def test_stopping_lets_the_camera_go(phones: Phones, film_file: Path, bakery: Cashier) -> None:
    page = at_till(phones, bakery)
    film.play(film_file, film.scene(film.qr("nothing")))
    page.get_by_role("button", name="Scan the code").click()
    video = page.locator("video")
    page.wait_for_function("() => document.querySelector('video').readyState > 1")
    page.evaluate("window.track = document.querySelector('video').srcObject.getVideoTracks()[0]")

    page.evaluate(HIDE, arg=True)
    assert page.evaluate("window.track.readyState") == "ended"
    page.evaluate(HIDE, arg=False)
    page.wait_for_function("() => document.querySelector('video').srcObject?.active")
    page.get_by_role("button", name="Stop").click()

    expect(page.get_by_role("button", name="Scan the code")).to_be_visible()
    assert video.evaluate("video => video.srcObject") is None


def test_without_a_camera_the_page_says_what_to_do(phones: Phones, bakery: Cashier) -> None:
    page = at_till(phones, bakery)
    trouble = {"NotAllowedError": "isn't allowed", "NotFoundError": "gives no camera", "NotReadableError": "doesn't answer"}
    for error, sentence in trouble.items():
        page.evaluate("(name) => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name)) }", error)

        page.get_by_role("button", name="Scan the code").click()

        expect(page.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
        expect(page.get_by_role("button", name="Scan the code")).to_be_visible()


def test_typed_digits_are_checked_without_asking_anybody(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    page = at_till(phones, bakery)
    code = phone_of(rich, at=now()).code(now())
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    page.get_by_role("button", name="Enter code").click()
    field = page.get_by_label("Digits of the code")

    field.fill(wrong)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert").filter(has_text="A digit is wrong")).to_be_visible()
    assert not Checkout.objects.exists()
    field.fill(" ".join(code))
    expect(field).to_have_value(" ".join(code[at : at + 4] for at in range(0, 27, 4)))
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_role("heading", name="M**")).to_be_visible()


def test_a_wrong_group_is_marked_where_it_is_known(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    page = at_till(phones, bakery)
    code = phone_of(rich, at=now()).code(now())
    page.get_by_role("button", name="Enter code").click()
    field = page.get_by_label("Digits of the code")
    complaint = page.get_by_role("alert").filter(has_text="is wrong")
    for place, marked in ((0, 0), (1, 0), (11, 2), (12, 3), (13, 3), (2, None), (20, None), (26, None)):
        slip = code[:place] + str((int(code[place]) + 1) % 10) + code[place + 1 :]  # the check digit tells any one
        groups = [slip[at : at + 4] for at in range(0, 27, 4)]

        field.fill(slip)

        expect(complaint).to_be_visible()
        told = "A digit is wrong." if marked is None else f"A digit of the group {groups[marked]} is wrong."
        expect(complaint).to_contain_text(told)
        expect(complaint).to_contain_text("with the phone; if")
        if marked is not None:
            expect(field).to_be_focused()
            assert field.evaluate(MARKED) == groups[marked]
    field.fill(slip[:-1])
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert").filter(has_text="There must be 27 digits.")).to_be_visible()
    assert not Checkout.objects.exists()

    field.fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="M**")).to_be_visible()


def test_the_slip_is_told_in_chinese(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    page = at_till(phones, bakery, language="zh-hans")
    code = phone_of(rich, at=now()).code(now())
    page.locator("[data-do=type]").click()

    page.locator("#digits").fill("62" + code[2:])  # begins like a bank card

    expect(page.locator("#digits-error")).to_contain_text("数字有误，请再核对一遍")
    assert page.locator("#digits").evaluate(MARKED) == f"62{code[2:4]}"


def test_the_keyboard_alone_takes_points(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    page = at_till(phones, bakery, viewport=DESKTOP)
    page.get_by_role("button", name="Enter code").press("Enter")
    page.keyboard.type(phone_of(rich, at=now()).code(now()))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Points to take")).to_be_focused()
    page.keyboard.type("25")
    page.keyboard.press("Enter")

    expect(page.get_by_role("dialog", name="Taken")).to_be_visible()
    after_a_double_tap(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Scan the code")).to_be_visible()
    assert spendable(rich.wallet_id, at=now()) == 75


def test_a_bill_beyond_the_points_says_what_is_left_to_pay(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    page = at_till(phones, bakery)
    type_in(page, rich)
    page.get_by_role("button", name="Bill in yuan").click()

    press(page, "12.5")
    expect(page.get_by_text("100 points towards the bill; 11.50 yuan left to pay")).to_be_visible()
    page.get_by_role("button", name="Take 100 points").click()

    expect(page.get_by_role("dialog", name="Taken")).to_contain_text("11.50 yuan left to pay")
    assert spendable(rich.wallet_id, at=now()) == 0


def test_more_points_than_there_are_can_not_be_asked_for(phones: Phones, rich: Resident, bakery: Cashier) -> None:
    page = at_till(phones, bakery)
    type_in(page, rich)

    press(page, "101")

    expect(page.get_by_text("There are only 100 points to spend.")).to_be_visible()
    page.get_by_label("Points to take").press("Enter")
    assert not RefusedRedemption.objects.exists()
    assert not Redemption.objects.exists()
    page.get_by_role("button", name="Take all 100 points instead").click()
    expect(page.get_by_role("dialog", name="Taken")).to_contain_text("100")
    assert spendable(rich.wallet_id, at=now()) == 0


def test_spent_elsewhere_meanwhile_is_red_and_the_amount_can_be_changed(
    phones: Phones, rich: Resident, bakery: Cashier, grocer: Cashier
) -> None:
    page = at_till(phones, bakery)
    type_in(page, rich)
    press(page, "100")
    checkout = scanned(rich, grocer, at=now())
    redeem(cashier=grocer, checkout_id=checkout.pk, points=60, key="elsewhere", at=now())

    page.get_by_role("button", name="Take 100 points").click()
    red = page.get_by_role("alertdialog", name="Nothing taken")
    expect(red).to_be_visible()
    after_a_double_tap(page)
    red.get_by_role("button", name="Change the amount").click()
    expect(page.get_by_text("available 40 points")).to_be_visible()
    page.get_by_role("button", name="All 40").click()
    page.get_by_role("button", name="Take 40 points").click()

    expect(page.get_by_role("dialog", name="Taken")).to_contain_text("40")
    assert spendable(rich.wallet_id, at=now()) == 0


def test_a_new_phone_that_asks_too_much_is_red_and_what_it_may_spend_today_can_be_taken(
    phones: Phones, rich: Resident, bakery: Cashier, east: Bank
) -> None:
    give_points(resident=rich, bank=east, points=COOL_DOWN_POINTS_PER_DAY, at=now())
    new = enroll_device(resident=rich, at=now())
    page = at_till(phones, bakery)
    type_digits(page, code_of(new))
    expect(page.get_by_text("available 5,100 points")).to_be_visible()
    page.get_by_role("button", name="All 5,100").click()

    page.get_by_role("button", name="Take 5,100 points").click()
    red = page.get_by_role("alertdialog", name="Nothing taken")
    expect(red).to_contain_text("Left today: 5000.")
    assert not Redemption.objects.exists()
    after_a_double_tap(page)
    red.get_by_role("button", name="Change the amount").click()
    expect(page.get_by_text("available 5,000 points")).to_be_visible()
    page.get_by_role("button", name="All 5,000").click()
    page.get_by_role("button", name="Take 5,000 points").click()
    green = page.get_by_role("dialog", name="Taken")
    expect(green).to_contain_text("5,000")
    assert spendable(rich.wallet_id, at=now()) == 100
    after_a_double_tap(page)
    green.get_by_role("button", name="Done").click()

    type_digits(page, code_of(enroll_device(resident=rich, at=now())))
    page.get_by_role("button", name="All 100").click()
    page.get_by_role("button", name="Take 100 points").click()
    expect(red).to_contain_text("Left today: 0.")
    expect(red.get_by_role("button", name="Scan a new code")).to_be_visible()  # no amount is possible: there is none to change


def test_a_scan_that_grows_old_is_red_by_itself(phones: Phones, rich: Resident, bakery: Cashier, clock: Clock) -> None:
    page = at_till(phones, bakery)
    type_in(page, rich)

    clock.forward(121)

    expect(page.get_by_role("alertdialog", name="Nothing taken")).to_contain_text("more than two minutes old")


def test_a_cashier_of_two_outlets_stands_at_the_one_chosen(phones: Phones, rich: Resident, bakery: Cashier, east: Bank) -> None:
    other = open_outlet(actor=somebody(), merchant=bakery.outlet.merchant, neighborhood=neighborhood_of(east), name="Bakery 2", at=now())
    appoint_cashier(actor=somebody(), outlet=other, phone="+8613900000001", name="Bao", at=now())
    page = at_till(phones, bakery)
    page.get_by_role("link", name="Another outlet").click()
    page.get_by_role("button", name="Bakery 2").click()
    expect(page.get_by_role("heading", name="Bakery 2")).to_be_visible()
    type_in(page, rich)
    press(page, "1")
    page.get_by_role("button", name="Take 1 point", exact=True).click()

    expect(page.get_by_role("dialog", name="Taken")).to_be_visible()
    assert Redemption.objects.get().outlet == other


@pytest.mark.parametrize("viewport", [{"width": 390, "height": 844}, {"width": 320, "height": 640}])
def test_green_and_red_are_seen_heard_and_felt(
    phones: Phones, rich: Resident, bakery: Cashier, grocer: Cashier, viewport: dict[str, int]
) -> None:
    phone = phones(viewport=viewport)
    phone.sign_in(bakery.user)
    phone.context.add_init_script(FEEL)
    page = phone.open("/merchant/")
    type_in(page, rich)
    sides = page.locator(".keypad__key").evaluate_all(SIDES)
    assert (len(sides), min(sides) >= 44) == (12, True)
    press(page, "60")
    page.get_by_role("button", name="Take 60 points").click()
    green = page.get_by_role("dialog", name="Taken")
    expect(green).to_be_visible()

    assert page.evaluate(COVERED, "verdict-done") == [True] * 5
    assert page.evaluate("[window.felt, window.heard]") == [[[80, 60, 200]], [784, 1047, 1568]]

    after_a_double_tap(page)
    green.get_by_role("button", name="Done").click()
    page.evaluate("window.felt = []; window.heard = []")
    type_in(page, rich)
    press(page, "40")
    redeem(cashier=grocer, checkout_id=scanned(rich, grocer, at=now()).pk, points=30, key="elsewhere", at=now())
    page.get_by_role("button", name="Take 40 points").click()
    expect(page.get_by_role("alertdialog", name="Nothing taken")).to_be_visible()

    assert page.evaluate(COVERED, "verdict-no") == [True] * 5
    assert page.evaluate("[window.felt, window.heard]") == [[[300, 120, 300]], [196, 147]]
