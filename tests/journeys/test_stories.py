"""
Stories S01, S10, S11, S14, S16 and S20 in the browser.

They happen on the day at which every test's clock begins: amounts and sentences are the stories' own, and each lot expires
on the day that its bank's terms give for that day.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from django.utils.formats import date_format
from django.utils.translation import override
from playwright.sync_api import Page, Request, Route, expect

from branches.models import Bank
from core.clock import alliance_day, now
from merchants.models import Cashier
from points.queries import lots, spendable, terms_on
from redemptions.models import Checkout, Redemption, RefusedRedemption, Undo
from residents.models import Resident
from tests.earning.world import bill, bill_rule, send
from tests.journeys.conftest import Phone
from tests.journeys.test_resident import signed_in
from tests.journeys.test_till import at_till, hold_up, press, scan, type_in
from tests.journeys.test_till_network import OUTCOMES, REDEMPTIONS, lose_the_answer
from tests.ledger_world import facts
from tests.redemptions.world import s10
from tests.world import give_points

Phones = Callable[..., Phone]
SENTENCES: Final = {
    "en": "1 point for each full ¥10: ¥245.20 gave 24 points.",
    "zh-Hans": "每满10元得1分：245.20元得24分。",
}


@pytest.fixture
def zhang_rich(zhang: Resident, east: Bank, west: Bank) -> Resident:
    """Zhang with WB 150 and EB 100; the West Bank's go first."""
    give_points(resident=zhang, bank=west, points=150, at=now())
    give_points(resident=zhang, bank=east, points=100, at=now())
    return zhang


def last_day(bank: Bank, language: str = "en") -> str:
    """The last day of points that a bank gives today, in words."""
    today = alliance_day(now())
    with override(language):
        return date_format(terms_on(bank.issuer_id, today).expires_on(today), "DATE_FORMAT")


def left(resident: Resident) -> list[int]:
    """The lots in the order of spending."""
    return [lot.points for lot in lots(resident.wallet_id)]


def spend(page: Page, resident: Resident, points: int) -> None:
    """From the till's start to the tap on "take"."""
    type_in(page, resident)
    press(page, str(points))
    page.get_by_role("button", name=f"Take {points} points").click()


def rows(page: Page, title: str) -> list[str]:
    """The rows of a list, each in one line."""
    return [" ".join(row.split()) for row in page.get_by_role("region", name=title).get_by_role("listitem").all_inner_texts()]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_s01_a_bill_earns(phones: Phones, mei: Resident, east: Bank, language: str) -> None:
    bill_rule(east)
    send(east, bill(24520, paid=now()), at=now())
    page = signed_in(phones, mei, language=language).open("/")
    expect(page.locator(".points--huge .points__number")).to_have_text("24")
    expect(page.locator("[aria-labelledby=expiry] .row")).to_contain_text(last_day(east, language))

    page.goto(page.url + "history/")
    page.locator("a.row").click()

    why = page.locator("[aria-labelledby=why]")
    own, other = (SENTENCES["en"], SENTENCES["zh-Hans"]) if language == "en" else (SENTENCES["zh-Hans"], SENTENCES["en"])
    expect(why).to_contain_text(own)
    expect(why).not_to_contain_text(other)
    expect(page.locator("[aria-labelledby=parts] .row")).to_contain_text("East Bank")
    expect(page.locator("[aria-labelledby=parts] .row")).to_contain_text(last_day(east, language))


def test_s10_two_issuers(phones: Phones, zhang_rich: Resident, bakery: Cashier, east: Bank, west: Bank) -> None:
    page = at_till(phones, bakery)
    spend(page, zhang_rich, 180)
    expect(page.get_by_role("dialog", name="Taken")).to_contain_text("180")

    page.goto(page.url + "today/")
    receipts = page.locator("a.row")
    expect(receipts).to_have_count(1)
    receipts.click()
    page.wait_for_url("**/receipts/**")

    assert rows(page, "Whose points") == ["West Bank 150 points", "East Bank 30 points"]
    home = signed_in(phones, zhang_rich).open("/")
    expect(home.locator(".points--huge")).to_have_text("70 points")
    assert rows(home, "Expiry dates") == [f"{last_day(east)} East Bank 70 points"]
    assert left(zhang_rich) == [70]


def test_s11_not_enough_is_not_even_asked(phones: Phones, zhang_rich: Resident, bakery: Cashier) -> None:
    s10(zhang_rich, bakery, at=now())
    page = at_till(phones, bakery)
    type_in(page, zhang_rich)
    before = facts()

    press(page, "71")

    expect(page.get_by_text("There are only 70 points to spend.")).to_be_visible()
    expect(page.get_by_role("button", name="Take all 70 points instead")).to_be_visible()
    page.get_by_label("Points to take").press("Enter")
    page.clock.fast_forward(1_000)  # nor does anything come later
    assert page.locator("dialog[open]").count() == 0
    assert not RefusedRedemption.objects.exists()
    assert facts() == before


def test_s11_not_enough_any_more_is_red(phones: Phones, zhang_rich: Resident, bakery: Cashier, grocer: Cashier) -> None:
    page = at_till(phones, grocer)
    type_in(page, zhang_rich)
    press(page, "71")
    s10(zhang_rich, bakery, at=now())
    before = facts()

    page.get_by_role("button", name="Take 71 points").click()

    expect(page.get_by_role("alertdialog", name="Nothing taken")).to_contain_text("70")
    assert facts() == before
    assert Redemption.objects.count() == 1
    assert left(zhang_rich) == [70]


def test_s14_one_code_two_tills(phones: Phones, film_file: Path, mei: Resident, bakery: Cashier, grocer: Cashier) -> None:
    first, second = at_till(phones, bakery), at_till(phones, grocer)
    hold_up(film_file, mei)

    scan(first)
    second.get_by_role("button", name="Scan the code").click()

    expect(second.get_by_role("alertdialog", name="Nothing taken")).to_contain_text("already used. Ask the resident")
    assert Checkout.objects.get().outlet == bakery.outlet


def test_s16_the_answer_is_lost(phones: Phones, zhang_rich: Resident, bakery: Cashier) -> None:
    page = at_till(phones, bakery)
    lose_the_answer(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method) if "/redemptions" in request.url else None)

    spend(page, zhang_rich, 180)

    green = page.get_by_role("dialog", name="Taken")
    expect(green).to_contain_text("points from Z**")
    expect(green).to_contain_text(Redemption.objects.get().receipt)
    assert asked == ["POST", "GET"]
    assert left(zhang_rich) == [70]


def test_s16_it_never_arrived(phones: Phones, zhang_rich: Resident, bakery: Cashier) -> None:
    page = at_till(phones, bakery)
    page.route(REDEMPTIONS, lambda route: route.abort("internetdisconnected"), times=1)
    sent: list[str] = []
    told: list[tuple[int, str]] = []

    def listen(request: Request) -> None:
        if "/redemptions" in request.url and request.method == "POST":
            sent.append(str((request.post_data_json or {})["key"]))

    def look_in(route: Route) -> None:
        answer = route.fetch()
        told.append((answer.status, answer.json()["code"]))
        route.fulfill(response=answer)

    page.on("request", listen)
    page.route(OUTCOMES, look_in)

    spend(page, zhang_rich, 180)

    expect(page.get_by_role("dialog", name="Taken")).to_contain_text("points from Z**")
    assert told == [(404, "not_taken")]
    assert sent == [sent[0]] * 2
    assert Redemption.objects.count() == 1
    assert left(zhang_rich) == [70]


def test_s20_undo(phones: Phones, zhang_rich: Resident, bakery: Cashier, east: Bank, west: Bank) -> None:
    redemption = s10(zhang_rich, bakery, at=now())
    page = at_till(phones, bakery, "/merchant/today/")
    page.locator("a.row").click()
    page.get_by_role("button", name="All 180").click()
    page.get_by_label("Goods came back").check()
    page.get_by_role("button", name="Give all").click()
    expect(page.get_by_role("dialog", name="Given back")).to_contain_text("points to Z**")

    page.goto(page.url.split("receipts/")[0] + "today/")
    expect(page.locator("a.row")).to_contain_text(redemption.receipt)
    expect(page.locator("a.row")).to_contain_text("given back")
    home = signed_in(phones, zhang_rich).open("/")
    expect(home.locator(".points--huge")).to_have_text("250 points")
    assert rows(home, "Expiry dates") == [f"{last_day(west)} West Bank 150 points", f"{last_day(east)} East Bank 100 points"]
    home.goto(home.url + "history/")
    expect(home.locator("a.row", has_text="Bakery")).to_have_count(2)
    expect(home.locator("a.row", has_text="−180")).to_contain_text("given back")
    expect(home.locator("a.row", has_text="+180")).to_contain_text("given back")
    assert Undo.objects.get().redemption == redemption
    assert (left(zhang_rich), spendable(zhang_rich.wallet_id, at=now())) == ([150, 100], 250)
