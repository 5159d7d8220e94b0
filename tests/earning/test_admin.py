"""Rules and events in the admin: a bank's manager makes, its staff see, others find nothing."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from django.contrib.messages import get_messages
from django.test import Client as Browser

from branches.models import Bank
from earning.models import Event, Rule, RuleVersion
from identity.models import User
from openapi.models import Client
from openapi.services import NewSecret, make_client
from residents.models import Resident
from tests.desk import signed_in
from tests.earning.world import bill, bill_rule, send
from tests.openapi.world import ask_token
from tests.world import BEGINNING, moment, somebody

pytestmark = pytest.mark.django_db

AT = moment("2026-03-05", "12:00")


def test_a_manager_makes_a_rule_drafts_a_version_and_puts_it_in_force(east: Bank, east_manager: User, mei: Resident) -> None:
    browser = signed_in(east_manager)
    browser.post("/admin/earning/rule/add/", {"bank": east.pk, "code": "R1", "name": "Bills", "event_type": "bill.paid"})
    rule = Rule.objects.get()
    draft = {"rule": rule.pk, "kind": "per_amount", "points": 1, "per_minor": 1000, "delay_days": 0, "starts_on": "2026-01-01"}
    answer = browser.post("/admin/earning/ruleversion/add/", draft)
    assert answer.status_code == HTTPStatus.FOUND, answer.context["adminform"].form.errors
    version = RuleVersion.objects.get()
    assert (version.made_by, version.activated_at) == (east_manager, None)

    browser.post("/admin/earning/ruleversion/", {"action": "activate", "_selected_action": [version.pk]})

    assert send(east, bill(24520, paid=AT), at=AT).points == 24
    changed = browser.post(f"/admin/earning/ruleversion/{version.pk}/change/", {**draft, "points": 100})
    assert changed.status_code == HTTPStatus.FORBIDDEN
    version.refresh_from_db()
    assert version.points == 1


def test_a_draft_can_be_changed(east: Bank, east_manager: User) -> None:
    version = bill_rule(east)
    draft = {"kind": "per_amount", "points": 2, "per_minor": 1000, "delay_days": 0, "starts_on": "2026-01-01"}

    answer = signed_in(east_manager).post(f"/admin/earning/ruleversion/{version.pk}/change/", draft)

    assert answer.status_code == HTTPStatus.FOUND
    version.refresh_from_db()
    assert (version.points, version.activated_at) == (2, None)


def test_why_is_shown_beside_the_event(east: Bank, east_manager: User, mei: Resident) -> None:
    bill_rule(east)
    send(east, bill(24520, paid=AT), at=AT)
    event = Event.objects.get()

    page = signed_in(east_manager).get(f"/admin/earning/event/{event.pk}/change/").content.decode()

    assert "1 point for each full ¥10: ¥245.20 gave 24 points." in page
    assert "1001" not in page


def test_staff_see_events_of_their_place_alone(
    east: Bank, mei: Resident, east_manager: User, east_clerk: User, east_other_clerk: User, west_manager: User, auditor: User
) -> None:
    bill_rule(east)
    send(east, bill(24520, paid=AT), at=AT)
    send(east, bill(24520, paid=AT, customer="1999"), at=AT)
    address = f"/admin/earning/event/{Event.objects.get(status='posted').pk}/change/"

    seen = {user.username: signed_in(user).get(address).status_code for user in (east_manager, east_clerk, auditor)}
    unseen = {user.username: signed_in(user).get(address, follow=True).content.decode() for user in (east_other_clerk, west_manager)}
    counts = {
        user.username: signed_in(user).get("/admin/earning/event/").context["cl"].result_count
        for user in (east_manager, east_clerk, west_manager)
    }

    assert set(seen.values()) == {HTTPStatus.OK}
    assert all("24520" not in page and "245.20" not in page for page in unseen.values())
    assert counts == {"east_manager": 2, "east_clerk": 1, "west_manager": 0}


def test_a_clerk_makes_no_rule(east: Bank, east_clerk: User) -> None:
    answer = signed_in(east_clerk).post(
        "/admin/earning/rule/add/", {"bank": east.pk, "code": "R1", "name": "Bills", "event_type": "bill.paid"}
    )

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert not Rule.objects.exists()


def test_a_secret_is_shown_once(east: Bank, east_manager: User) -> None:
    browser = signed_in(east_manager)

    answer = browser.post("/admin/openapi/client/add/", {"bank": east.pk, "name": "core", "scopes": ["events:write"]})

    client = Client.objects.get()
    (said,) = [str(message) for message in get_messages(answer.wsgi_request) if "Secret" in str(message)]
    secret = said.split(": ")[1].split(". ")[0]
    assert ask_token(Browser(), NewSecret(client, secret)).status_code == HTTPStatus.OK
    assert client.scopes == "events:write"
    first, second = (browser.get(f"/admin/openapi/client/{client.pk}/change/").content.decode() for _time in range(2))
    assert secret in first
    assert secret not in second


def test_a_system_is_shut_out_in_the_admin(east: Bank, east_manager: User, west_manager: User) -> None:
    made = make_client(actor=somebody(), at=BEGINNING, bank=east, name="core", scopes=["events:write"])
    end = {"action": "end", "_selected_action": [made.client.pk]}

    signed_in(west_manager).post("/admin/openapi/client/", end)
    assert ask_token(Browser(), made).status_code == HTTPStatus.OK

    signed_in(east_manager).post("/admin/openapi/client/", end)
    assert ask_token(Browser(), made).status_code == HTTPStatus.UNAUTHORIZED
