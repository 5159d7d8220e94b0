"""A script that met a lock outside the ledger's functions is told to come again, and nothing of its request remains."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from branches.models import Bank
from core.clock import now
from merchants.models import Cashier
from points.queries import spendable
from redemptions.models import Checkout, Redemption
from residents.models import Resident
from tests.redemptions.world import Till, answer, new_key, phone_of
from tests.world import give_points

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)


@contextmanager
def held(resident: Resident) -> Iterator[None]:
    """Someone has the resident's row and doesn't let go; whoever waits for a lock loses patience soon."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as owner:
        owner.execute("select from residents_resident where id = %s for update", [resident.pk])
        with connection.cursor() as cursor:
            cursor.execute("set lock_timeout = '100ms'")
        yield
        with connection.cursor() as cursor:
            cursor.execute("reset lock_timeout")


def test_a_till_that_met_a_lock_comes_again_with_the_same_key(mei: Resident, east: Bank, bakery: Cashier) -> None:
    give_points(resident=mei, bank=east, points=100, at=now())
    till = Till(bakery.user)
    asked = {"code": phone_of(mei, at=now()).code(now()), "way": "code", "points": 30, "key": new_key()}

    with held(mei):
        told = till.post("/merchant/redemptions", asked)
    assert answer(told) == (503, "ledger_busy")
    assert told.headers["Retry-After"] == "2"
    assert (Checkout.objects.count(), Redemption.objects.count(), spendable(mei.wallet_id, at=now())) == (0, 0, 100)

    assert till.post("/merchant/redemptions", asked).status_code == 201
    assert spendable(mei.wallet_id, at=now()) == 70


def test_a_script_that_only_asks_is_told_the_same(bakery: Cashier) -> None:
    till = Till(bakery.user)
    with held_table("redemptions_redemption"):
        with connection.cursor() as cursor:
            cursor.execute("set lock_timeout = '100ms'")
        told = till.client.get("/merchant/today")
        with connection.cursor() as cursor:
            cursor.execute("reset lock_timeout")

    assert answer(told) == (503, "ledger_busy")
    assert till.client.get("/merchant/today").status_code == 200


def test_another_fault_of_the_database_stays_a_fault(bakery: Cashier, mei: Resident) -> None:
    asked = {"code": phone_of(mei, at=now()).code(now()), "way": "code", "points": 1, "key": new_key()}
    client = Client(raise_request_exception=False)
    client.force_login(bakery.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    with connection.cursor() as cursor:
        cursor.execute("set statement_timeout = 300")
    with held_table("redemptions_devicecredential"):
        told = client.post("/merchant/redemptions", asked, content_type="application/json")
    assert answer(told) == (500, "internal_error")


@contextmanager
def held_table(name: str) -> Iterator[None]:
    with transaction.atomic(using="owner"), connections["owner"].cursor() as owner:
        owner.execute(f"lock table {name}")
        yield
    with connection.cursor() as cursor:
        cursor.execute("reset statement_timeout")
