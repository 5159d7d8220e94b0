"""What staff confirm is what the page showed: two tabs, twice, back, later, and somebody else signed in."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.messages import get_messages
from django.db.models import Model
from django.test import Client as Browser

from branches.admin_base import ScopedAdmin
from branches.models import Bank, Branch
from branches.shown_admin import DONE_BEFORE, SECRET_SHOWN, ShownRows
from core.answers.models import KeptAnswer
from core.clock import now
from decisions.choices import ApprovalState
from decisions.models import Approval
from decisions.services import decline
from earning.models import RuleVersion
from identity.models import User
from issuing.models import IssuerControl
from merchants.models import Cashier
from openapi.services import NewSecret, make_client
from residents.models import Resident
from tests.desk import carried, signed_in
from tests.earning.world import bill_rule
from tests.openapi.world import ask_token
from tests.world import BEGINNING, PASSWORD, somebody

pytestmark = pytest.mark.django_db
CHANGED = "This changed since you looked at it. Nothing was done. Look at it again, then decide."


def run(browser: Browser, address: str, action: str, *rows: Model, carries: dict[str, list[str]]) -> list[str]:
    """Run an action of a list as it was shown; the messages."""
    form = {**carries, "action": action, "_selected_action": [str(row.pk) for row in rows]}
    answer = browser.post(address, form)
    assert answer.status_code == HTTPStatus.FOUND
    return [str(message) for message in get_messages(answer.wsgi_request)]


def draft_of(bank: Bank) -> RuleVersion:
    """A version that is not in force yet."""
    version = bill_rule(bank)
    RuleVersion.objects.filter(pk=version.pk).update(activated_at=None)
    version.refresh_from_db()
    return version


def test_a_draft_that_grew_meanwhile_is_not_put_in_force(east: Bank, east_manager: User) -> None:
    version, browser, address = draft_of(east), signed_in(east_manager), "/admin/earning/ruleversion/"
    shown = carried(browser.get(address))
    RuleVersion.objects.filter(pk=version.pk).update(points=1_000_000)

    assert run(browser, address, "activate", version, carries=shown) == [CHANGED]
    version.refresh_from_db()
    assert version.activated_at is None

    assert run(browser, address, "activate", version, carries=carried(browser.get(address))) == ["In force."]
    version.refresh_from_db()
    assert version.activated_at is not None


def test_of_two_tabs_on_one_draft_the_second_changes_nothing(east: Bank, east_manager: User) -> None:
    version, browser = draft_of(east), signed_in(east_manager)
    address = f"/admin/earning/ruleversion/{version.pk}/change/"
    draft = {"kind": "per_amount", "points": 2, "per_minor": 1000, "delay_days": 0, "starts_on": "2026-01-01"}
    first, second = (carried(browser.get(address)) for _tab in range(2))

    browser.post(address, {**draft, **first})
    refused = browser.post(address, {**draft, "points": 7, **second})

    assert [str(message) for message in get_messages(refused.wsgi_request)][-1] == CHANGED
    version.refresh_from_db()
    assert version.points == 2


def test_rows_that_were_out_of_sight_are_not_acted_on(east: Bank, east_manager: User) -> None:
    version, address = draft_of(east), "/admin/earning/ruleversion/"

    answer = signed_in(east_manager).post(address, {"action": "activate", "select_across": "1", "_selected_action": [version.pk]})

    assert [str(message) for message in get_messages(answer.wsgi_request)] == [CHANGED]
    version.refresh_from_db()
    assert version.activated_at is None


def test_a_request_decided_in_another_tab_is_not_decided_again(
    mei: Resident, east: Bank, east_clerk: User, east_manager: User, east_branch_manager: User
) -> None:
    ask = signed_in(east_clerk)
    form = {"link": mei.links.get().pk, "way": "give", "points": 100, "reason": "Sorry"}
    ask.post(f"/admin/residents/resident/{mei.pk}/adjust/", form)
    (approval,) = Approval.objects.all()
    browser, address = signed_in(east_manager), "/admin/decisions/approval/"
    shown = carried(browser.get(address))
    decline(approval=approval, checker=east_branch_manager, at=now())

    assert run(browser, address, "approve_them", approval, carries=shown) == [CHANGED]
    approval.refresh_from_db()
    assert (approval.state, approval.checker) == (ApprovalState.DECLINED, east_branch_manager)


def test_a_request_sent_twice_is_asked_once(mei: Resident, east_clerk: User) -> None:
    browser, address = signed_in(east_clerk), f"/admin/residents/resident/{mei.pk}/adjust/"
    form = {"link": mei.links.get().pk, "way": "give", "points": 100, "reason": "Sorry"}
    first_tab, second_tab = ({**form, **carried(browser.get(address))} for _tab in range(2))

    first, second, third = (browser.post(address, form) for form in (first_tab, first_tab, second_tab))
    assert {answer.headers["Location"] for answer in (first, second, third)} == {f"/admin/residents/resident/{mei.pk}/change/"}
    assert Approval.objects.count() == 1

    browser.post(address, {**form, **carried(browser.get(address)), "points": 101})
    assert Approval.objects.count() == 2


def test_a_cap_is_asked_for_the_bank_as_it_was_shown(east: Bank, east_manager: User) -> None:
    browser, address = signed_in(east_manager), f"/admin/branches/bank/{east.pk}/cap/"
    form = {"cap": 5000, "reason": "Enough", **carried(browser.get(address))}
    IssuerControl.objects.create(bank=east, exposure_cap=9000)

    refused = browser.post(address, form)

    assert CHANGED in refused.content.decode()
    assert not Approval.objects.exists()
    browser.post(address, {**form, **carried(refused)})
    assert Approval.objects.count() == 1


def test_a_secret_renewed_twice_with_one_tap_is_renewed_once(east: Bank, east_manager: User) -> None:
    client, browser, address = (
        make_client(actor=somebody(), at=BEGINNING, bank=east, name="core", scopes=["events:write"]).client,
        signed_in(east_manager),
        "/admin/openapi/client/",
    )
    shown = carried(browser.get(address))

    (said,) = run(browser, address, "renew", client, carries=shown)
    again = run(browser, address, "renew", client, carries=shown)

    assert again[1:] == [str(SECRET_SHOWN), str(DONE_BEFORE)]
    assert said.split(": ")[1].split(". ")[0] not in KeptAnswer.objects.get().answer
    client.refresh_from_db()
    assert ask_token(Browser(), NewSecret(client, said.split(": ")[1].split(". ")[0])).status_code == HTTPStatus.OK


def test_a_cashier_dismissed_twice_with_one_click_is_dismissed_once(bakery: Cashier, east_clerk: User) -> None:
    browser, address = signed_in(east_clerk), "/admin/merchants/cashier/"
    shown = carried(browser.get(address))

    assert run(browser, address, "dismiss", bakery, carries=shown) == ["Dismissed, and signed out everywhere."]
    bakery.refresh_from_db()
    dismissed = bakery.dismissed_at
    assert run(browser, address, "dismiss", bakery, carries=shown)[1:] == ["Dismissed, and signed out everywhere.", str(DONE_BEFORE)]
    bakery.refresh_from_db()
    assert bakery.dismissed_at == dismissed


def test_somebody_else_signed_in_meanwhile_sends_nothing(mei: Resident, east_clerk: User, east_branch: Branch, east_manager: User) -> None:
    browser, address = Browser(enforce_csrf_checks=True, headers={"accept-language": "en"}), f"/admin/residents/resident/{mei.pk}/freeze/"
    sign_in(browser, "east_clerk")
    page = browser.get(address)
    form = {"sure": "on", **carried(page), "csrfmiddlewaretoken": token_of(page)}
    sign_in(browser, "east_manager")

    refused = browser.post(address, form)

    assert refused.status_code == HTTPStatus.FORBIDDEN
    assert "Nothing was sent." in refused.content.decode()
    assert "somebody else signed in" in refused.content.decode()
    fresh = browser.get(address)
    again = browser.post(address, {"sure": "on", **carried(fresh), "csrfmiddlewaretoken": token_of(fresh)})
    assert again.status_code == HTTPStatus.FOUND


def test_every_page_of_the_desk_carries_what_it_shows() -> None:
    acting = [page for page in admin.site._registry.values() if page.actions or isinstance(page, ScopedAdmin)]

    assert len(acting) > 20
    assert [str(page) for page in acting if not isinstance(page, ShownRows)] == []


def sign_in(browser: Browser, name: str) -> None:
    """By name and password, as people do."""
    page = browser.get("/admin/login/?next=/admin/", follow=True)
    form = {"username": name, "password": PASSWORD}
    if page.redirect_chain:  # somebody is signed in already
        browser.cookies.pop(settings.SESSION_COOKIE_NAME)
        page = browser.get("/admin/login/?next=/admin/")
    answer = browser.post("/admin/login/?next=/admin/", {**form, "csrfmiddlewaretoken": token_of(page)})
    assert answer.status_code == HTTPStatus.FOUND


def token_of(page: Any) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())
    assert found is not None
    return found[1]
