"""
Every form of both apps acts for whoever it was drawn for, and those that rest on the session alone act once.

A page that one person left open, sent after somebody else signed in on the same phone, changes nothing of the other's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings as configured
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from branches.models import Bank
from core.audit.models import SecurityEvent
from core.clock import now
from identity.models import OpenSession
from identity.services import mark_made_up
from merchants.models import Cashier
from merchants.services import appoint_cashier, open_outlet
from residents.models import BankLink, Resident
from tests.clock import Clock
from tests.desk_deeds import everything
from tests.identity.world import newest_code
from tests.web.test_resident_pages import text_of
from tests.world import BEGINNING, give_points, letter_code, make_resident, somebody

pytestmark = pytest.mark.django_db
MEIS, TOMS = "+8613800001001", "+8613800002001"
TEMPLATES: Final = Path(configured.BASE_DIR, "templates")
PAGES: Final = ("/settings/", "/merchant/settings/", "/gift/", "/bank/", "/sign-out/", "/history/", "/")
NOT_OF_PEOPLE: Final = {"admin/ask.html"}  # tests/community/test_forms_of_the_desk.py sends those
HOUR: Final = 3600


@dataclass
class Form:
    """A form as a browser sends it by its first button."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Forms(HTMLParser):
    """The forms of a page that are sent by POST."""

    def __init__(self, path: str, page: Any) -> None:
        super().__init__()
        self.path = path
        self.found: list[Form] = []
        self._open: Form | None = None
        self.feed(page.content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a form, or note one of its fields."""
        said = {name: value or "" for name, value in attrs}
        if tag == "form" and said.get("method", "").lower() == "post":
            self._open = Form(said.get("action") or self.path)
            self.found.append(self._open)
        elif self._open and tag in {"input", "button"} and said.get("name"):
            self._open.fields.setdefault(said["name"], said.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """End a form."""
        if tag == "form":
            self._open = None


def sign_in(browser: Client, phone: str) -> None:
    """By a code, as people do."""
    for path in ("/sign-in/", "/sign-in/code/"):
        (form,) = [form for form in Forms(path, browser.get(path)).found if form.action == path]
        typed = {"code": newest_code()} if "code" in form.fields else {"phone": phone}
        assert browser.post(path, {**form.fields, **typed}).status_code == HTTPStatus.FOUND


def opened(browser: Client, path: str, seen: set[str]) -> list[Form]:
    """The forms of the page, whose templates were seen."""
    page = browser.get(path, follow=True)
    assert page.status_code == HTTPStatus.OK, path
    seen |= {str(template.name) for template in page.templates}
    return Forms(path, page).found


def strict() -> Client:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies["django_language"] = "en"
    return browser


@pytest.fixture
def till(mei: Resident, bakery: Cashier, east: Bank) -> Cashier:
    """Mei works at two outlets, and has points to give."""
    give_points(resident=mei, bank=east, points=100, at=now())
    outlet = bakery.outlet
    second = open_outlet(actor=somebody(), merchant=outlet.merchant, neighborhood=outlet.neighborhood, name="Second", at=BEGINNING)
    for place in (outlet, second):
        cashier = appoint_cashier(actor=somebody(), outlet=place, phone=MEIS, name="Mei", at=BEGINNING)
    return cashier


def test_no_form_acts_for_somebody_who_signed_in_since(till: Cashier, tom: Resident, settings: Settings) -> None:
    settings.EMBEDDED = True
    mark_made_up(users=[till.user])  # so that the demo's form is there too
    elsewhere, browser, seen = strict(), strict(), set[str]()
    forms = opened(browser, "/sign-in/", seen)
    sign_in(elsewhere, MEIS)  # so that there is another session to end
    asked = next(form for form in forms if form.action == "/sign-in/")
    browser.post("/sign-in/", {**asked.fields, "phone": MEIS})
    forms += opened(browser, "/sign-in/code/", seen)
    typed = next(form for form in forms if form.action == "/sign-in/code/")
    browser.post("/sign-in/code/", {**typed.fields, "code": newest_code()})
    for path in PAGES:
        forms += opened(browser, path, seen)
    gift = next(form for form in forms if form.action == "/gift/")
    confirm = browser.post("/gift/", {**gift.fields, "phone": TOMS, "points": "3"}).headers["Location"]
    forms += opened(browser, confirm, seen)
    with_forms = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html") if 'method="post"' in path.read_text()}
    assert with_forms - seen - NOT_OF_PEOPLE == set()
    (way_out,) = [form for form in forms if form.action == "/sign-out/"]
    browser.post("/sign-out/", way_out.fields)
    sign_in(browser, TOMS)
    before = everything()

    for form in forms:
        refused = browser.post(form.action, {"phone": TOMS, "points": "3", "code": "000000", "who": str(tom.user_id), **form.fields})

        assert refused.status_code == HTTPStatus.FORBIDDEN, form
        assert "somebody else signed in here meanwhile" in text_of(refused), form
    assert everything() == before
    assert browser.get("/settings/").status_code == HTTPStatus.OK


def count_of(kind: str) -> int:
    return SecurityEvent.objects.filter(kind=kind).count()


@pytest.fixture
def browser(mei: Resident) -> Client:
    """Mei's."""
    client = Client()
    client.cookies["django_language"] = "en"
    sign_in(client, MEIS)
    client.get("/settings/")
    return client


def test_signing_out_twice_is_signing_out_once(browser: Client, clock: Clock) -> None:
    clock.forward(HOUR)
    first, second = browser.post("/sign-out/"), browser.post("/sign-out/")

    assert (first.status_code, first.headers["Location"]) == (second.status_code, second.headers["Location"])
    assert "You are signed out here." in text_of(browser.get(second.headers["Location"]))
    assert count_of("signed_out") == 1


def test_a_session_ended_twice_is_ended_once(browser: Client, mei: Resident, clock: Clock) -> None:
    lost = Client()
    sign_in(lost, MEIS)
    lost.get("/settings/")
    form = next(form for form in Forms("/settings/", browser.get("/settings/")).found if "session" in form.fields)
    clock.forward(HOUR)

    first, second = (browser.post(form.action, form.fields, follow=True) for _tap in range(2))

    assert "Signed out there." in text_of(first)
    assert (second.status_code, "You are signed out there already." in text_of(second)) == (HTTPStatus.OK, True)
    assert count_of("sessions_ended") == 1
    assert OpenSession.objects.filter(user=mei.user).count() == 1


def test_signing_out_everywhere_else_twice_leaves_one_signed_in(browser: Client, clock: Clock) -> None:
    form = {"next": "/settings/"}
    clock.forward(HOUR)

    first, second = (browser.post(reverse("end-other-sessions"), form, follow=True) for _tap in range(2))

    for page in (first, second):
        assert "You are signed in here alone now." in text_of(page)
        assert "Sign out everywhere but here" not in text_of(page)


def test_what_was_chosen_last_in_any_tab_stands(browser: Client, mei: Resident, clock: Clock) -> None:
    english, chinese = ({"language": language, "next": "/settings/"} for language in ("en", "zh-hans"))
    answers = [browser.post("/look/", form).headers["Location"] for form in (chinese, english, english)]
    clock.forward(HOUR)
    answers.append(browser.post("/look/", chinese).headers["Location"])  # back, in the first tab

    assert set(answers) == {"/settings/"}
    assert mei.user is not None
    mei.user.refresh_from_db()
    assert mei.user.language == "zh-hans"


def test_a_bank_linked_twice_is_linked_once(browser: Client, mei: Resident, west: Bank, clock: Clock) -> None:
    link = make_resident(links={west: "2009"}, name="Mei").links.get()
    form = {"bank": "WB", "customer": "2009", "code": letter_code(link=link, at=now())}
    clock.forward(HOUR)

    first, second = (browser.post("/bank/", form, follow=True) for _tap in range(2))

    assert (first.redirect_chain, second.redirect_chain) == ([("/", HTTPStatus.FOUND)],) * 2
    assert "West Bank knows you now." in text_of(second)
    assert BankLink.objects.filter(resident__user=mei.user).count() == 2
    assert count_of("link_claimed") == 1
