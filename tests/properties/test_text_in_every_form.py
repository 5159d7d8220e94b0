"""Any text in any field, query and place of people's pages: no fault, nothing half done, and a sentence that says where."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from http import HTTPStatus
from itertools import count, cycle
from typing import Any, Final
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.test import Client
from hypothesis import Phase, given
from hypothesis import settings as settings_of
from hypothesis import strategies as st
from pytest_django import Settings

from core.characters import refused_place
from core.clock import now
from identity.services import user_with_phone
from merchants.services import appoint_cashier, open_outlet
from redemptions.receipts import receipt_number
from redemptions.services import redeem
from settlements.models import MerchantLine, MerchantStatement
from settlements.services import close_day
from tests.identity.world import newest_code
from tests.properties.forms_world import FORM, People, Sent, odd_paths, pages, rows, walk, watched_middleware
from tests.properties.test_text_at_every_edge import BOUNDED, TEXTS
from tests.redemptions.world import S10_AT, phone_of, scanned
from tests.world import PASSWORD, give_points, moment, neighborhood_of, somebody

ODDS: Final = (
    *("\ud83d", "a\x00b", "\x1b[0m", "\u202egnp", "\ufffe", "\U0010ffff", "\ue000", "\u2028", "\ufeff1", "1\u200b", "\r\nX: y"),
    *(
        "\U00020bb7" * 300,
        "\ud83d" * 300,
        "e" + "\u0301" * 2000,
        "9" * 5000,
        " " * 300,
        "\u3000",
        "９" * 19,
        "９",
        "١٢٣",
        "²",
        "½",
        "Ⅷ",
        "一",
    ),
    *("1e3", "1_0", "+1", "-1", "-0", "0x1", "1.0", "NaN", "9" * 19, str(2**63), "[]", "null", "%s%(x)s{0}", "\\", "'\"<script>"),
    *("2026-02-30", "0000-00", "9999-12", "2999-12", "0001-01-01", "9999-12-31", "2026-W10-1", "../..", "//evil.example/", "0" * 32),
)
BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
PROBLEM: Final = "application/problem+json"
NAMED: Final = re.compile("field “([^”]*)”")

Found = tuple[People, list[Sent], list[tuple[str, str]], dict[str, str]]

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(request: pytest.FixtureRequest, settings: Settings) -> Found:
    """People with something on every page, and all that they can send."""
    settings.MIDDLEWARE = watched_middleware()
    people, fitting = _people(request.getfixturevalue)
    sent, queries = walk(people, pages(fitting))
    return people, sent, queries, fitting


def _people(cast: Any) -> tuple[People, dict[str, str]]:
    mei, _tom, bakery, east = (cast(name) for name in ("mei", "tom", "bakery", "east"))
    at = now()
    give_points(resident=mei, bank=east, points=1500)
    settled = redeem(cashier=bakery, checkout_id=scanned(mei, bakery, at=S10_AT).pk, points=400, key="settled", at=S10_AT)
    close_day(day=S10_AT.date(), at=moment("2026-03-21", "00:30"))
    taken = redeem(cashier=bakery, checkout_id=scanned(mei, bakery, at=at).pk, points=400, key="taken", at=at)
    checkout = scanned(mei, bakery, at=at)
    outlet = open_outlet(actor=somebody(), merchant=bakery.outlet.merchant, neighborhood=neighborhood_of(east), name="Other", at=at)
    appoint_cashier(actor=somebody(), outlet=outlet, phone="+8613900000001", name="Bao", at=at)
    newcomer = user_with_phone(phone="+8613800009999", name="Nova")
    users = {"mei": mei.user, "newcomer": newcomer, "bakery": bakery.user, "operator": cast("operator")}
    clients = {name: Client(raise_request_exception=False, headers={"Accept-Language": "en"}) for name in (*users, "nobody", "asked")}
    for name, user in users.items():
        clients[name].force_login(user, backend=BACKEND)
        Client().force_login(user, backend=BACKEND)
    elsewhere = Client()
    elsewhere.force_login(mei.user, backend=BACKEND)
    elsewhere.get("/settings/")
    clients["asked"].post("/sign-in/", {"phone": "13800001001"})
    samples = {
        "phone": "13800002001",
        "points": 1,
        "left": 400,
        "checkout": str(checkout.pk),
        "code": phone_of(mei, at=at).code(at),
        "/sign-in/code/ code": newest_code(),
        "new_password1": PASSWORD[::-1],
        "new_password2": PASSWORD[::-1],
        "bank": east.code,
        "customer": "1001",
        "username": "operator",
        "password": PASSWORD,
        "old_password": PASSWORD,
        "language": "en",
        "next": "/",
        "key": "a-new-key",
    }
    fitting = {
        "<uuid:transfer_id>": str(settled.transfer_id),
        "<str:number>": receipt_number(taken.pk),
        "<str:key>": "taken",
        "<str:name>": "400",
        "<uuid:statement_id>": str(MerchantStatement.objects.get(merchant=bakery.outlet.merchant).pk),
        "<number:number>": str(MerchantLine.objects.get().pk),
    }
    return People(clients, samples, rows()), fitting


def blank(settings: Settings) -> None:
    """From now on pages are answered and not drawn."""
    engine: dict[str, Any] = django_settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "APP_DIRS": False, "OPTIONS": {**engine["OPTIONS"], "loaders": ["tests.web.blank_pages.BlankLoader"]}}]


def what_is_said(answer: Any) -> dict[str, str]:
    """The sentences of a refusal, by the fields or places they name; empty if nothing is said."""
    if answer.headers["Content-Type"] == PROBLEM:
        return {str(answer.json().get("field", "")): answer.json()["title"]}
    told = answer.context or {}
    if told.get("refusal"):
        named = NAMED.search(str(told["refusal"]))
        return {named[1] if named else "": str(told["refusal"])}
    if "form" in told and told["form"].errors:
        return {"" if name == "__all__" else name: " ".join(each) for name, each in told["form"].errors.items()}
    return {"": "There is nothing here."} if answer.status_code == HTTPStatus.NOT_FOUND else {}


def fault_of(name: str, answer: Any, changed: AbstractSet[str] = frozenset(), texts: Sequence[str] = ()) -> str | None:
    """What is wrong with an answer to something odd in the field of that name, or in a query or place if it has none."""
    status = answer.status_code
    asks_again = answer.wsgi_request.method == "POST" and status == HTTPStatus.OK and "form" in (answer.context or {})
    fault = None
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        fault = f"broke with {status}"
    elif any(refused_place(text) is not None for text in texts):
        fault = f"kept what is no text in {changed}"
    elif status >= HTTPStatus.BAD_REQUEST or asks_again:
        said = what_is_said(answer)
        if changed:
            fault = f"changed {changed} and refused with {status}"
        elif not any(" " in sentence for sentence in said.values()):
            fault = f"refused with {status} and said nothing"
        elif name and not {"", name.rstrip("12")} & {each.rstrip("12") for each in said}:  # a password is typed twice
            fault = f"named {said.keys()}"
    return fault


def test_no_field_query_or_place_of_peoples_pages_breaks_or_is_half_done(found: Found, settings: Settings) -> None:
    people, sent, queries, fitting = found
    blank(settings)
    faults: list[str] = []
    turn = count()

    @settings_of(BOUNDED, max_examples=6, phases=[Phase.generate])  # a smaller text tells no more than the list of what broke
    @given(drawn=st.lists(TEXTS, min_size=6, max_size=6))
    def try_all(drawn: list[str]) -> None:
        first = 11 * next(turn)  # so that each field meets others each time
        odds = cycle([*drawn, *ODDS[first % len(ODDS) :], *ODDS[: first % len(ODDS)]])
        for one in sent:
            for name, values in one.spoiled(odd := next(odds)):
                note(f"{one.who} {one.path} {name}", odd, fault_of(name, *people.send(one, values)))
        for (who, path), odd in zip(queries, odds, strict=False):
            note(f"{who} {path}", odd, fault_of("", people.get(who, path + quote(odd, errors="surrogatepass"))))
        for who, path in odd_paths(fitting, odd := next(odds)):
            note(f"{who} {path[:80]}", odd, fault_of("", people.get(who, path)))

    def note(where: str, odd: str, fault: str | None) -> None:
        if fault:
            faults.append(f"{where} {odd[:20]!r}: {fault}")

    assert {one.path for one in sent} >= {"/sign-in/", "/sign-in/code/", "/gift/", "/gift/confirm/", "/bank/", "/admin/login/", "/look/"}
    assert {path.partition("?")[2] for _who, path in queries} >= {"way=", "outlet=", "month=", "before=", "number=", "after=", "file="}
    try_all()
    assert not faults, "\n".join(faults)


def test_what_a_form_refuses_stands_on_its_page(found: Found) -> None:
    people, sent, _queries, _fitting = found
    refused = 0
    for one in (each for each in sent if each.kind == FORM):
        for name, values in one.spoiled("\u0663\u202e\u5f20#"):  # text at no place, and digits of none
            answer, _changed, _texts = people.send(one, values)
            if answer.status_code in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}:
                refused += 1
                page = html.unescape(answer.content.decode())
                assert [sentence for sentence in what_is_said(answer).values() if sentence not in page] == [], (one.path, name)
    assert refused > 10
