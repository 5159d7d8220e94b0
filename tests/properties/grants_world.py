"""Two banks with two branches each and rows on every staff page, so that what a grant opens at one place can be told from another."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from branches.choices import Role
from branches.models import Bank, Branch, StaffRole
from branches.services import grant_role
from core.clock import alliance_day
from decisions.services import Target, ask
from earning.choices import RuleKind
from earning.events import EventIn
from earning.services import add_version
from earning.services.rules import VersionTerms
from identity.models import User
from identity.services import make_staff
from imports.choices import ImportKind
from imports.services import register_import
from issuing.services.exposure import ask_cap
from issuing.services.suspension import ask_lift, suspend_bank
from issuing.services.terms import ask_terms
from merchants.services import appoint_cashier, enroll_merchant, open_outlet
from openapi.scopes import SCOPES
from openapi.services import make_client
from redemptions.services import redeem
from residents.models import Resident
from residents.services.adjusting import ADJUSTMENT
from residents.services.unfreezing import UNFREEZE
from settlements.services import close_day
from tests.earning.world import bill, send, transfer_rule
from tests.redemptions.world import scanned
from tests.web.access_world import make_world
from tests.world import (
    BEGINNING,
    PASSWORD,
    branch_of,
    give_points,
    make_branch,
    make_link,
    make_resident,
    moment,
    neighborhood_of,
    somebody,
)

NOW: Final = moment("2026-03-24", "18:30")
SPENT: Final = moment("2026-03-22", "12:00")
PLACES: Final = ("", "EB", "EB-1", "EB-2", "WB", "WB-1")
EARNED_TODAY: Final = {"EB": 10, "WB": 3}

Grant = tuple[Role, str]


def fill(request: pytest.FixtureRequest) -> None:
    """Something of each bank on every page, and something in between: rows that two places share."""
    cast = request.getfixturevalue
    east, west = cast("east"), cast("west")
    east_2, west_2 = cast("east_other_branch"), make_branch(bank=west, code="WB-2")
    make_world(request, "nobody")
    between = make_resident(links={east: "1101"}, name="Between")  # known to the other bank at a branch where nobody looks
    make_link(resident=between, bank=west, customer="2101", branch=west_2)
    second = Resident.objects.create(name="Second", joined_at=BEGINNING)
    make_link(resident=second, bank=east, customer="1102", branch=east_2)
    make_link(resident=make_resident(links={west: "2103"}, name="Nowhere yet"), bank=east, customer="1103", branch=None)
    _earn(east, west, cast("tom"))
    _trade(east, west, between, cast("zhang"), bakery=cast("bakery").outlet.merchant)
    _ask(east, west, east_2, between)
    for bank in (east, west):
        file = io.BytesIO(b"id\n1\n")
        register_import(actor=somebody(), bank=bank, kind=ImportKind.EVENTS, file=file, name="events.csv", at=NOW, background=True)
    make_client(actor=somebody(), at=BEGINNING, bank=west, name="West core", scopes=SCOPES)


def _earn(east: Bank, west: Bank, tom: Resident) -> None:
    rule = transfer_rule(west).rule
    draft = VersionTerms(kind=RuleKind.FIXED, points=5, starts_on=alliance_day(NOW + timedelta(days=9)))
    add_version(actor=somebody(), rule=rule, terms=draft, at=BEGINNING)
    send(east, bill(EARNED_TODAY["EB"] * 1_000, paid=NOW), at=NOW)
    send(east, bill(1_000, paid=NOW, customer="9999"), at=NOW)
    assert tom.name
    for amount in (EARNED_TODAY["WB"] // 3 * 10_000, 20_000):  # the second content of one event id is a conflict
        send(west, EventIn("t1", "transfer.sent", "2001", NOW, amount, "CNY", None, "/core"), at=NOW)


def _trade(east: Bank, west: Bank, between: Resident, zhang: Resident, *, bakery: Any) -> None:
    """A merchant of East Bank trades in West Bank's neighborhood too, another one only there; residents spend both banks' points."""
    there = neighborhood_of(west)
    guest = enroll_merchant(actor=somebody(), name="Guest", acquirer=east, at=BEGINNING)
    enroll_merchant(actor=somebody(), name="No outlet", acquirer=west, at=BEGINNING)
    for number, (merchant, resident) in enumerate(((bakery, zhang), (guest, between), (bakery, between))):
        outlet = open_outlet(actor=somebody(), merchant=merchant, neighborhood=there, name=f"There {number}", at=BEGINNING)
        cashier = appoint_cashier(actor=somebody(), outlet=outlet, phone=f"+861390000{7000 + number}", name="Guo", at=BEGINNING)
        for bank in (east, west):
            give_points(resident=resident, bank=bank, points=20)
        checkout = scanned(resident, cashier, at=SPENT)
        redeem(cashier=cashier, checkout_id=checkout.pk, points=40, key=f"there-{number}", at=SPENT)
    close_day(actor=somebody(), day=alliance_day(SPENT), at=SPENT + timedelta(days=1))


def _ask(east: Bank, west: Bank, east_2: Branch, between: Resident) -> None:
    """Each kind of request, at each kind of place."""
    target = Target(kind="residents.resident", id=str(between.pk), version="v", name="Between")
    for place in (branch_of(east), east_2, branch_of(west)):
        for decision in (ADJUSTMENT, UNFREEZE):
            ask(
                maker=somebody(),
                decision=decision,
                target=target,
                payload={},
                reason="A stall",
                bank=place.bank,
                branch=place,
                at=NOW - timedelta(hours=1),
            )
    for bank in (east, west):
        asked: dict[str, Any] = {"maker": somebody(), "bank": bank, "reason": "Risk", "at": NOW - timedelta(hours=1)}
        ask_cap(**asked, cap=1_000_000)
        ask_terms(**asked, months=3, grace_days=3, starts_on=alliance_day(NOW + timedelta(days=40)))
    suspend_bank(actor=somebody(), bank=west, at=NOW - timedelta(hours=2))
    ask_lift(maker=somebody(), bank=west, reason="Mended", at=NOW - timedelta(hours=1))


def grants_there_are() -> list[Grant]:
    """Every role at every place that goes with it."""
    fits = {
        Role.OPERATOR: ("",),
        Role.AUDITOR: ("", "EB", "WB"),
        Role.BANK_MANAGER: ("EB", "WB"),
        Role.BRANCH_MANAGER: ("EB-1", "EB-2", "WB-1"),
        Role.CLERK: ("EB-1", "EB-2", "WB-1"),
    }
    assert fits.keys() == set(Role), "a new role goes with places"
    assert {place for places in fits.values() for place in places} == set(PLACES)
    return [(role, place) for role, places in fits.items() for place in places]


def person(*grants: Grant, at: datetime = BEGINNING) -> User:
    """A member of staff with these grants."""
    user = make_staff(actor=somebody(), at=at, username="-".join(f"{role}{place}" for role, place in grants), password=PASSWORD)
    for role, place in grants:
        branch = Branch.objects.filter(code=place).select_related("bank").first()
        grant_role(actor=somebody(), user=user, role=role, bank=Bank.objects.filter(code=place).first(), branch=branch, at=at)
    return user


def holding(user: User, *grants: Grant) -> list[StaffRole]:
    """These grants as one user would hold them, kept nowhere: thousands of questions are asked of dozens of such people."""
    banks = {bank.code: bank for bank in Bank.objects.all()}
    branches = {branch.code: branch for branch in Branch.objects.select_related("bank")}
    return [
        StaffRole(
            user=user,
            role=role,
            bank=branches[place].bank if place in branches else banks.get(place),
            branch=branches.get(place),
            granted_at=BEGINNING,
        )
        for role, place in grants
    ]
