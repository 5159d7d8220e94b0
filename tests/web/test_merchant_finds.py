"""An owner finds a month's sum, a file for the books, and the receipt behind a line or a number."""

from __future__ import annotations

import csv
import io
import re
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client

from branches.models import Bank
from core.clock import now
from merchants.models import Cashier
from merchants.services import appoint_cashier, open_outlet
from redemptions.models import Redemption
from residents.models import Resident
from settlements.models import MerchantLine, MerchantStatement
from tests.clock import Clock
from tests.web.test_merchant_pages import browser_of, close_today, sell
from tests.web.test_resident_pages import text_of
from tests.world import give_points, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(bakery: Cashier) -> Client:
    """Of Bakery's cashier, in English."""
    return browser_of(bakery.user)


@pytest.fixture
def sold(mei: Resident, bakery: Cashier, east: Bank) -> Redemption:
    """30 of Mei's points, at Bakery."""
    give_points(resident=mei, bank=east, points=250, at=now())
    return sell(mei, bakery, 30)[0]


def closed() -> MerchantStatement:
    """Bakery's statement of today, closed tomorrow."""
    close_today()
    return MerchantStatement.objects.get(merchant__name="Bakery")


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_a_month_says_what_it_comes_to(browser: Client, sold: Redemption) -> None:
    today = closed().day_id

    page = text_of(browser.get("/merchant/statements/"))

    assert re.search(rf"{today:%B} {today.year} 0\.30 yuan 30 points · 1 day", page)


def test_a_month_and_a_day_come_as_files(browser: Client, sold: Redemption, grocer: Cashier) -> None:
    statement = closed()

    month = browser.get(f"/merchant/statements/?file={statement.day_id:%Y-%m}")
    day = browser.get(f"/merchant/statements/{statement.pk}/?file=1")

    assert [(row["day"], row["merchant"], row["payable"]) for row in rows_of(month)] == [(str(statement.day_id), "Bakery", "0.30")]
    assert [(row["receipt"], row["points"]) for row in rows_of(day)] == [(sold.receipt, "30")]
    assert browser.get("/merchant/statements/?file=2026-13").status_code == HTTPStatus.NOT_FOUND
    theirs = browser_of(grocer.user)
    assert theirs.get(f"/merchant/statements/{statement.pk}/?file=1").status_code == HTTPStatus.NOT_FOUND
    assert rows_of(theirs.get(f"/merchant/statements/?file={statement.day_id:%Y-%m}")) == []


def test_a_line_leads_to_its_receipt(browser: Client, sold: Redemption) -> None:
    statement = closed()
    page = browser.get(f"/merchant/statements/{statement.pk}/").content.decode()
    line = re.search(r"/merchant/lines/\d+/", page)
    assert line is not None

    assert f'href="/merchant/receipts/{sold.receipt}/"' in browser.get(line[0]).content.decode()


def test_a_receipt_is_found_by_its_number(browser: Client, sold: Redemption, grocer: Cashier) -> None:
    spaced = f"{sold.receipt[:4]} {sold.receipt[4:]}"

    for typed in (spaced, sold.receipt.lstrip("0")):
        assert browser.get("/merchant/today/", {"number": typed}).headers["Location"] == f"/merchant/receipts/{sold.receipt}/"
    for browsing, number in ((browser_of(grocer.user), sold.receipt), (browser, "00000000"), (browser, "<b>")):
        missing = browsing.get("/merchant/today/", {"number": number})
        assert missing.status_code == HTTPStatus.NOT_FOUND
        assert "This outlet has no receipt with that number." in text_of(missing)


def tab_of(answer: Any) -> str:
    """The tab that says "here"."""
    found = re.search(r'href="/merchant/(\w+)/" aria-current="page"', answer.content.decode())
    return found[1] if found else ""


def test_a_receipt_stands_under_today_on_its_day_and_under_statements_later(browser: Client, sold: Redemption, clock: Clock) -> None:
    pages = [f"/merchant/receipts/{sold.receipt}/", f"/merchant/receipts/{sold.receipt}/proof/"]
    assert [tab_of(browser.get(page)) for page in pages] == ["today", "today"]
    statement, line = closed(), MerchantLine.objects.get().number

    clock.forward(24 * 3600)

    of_statements = [*pages, f"/merchant/statements/{statement.pk}/", f"/merchant/lines/{line}/", f"/merchant/lines/{line}/proof/"]
    assert {tab_of(browser.get(page)) for page in of_statements} == {"statements"}
    assert 'class="page__back" href="/merchant/statements/"' in browser.get(pages[0]).content.decode()


def test_a_receipt_of_another_outlet_says_where_points_are_given_back(browser: Client, sold: Redemption, bakery: Cashier) -> None:
    other = open_outlet(
        actor=somebody(), merchant=bakery.outlet.merchant, neighborhood=bakery.outlet.neighborhood, name="Bakery South", at=now()
    )
    south = appoint_cashier(actor=somebody(), outlet=other, phone="+8613900000009", name="Lan", at=now())
    closed()
    page = f"/merchant/lines/{MerchantLine.objects.get().number}/"

    assert "Points are given back at the outlet where they were taken: Bakery." in text_of(browser_of(south.user).get(page))
    assert "Points are given back at the outlet" not in text_of(browser.get(page))
