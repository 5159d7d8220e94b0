"""The desk's pages keep no staff out either: axe with all its rules on every page in one of two looks, and of each kind one in both."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import pytest
from django.contrib import admin
from playwright.sync_api import Page

from identity.models import User
from merchants.models import Cashier
from residents.models import Resident
from tests.journeys.conftest import DESKTOP, Phone
from tests.journeys.eye import AXE
from tests.journeys.reach_world import make_reach_world
from tools.bench.pages import Eyes, View, admin_views

Phones = Callable[..., Phone]
LOOKS: Final = (("zh-hans", "light"), ("en", "dark"))
KINDS: Final = {
    "desk",
    "desk-sign-in",
    "desk-password",
    "desk-merchants-merchant",
    "desk-merchants-merchant-add",
    "desk-residents-resident-row",
    "desk-settlements-merchantline-row",
}
NO_PAGES: Final = {"desk-search"}  # a part, put into the page that asked for it
UNFOLDS: Final = {  # what Unfold's own scripts write, by rule and by the beginning of the element; no rule is switched off
    # SimpleBar gives every part that scrolls the same name, when it has loaded, and takes no other
    "landmark-unique": '<div class="simplebar-content-wrapper"',
}
RUN: Final = """async () => (await axe.run(document, { resultTypes: ["violations"], elementRef: false })).violations
    .flatMap(({ id, nodes }) => nodes.map((node) => [id, node.html.slice(0, 160), node.failureSummary.slice(0, 200)]))"""


@pytest.mark.long
@pytest.mark.parametrize("look", range(len(LOOKS)), ids=["zh-hans-light", "en-dark"])
def test_the_desk_keeps_nobody_out(phones: Phones, mei: Resident, bakery: Cashier, grocer: Cashier, operator: User, look: int) -> None:
    language, scheme = LOOKS[look]
    world = make_reach_world(mei=mei, bakery=bakery, grocer=grocer, operator=operator)
    views = [view for view in admin_views(world.admin_rows) if view.name not in NO_PAGES]
    seen = [view for number, view in enumerate(views) if number % len(LOOKS) == look or view.name in KINDS]
    found: dict[str, list[list[str]]] = {}
    for eyes in (Eyes.STAFF, Eyes.NOBODY):
        phone = phones(language=language, viewport=DESKTOP, color_scheme=scheme, reduced_motion="reduce")
        if eyes in world.users:
            phone.sign_in(world.users[eyes])
        found |= walk(phone, [view for view in seen if view.eyes is eyes])

    assert set(found) == {view.name for view in seen}
    assert set(found) >= KINDS
    assert {name: told for name, told in found.items() if told} == {}


@pytest.mark.long
def test_an_empty_desk_keeps_nobody_out(phones: Phones, operator: User) -> None:
    phone = phones(language="zh-hans", viewport=DESKTOP, color_scheme="dark", reduced_motion="reduce")
    phone.sign_in(operator)
    found = walk(phone, [view for view in admin_views({}) if view.eyes is Eyes.STAFF and view.name not in NO_PAGES])

    assert len(found) > len(admin.site._registry)
    assert {name: told for name, told in found.items() if told} == {}


def walk(phone: Phone, views: Iterable[View]) -> dict[str, list[list[str]]]:
    """What axe says of each of these pages, by its name."""
    page = phone.open("/offline/")
    found = {}
    for view in views:
        page.goto(phone.address + view.address)
        found[view.name] = look_at_desk(page)
    page.close()
    return found


def look_at_desk(page: Page) -> list[list[str]]:
    """What axe says of a page as it stands, but for what is Unfold's own."""
    page.evaluate(AXE)
    told: list[list[str]] = page.evaluate(RUN)
    return [item for item in told if not item[1].startswith(UNFOLDS.get(item[0], "never"))]
