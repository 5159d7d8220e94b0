"""Nobody writes across banks through the admin: not by a form's choice of another bank's row, not by an action on one."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.messages import get_messages
from django.db.models import Model
from django.test import Client

from branches.models import Bank, Branch, Neighborhood, StaffRole
from core.channels.services import inbox
from core.clock import alliance_day, now
from core.secrets import encrypt_text
from earning.choices import RuleKind
from earning.models import Rule, RuleVersion
from earning.services import add_version
from earning.services.rules import VersionTerms
from identity.models import User
from identity.phones import phone_hash
from identity.services import user_with_phone
from merchants.models import Cashier, Merchant, Outlet
from openapi.models import Client as PartnerClient
from residents.models import BankLink, ClaimCode, Resident
from residents.services import claim_link
from tests.desk import signed_in
from tests.earning.world import bill_rule, transfer_rule
from tests.repo.sources import python_files
from tests.world import branch_of, make_resident, somebody

pytestmark = pytest.mark.django_db
MANAGER, CLERK, OPERATOR = "east_manager", "east_clerk", "operator"


def act(client: Client, url: str, action: str, *rows: Model) -> list[str]:
    """Run an action on rows; the messages it left."""
    answer = client.post(url, {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True)
    return [str(message) for message in get_messages(answer.wsgi_request)] or [
        line.strip() for line in answer.content.decode().splitlines() if "claim code is" in line
    ]


def forms(west: Bank, grocer: Cashier) -> dict[str, tuple[type[Model], dict[str, Any]]]:
    """For each add form: what it makes, and what is filled in with rows of West Bank."""
    branch, rule = branch_of(west), transfer_rule(west).rule
    terms = {"kind": "fixed", "points": 5, "starts_on": "2027-01-01", "delay_days": 0}
    return {
        "merchants/merchant": (Merchant, {"name": "Theirs", "acquirer": west.pk}),
        "merchants/outlet": (
            Outlet,
            {"name": "Theirs", "merchant": grocer.outlet.merchant_id, "neighborhood": grocer.outlet.neighborhood_id, "picture": "tea"},
        ),
        "merchants/cashier": (Cashier, {"outlet": grocer.outlet_id, "phone": "13900000077", "name": "Theirs"}),
        "branches/branch": (Branch, {"bank": west.pk, "code": "WB-9", "name": "Theirs"}),
        "branches/neighborhood": (Neighborhood, {"branch": branch.pk, "code": "WB-9-N", "name": "Theirs"}),
        "earning/rule": (Rule, {"bank": west.pk, "code": "R9", "name": "Theirs", "event_type": "bill.paid"}),
        "earning/ruleversion": (RuleVersion, {"rule": rule.pk, **terms}),
        "openapi/client": (PartnerClient, {"bank": west.pk, "name": "Theirs", "scopes": ["events:write"]}),
    }


@pytest.mark.parametrize("who", [MANAGER, CLERK])
def test_no_form_takes_another_banks_row(request: pytest.FixtureRequest, west: Bank, grocer: Cashier, who: str) -> None:
    client = signed_in(request.getfixturevalue(who))

    for page, (kind, filled) in forms(west, grocer).items():
        before = kind._default_manager.count()
        answer = client.post(f"/admin/{page}/add/", filled)
        assert answer.status_code in {200, 403}, page  # the form again with its sentence, or no such form for this role
        assert kind._default_manager.count() == before, page


def test_the_same_forms_take_ones_own(operator: User, west: Bank, grocer: Cashier) -> None:
    """The forms above are filled in rightly: whoever may use such rows makes something with each."""
    client = signed_in(operator)

    for page, (kind, filled) in forms(west, grocer).items():
        before = kind._default_manager.count()
        client.post(f"/admin/{page}/add/", filled)
        assert kind._default_manager.count() == before + 1, page


def test_a_cashier_is_dismissed_by_their_own_bank_alone(east_manager: User, west_manager: User, bakery: Cashier, grocer: Cashier) -> None:
    till = signed_in(bakery.user)
    assert till.get("/merchant/today/").status_code == 200

    act(signed_in(west_manager), "/admin/merchants/cashier/", "dismiss", bakery)
    assert till.get("/merchant/today/").status_code == 200
    for cashier in (grocer, bakery):
        act(signed_in(east_manager), "/admin/merchants/cashier/", "dismiss", cashier)

    bakery.refresh_from_db()
    grocer.refresh_from_db()
    assert (bakery.dismissed_at is not None, grocer.dismissed_at) == (True, None)
    assert till.get("/merchant/today/").status_code != 200


def test_a_branch_sends_a_code_that_nobody_at_the_desk_sees(east_clerk: User, west_clerk: User, east: Bank) -> None:
    phone = "+8613800001004"
    link = make_resident(links={east: "1004"}, name="Li").links.get()
    BankLink.objects.filter(pk=link.pk).update(phone_encrypted=encrypt_text(phone), phone_hash=phone_hash(phone))

    act(signed_in(west_clerk), "/admin/residents/banklink/", "issue_codes", link)
    assert (ClaimCode.objects.exists(), inbox(most=1)) == (False, [])
    client = signed_in(east_clerk)
    page = client.post("/admin/residents/banklink/", {"action": "issue_codes", "_selected_action": [link.pk]}, follow=True).content.decode()

    found = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", inbox(most=1)[0].text)
    assert found
    assert "••• 1004" in page
    assert found[0] not in page + client.get(f"/admin/residents/banklink/{link.pk}/change/").content.decode()
    assert claim_link(user=user_with_phone(phone=phone), bank="EB", customer="1004", code=found[0], at=now()).pk == link.pk
    assert ClaimCode.objects.get().issued_by == east_clerk


def test_a_role_is_ended_by_those_who_may_grant_it(east_manager: User, operator: User, east_clerk: User, west_clerk: User) -> None:
    ours, theirs = (StaffRole.objects.get(user=user) for user in (east_clerk, west_clerk))
    own = StaffRole.objects.get(user=east_manager)

    for role in (theirs, own, ours):
        act(signed_in(east_manager), "/admin/branches/staffrole/", "end_roles", role)

    ended = {role.pk: StaffRole.objects.get(pk=role.pk).ended_at is not None for role in (ours, theirs, own)}
    assert ended == {ours.pk: True, theirs.pk: False, own.pk: False}
    act(signed_in(operator), "/admin/branches/staffrole/", "end_roles", theirs)
    assert StaffRole.objects.get(pk=theirs.pk).ended_at is not None


def test_a_version_is_put_in_force_by_its_bank_alone(east_manager: User, west_manager: User, west: Bank) -> None:
    terms = VersionTerms(kind=RuleKind.FIXED, points=5, starts_on=alliance_day(now()) + timedelta(days=1))
    draft = add_version(actor=somebody(), rule=transfer_rule(west).rule, terms=terms, at=now())

    act(signed_in(east_manager), "/admin/earning/ruleversion/", "activate", draft)
    assert RuleVersion.objects.get(pk=draft.pk).activated_at is None
    act(signed_in(west_manager), "/admin/earning/ruleversion/", "activate", draft)

    assert RuleVersion.objects.get(pk=draft.pk).activated_at is not None


def test_what_a_button_does_leaves_a_line_with_who_did_it(
    east: Bank, east_manager: User, east_clerk: User, operator: User, bakery: Cashier, mei: Resident
) -> None:
    draft = bill_rule(east)
    RuleVersion.objects.filter(pk=draft.pk).update(activated_at=None)
    role = StaffRole.objects.get(user=east_clerk)
    manager, boss = signed_in(east_manager), signed_in(operator)
    act(manager, "/admin/earning/ruleversion/", "activate", draft)
    act(manager, "/admin/merchants/cashier/", "dismiss", bakery)
    act(manager, "/admin/branches/staffrole/", "end_roles", role)
    manager.post(f"/admin/residents/resident/{mei.pk}/freeze/", {"sure": "on"})
    boss.post(f"/admin/branches/bank/{east.pk}/suspend/", {"sure": "on"})
    act(manager, "/admin/residents/banklink/", "issue_codes", mei.links.get())  # refused: it is claimed

    lines = LogEntry.objects.order_by("pk").values_list("user", "object_id", "action_flag")
    assert list(lines) == [
        (east_manager.pk, str(draft.pk), CHANGE),
        (east_manager.pk, str(bakery.pk), CHANGE),
        (east_manager.pk, str(role.pk), CHANGE),
        (east_manager.pk, str(mei.pk), CHANGE),
        (operator.pk, str(east.pk), CHANGE),
    ]


def test_every_button_of_the_admin_leaves_its_line() -> None:
    """Those that only give out a file leave a security event instead."""
    buttons = [
        (path.name, node)
        for path in python_files()
        if path.name.endswith("admin.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(found, ast.Call) and ast.unparse(found.func) == "row_action" for found in node.decorator_list)
    ]
    silent = [
        (name, node.name)
        for name, node in buttons
        if not {"note_deed", "_decide", "sheet_file"}
        & {
            found.func.attr if isinstance(found.func, ast.Attribute) else ast.unparse(found.func)
            for found in ast.walk(node)
            if isinstance(found, ast.Call)
        }
    ]

    assert len(buttons) > 9
    assert silent == []
