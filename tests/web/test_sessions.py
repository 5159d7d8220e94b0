"""Where one is signed in: listed, ended from elsewhere at once, forgotten when over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from core.clock import now
from core.limits import SIGN_IN_CODES_PER_DAY_PHONE
from identity.models import OpenSession, SignInCode
from identity.services import forget_ended_sessions, send_code
from identity.tasks import sweep_old_sign_ins
from merchants.models import Cashier
from redemptions.queries import devices_of
from residents.models import Resident
from tests.identity.world import newest_code, stranger
from web.sign_in.noting import NoteSessionMiddleware, browser_name

pytestmark = pytest.mark.django_db
BACKEND: Final = "allauth.account.auth_backends.AuthenticationBackend"
IPHONE: Final = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/604.1"
ANDROID: Final = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36"
WECHAT: Final = f"{ANDROID} MicroMessenger/8.0.54"
MEIS_PHONE: Final = "+8613800001001"


def browser(resident: Resident, agent: str = IPHONE) -> Client:
    """A browser in which the resident has signed in and looked at the settings."""
    client = Client(headers={"User-Agent": agent})
    client.cookies["django_language"] = "en"
    client.post("/sign-in/", {"phone": MEIS_PHONE if resident.name == "Mei" else "+8613800002001"})
    client.post("/sign-in/code/", {"code": newest_code()})
    assert is_in(client)
    return client


def is_in(client: Client) -> bool:
    return client.get("/settings/").status_code == HTTPStatus.OK


def enrolled(client: Client) -> int:
    """Let this browser show codes."""
    return int(client.post("/resident/devices", {}, content_type="application/json").json()["handle"])


def may_show_codes(resident: Resident) -> set[int]:
    return set(devices_of(resident=resident).values_list("handle", flat=True))


def end_first_other(client: Client, *, path: str = "/settings/") -> HTTPStatus:
    """Tap the first button that signs out elsewhere."""
    found = re.search(r'name="session" value="([0-9]+)"', client.get(path).content.decode())
    assert found
    return HTTPStatus(client.post(reverse("end-session"), {"session": found[1], "next": path}).status_code)


def test_a_resident_sees_where_they_are_signed_in(mei: Resident) -> None:
    at = now()
    with time_machine.travel(at, tick=False):
        browser(mei, WECHAT)
    here = browser(mei)

    page = here.get("/settings/").content.decode()

    assert re.findall(r"(?:Safari · iPhone|WeChat · Android)", page) == ["Safari · iPhone", "WeChat · Android", "WeChat · Android"]
    assert "last used" in page


def test_one_session_is_ended_at_once_and_its_phone_shows_no_codes(mei: Resident, tom: Resident) -> None:
    lost, here, others = browser(mei, ANDROID), browser(mei), browser(tom)
    handles = {enrolled(lost): lost, enrolled(here): here}
    assert may_show_codes(mei) == set(handles)

    assert end_first_other(here) == HTTPStatus.FOUND

    assert [is_in(client) for client in (lost, here, others)] == [False, True, True]
    assert lost.get("/resident/now").status_code == HTTPStatus.UNAUTHORIZED
    assert [handles[handle] for handle in may_show_codes(mei)] == [here]
    assert "Sign out everywhere but here" not in here.get("/settings/").content.decode()


def test_a_phone_enrolled_in_an_earlier_session_is_stopped_with_the_one_that_uses_it(mei: Resident) -> None:
    lost = browser(mei, ANDROID)
    handle = enrolled(lost)
    lost.post("/sign-in/")
    session = lost.session
    del session["phone"]  # as after signing in anew
    session.save()
    assert lost.get(f"/resident/now?handle={handle:09d}").json()["phone"]

    end_first_other(browser(mei))

    assert may_show_codes(mei) == set()


def test_nobody_ends_anothers_session(mei: Resident, tom: Resident) -> None:
    meis, toms = browser(mei), browser(tom)
    session = OpenSession.objects.get(user=mei.user).pk

    of_another, of_nobody = (toms.post(reverse("end-session"), {"session": told}) for told in (session, session + 100))
    assert of_another.status_code == of_nobody.status_code == HTTPStatus.FOUND
    assert of_another.headers["Location"] == of_nobody.headers["Location"]
    for told in ("0", "x", str(2**63)):
        assert toms.post(reverse("end-session"), {"session": told}).status_code == HTTPStatus.NOT_FOUND

    assert is_in(meis)
    assert OpenSession.objects.filter(user=mei.user).count() == 1


def test_all_others_end_at_once_and_their_browsers_are_strangers_again(mei: Resident) -> None:
    lost, here = browser(mei, ANDROID), browser(mei)
    unlisted = Client()  # signed in before sessions were noted
    assert mei.user
    unlisted.force_login(mei.user, backend=BACKEND)
    enrolled(lost)
    mine = enrolled(here)

    answer = here.post(reverse("end-other-sessions"), {"next": "/settings/"}, follow=True)

    assert answer.redirect_chain[-1][0] == "/settings/"
    assert [is_in(client) for client in (lost, unlisted, here)] == [False, False, True]
    assert may_show_codes(mei) == {mine}
    for number in range(SIGN_IN_CODES_PER_DAY_PHONE - SignInCode.objects.count()):
        send_code(phone=MEIS_PHONE, visitor=stranger(f"10.0.{number}.0/24"), at=now())
    here.post("/sign-out/")
    asked = [client.post("/sign-in/", {"phone": MEIS_PHONE}).status_code for client in (lost, here)]
    assert asked == [HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.FOUND]


def test_a_cashier_ends_sessions_too(bakery: Cashier) -> None:
    till, lost = Client(), Client()
    for client in (lost, till):
        client.force_login(bakery.user, backend=BACKEND)
        assert client.get("/merchant/settings/").status_code == HTTPStatus.OK

    assert end_first_other(till, path="/merchant/settings/") == HTTPStatus.FOUND

    assert [client.get("/merchant/settings/").status_code for client in (till, lost)] == [HTTPStatus.OK, HTTPStatus.FOUND]


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example/", ""])
def test_one_is_led_to_no_other_site(mei: Resident, wanted: str) -> None:
    assert browser(mei).post(reverse("end-other-sessions"), {"next": wanted}).headers["Location"] == "/settings/"


def test_sessions_that_are_over_are_forgotten(mei: Resident, tom: Resident) -> None:
    meis, toms = browser(mei), browser(tom)
    Session.objects.filter(session_key=meis.cookies["sessionid"].value).update(expire_date=now() - timedelta(seconds=1))
    sessions = Session.objects.count()

    sweep_old_sign_ins()

    assert Session.objects.count() == sessions - 1
    assert list(OpenSession.objects.values_list("user", flat=True)) == [tom.user_id]
    assert is_in(toms)
    assert forget_ended_sessions(at=now()) == 0


def test_signing_out_takes_one_from_the_list(mei: Resident) -> None:
    here, there = browser(mei), browser(mei, ANDROID)
    there.post("/sign-out/")

    assert "Chrome · Android" not in here.get("/settings/").content.decode()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (IPHONE, "Safari · iPhone"),
        (ANDROID, "Chrome · Android"),
        (WECHAT, "WeChat · Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0", "Edge · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox · Linux"),
        ("<script>", ""),
        ("", ""),
        ("x" * 100_000, ""),
    ],
)
def test_a_browser_is_named_in_our_words(agent: str, name: str) -> None:
    assert browser_name(agent) == name


HEADERS: Final[Mapping[str, str]] = {
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@pytest.mark.parametrize(
    "path", ["/", "/code/", "/merchant/", "/merchant/settings/", "/sign-in/", "/admin/login/", "/nothing/", "/api/nothing"]
)
def test_every_answer_says_what_a_browser_may_do_with_it(bakery: Cashier, client: Client, path: str) -> None:
    if path.startswith("/merchant/"):
        client.force_login(bakery.user, backend=BACKEND)
    headers = client.get(path).headers
    powers = dict(power.split("=") for power in headers["Permissions-Policy"].split(", "))

    assert {name: headers.get(name) for name in HEADERS} == HEADERS
    used = {"/merchant/": {"camera", "autoplay", "screen-wake-lock"}, "/code/": {"screen-wake-lock"}}.get(path, set())
    assert {power for power, who in powers.items() if who == "(self)"} == used
    assert {who for power, who in powers.items() if power not in used} == {"()"}
    assert {"camera", "microphone", "geolocation", "payment", "usb"} <= set(powers)


def test_pages_carry_the_mark_of_whose_they_are_and_kept_ones_none(mei: Resident, tom: Resident, bakery: Cashier) -> None:
    meis, toms = browser(mei), browser(tom)
    marks = [client.get("/sign-in/who/").json()["who"] for client in (meis, browser(mei), toms, Client())]

    assert (marks[0], marks[3]) == (marks[1], "")
    assert len({*marks}) == 3
    assert [f'data-who="{marks[0]}"' in meis.get(path).content.decode() for path in ("/", "/settings/", "/history/")] == [True] * 3
    assert ["data-who" in meis.get(path).content.decode() for path in ("/code/", "/offline/", "/merchant/offline/")] == [False] * 3
    assert "data-who" not in Client().get("/sign-in/").content.decode()


def test_a_page_that_lies_open_keeps_no_session_in_use(mei: Resident) -> None:
    client = browser(mei)
    OpenSession.objects.all().delete()

    NoteSessionMiddleware(lambda _request: HttpResponse())(client.get("/sign-in/who/").wsgi_request)
    assert not OpenSession.objects.exists()

    NoteSessionMiddleware(lambda _request: HttpResponse())(client.get("/settings/").wsgi_request)
    assert OpenSession.objects.get().user == mei.user
