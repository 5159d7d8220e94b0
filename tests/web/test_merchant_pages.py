"""Cashiers' pages: what stands on them, whose they are, and how many queries they take."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from branches.models import Bank
from core.channels.services import inbox
from core.clock import alliance_day, now
from core.limits import PAGE_SIZE
from identity.models import User
from merchants.models import Cashier
from merchants.services import appoint_cashier, open_outlet
from points.log.sealing import seal_all
from redemptions.models import Redemption
from redemptions.services import redeem, refund, undo
from residents.models import Resident
from settlements.models import BusinessDay, MerchantLine, MerchantStatement
from settlements.services import close_day
from tests.redemptions.world import new_key, scanned
from tests.web.test_resident_pages import text_of
from tests.world import give_points, neighborhood_of, somebody
from web.merchant.shell import FILES

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
QUERIES = 12
POINTS = 1_000_000


@pytest.fixture(autouse=True)
def _no_earlier_rates() -> None:
    cache.clear()


@pytest.fixture
def rich(mei: Resident, east: Bank) -> Resident:
    """Mei with a million points."""
    give_points(resident=mei, bank=east, points=POINTS, at=now())
    return mei


@pytest.fixture
def browser(bakery: Cashier) -> Client:
    """Bakery's cashier, in English."""
    return browser_of(bakery.user)


def browser_of(user: User) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user, backend=BACKEND)
    return client


def sell(resident: Resident, cashier: Cashier, *points: int) -> list[Redemption]:
    taken = []
    for each in points:
        checkout = scanned(resident, cashier, at=now())
        taken.append(redeem(cashier=cashier, checkout_id=checkout.pk, points=each, key=new_key(), at=now()))
    return taken


def close_today() -> None:
    seal_all()
    close_day(day=alliance_day(now()), at=now() + timedelta(days=1))


# --- landing ---


def sign_in(phone: str) -> Any:
    client = Client()
    client.post("/sign-in/", {"phone": phone})
    code = re.search(r"(?<![\d+])\d{6}(?!\d)", inbox(most=1)[0].text)
    assert code
    return client.post("/sign-in/code/", {"code": code[0]}, follow=True)


def test_a_cashier_lands_at_the_till(bakery: Cashier) -> None:
    answer = sign_in("13900000001")

    assert answer.redirect_chain[-1][0] == "/merchant/"
    assert "Bakery" in text_of(answer)


def test_a_resident_lands_at_home(mei: Resident) -> None:
    assert sign_in("13800001001").redirect_chain[-1][0] == "/"


def test_staff_land_at_the_desk(operator: User) -> None:
    client = Client()
    client.force_login(operator, backend=BACKEND)

    assert client.get("/sign-in/done/").headers["Location"] == "/admin/"
    home = client.get("/").content.decode()
    assert home.index('href="/admin/"') < home.index('href="/bank/"')


def test_one_who_is_both_lands_at_the_till_and_may_change_over(mei: Resident, bakery: Cashier) -> None:
    appoint_cashier(actor=somebody(), outlet=bakery.outlet, phone="+8613800001001", name="Mei", at=now())

    landed = sign_in("13800001001")

    assert landed.redirect_chain[-1][0] == "/merchant/"
    assert 'href="/"' in landed.client.get("/merchant/settings/").content.decode()
    assert 'href="/merchant/"' in landed.client.get("/settings/").content.decode()


def test_one_who_is_not_both_is_offered_nothing(browser: Client, mei: Resident) -> None:
    assert "To your own points" not in text_of(browser.get("/merchant/settings/"))
    assert mei.user
    assert 'href="/merchant/"' not in browser_of(mei.user).get("/settings/").content.decode()


# --- whose they are ---

PAGES = ("/merchant/", "/merchant/today/", "/merchant/statements/", "/merchant/settings/")


@pytest.mark.parametrize("path", PAGES)
def test_nobody_is_asked_to_sign_in_first(path: str, db: None) -> None:
    assert Client().get(path).headers["Location"] == f"/sign-in/?next={path}"


@pytest.mark.parametrize("path", PAGES)
def test_who_is_no_cashier_is_told_so(path: str, mei: Resident) -> None:
    assert mei.user
    answer = browser_of(mei.user).get(path)

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "You don't work at a till" in text_of(answer)


def test_a_page_of_the_till_is_kept_by_nobody(browser: Client) -> None:
    for path in PAGES:
        assert "no-store" in browser.get(path).headers["Cache-Control"]


def test_only_the_till_may_run_the_code_reader(browser: Client) -> None:
    policies = {path: browser.get(path).headers["Content-Security-Policy"] for path in (*PAGES, "/", "/merchant/offline/")}

    assert {path for path, policy in policies.items() if "'wasm-unsafe-eval'" in policy} == {"/merchant/"}
    assert all("'unsafe-eval'" not in policy and "'unsafe-inline'" not in policy for policy in policies.values())


def test_receipts_and_statements_of_others_are_not_there(browser: Client, rich: Resident, grocer: Cashier) -> None:
    (theirs,) = sell(rich, grocer, 400)
    close_today()
    statement, line = MerchantStatement.objects.get(), MerchantLine.objects.get()

    for path in (f"receipts/{theirs.receipt}", f"statements/{statement.pk}", f"lines/{line.pk}", f"statements/{uuid4()}", "lines/99999"):
        assert browser.get(f"/merchant/{path}/").status_code == HTTPStatus.NOT_FOUND
    assert theirs.receipt not in text_of(browser.get("/merchant/today/"))
    assert "4.00 yuan" not in text_of(browser.get("/merchant/statements/"))


@pytest.mark.parametrize(
    "path",
    ["receipts/x", "receipts/0", "today/?older_than=x", "statements/?before=x", "statements/?before=2026-02-30", "lines/" + "9" * 30],
)
def test_what_can_not_be_is_not_there(path: str, browser: Client) -> None:
    address = f"/merchant/{path}" if "?" in path else f"/merchant/{path}/"
    assert browser.get(address).status_code == HTTPStatus.NOT_FOUND


# --- outlets ---


def test_a_cashier_of_two_outlets_chooses(browser: Client, bakery: Cashier, grocer: Cashier, east: Bank, rich: Resident) -> None:
    second = open_outlet(actor=somebody(), merchant=bakery.outlet.merchant, neighborhood=neighborhood_of(east), name="Bakery 2", at=now())
    other = appoint_cashier(actor=somebody(), outlet=second, phone="+8613900000001", name="Bao", at=now())
    (here,), (there,) = sell(rich, bakery, 10), sell(rich, other, 20)

    assert here.receipt in text_of(browser.get("/merchant/today/"))
    assert browser.post("/merchant/outlet/", {"outlet": second.pk}).headers["Location"] == "/merchant/"
    today = text_of(browser.get("/merchant/today/"))

    assert there.receipt in today
    assert here.receipt not in today
    assert f'data-outlet="{second.pk}"' in browser.get("/merchant/").content.decode()
    for foreign in (grocer.outlet_id, 0, -1, "x", 10**20):
        assert browser.post("/merchant/outlet/", {"outlet": foreign}).status_code == HTTPStatus.NOT_FOUND
    assert there.receipt in text_of(browser.get("/merchant/today/"))


def test_an_outlet_that_closed_gives_way_to_the_first(browser: Client, bakery: Cashier, east: Bank) -> None:
    second = open_outlet(actor=somebody(), merchant=bakery.outlet.merchant, neighborhood=neighborhood_of(east), name="Bakery 2", at=now())
    appoint_cashier(actor=somebody(), outlet=second, phone="+8613900000001", name="Bao", at=now())
    browser.post("/merchant/outlet/", {"outlet": second.pk})
    second.closed_at = now()
    second.save()

    assert f'data-outlet="{bakery.outlet_id}"' in browser.get("/merchant/").content.decode()


# --- today and receipts ---


def test_today_tells_what_stands_and_what_was_given_back(browser: Client, rich: Resident, bakery: Cashier) -> None:
    first, second = sell(rich, bakery, 1200, 30)
    undo(cashier=bakery, receipt=second.receipt, reason="Wrong amount", key="u", at=now())

    page = text_of(browser.get("/merchant/today/"))

    assert "1,200 points" in page
    assert "12.00 yuan, on 1 receipt" in page
    assert page.index(second.receipt) < page.index(first.receipt)
    assert "given back" in page


def test_today_is_empty_with_what_to_do(browser: Client) -> None:
    assert "Nothing taken yet today" in text_of(browser.get("/merchant/today/"))


def test_a_receipt_tells_whose_points_and_offers_the_undo(browser: Client, rich: Resident, bakery: Cashier) -> None:
    (taken,) = sell(rich, bakery, 30)

    answer = browser.get(f"/merchant/receipts/{taken.receipt}/")

    assert "East Bank 30 points" in text_of(answer)
    assert "M**" in text_of(answer)
    assert f'data-undo="/merchant/redemptions/{taken.receipt}/undo"' in answer.content.decode()


def test_an_undone_receipt_tells_why_and_offers_nothing(browser: Client, rich: Resident, bakery: Cashier) -> None:
    (taken,) = sell(rich, bakery, 30)
    undo(cashier=bakery, receipt=taken.receipt, reason="<b>too much</b>", key="u", at=now())

    answer = browser.get(f"/merchant/receipts/{taken.receipt}/").content.decode()

    assert "&lt;b&gt;too much&lt;/b&gt;" in answer
    assert 'id="give-back"' not in answer


def test_yesterdays_receipt_is_given_back_in_parts_alone(browser: Client, rich: Resident, bakery: Cashier) -> None:
    (taken,) = sell(rich, bakery, 30)

    with time_machine.travel(taken.redeemed_at + timedelta(days=1), tick=False):
        answer = browser.get(f"/merchant/receipts/{taken.receipt}/")

    assert "30 points can still be given back, on any day and in parts." in text_of(answer)
    assert f'data-refunds="/merchant/redemptions/{taken.receipt}/refunds"' in answer.content.decode()
    assert 'data-undo=""' in answer.content.decode()


def test_a_receipt_tells_each_part_that_was_given_back_and_what_is_left(browser: Client, rich: Resident, bakery: Cashier) -> None:
    (taken,) = sell(rich, bakery, 30)
    refund(cashier=bakery, receipt=taken.receipt, points=20, reason="One <b>cake</b> came back", key="r1", at=now())
    refund(cashier=bakery, receipt=taken.receipt, points=9, reason="And a roll", key="r2", at=now())

    page = browser.get(f"/merchant/receipts/{taken.receipt}/")
    today = text_of(browser.get("/merchant/today/"))

    assert "29 given back" in text_of(page)
    assert text_of(page).index("20 points") < text_of(page).index("9 points")
    assert "One &lt;b&gt;cake&lt;/b&gt; came back" in page.content.decode()
    assert "1 point can still be given back, on any day." in text_of(page)
    assert 'data-left="1"' in page.content.decode()
    assert "29 given back" in today
    assert "0.01 yuan, on 1 receipt" in today


def test_a_receipt_wholly_given_back_in_parts_offers_nothing(browser: Client, rich: Resident, bakery: Cashier) -> None:
    (taken,) = sell(rich, bakery, 30)
    for number, points in enumerate((20, 10)):
        refund(cashier=bakery, receipt=taken.receipt, points=points, reason="Goods came back", key=f"r{number}", at=now())

    page = browser.get(f"/merchant/receipts/{taken.receipt}/").content.decode()

    assert "data-giving-back" not in page
    assert "0.00 yuan, on 0 receipts" in text_of(browser.get("/merchant/today/"))


# --- statements ---


def test_every_line_of_a_statement_opens_to_its_receipt(browser: Client, rich: Resident, bakery: Cashier) -> None:
    first, second = sell(rich, bakery, 180, 30)
    undo(cashier=bakery, receipt=second.receipt, reason="Wrong amount", key="u", at=now())
    close_today()

    statements = browser.get("/merchant/statements/").content.decode()
    statement = browser.get(str(re.search(r"/merchant/statements/[0-9a-f-]{36}/", statements)[0]))  # type: ignore[index]
    addresses = re.findall(r"/merchant/lines/\d+/", statement.content.decode())
    opened = [text_of(browser.get(address)) for address in addresses]

    assert "1.80 yuan" in text_of(statement)
    assert [first.receipt in opened[0], second.receipt in opened[1], second.receipt in opened[2]] == [True, True, True]
    assert "−0.30 yuan" in opened[2]
    assert "East Bank −30 points" in opened[2]


def test_another_outlets_lines_of_the_same_merchant_open_too(browser: Client, rich: Resident, bakery: Cashier, east: Bank) -> None:
    second = open_outlet(actor=somebody(), merchant=bakery.outlet.merchant, neighborhood=neighborhood_of(east), name="Bakery 2", at=now())
    (there,) = sell(rich, appoint_cashier(actor=somebody(), outlet=second, phone="+8613900000009", name="Bo", at=now()), 20)
    close_today()

    page = text_of(browser.get(f"/merchant/lines/{MerchantLine.objects.get().pk}/"))

    assert there.receipt in page
    assert "Bakery 2" in page


def test_no_statement_yet_says_when_it_comes(browser: Client) -> None:
    assert "No statement yet" in text_of(browser.get("/merchant/statements/"))


# --- as much as there may be ---


def test_pages_hold_a_page_and_lead_on(browser: Client, rich: Resident, bakery: Cashier) -> None:
    taken = sell(rich, bakery, *[1] * (PAGE_SIZE + 3))
    close_today()
    statement, lines = MerchantStatement.objects.get(), list(MerchantLine.objects.order_by("pk"))

    first = browser.get("/merchant/today/").content.decode()
    older = str(re.search(r'href="(\?|[^"]*\?)older_than=(\d+)"', first)[2])  # type: ignore[index]
    rest = text_of(browser.get(f"/merchant/today/?older_than={older}"))
    after = text_of(browser.get(f"/merchant/statements/{statement.pk}/?after={lines[PAGE_SIZE - 1].pk}"))

    assert first.count('a class="row"') == PAGE_SIZE
    assert [each.receipt in rest for each in taken[:4]] == [True, True, True, False]
    assert taken[-1].receipt in after
    assert taken[0].receipt not in after


def test_statements_lead_to_earlier_ones(browser: Client, bakery: Cashier, east: Bank) -> None:
    previous = None
    today = alliance_day(now())
    for back in range(PAGE_SIZE + 2, 0, -1):
        day = today - timedelta(days=back)
        previous = BusinessDay.objects.create(
            day=day, previous=previous, number_after=0, number_upto=0, closed_at=now(), closed_by="command"
        )
        MerchantStatement.objects.create(
            day=previous, merchant=bakery.outlet.merchant, acquirer=east, points=back, amount_minor=back,
            carried_in_minor=0, payable_minor=back, carried_out_minor=0,
        )  # fmt: skip

    first = browser.get("/merchant/statements/").content.decode()
    older = str(re.search(r"\?before=[\d-]+", first)[0])  # type: ignore[index]
    rest = text_of(browser.get(f"/merchant/statements/{older}"))

    assert "0.01 yuan" in first
    assert "0.52 yuan" in rest
    assert "0.51 yuan" in rest
    assert "0.50 yuan" not in rest


def test_queries_are_few_and_flat(
    browser: Client, rich: Resident, bakery: Cashier, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    def count(path: str) -> int:
        with django_assert_max_num_queries(QUERIES) as seen:
            assert browser.get(path).status_code == HTTPStatus.OK
        return len(seen)

    sell(rich, bakery, 1)
    lists = ["/merchant/", "/merchant/today/", "/merchant/settings/", f"/merchant/receipts/{Redemption.objects.get().receipt}/"]
    browser.get("/merchant/")  # notes the session, once
    before = [count(path) for path in lists]
    sell(rich, bakery, *[1] * 30)
    after = [count(path) for path in lists]
    close_today()
    pages = ["/merchant/statements/", f"/merchant/statements/{MerchantStatement.objects.get().pk}/"]
    many = [count(path) for path in [*pages, f"/merchant/lines/{MerchantLine.objects.order_by('pk')[0].pk}/"]]
    one_line = MerchantLine.objects.order_by("pk")[30].pk - 1

    assert before == after
    assert many[1] == count(f"{pages[1]}?after={one_line}")


# --- installable ---


def test_the_till_is_an_app_of_its_own(client: Client) -> None:
    manifest = json.loads(client.get("/merchant/manifest.webmanifest").content)
    worker = client.get("/merchant/sw.js")
    shell = json.loads(re.search(r"self.SHELL = (\{.*?\});", worker.content.decode())[1])  # type: ignore[index]

    assert (manifest["id"], manifest["scope"], manifest["start_url"]) == ("/merchant/", "/merchant/", "/merchant/")
    assert manifest["id"] != json.loads(client.get("/manifest.webmanifest").content)["id"]
    assert worker.headers["Service-Worker-Allowed"] == "/merchant/"
    assert shell["pages"] == ["/merchant/offline/"]  # nothing that names anybody


def test_every_file_of_the_shell_is_there_and_what_modules_import_is_in_it() -> None:
    for name in FILES:
        found = finders.find(name)
        assert found, name
        if not name.endswith(".js") or name.endswith("worker.js"):
            continue
        imports = re.findall(r'from "(\.[^"]+)"', Path(found).read_text())
        for other in imports:
            parts = [*name.split("/")[:-1], *other.split("/")]
            while ".." in parts:
                at = parts.index("..")
                del parts[at - 1 : at + 1]
            assert "/".join(part for part in parts if part != ".") in FILES, f"{name} imports {other}"


def test_the_offline_page_says_nothing_about_anybody(browser: Client) -> None:
    page = browser.get("/merchant/offline/").content.decode()

    assert page == Client().get("/merchant/offline/", headers={"Cookie": "django_language=en"}).content.decode()
    assert "Bakery" not in page
