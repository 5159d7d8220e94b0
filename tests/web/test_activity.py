"""A resident's history: by what it was, by the time it shows, and as much of it as was asked for."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from branches.models import Bank
from core.clock import alliance_day, now
from earning.events import EventIn
from merchants.models import Cashier
from redemptions.services import undo
from residents.models import Resident
from tests.clock import Clock
from tests.earning.world import bill, bill_rule, send, signin_rule
from tests.web.test_gift_pages import asked, carried
from tests.web.test_resident_pages import browser_of, spend, text_of
from tests.world import give_points, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(mei: Resident) -> Client:
    """Mei's, in English."""
    return browser_of(mei)


def titles(browser: Client, query: str = "") -> list[str]:
    """The lines' titles and points, as they stand."""
    page = browser.get(f"/history/{query}").content.decode()
    rows = re.findall(r'row__title"><bdi>(.*?)</bdi>.*?points__number">(.*?)</span>', page, re.DOTALL)
    return [f"{title} {points}" for title, points in rows]


def test_a_bill_says_what_it_was(browser: Client, mei: Resident, east: Bank) -> None:
    bill_rule(east)
    for category in ("power", "of-the-bank-alone", ""):
        send(east, bill(24520, paid=now())._replace(facts={"category": category} if category else None), at=now())

    assert sorted(titles(browser)) == ["Bill payment ¥245.20 +24", "Bill payment ¥245.20 +24", "Electricity bill ¥245.20 +24"]


def test_lines_stand_by_the_time_they_show(browser: Client, mei: Resident, east: Bank) -> None:
    bill_rule(east)
    late = now() - timedelta(hours=5)
    send(east, bill(30000, paid=now() - timedelta(hours=1)), at=now())
    send(east, bill(20000, paid=late), at=now())  # told later, happened before

    assert [title.split()[2] for title in titles(browser)] == ["¥300.00", "¥200.00"]


def test_points_that_wait_say_from_when_they_can_be_used(browser: Client, mei: Resident, east: Bank, clock: Clock) -> None:
    at, day = now(), moment("2026-12-05").date()
    give_points(resident=mei, bank=east, points=520, at=at, available_on=day)
    line = re.search(r'href="(/history/[0-9a-f-]{36}/)"', browser.get("/history/").content.decode())
    assert line is not None

    english = [text_of(browser.get(page)) for page in ("/history/", line[1])]
    browser.cookies["django_language"] = "zh-hans"
    chinese = [text_of(browser.get(page)) for page in ("/history/", line[1])]

    assert [("Usable from Dec 5." in page, page.count("sable from Dec 5")) for page in english] == [(True, 1), (True, 2)]
    assert ["可从12月5日起使用。" in page for page in chinese] == [True, True]
    clock.forward((moment("2026-12-05") - at).total_seconds())
    assert "可从" not in "".join(text_of(browser.get(page)) for page in ("/history/", line[1]))


def test_signing_in_folds_to_a_line_a_month(browser: Client, mei: Resident, east: Bank) -> None:
    signin_rule(east)
    at = moment("2026-03-15")
    for day in (1, 2, 3):
        event = EventIn(f"signin-{day}", "app.signin", "1001", at - timedelta(days=day), None, "", None, "/core")
        send(east, event, at=now())

    page = browser.get("/history/")

    assert "Signed in to the bank's app 3 times: +15" in text_of(page).replace("&#x27;", "'")
    assert page.content.decode().index("<details") < page.content.decode().index("Signed in to the bank&#x27;s app</bdi>")


def test_one_sees_what_one_asks_for(browser: Client, mei: Resident, tom: Resident, east: Bank, bakery: Cashier, grocer: Cashier) -> None:
    give_points(resident=mei, bank=east, points=500, at=now())
    spend(mei, bakery, 30, key="b")
    receipt = spend(mei, grocer, 20, key="g")
    undo(cashier=grocer, receipt=receipt, reason="Wrong amount", key="u", at=now())
    browser.post("/gift/confirm/", carried(asked(browser, points=7)))
    page = browser.get("/history/").content.decode()
    shops = dict(reversed(pair) for pair in re.findall(r'<option value="(\d+)">(\w+)</option>', page))

    assert set(shops) == {"Bakery", "Grocer"}
    assert len(titles(browser)) == 5
    assert sorted(titles(browser, "?way=out")) == ["Bakery −30", "Grocer −20", "Points given away −7"]
    assert sorted(line.split()[-1] for line in titles(browser, "?way=in")) == ["+20", "+500"]
    assert sorted(titles(browser, f"?outlet={shops['Grocer']}")) == ["Grocer +20", "Grocer −20"]
    assert titles(browser, f"?outlet={shops['Bakery']}&way=in") == []
    assert len(titles(browser, f"?month={alliance_day(now()):%Y-%m}")) == 5
    assert titles(browser, "?month=2025-01") == []


@pytest.mark.parametrize("query", ["?way=up", "?outlet=0", "?outlet=x", "?month=2026-13", "?month=x", "?before=x", "?outlet=９"])
def test_what_can_not_be_asked_is_not_there(browser: Client, query: str) -> None:
    assert browser.get(f"/history/{query}").status_code == 404


def test_somebody_elses_outlet_and_line_show_nothing(browser: Client, mei: Resident, tom: Resident, east: Bank, grocer: Cashier) -> None:
    give_points(resident=tom, bank=east, points=50, at=now())
    spend(tom, grocer, 20)
    give_points(resident=mei, bank=east, points=50, at=now())
    line = re.search(r"/history/([0-9a-f-]{36})/", browser_of(tom).get("/history/").content.decode())
    assert line is not None

    assert browser.get(f"/history/?outlet={grocer.outlet_id}").status_code == 404
    assert titles(browser, f"?before={line[1]}") == []
