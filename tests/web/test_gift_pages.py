"""Giving points in the browser: a number, a name to look at, a line on both sides."""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
import time_machine
from django.test import Client

from branches.models import Bank
from core.clock import alliance_day, now
from core.limits import GIFT_POINTS_PER_DAY, GIFTS_PER_DAY
from points.parties import freeze_wallet
from points.queries import history, spendable
from residents.models import Gift, GiftDay, Resident
from tests.web.test_resident_pages import browser_of, text_of
from tests.world import give_points, make_resident

pytestmark = pytest.mark.django_db
TOMS, MEIS, LANS = "138 0000 2001", "138 0000 1001", "138 0000 3001"


@pytest.fixture
def browser(mei: Resident, east: Bank) -> Client:
    """Mei's, with 100 points."""
    give_points(resident=mei, bank=east, points=100, at=now())
    return browser_of(mei)


@pytest.fixture
def lan(east: Bank) -> Resident:
    """A third one, who may be given points."""
    return make_resident(links={east: "EB-3001"}, name="Lan", phone="+8613800003001")


def held(resident: Resident) -> int:
    return spendable(resident.wallet_id, at=now())


def asked(browser: Client, phone: str = TOMS, points: int | str = 40) -> Any:
    """The page on which the gift is confirmed."""
    return browser.post("/gift/", {"phone": phone, "points": points}, follow=True)


def carried(page: Any) -> dict[str, str]:
    """What the page's form sends."""
    found = re.search(r'name="gift" value="([^"]+)"', page.content.decode())
    assert found is not None
    return {"gift": found[1]}


def test_a_gift_is_confirmed_by_name_then_given(browser: Client, mei: Resident, tom: Resident) -> None:
    page = asked(browser)
    assert page.redirect_chain[0][0].startswith("/gift/confirm/?gift=")
    assert "To T** · 138****2001?" in text_of(page)
    assert "40 points worth ¥0.40" in text_of(page)
    assert held(mei) == 100

    given = browser.post("/gift/confirm/", carried(page), follow=True)

    assert given.redirect_chain == [(f"/history/{Gift.objects.get().transfer_id}/", HTTPStatus.FOUND)]
    assert "T** has your 40 points." in text_of(given)
    assert (held(mei), held(tom)) == (60, 40)


def test_two_tabs_give_each_what_it_showed(browser: Client, mei: Resident, tom: Resident, lan: Resident) -> None:
    first, second = asked(browser, TOMS, 3), asked(browser, LANS, 41)

    browser.post("/gift/confirm/", carried(first))
    assert (held(mei), held(tom), held(lan)) == (97, 3, 0)

    browser.post("/gift/confirm/", carried(second))
    assert (held(mei), held(tom), held(lan)) == (56, 3, 41)


def test_going_back_to_change_it_gives_only_what_is_confirmed(browser: Client, mei: Resident, tom: Resident, lan: Resident) -> None:
    asked(browser, TOMS, 41)
    browser.post("/gift/confirm/", carried(asked(browser, LANS, 5)))

    assert (held(mei), held(tom), held(lan)) == (95, 0, 5)


def test_a_gift_sent_twice_is_given_once(browser: Client, mei: Resident, tom: Resident) -> None:
    form = carried(asked(browser))

    first, second = browser.post("/gift/confirm/", form), browser.post("/gift/confirm/", form)

    assert first.headers["Location"] == second.headers["Location"]
    assert (held(mei), held(tom)) == (60, 40)


def test_an_hour_later_it_is_still_what_was_shown(browser: Client, mei: Resident, tom: Resident) -> None:
    form = carried(asked(browser))

    with time_machine.travel(now() + timedelta(hours=1), tick=False):
        browser.post("/gift/confirm/", form)

        assert (held(mei), held(tom)) == (60, 40)


def test_somebody_else_signed_in_gives_nothing(browser: Client, mei: Resident, tom: Resident, lan: Resident, east: Bank) -> None:
    give_points(resident=lan, bank=east, points=100, at=now())
    form = carried(asked(browser))

    answer = browser_of(lan).post("/gift/confirm/", form, follow=True)

    assert "Somebody else is signed in here now. Nothing was done." in text_of(answer)
    assert (held(mei), held(tom), held(lan)) == (100, 0, 100)
    assert not Gift.objects.exists()


@pytest.mark.parametrize("form", [{}, {"gift": ""}, {"gift": "x"}, {"gift": "eyJ2aWV3ZXIiOiIifQ:x:y"}])
def test_what_no_page_carried_gives_nothing(browser: Client, tom: Resident, form: dict[str, str]) -> None:
    asked(browser)

    assert browser.post("/gift/confirm/", form).headers["Location"] == "/gift/"
    assert not Gift.objects.exists()


def test_a_receiver_who_changed_meanwhile_is_looked_at_again(browser: Client, mei: Resident, tom: Resident) -> None:
    form = carried(asked(browser))
    tom.name = "Wang"
    tom.save(update_fields=["name"])

    answer = browser.post("/gift/confirm/", form)

    assert answer.status_code == HTTPStatus.CONFLICT
    assert "This changed since you looked at it." in text_of(answer)
    assert (held(mei), held(tom)) == (100, 0)


def test_both_sides_read_it_in_their_history(browser: Client, mei: Resident, tom: Resident) -> None:
    browser.post("/gift/confirm/", carried(asked(browser)))
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


@pytest.mark.parametrize(
    ("phone", "points", "words"),
    [
        ("13800009999", "1", "Nobody who collects points has this number."),
        ("13800001001", "1", "This is your own number."),
        ("", "1", "Type their phone number."),
        ("13800002001", "0", "You can give from 1 to 100 points now."),
        ("13800002001", "101", "You can give from 1 to 100 points now."),
        ("13800002001", "5001", "You can give from 1 to 100 points now."),
        ("13800002001", "many", "You can give from 1 to 100 points now."),
        ("13800002001", "", "You can give from 1 to 100 points now."),
    ],
)
def test_what_can_not_be_given_is_told_at_once(browser: Client, mei: Resident, tom: Resident, phone: str, points: str, words: str) -> None:
    answer = browser.post("/gift/", {"phone": phone, "points": points})

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert words in text_of(answer)
    assert browser.get("/gift/confirm/").headers["Location"] == "/gift/"
    assert not Gift.objects.exists()


def test_points_spent_meanwhile_are_told_and_nothing_moves(browser: Client, mei: Resident, tom: Resident, lan: Resident) -> None:
    form = carried(asked(browser, TOMS, 80))
    browser.post("/gift/confirm/", carried(asked(browser, LANS, 30)))

    answer = browser.post("/gift/confirm/", form)

    assert answer.status_code == HTTPStatus.CONFLICT
    assert "Not enough points: 80 are needed, 70 can be spent now." in text_of(answer)
    assert (held(mei), held(tom)) == (70, 0)


def test_who_was_given_to_before_is_offered_without_the_number(browser: Client, mei: Resident, tom: Resident, lan: Resident) -> None:
    assert 'name="known"' not in browser.get("/gift/").content.decode()
    browser.post("/gift/confirm/", carried(asked(browser, TOMS, 1)))

    page = browser.get("/gift/")
    assert "T** · 138****2001" in text_of(page)
    browser.post("/gift/confirm/", carried(browser.post("/gift/", {"known": str(tom.pk), "phone": "", "points": "2"}, follow=True)))
    refused = browser.post("/gift/", {"known": str(lan.pk), "phone": "", "points": "2"})  # never given to

    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert (held(mei), held(tom), held(lan)) == (97, 3, 0)


@pytest.mark.parametrize(("gifts", "points", "most"), [(1, GIFT_POINTS_PER_DAY - 7, 7), (GIFTS_PER_DAY, 10, 0)])
def test_the_days_limits_are_said_at_step_one(browser: Client, mei: Resident, gifts: int, points: int, most: int) -> None:
    GiftDay.objects.create(resident=mei, day=alliance_day(now()), gifts=gifts, points=points)

    page = browser.get("/gift/")

    assert (f'data-all="{most}"' in page.content.decode()) is bool(most)
    assert ("You have given as much as can be given in a day." in text_of(page)) is (most == 0)


def test_a_frozen_wallet_has_no_form(browser: Client, mei: Resident) -> None:
    freeze_wallet(mei.wallet_id, at=now())

    assert 'name="phone"' not in browser.get("/gift/").content.decode()


def test_home_leads_there_when_there_is_something_to_give(browser: Client, tom: Resident) -> None:
    assert 'href="/gift/"' in browser.get("/").content.decode()
    assert 'href="/gift/"' not in browser_of(tom).get("/").content.decode()
