"""The whole loop in the browser, in both languages, on a phone and on a desk: from the bank's event to the statement of the next day."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image
from playwright.sync_api import Page, expect

from branches.models import Bank
from core.channels.services import inbox
from core.clock import alliance_day, now
from merchants.models import Cashier
from openapi.scopes import SCOPES
from points.log.sealing import seal_all
from redemptions.models import Redemption
from residents.models import Resident
from settlements.services import close_day
from tests.earning.world import bill_rule, cloud_event
from tests.journeys import film
from tests.journeys.conftest import DESKTOP, PHONE, Phone, without_network
from tests.journeys.test_resident import ready_for_no_network, shown_code
from tests.journeys.test_till import press
from tests.openapi.world import make_partner, one_outcome

Phones = Callable[..., Phone]
SCAN, TAKE, HOME, WHY, YUAN = range(5)
WORDS = {
    "en": ("Scan the code", "Take 20 points", "24 points", "¥245.20 gave 24 points.", "0.20 yuan"),
    "zh-hans": ("扫积分码", "收取20分", "24", "245.20元得24分。", "0.20元"),
}


def film_of(page: Page) -> Image.Image:
    """The very code that stands on the resident's page, as a picture."""
    return Image.open(io.BytesIO(page.locator(".plate").screenshot()))


def sign_in_by_phone(phone: Phone, number: str) -> Page:
    """Through the pages, with the code that was sent."""
    page = phone.open("/sign-in/")
    page.locator("#id_phone").fill(number)
    page.locator("form.form .button--next").click()
    page.locator("#id_code").fill(re.search(r"\d{6}", inbox(most=1)[0].text)[0])  # type: ignore[index]
    page.locator("form.form .button--next").click()
    return page


def at(phones: Phones, user: Any, **options: Any) -> Phone:
    phone = phones(**options)
    phone.sign_in(user)
    return phone


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_from_the_bank_to_the_statement(
    phones: Phones, film_file: Path, mei: Resident, east: Bank, bakery: Cashier, language: str, viewport: Any
) -> None:
    words = WORDS[language]
    bill_rule(east)
    partner = make_partner(bank=east, scopes=SCOPES, browser=Client())
    posted = one_outcome(partner.send(cloud_event(time=now().isoformat())))
    assert (posted["outcome"], posted["points"]) == ("posted", 24)
    phone = phones(language=language, viewport=viewport)
    home = sign_in_by_phone(phone, "138 0000 1001")
    expect(home.locator(".points--huge")).to_contain_text(words[HOME])
    ready_for_no_network(home)
    home.goto(phone.address + "/history/")
    home.locator("a.row").first.click()
    expect(home.locator("#main")).to_contain_text(words[WHY])

    with without_network(phone):
        shows = phone.open("/code/")
        shown_code(shows)
        film.play(film_file, film.scene(film_of(shows)))
        till = at(phones, bakery.user, language=language, viewport=viewport).open("/merchant/")
        till.get_by_role("button", name=words[SCAN]).click()
        expect(till.locator("#amount-title")).to_have_text("M**")
        press(till, "20")
        till.get_by_role("button", name=words[TAKE]).click()
        green = till.locator("#verdict-done[open]")
        expect(green).to_contain_text("20")

    receipt = Redemption.objects.get().receipt
    expect(green).to_contain_text(receipt)
    till.goto(phone.address + "/merchant/today/")
    expect(till.locator("a.row")).to_contain_text(receipt)
    shows.goto(phone.address + "/history/")
    shows.locator("a.row").first.click()
    expect(shows.locator("#main")).to_contain_text(receipt)

    seal_all()
    close_day(day=alliance_day(now()), at=now() + timedelta(days=1))
    till.goto(phone.address + "/merchant/statements/")
    for _step in ("statement", "line"):
        till.locator("a.row").first.click()
        till.wait_for_load_state()
    expect(till.locator("#main")).to_contain_text(receipt)
    expect(till.locator("#main")).to_contain_text(words[YUAN])
