"""No page asks the database more than a dozen things, and none asks more when there is a hundred times as much."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final

import pytest
from django.db import transaction

from branches.models import Bank
from core.audit.choices import SecurityEventKind
from core.audit.services import record_security_event
from core.clock import now
from identity.models import User
from merchants.models import Cashier
from merchants.services import appoint_cashier, enroll_merchant, open_outlet
from redemptions.services import redeem
from residents.models import Resident
from tests.earning.world import bill, send
from tests.journeys.reach_world import ReachWorld, make_reach_world
from tests.redemptions.world import scanned
from tests.world import give_points, neighborhood_of, somebody
from tools.bench.queries import MOST, count_queries

import_module("community.urls")  # which puts the pages of `community` on the site
pytestmark = [pytest.mark.django_db, pytest.mark.long]
MORE: Final = 100


def queries(world: ReachWorld) -> dict[str, int]:
    """How many queries each page takes."""
    return count_queries(users=world.users, rows=world.rows, admin_rows=world.admin_rows)


def grow(mei: Resident, bakery: Cashier, east: Bank) -> None:
    """A hundred more bills, lots, receipts, statement lines, outlets near, merchants with a receipt, and tills of one cashier."""
    for number in range(MORE):
        send(east, bill(24520, paid=now()), at=now())
        give_points(resident=mei, bank=east, points=1_000, at=now())
        redeem(cashier=bakery, checkout_id=scanned(mei, bakery, at=now()).pk, points=1, key=f"more-{number}", at=now())
        merchant = enroll_merchant(actor=somebody(), name=f"Merchant {number}", acquirer=east, at=now())
        outlet = open_outlet(actor=somebody(), merchant=merchant, neighborhood=neighborhood_of(east), name=f"Outlet {number}", at=now())
        cashier = appoint_cashier(actor=somebody(), outlet=outlet, phone="+8613900000001", name="Bao", at=now())
        redeem(cashier=cashier, checkout_id=scanned(mei, cashier, at=now()).pk, points=1, key=f"there-{number}", at=now())


def test_a_hundred_times_the_data_asks_no_more(mei: Resident, bakery: Cashier, grocer: Cashier, operator: User, east: Bank) -> None:
    def count(before_closing: Callable[[], None] | None = None) -> dict[str, int]:
        with transaction.atomic():
            people = {"mei": mei, "bakery": bakery, "grocer": grocer, "operator": operator}
            world = make_reach_world(**people, before_closing=before_closing)  # type: ignore[arg-type]
            queries(world)  # what is asked once a process
            counted = queries(world)
            transaction.set_rollback(True)
        return counted

    record_security_event(SecurityEventKind.SIGNED_IN, at=now(), actor_id=operator.pk)  # a row of each kind, in both worlds
    few = count()
    many = count(lambda: grow(mei, bakery, east))

    too_many = {name: number for name, number in many.items() if number > MOST}
    grown = {name: (few[name], number) for name, number in many.items() if number > few[name]}
    assert (too_many, grown) == ({}, {})
