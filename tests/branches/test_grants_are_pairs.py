"""A manager of East Bank who is a clerk at a branch of West Bank gets no third power, on any page that asks."""

from __future__ import annotations

from http import HTTPStatus
from io import StringIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from branches.choices import Role
from branches.models import Bank, Branch, StaffRole
from branches.services import grant_role
from decisions.models import Approval
from earning.admin import TERMS
from earning.models import Rule, RuleVersion
from earning.services import add_version
from earning.services.rules import VersionTerms
from identity.models import User
from imports.models import FileImport
from merchants.models import Cashier, Outlet
from openapi.models import Client as PartnerClient
from openapi.services import make_client
from points.queries import frozen_since
from residents.models import Resident
from settlements.models import BusinessDay
from tests.branches.test_admin_walls import act
from tests.desk import signed_in
from tests.earning.world import bill_rule, transfer_rule
from tests.world import BEGINNING, branch_of, give_points, make_branch, make_link, make_resident, make_staff_user, neighborhood_of, somebody

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(east_manager: User, west: Bank) -> Client:
    """The browser of a manager of East Bank who is a clerk at West Bank's first branch as well."""
    grant_role(actor=somebody(), user=east_manager, role=Role.CLERK, branch=branch_of(west), at=BEGINNING)
    return signed_in(east_manager)


def add(client: Client, page: str, filled: dict[str, Any]) -> None:
    answer = client.post(f"/admin/{page}/add/", filled)
    assert answer.status_code in {HTTPStatus.OK, HTTPStatus.FOUND}, page


def test_what_a_bank_manager_makes_is_made_for_their_own_bank_only(both: Client, east: Bank, west: Bank) -> None:
    for bank in (west, east):
        file = SimpleUploadedFile("people.csv", b"customer\n1\n")
        add(both, "earning/rule", {"bank": bank.pk, "code": "R9", "name": "Nine", "event_type": "bill.paid"})
        add(both, "openapi/client", {"bank": bank.pk, "name": "Core", "scopes": ["events:write"]})
        add(both, "imports/fileimport", {"bank": bank.pk, "kind": "residents", "file": file, "encoding": ""})
        add(both, "branches/branch", {"bank": bank.pk, "code": "B-9", "name": "Nine"})

    assert list(Rule.objects.values_list("bank__code", flat=True)) == ["EB"]
    assert list(PartnerClient.objects.values_list("bank__code", flat=True)) == ["EB"]
    assert list(FileImport.objects.values_list("bank__code", flat=True)) == ["EB"]
    assert list(Branch.objects.filter(code="B-9").values_list("bank__code", flat=True)) == ["EB"]


def test_a_rule_of_the_other_bank_is_read_and_not_changed(both: Client, east: Bank, west: Bank) -> None:
    ours, theirs = bill_rule(east).rule, transfer_rule(west).rule
    page = "/admin/earning/rule/{}/change/"

    assert 'name="_save"' in both.get(page.format(ours.pk)).content.decode()
    assert 'name="_save"' not in both.get(page.format(theirs.pk)).content.decode()
    sent = {"last_day": "2030-01-01", "versions-TOTAL_FORMS": 0, "versions-INITIAL_FORMS": 0}
    answers = [both.post(page.format(rule.pk), sent).status_code for rule in (ours, theirs)]

    assert answers == [HTTPStatus.FOUND, HTTPStatus.FORBIDDEN]
    assert [Rule.objects.get(pk=rule.pk).last_day is not None for rule in (ours, theirs)] == [True, False]


def test_an_action_leaves_out_the_rows_where_the_role_is_another_one(both: Client, east: Bank, west: Bank) -> None:
    terms = {"kind": "fixed", "points": 5, "starts_on": "2030-01-01", "delay_days": 0}
    rules = [bill_rule(east).rule, transfer_rule(west).rule]
    for rule in rules:
        add(both, "earning/ruleversion", {"rule": rule.pk, **terms})
    assert list(RuleVersion.objects.filter(activated_at=None).values_list("rule__bank__code", flat=True)) == ["EB"]
    theirs = RuleVersion.objects.get(rule=rules[1])
    draft = RuleVersion.objects.get(activated_at=None)
    other = add_draft(theirs)

    told = act(both, "/admin/earning/ruleversion/", "activate", draft, other)

    assert [version.rule.bank.code for version in RuleVersion.objects.filter(activated_at=None)] == ["WB"]
    assert told == ["1 row was left out: you don't hold a role for this at its place.", "In force."]
    assert act(both, "/admin/earning/ruleversion/", "activate", other) == [told[0]]


def add_draft(version: RuleVersion) -> RuleVersion:
    """A draft beside a version that is in force."""
    terms = {name: getattr(version, name) for name in TERMS}
    return add_version(actor=somebody(), rule=version.rule, terms=VersionTerms(**terms), at=BEGINNING)


def test_secrets_of_the_other_banks_systems_stay(east_manager: User, both: Client, east: Bank, west: Bank) -> None:
    """As the operator they would be seen too; being the other bank's clerk doesn't even show them."""
    ours, theirs = (
        make_client(actor=somebody(), at=BEGINNING, bank=bank, name="Core", scopes=["events:write"]).client for bank in (east, west)
    )

    for client in (theirs, ours):
        act(both, "/admin/openapi/client/", "end", client)

    assert [PartnerClient.objects.get(pk=client.pk).ended_at is not None for client in (ours, theirs)] == [True, False]
    assert StaffRole.objects.filter(user=east_manager, ended_at=None).count() == 2


def test_an_operator_who_is_a_clerk_serves_residents_of_that_branch_only(operator: User, east: Bank, west: Bank, mei: Resident) -> None:
    grant_role(actor=somebody(), user=operator, role=Role.CLERK, branch=branch_of(west), at=BEGINNING)
    client = signed_in(operator)
    tom = make_resident(links={west: "2001"}, name="Tom")
    form = {"way": "give", "points": 5, "reason": "A stall"}

    for resident in (mei, tom):
        page = f"/admin/residents/resident/{resident.pk}"
        assert client.get(f"{page}/change/").status_code == HTTPStatus.OK
        client.post(f"{page}/freeze/", {"sure": "on"})
        client.post(f"{page}/adjust/", {**form, "link": resident.links.get().pk})

    assert [frozen_since(resident.wallet_id) is not None for resident in (mei, tom)] == [False, True]
    assert [approval.bank for approval in Approval.objects.all()] == [west]


def test_an_outlet_takes_a_merchant_and_a_neighborhood_of_one_place(east_branch: Branch, west: Bank, bakery: Cashier, east: Bank) -> None:
    clerk = make_staff_user(username="two", role=Role.CLERK, branch=east_branch)
    grant_role(actor=somebody(), user=clerk, role=Role.CLERK, branch=branch_of(west), at=BEGINNING)
    client = signed_in(clerk)
    filled = {"merchant": bakery.outlet.merchant_id, "picture": "tea"}

    page = client.post(
        "/admin/merchants/outlet/add/", {**filled, "name": "There", "neighborhood": neighborhood_of(west).pk}, follow=True
    ).content.decode()
    client.post("/admin/merchants/outlet/add/", {**filled, "name": "Here", "neighborhood": neighborhood_of(east).pk})

    assert "None of your roles allows these choices together." in page
    assert list(Outlet.objects.exclude(pk=bakery.outlet_id).values_list("name", flat=True)) == ["Here"]


def test_points_are_seen_through_the_grant_that_shows_the_resident(east: Bank, west: Bank, east_branch: Branch) -> None:
    """Zhang's other bank knows Zhang at a branch where this clerk has no grant."""
    zhang = make_resident(links={east: "1003"}, name="Zhang")
    elsewhere = make_branch(bank=west, code="WB-2")
    make_link(resident=zhang, bank=west, customer="2003", branch=elsewhere)
    give_points(resident=zhang, bank=east, points=11)
    give_points(resident=zhang, bank=west, points=77)
    clerk = make_staff_user(username="two", role=Role.CLERK, branch=east_branch)
    page = f"/admin/residents/resident/{zhang.pk}/change/"

    alone = signed_in(clerk).get(page).content.decode()
    grant_role(actor=somebody(), user=clerk, role=Role.CLERK, branch=branch_of(west), at=BEGINNING)
    with_another = signed_in(User.objects.get(pk=clerk.pk)).get(page).content.decode()
    grant_role(actor=somebody(), user=clerk, role=Role.CLERK, branch=elsewhere, at=BEGINNING)
    with_the_right_one = signed_in(User.objects.get(pk=clerk.pk)).get(page).content.decode()

    assert ["West Bank: <b>77" in body for body in (alone, with_another, with_the_right_one)] == [False, False, True]
    assert all("East Bank: <b>11" in body for body in (alone, with_another, with_the_right_one))


def test_ended_grants_give_nothing_beside_those_that_stand(both: Client, east_manager: User, east: Bank, west: Bank) -> None:
    StaffRole.objects.filter(user=east_manager, bank=east).update(ended_at=BEGINNING)
    rule = bill_rule(east).rule

    assert both.get(f"/admin/earning/rule/{rule.pk}/change/").status_code == HTTPStatus.FOUND
    assert both.post("/admin/earning/rule/add/", {"bank": west.pk, "code": "R", "name": "R", "event_type": "b"}).status_code == 403
    assert Rule.objects.count() == 1


@pytest.mark.usefixtures("both")
def test_a_command_acts_for_nobody_who_may_not(east: Bank, operator: User) -> None:
    with pytest.raises(CommandError, match="east_manager holds no role for this at West Bank"):
        call_command("make_client", bank="WB", acting="east_manager")
    with pytest.raises(CommandError, match="east_manager holds no role for this at the alliance"):
        call_command("close_day", acting="east_manager", day=BEGINNING.date())
    assert (PartnerClient.objects.count(), BusinessDay.objects.count()) == (0, 0)

    call_command("make_client", bank="EB", acting="east_manager", stdout=StringIO())
    call_command("close_day", acting="operator", day=BEGINNING.date(), stdout=StringIO())
    assert [client.bank for client in PartnerClient.objects.all()] == [east]
    assert BusinessDay.objects.get().person == operator
