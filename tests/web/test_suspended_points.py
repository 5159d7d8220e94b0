"""Points that wait for their suspended bank are shown as waiting, to the resident and to staff."""

from __future__ import annotations

import pytest
from django.test import Client

from branches.models import Bank
from core.clock import now
from identity.models import User
from points.parties import lift_suspension, suspend_issuer
from residents.models import Resident
from tests.web.test_resident_pages import browser_of, text_of
from tests.world import give_points

pytestmark = pytest.mark.django_db
WAITING = "waiting: the bank is suspended"


def test_a_resident_sees_which_points_wait(zhang: Resident, east: Bank, west: Bank) -> None:
    give_points(resident=zhang, bank=west, points=150, at=now())
    give_points(resident=zhang, bank=east, points=100, at=now())
    browser = browser_of(zhang)
    suspend_issuer(issuer=west.issuer_id, at=now())

    page = browser.get("/").content.decode()
    words = text_of(browser.get("/"))
    lots = browser.get("/resident/points").json()["lots"]

    assert page.count(WAITING) == 1
    assert words.index("East Bank") < words.index("West Bank") < words.index(WAITING)
    assert "All of them are good until" in words
    assert {lot["bank"]: lot["suspended"] for lot in lots} == {"East Bank": False, "West Bank": True}

    lift_suspension(issuer=west.issuer_id, at=now())
    assert WAITING not in text_of(browser.get("/"))


def test_nothing_is_called_spendable_when_all_of_it_waits(mei: Resident, east: Bank) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    suspend_issuer(issuer=east.issuer_id, at=now())

    words = text_of(browser_of(mei).get("/"))

    assert "good until" not in words
    assert WAITING in words


def test_staff_see_that_they_wait(mei: Resident, east: Bank, east_manager: User, client: Client) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    suspend_issuer(issuer=east.issuer_id, at=now())
    client.cookies["django_language"] = "en"
    client.force_login(east_manager, backend="django.contrib.auth.backends.ModelBackend")

    assert f"100 ({WAITING})" in text_of(client.get(f"/admin/residents/resident/{mei.pk}/change/"))
