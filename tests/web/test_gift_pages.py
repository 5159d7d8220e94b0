"""Giving points in the browser: a number, a name to look at, a line on both sides."""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest
from django.test import Client

from branches.models import Bank
from core.clock import now
from points.parties import freeze_wallet
from points.queries import history, spendable
from residents.models import Gift, Resident
from tests.web.test_resident_pages import browser_of, text_of
from tests.world import give_points

pytestmark = pytest.mark.django_db
TO_TOM = {"phone": "138 0000 2001", "points": "40"}


@pytest.fixture
def browser(mei: Resident, east: Bank) -> Client:
    """Mei's, with 100 points."""
    give_points(resident=mei, bank=east, points=100, at=now())
    return browser_of(mei)


def held(resident: Resident) -> int:
    return spendable(resident.wallet_id, at=now())


def test_a_gift_is_confirmed_by_name_then_given(browser: Client, mei: Resident, tom: Resident) -> None:
    asked = browser.post("/gift/", TO_TOM, follow=True)
    assert asked.redirect_chain == [("/gift/confirm/", HTTPStatus.FOUND)]
    assert "To T**?" in text_of(asked)
    assert "40 points" in text_of(asked)
    assert "2001" not in asked.content.decode()
    assert held(mei) == 100

    given = browser.post("/gift/confirm/", follow=True)

    assert given.redirect_chain == [(f"/history/{Gift.objects.get().transfer_id}/", HTTPStatus.FOUND)]
    assert "T** has your 40 points." in text_of(given)
    assert (held(mei), held(tom)) == (60, 40)


def test_both_sides_read_it_in_their_history(browser: Client, mei: Resident, tom: Resident) -> None:
    browser.post("/gift/", TO_TOM)
    browser.post("/gift/confirm/")
    theirs = browser_of(tom)

    ours, others = (text_of(client.get("/history/")) for client in (browser, theirs))
    opened = text_of(browser.get(f"/history/{history(mei.wallet_id)[0].id}/"))
    received = text_of(theirs.get(f"/history/{history(tom.wallet_id)[0].id}/"))

    assert re.search(r"Points given away[^·]*· to T\*\* −40 points", ours)
    assert re.search(r"[^·]*· from M\*\* \+40 points", others)
    assert "You gave 40 points away." in opened
    assert "You were given 40 points." in received
    assert "Tom" not in ours + opened
    assert "Mei" not in others + received


def test_a_gift_sent_twice_is_given_once(browser: Client, mei: Resident, tom: Resident) -> None:
    browser.post("/gift/", TO_TOM)

    first, second = browser.post("/gift/confirm/"), browser.post("/gift/confirm/")

    assert first.headers["Location"] == second.headers["Location"]
    assert (held(mei), held(tom)) == (60, 40)


@pytest.mark.parametrize(
    ("phone", "points", "words"),
    [
        ("13800009999", "1", "Nobody who collects points has this number."),
        ("13800001001", "1", "This is your own number."),
        ("13800002001", "0", "Ensure this value is greater than or equal to 1."),
        ("13800002001", "5001", "Ensure this value is less than or equal to 5000."),
        ("13800002001", "many", "Enter a whole number."),
    ],
)
def test_what_can_not_be_given_is_told(browser: Client, mei: Resident, tom: Resident, phone: str, points: str, words: str) -> None:
    answer = browser.post("/gift/", {"phone": phone, "points": points})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert words in text_of(answer)
    assert browser.get("/gift/confirm/").headers["Location"] == "/gift/"


def test_more_than_there_is_is_told_and_nothing_moves(browser: Client, mei: Resident, tom: Resident) -> None:
    browser.post("/gift/", {**TO_TOM, "points": "101"})

    answer = browser.post("/gift/confirm/")

    assert answer.status_code == HTTPStatus.CONFLICT
    assert "Not enough points: 101 are needed, 100 can be spent now." in text_of(answer)
    assert (held(mei), held(tom)) == (100, 0)


def test_a_frozen_wallet_has_no_form(browser: Client, mei: Resident) -> None:
    freeze_wallet(mei.wallet_id, at=now())

    assert 'name="phone"' not in browser.get("/gift/").content.decode()


def test_home_leads_there_when_there_is_something_to_give(browser: Client, tom: Resident) -> None:
    assert 'href="/gift/"' in browser.get("/").content.decode()
    assert 'href="/gift/"' not in browser_of(tom).get("/").content.decode()
