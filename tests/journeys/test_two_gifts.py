"""Two gifts begun in two tabs of one phone: each tab gives what it showed, once, however often one goes back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from branches.models import Bank
from core.clock import now
from points.queries import spendable
from residents.models import Gift, Resident
from tests.journeys.conftest import Phone
from tests.journeys.test_resident import signed_in
from tests.world import give_points, make_resident

Phones = Callable[..., Phone]
TOMS, LANS = "138 0000 2001", "138 0000 3001"


def ask(phone: Phone, number: str, points: int) -> Page:
    """A tab that stands on the question."""
    page = phone.open("/gift/")
    page.get_by_label("Their phone number").fill(number)
    page.get_by_label("How many points").fill(str(points))
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/gift/confirm/*")
    return page


def give(page: Page) -> str:
    """Confirm; the address of the line in the history."""
    page.get_by_role("button", name="Give them").click()
    page.wait_for_url("**/history/*/")
    return page.url


def test_each_tab_gives_what_it_showed_and_going_back_gives_no_more(phones: Phones, mei: Resident, tom: Resident, east: Bank) -> None:
    lan = make_resident(links={east: "EB-3001"}, name="Lan", phone="+8613800003001")
    give_points(resident=mei, bank=east, points=100, at=now())
    phone = signed_in(phones, mei)
    first, second = ask(phone, TOMS, 3), ask(phone, LANS, 41)

    line = give(first)
    expect(first.get_by_text("T** has your 3 points.")).to_be_visible()
    assert held(mei, tom, lan) == [97, 3, 0]
    give(second)
    expect(second.get_by_text("L** has your 41 points.")).to_be_visible()
    assert held(mei, tom, lan) == [56, 3, 41]

    first.go_back()
    expect(first.get_by_role("button", name="Give them")).to_be_enabled()
    assert give(first) == line
    expect(first.get_by_text("T** has your 3 points.")).to_be_visible()
    assert held(mei, tom, lan) == [56, 3, 41]
    assert Gift.objects.count() == 2


def held(*residents: Resident) -> list[int]:
    return [spendable(resident.wallet_id, at=now()) for resident in residents]
