"""Residents' pages: what stands on them, whose they are, and how many queries they take."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.core.cache import cache
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries, Settings

from branches.models import Bank
from core.clock import alliance_day, now
from core.limits import CODES_AHEAD, COOL_DOWN_POINTS_PER_DAY, HISTORY_LINES
from identity.models import User
from identity.services import user_with_phone
from merchants.models import Cashier
from points.errors import InsufficientPoints
from points.parties import freeze_wallet, unfreeze_wallet
from points.queries import history, spendable
from redemptions.errors import BadCode
from redemptions.models import DeviceCredential
from redemptions.services import enroll_device, open_checkout, redeem, trial_code, undo
from residents.models import Resident
from residents.services import claim_link
from tests.earning.world import bill, bill_rule, send
from tests.world import give_points, letter_code, make_merchant, make_resident, moment
from web.resident.shell import FILES

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
QUERIES = 12


@pytest.fixture(autouse=True)
def _english() -> None:
    cache.clear()


@pytest.fixture
def browser(mei: Resident) -> Client:
    """Mei's, in English."""
    return browser_of(mei)


def browser_of(resident: Resident) -> Client:
    assert resident.user
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(resident.user, backend=BACKEND)
    return client


def text_of(answer: Any) -> str:
    """What a reader of the page reads."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


def spend(resident: Resident, cashier: Cashier, points: int, key: str = "k1") -> str:
    at = now()
    checkout = open_checkout(cashier=cashier, code=trial_code(resident=resident, at=at), key=f"scan-{key}", at=at)
    return redeem(cashier=cashier, checkout_id=checkout.pk, points=points, key=key, at=at).receipt


def test_nobody_finds_the_way_in() -> None:
    answer = Client().get("/")

    assert answer.status_code == HTTPStatus.OK
    assert 'href="/sign-in/"' in answer.content.decode()


def test_home_tells_how_many_what_expires_and_what_is_near(browser: Client, mei: Resident, east: Bank) -> None:
    give_points(resident=mei, bank=east, points=1234, at=now())
    make_merchant(name="Bakery", acquirer=east)

    page = text_of(browser.get("/"))

    assert "1,234 points" in page
    assert "All of them are good until" in page
    assert "East Bank" in page
    assert "Bakery" in page


def test_what_goes_next_is_of_the_points_that_can_be_spent(mei: Resident, east: Bank, west: Bank) -> None:
    """Points that wait go sooner here, and are not counted; those of two banks that go on one day are, together."""
    at, soon, late = now(), moment("2027-01-31").date(), moment("2027-06-30").date()
    give_points(resident=mei, bank=east, points=700, at=at, expires_on=soon, available_on=alliance_day(at) + timedelta(days=3))
    give_points(resident=mei, bank=east, points=300, at=at, expires_on=late)
    give_points(resident=mei, bank=west, points=1_500, at=at, expires_on=late)

    assert "1,800 points" in text_of(browser_of(mei).get("/"))
    assert _next_to_go(mei) == ("All of them are good until Jun 30, 2027", "全部于2027年6月30日到期")
    give_points(resident=mei, bank=west, points=40, at=at, expires_on=late + timedelta(days=1))
    assert _next_to_go(mei) == ("1,800 of them are good until Jun 30, 2027", "其中1,800分，2027年6月30日到期")


def _next_to_go(resident: Resident) -> tuple[str, ...]:
    browser, found = browser_of(resident), []
    for language in ("en", "zh-hans"):
        browser.cookies["django_language"] = language
        line = re.search(r'class="hero__next.*?<span>(.*?)</span>', browser.get("/").content.decode(), re.DOTALL)
        found.append(line[1] if line else "")
    return tuple(found)


def test_a_limit_is_told_where_it_is_one_and_why(mei: Resident, east: Bank, west: Bank) -> None:
    browser, at = browser_of(mei), now()
    browser.post("/resident/devices", {}, content_type="application/json")
    give_points(resident=mei, bank=east, points=COOL_DOWN_POINTS_PER_DAY, at=at)
    assert 'id="cooling"' not in browser.get("/").content.decode() + browser.get("/gift/").content.decode()

    give_points(resident=mei, bank=east, points=1, at=at)
    assert mei.user
    assert "You are new on this phone: for your safety, 5,000 more points can be spent today." in text_of(browser.get("/"))
    code = letter_code(link=make_resident(links={west: "2009"}).links.get(), at=at)
    claim_link(user=mei.user, bank="WB", customer="2009", code=code, at=at)
    give_points(resident=mei, bank=west, points=COOL_DOWN_POINTS_PER_DAY, at=at)
    assert "You linked a bank just now: for your safety, 5,000 more points" not in text_of(browser.get("/"))
    other = browser_of(mei)  # has shown no code, so no phone is new
    give_points(resident=mei, bank=west, points=COOL_DOWN_POINTS_PER_DAY, at=at)
    assert "You linked a bank just now: for your safety, 10,001 more points can be spent today." in text_of(other.get("/"))


def test_an_outlet_elsewhere_or_closed_is_not_near(browser: Client, east: Bank, west: Bank) -> None:
    make_merchant(name="Elsewhere", acquirer=west)
    outlet = make_merchant(name="Closed", acquirer=east).outlets.get()
    outlet.closed_at = now()
    outlet.save()

    page = text_of(browser.get("/"))

    assert "Elsewhere" not in page
    assert "Closed" not in page
    assert "No outlet near you yet" in page


def test_home_of_one_without_points_says_what_to_do(browser: Client) -> None:
    assert "Nothing to expire" in text_of(browser.get("/"))


def test_one_who_is_no_resident_is_led_to_their_bank(bakery: Cashier) -> None:
    client = Client()
    client.force_login(bakery.user, backend=BACKEND)

    page = client.get("/").content.decode()

    assert 'href="/bank/"' in page
    assert 'href="/merchant/"' in page
    assert client.get("/history/").headers["Location"] == "/bank/"


def test_a_line_opens_to_why_in_the_readers_language_alone(browser: Client, mei: Resident, east: Bank) -> None:
    bill_rule(east)
    send(east, bill(24520, paid=now()), at=now())
    line = re.search(r'href="(/history/[0-9a-f-]+/)"', browser.get("/history/").content.decode())
    assert line

    english = text_of(browser.get(line[1]))
    browser.cookies["django_language"] = "zh-hans"
    chinese = text_of(browser.get(line[1]))

    sentences = "1 point for each full ¥10: ¥245.20 gave 24 points.", "每满10元得1分：245.20元得24分。"
    assert [said in english for said in sentences] == [True, False]
    assert [said in chinese for said in sentences] == [False, True]


def test_a_line_opens_to_where_and_receipt(browser: Client, mei: Resident, east: Bank, bakery: Cashier) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    receipt = spend(mei, bakery, 30)
    spent = history(mei.wallet_id)[0]

    page = text_of(browser.get(f"/history/{spent.id}/"))

    assert "Bakery" in page
    assert receipt in page
    assert "−30 points" in page
    assert "East Bank" in page


def test_what_was_undone_is_told_on_both_lines(browser: Client, mei: Resident, east: Bank, bakery: Cashier) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    undo(cashier=bakery, receipt=spend(mei, bakery, 30), reason="slip", key="u1", at=now())

    page = text_of(browser.get("/history/"))

    assert page.count("given back") == 2
    assert "+30 points" in page
    assert "−30 points" in page


def test_someone_elses_line_is_not_there(browser: Client, tom: Resident, west: Bank) -> None:
    give_points(resident=tom, bank=west, points=10, at=now())
    theirs = history(tom.wallet_id)[0].id

    assert browser.get(f"/history/{theirs}/").status_code == HTTPStatus.NOT_FOUND
    assert browser_of(tom).get(f"/history/{theirs}/").status_code == HTTPStatus.OK


def test_the_history_goes_on_where_a_page_ends(browser: Client, mei: Resident, east: Bank) -> None:
    for _ in range(HISTORY_LINES + 3):
        give_points(resident=mei, bank=east, points=1, at=now())

    first = browser.get("/history/").content.decode()
    older = re.search(r'href="(/history/\?before=[0-9a-f-]+)"', first)
    assert older
    second = browser.get(older[1]).content.decode()

    lines = [re.findall(r'href="/history/([0-9a-f-]{36})/"', page) for page in (first, second)]
    assert [len(found) for found in lines] == [HISTORY_LINES, 3]
    by_time = sorted(history(mei.wallet_id, limit=99), key=lambda view: (view.effective_at, view.id), reverse=True)
    assert [item for found in lines for item in found] == [str(view.id) for view in by_time]
    assert "?before=" not in second


@pytest.mark.parametrize("before", ["x", "1", "' or 1"])
def test_a_place_that_is_none_is_not_found(browser: Client, before: str) -> None:
    assert browser.get("/history/", {"before": before}).status_code == HTTPStatus.NOT_FOUND


def test_the_chart_has_its_numbers_behind(browser: Client, mei: Resident, east: Bank, bakery: Cashier) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    spend(mei, bakery, 30)

    page = browser.get("/history/").content.decode()

    assert page.count('class="chart__in"') == 6
    assert re.search(r"<td>100</td><td>30</td></tr></tbody>", page)


@pytest.mark.parametrize("many", [1, 20])
def test_pages_take_few_queries_whatever_they_show(
    browser: Client, mei: Resident, east: Bank, bakery: Cashier, django_assert_max_num_queries: DjangoAssertNumQueries, many: int
) -> None:
    bill_rule(east)
    for number in range(many):
        send(east, bill(1000, paid=now()), at=now())
        give_points(resident=mei, bank=east, points=2, at=now())
        make_merchant(name=f"Outlet {number}", acquirer=east)
    spend(mei, bakery, 1)
    spent = history(mei.wallet_id)[0].id

    for address in ("/", "/code/", "/history/", f"/history/{spent}/", "/settings/", "/bank/", "/resident/now"):
        with django_assert_max_num_queries(QUERIES, info=address):
            assert browser.get(address).status_code == HTTPStatus.OK


def test_a_bank_is_linked_with_its_code(east: Bank) -> None:
    newcomer = make_resident(links={east: "1002"}, name="")
    link = newcomer.links.get()
    code = letter_code(link=link, at=now())
    client = _newcomer()

    refused = client.post("/bank/", {"bank": "EB", "customer": "1002", "code": "00000-00000"})
    accepted = client.post("/bank/", {"bank": "EB", "customer": "1002", "code": code.lower()}, follow=True)

    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    said = text_of(refused).replace("&#x27;", "'")
    assert "don't belong together" in said
    assert "ask your branch for a new code" in said
    assert "East Bank knows you now. Your points are here." in text_of(accepted)


def test_choosing_keeps_and_leads_back_only_to_us(browser: Client, mei: Resident) -> None:
    chosen = browser.post("/look/", {"type": "large", "language": "zh-hans", "next": "/settings/"})
    astray = browser.post("/look/", {"theme": "dark", "next": "https://example.com/"})

    assert (chosen.headers["Location"], astray.headers["Location"]) == ("/settings/", "/")
    assert mei.user
    mei.user.refresh_from_db()
    assert mei.user.language == "zh-hans"
    page = browser.get("/settings/").content.decode()
    assert '<html lang="zh-Hans" data-theme="dark" data-type="large">' in re.sub(r"\s+", " ", page)


def test_what_can_not_be_chosen_changes_nothing(browser: Client) -> None:
    browser.post("/look/", {"theme": '"><script>', "next": "/"})

    assert "theme" not in browser.cookies


def test_signing_out_stops_the_phone_and_clears_it(browser: Client, mei: Resident, tom: Resident) -> None:
    browser.post("/resident/devices", {}, content_type="application/json")
    kept = enroll_device(resident=mei, at=now()).device
    theirs = enroll_device(resident=tom, at=now()).device

    answer = browser.post("/sign-out/", {"handle": f"{kept.handle:09d}"})

    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not DeviceCredential.objects.filter(resident=mei, revoked_at__isnull=True).exists()
    theirs.refresh_from_db()
    assert theirs.revoked_at is None


def test_nobody_stops_someone_elses_phone(browser: Client, tom: Resident) -> None:
    theirs = enroll_device(resident=tom, at=now()).device

    browser.post("/sign-out/", {"handle": f"{theirs.handle:09d}"})

    theirs.refresh_from_db()
    assert theirs.revoked_at is None


def test_codes_made_ahead_are_taken_in_their_time_and_no_later(browser: Client, mei: Resident, east: Bank, bakery: Cashier) -> None:
    give_points(resident=mei, bank=east, points=50, at=now())

    batch = browser.post("/resident/codes", {}, content_type="application/json").json()
    again = browser.post("/resident/codes", {}, content_type="application/json").json()

    assert len(batch["codes"]) == CODES_AHEAD
    assert DeviceCredential.objects.filter(resident=mei).count() == 1
    assert set(batch["codes"]) & set(again["codes"])
    assert open_checkout(cashier=bakery, code=batch["codes"][0], key="s1", at=now()).resident == mei
    browser.post("/sign-out/", {})
    with pytest.raises(BadCode):
        open_checkout(cashier=bakery, code=batch["codes"][1], key="s2", at=now())


def test_the_present_tells_the_newest_receipt_and_whether_the_phone_may(
    browser: Client, mei: Resident, east: Bank, bakery: Cashier
) -> None:
    give_points(resident=mei, bank=east, points=50, at=now())
    handle = browser.post("/resident/devices", {}, content_type="application/json").json()["handle"]
    before = browser.get("/resident/now", {"handle": handle}).json()
    receipt = spend(mei, bakery, 20)

    after = browser.get("/resident/now", {"handle": handle}).json()

    assert (before["latest"], before["spendable"], before["phone"]) == (None, 50, True)
    taken_at = datetime.fromisoformat(after["latest"].pop("taken_at"))
    assert after["latest"] == {"receipt": receipt, "outlet": "Bakery", "points": 20, "given_back": 0}
    assert datetime.fromisoformat(before["server_time"]) < taken_at < datetime.fromisoformat(after["server_time"])
    assert after["spendable"] == spendable(mei.wallet_id, at=now()) == 30
    assert browser.get("/resident/now", {"handle": "000000000"}).json()["phone"] is False


def test_the_present_tells_that_points_or_phone_are_frozen(browser: Client, mei: Resident, tom: Resident) -> None:
    handle = browser.post("/resident/devices", {}, content_type="application/json").json()["handle"]
    frozen = [browser.get("/resident/now", {"handle": handle}).json()["frozen"]]

    freeze_wallet(mei.wallet_id, at=now())
    frozen.append(browser.get("/resident/now", {"handle": handle}).json()["frozen"])
    home, gift = text_of(browser.get("/")), text_of(browser.get("/gift/"))
    unfreeze_wallet(mei.wallet_id)
    DeviceCredential.objects.filter(handle=int(handle)).update(frozen_at=now())
    frozen.append(browser.get("/resident/now", {"handle": handle}).json()["frozen"])
    frozen.append(browser_of(tom).get("/resident/now").json()["frozen"])

    assert frozen == [False, True, True, False]
    assert [("Ask your branch" in page, "You can spend" in page) for page in (home, gift)] == [(True, False), (True, False)]


def test_the_present_tells_of_a_scan_of_a_refusal_and_of_what_came_back(
    browser: Client, mei: Resident, east: Bank, bakery: Cashier
) -> None:
    give_points(resident=mei, bank=east, points=50, at=now())
    phone = enroll_device(resident=mei, at=now())
    ask = {"handle": f"{phone.device.handle:09d}"}
    assert [browser.get("/resident/now", ask).json()[name] for name in ("read_step", "checkout", "came_back")] == [None, None, None]

    checkout = open_checkout(cashier=bakery, code=trial_code(resident=mei, at=now()), key="scan", at=now())
    scanned = browser.get("/resident/now", ask).json()
    phone.device.refresh_from_db()
    assert scanned["checkout"] == {"id": str(checkout.pk), "outlet": "Bakery", "refusal": ""}
    assert scanned["read_step"] == phone.device.last_step

    with pytest.raises(InsufficientPoints):
        redeem(cashier=bakery, checkout_id=checkout.pk, points=51, key="too-much", at=now())
    refused = browser.get("/resident/now", {**ask}, headers={"accept-language": "en"}).json()["checkout"]["refusal"]
    assert refused == "Not enough points: 51 are needed, 50 can be spent now."

    taken = redeem(cashier=bakery, checkout_id=checkout.pk, points=20, key="less", at=now())
    assert browser.get("/resident/now", ask).json()["checkout"] is None
    undo(cashier=bakery, receipt=taken.receipt, reason="Wrong amount", key="u", at=now())
    back = browser.get("/resident/now", ask).json()["came_back"]
    assert back == {"receipt": taken.receipt, "outlet": "Bakery", "points": 20}
    assert "20 points came back from Bakery." in text_of(browser.get("/"))


def test_the_code_page_says_nothing_about_anybody(browser: Client, mei: Resident, east: Bank) -> None:
    give_points(resident=mei, bank=east, points=987, at=now())
    browser.get("/")
    mine = browser.get("/code/").content.decode()
    stranger = Client()
    stranger.cookies["django_language"] = "en"

    assert mine == stranger.get("/code/").content.decode()
    assert "987" not in mine


def test_the_worker_names_only_what_is_there_and_follows_the_language(client: Client) -> None:
    client.cookies["django_language"] = "en"
    script = client.get("/sw.js")
    shell = json.loads(re.search(r"self.SHELL = (\{.*?\});", script.content.decode())[1])  # type: ignore[index]

    assert script.headers["Cache-Control"] == "no-cache"
    assert shell["pages"] == ["/code/", "/offline/"]
    assert [page for page in shell["pages"] if client.get(page).status_code != HTTPStatus.OK] == []
    assert "/resident/" in shell["never"]
    client.cookies["django_language"] = "zh-hans"
    assert client.get("/sw.js").content != script.content


def test_every_module_the_code_page_needs_is_in_its_shell(settings: Settings) -> None:
    static = settings.BASE_DIR / "static"
    wanted, seen = [static / "js/pages/code.js", static / "js/site.js"], set()
    while wanted:
        path = wanted.pop()
        seen.add(str(path.relative_to(static)))
        found = re.findall(r'from "(\.[^"]+)"', path.read_text())
        targets = [(path.parent / name).resolve() for name in found]
        wanted += [target for target in targets if str(target.relative_to(static)) not in seen]

    assert seen - set(FILES) == set()


def test_the_manifest_is_of_the_language(client: Client) -> None:
    client.cookies["django_language"] = "en"
    manifest = client.get("/manifest.webmanifest").json()

    assert (manifest["name"], manifest["start_url"], manifest["scope"], manifest["lang"]) == ("Community points", "/", "/", "en")
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}


@pytest.mark.parametrize("address", ["/", "/code/", "/sign-in/", "/offline/", "/nothing/"])
def test_pages_carry_the_strict_policy(client: Client, address: str) -> None:
    policy = client.get(address).headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_pages_with_points_are_kept_by_nobody(browser: Client, mei: Resident, east: Bank) -> None:
    give_points(resident=mei, bank=east, points=1, at=now())
    line = history(mei.wallet_id)[0].id

    for address in ("/", "/history/", f"/history/{line}/", "/settings/", "/bank/"):
        assert "no-store" in browser.get(address).headers["Cache-Control"], address


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html"])
def test_error_pages_stand_without_a_request(name: str) -> None:
    with translation.override("en"):
        page = render_to_string(name)

    assert 'href="/"' in page
    assert "<h1>" in page


def test_a_newcomer_is_greeted_without_a_number_and_sees_shops_and_the_way(bakery: Cashier) -> None:
    client = _newcomer()
    User.objects.update(name="")

    page = text_of(client.get("/"))
    led = client.get("/history/", follow=True)

    assert "#" not in page
    assert all(said in page for said in ("Good to see you", "How it works", "Bakery", "Show this at the branch", "138****1002"))
    assert led.redirect_chain[-1][0] == "/bank/"
    assert "This page is about your points. Link your bank first." in text_of(led)


def test_worth_stands_under_points(browser: Client, mei: Resident, east: Bank) -> None:
    give_points(resident=mei, bank=east, points=51, at=now())
    assert "51 points worth ¥0.51" in text_of(browser.get("/"))
    line = history(mei.wallet_id)[0].id
    for address in ("/gift/", f"/history/{line}/"):
        assert re.search(r"51 points( ·)? worth ¥0\.51", text_of(browser.get(address))), address
    browser.cookies["django_language"] = "zh-hans"
    for address in ("/", "/gift/", f"/history/{line}/"):
        assert "约合0.51元" in text_of(browser.get(address)), address


def _newcomer() -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user_with_phone(phone="+8613800001002", name="Nova"), backend=BACKEND)
    return client
