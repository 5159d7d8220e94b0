"""No page keeps anybody out: axe finds nothing, with all its rules, and nothing overflows; in both languages, any theme and type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from django.contrib import admin
from playwright.sync_api import Page

from core.clock import now
from core.limits import COOL_DOWN
from identity.models import User
from merchants.models import Cashier
from residents.models import Resident
from tests.journeys.conftest import Phone
from tests.journeys.eye import NARROW, look_at
from tests.journeys.reach_world import ReachWorld, make_reach_world
from tools.bench.pages import NO_PAGES, STEPS, VIEWS, Eyes, admin_views, served

Phones = Callable[..., Phone]
# Each page is seen in every theme and size of type; what the server itself writes of the chosen ones differs by language.
CHOSEN: Final = [("en", "light", "normal"), ("zh-hans", "dark", "large")]


@pytest.fixture
def world(mei: Resident, bakery: Cashier, grocer: Cashier, operator: User) -> ReachWorld:
    """Something on every page."""
    return make_reach_world(mei=mei, bakery=bakery, grocer=grocer, operator=operator)


def test_no_page_is_forgotten() -> None:
    assert set(served()) == {*(view.route for view in VIEWS), *STEPS, *NO_PAGES}
    assert not NO_PAGES & {view.route for view in VIEWS}


def test_every_admin_page_is_walked_too() -> None:
    lists = {view.address for view in admin_views({})}

    assert {f"/admin/{model._meta.label_lower.replace('.', '/')}/" for model in admin.site._registry} < lists


@pytest.mark.long
@pytest.mark.parametrize(("language", "theme", "type_"), CHOSEN)
def test_nothing_keeps_anybody_out(phones: Phones, world: ReachWorld, language: str, theme: str, type_: str) -> None:
    found: dict[str, list[str]] = {}
    for eyes in Eyes:
        phone = phones(language=language, viewport=NARROW, reduced_motion="reduce")
        phone.set_cookie("theme", theme)
        phone.set_cookie("type", type_)
        if eyes in world.users:
            phone.sign_in(world.users[eyes])
        page = phone.open("/offline/")
        for view in VIEWS:
            if view.eyes is eyes:
                page.goto(phone.address + view.address.format(**world.rows))
                found[view.name] = look_at(page)
        if eyes is Eyes.NOBODY:
            found |= signing_in(page, phone.address)
        if eyes is Eyes.RESIDENT:
            phone.sign_in(world.users[eyes], known_since=now() - COOL_DOWN)  # showing codes made it a new phone
            found |= giving(page, phone.address)
            phone.sign_in(world.users[Eyes.EMPTY])  # who was just given points, on a phone that is new
            page.goto(f"{phone.address}/gift/")
            page.locator("#gift").wait_for()
            found["giving on the first day"] = look_at(page)
        page.close()

    assert {name: complaints for name, complaints in found.items() if complaints} == {}


def signing_in(page: Page, address: str) -> dict[str, list[str]]:
    """The two steps of signing in, each with a mistake in it."""
    page.goto(f"{address}/sign-in/")
    found = {}
    for step, (field, wrong, right) in {"phone": ("#id_phone", "call me", "13800007777"), "code": ("#id_code", "12", "")}.items():
        found[step] = look_at(page)
        page.fill(field, wrong)
        page.click(".button--next")
        found[f"wrong {step}"] = look_at(page)
        if right:
            page.fill(field, right)
            page.click(".button--next")
            page.wait_for_url("**/sign-in/code/")
    return found


def giving(page: Page, address: str) -> dict[str, list[str]]:
    """A gift: a number nobody has, then a neighbor's; more points than there are."""
    page.goto(f"{address}/gift/")
    first = look_at(page)
    page.fill("#id_phone", "13800007777")
    page.fill("#id_points", "0")
    page.click(".button--next")
    found = {"giving": first, "wrong gift": look_at(page)}
    page.fill("#id_phone", "13800001998")
    page.fill("#id_points", "5000")
    page.click(".button--next")
    page.wait_for_url("**/gift/confirm/*")
    found["gift"] = look_at(page)
    page.click(".button--next")
    page.wait_for_url("**/history/*/")
    found["given"] = look_at(page)
    page.goto(f"{address}/gift/")
    page.locator("[name=known]").first.wait_for()
    found["giving again"] = look_at(page)
    return found
