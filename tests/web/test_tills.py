"""Tills and residents over HTTP: who may ask, how strictly, and at what cost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from branches.models import Bank
from core.clock import now
from identity.services import end_sessions
from merchants.models import Cashier
from merchants.services import appoint_cashier, open_outlet
from points.queries import spendable
from redemptions.models import Checkout, DeviceCredential, Redemption
from redemptions.rotating_code import make_code
from redemptions.services import redeem
from residents.models import Resident
from tests.redemptions.world import Till, answer, new_key, phone_of, scanned
from tests.world import BEGINNING, give_points, neighborhood_of, somebody

pytestmark = pytest.mark.django_db

QUERIES_A_REDEMPTION = 3
TILL_ADDRESSES = [
    ("post", "/merchant/checkouts"),
    ("post", "/merchant/redemptions"),
    ("get", "/merchant/redemptions/by-key/k"),
    ("get", "/merchant/receipts/00000125"),
    ("get", "/merchant/today"),
    ("post", "/merchant/redemptions/00000125/undo"),
    ("post", "/merchant/redemptions/00000125/refunds"),
]
RESIDENT_ADDRESSES = [("get", "/resident/points"), ("get", "/resident/history"), ("post", "/resident/devices")]


@pytest.fixture
def rich(mei: Resident, east: Bank) -> Resident:
    """Mei with 100 points."""
    give_points(resident=mei, bank=east, points=100, at=now())
    return mei


@pytest.mark.parametrize(("method", "path"), [*TILL_ADDRESSES, *RESIDENT_ADDRESSES])
def test_nobody_is_asked_to_sign_in(method: str, path: str, db: None) -> None:
    assert answer(getattr(Till(None), method)(path)) == (401, "sign_in_required")


@pytest.mark.parametrize(("method", "path"), TILL_ADDRESSES)
def test_a_resident_stands_at_no_till(method: str, path: str, mei: Resident) -> None:
    assert answer(getattr(Till(mei.user), method)(path)) == (403, "no_till")


@pytest.mark.parametrize(("method", "path"), RESIDENT_ADDRESSES)
def test_a_cashier_holds_no_wallet(method: str, path: str, bakery: Cashier) -> None:
    assert answer(getattr(Till(bakery.user), method)(path)) == (404, "not_found")


@pytest.mark.parametrize(("method", "path"), TILL_ADDRESSES)
def test_a_till_needs_the_right_method(method: str, path: str, bakery: Cashier) -> None:
    other = {"get": "post", "post": "get"}[method]
    assert getattr(Till(bakery.user), other)(path).status_code == 405


def test_a_session_ends_everywhere_at_once(bakery: Cashier) -> None:
    till = Till(bakery.user)
    assert till.get("/merchant/today").status_code == 200
    end_sessions(actor=somebody(), at=BEGINNING, user=bakery.user)
    assert answer(till.get("/merchant/today")) == (401, "sign_in_required")


def test_a_user_switched_off_is_signed_out(bakery: Cashier) -> None:
    till = Till(bakery.user)
    bakery.user.is_active = False
    bakery.user.save(update_fields=["is_active"])
    assert answer(till.get("/merchant/today")) == (401, "sign_in_required")


def test_a_till_needs_the_csrf_token(bakery: Cashier, rich: Resident) -> None:
    checkout = scanned(rich, bakery, at=now())
    client = Client(enforce_csrf_checks=True)
    client.force_login(bakery.user)
    body = {"checkout": str(checkout.pk), "points": 10, "key": "k"}
    assert client.post("/merchant/redemptions", body, content_type="application/json").status_code == 403
    assert not Redemption.objects.exists()


def test_a_cashier_of_two_outlets_names_one(bakery: Cashier, grocer: Cashier, east: Bank, rich: Resident) -> None:
    second = open_outlet(actor=somebody(), merchant=bakery.outlet.merchant, neighborhood=neighborhood_of(east), name="Bakery 2", at=now())
    appoint_cashier(actor=somebody(), outlet=second, phone="+8613900000001", name="Bao", at=now())
    till, key = Till(bakery.user), "k"
    checkout = scanned(rich, bakery, at=now())
    redeem(cashier=bakery, checkout_id=checkout.pk, points=10, key=key, at=now())

    assert till.get(f"/merchant/redemptions/by-key/{key}").status_code == 200
    assert till.get(f"/merchant/redemptions/by-key/{key}", **{"X-Outlet": str(bakery.outlet_id)}).status_code == 200
    assert answer(till.get(f"/merchant/redemptions/by-key/{key}", **{"X-Outlet": str(second.pk)})) == (404, "not_taken")
    for foreign in (str(grocer.outlet_id), "999999", "x", "-1", "9" * 40):
        assert answer(till.get("/merchant/today", **{"X-Outlet": foreign})) == (403, "no_till")


BAD_BODIES: list[Callable[[dict[str, Any]], str]] = [
    lambda _body: "",
    lambda _body: "not json",
    lambda _body: "[]",
    lambda _body: "null",
    lambda _body: "[" * 10_000,
    lambda body: json.dumps({**body, "points": "10"}),
    lambda body: json.dumps({**body, "points": 10.0}),
    lambda body: json.dumps({**body, "points": 10.5}),
    lambda body: json.dumps({**body, "points": True}),
    lambda body: json.dumps({**body, "points": None}),
    lambda body: json.dumps({**body, "points": float("nan")}),
    lambda body: json.dumps(body).replace("10", "1" * 5000),
    lambda body: json.dumps(body).replace("10,", '10, "points": 20,'),
    lambda body: json.dumps({**body, "extra": 1}),
    lambda body: json.dumps({**body, "code": "71"}),
    lambda body: json.dumps({name: value for name, value in body.items() if name != "key"}),
    lambda body: json.dumps({**body, "key": ""}),
    lambda body: json.dumps({**body, "checkout": 1}),
    lambda body: json.dumps(body) + " " * 20_000,
]


@pytest.mark.parametrize("spoil", BAD_BODIES)
def test_a_body_is_read_strictly(spoil: Callable[[dict[str, Any]], str], bakery: Cashier, rich: Resident) -> None:
    checkout = scanned(rich, bakery, at=now())
    till = Till(bakery.user)
    body = {"checkout": str(checkout.pk), "points": 10, "key": "k"}

    assert answer(till.post("/merchant/redemptions", spoil(body))) == (400, "body_not_valid")

    assert not Redemption.objects.exists()
    assert answer(till.post("/merchant/redemptions", json.dumps(body)))[0] == 201


@pytest.mark.parametrize("odd", ["\x00", "k\ud83d", "\uffff", "\x1b"])
@pytest.mark.parametrize("field", ["checkout", "key"])
def test_a_text_that_can_not_be_kept_is_refused_by_its_fields_name(field: str, odd: str, bakery: Cashier, rich: Resident) -> None:
    checkout = scanned(rich, bakery, at=now())
    body = {"checkout": str(checkout.pk), "points": 10, "key": "k"}
    till = Till(bakery.user)

    refused = till.post("/merchant/redemptions", json.dumps({**body, field: odd}))

    assert answer(refused) == (400, "character_refused")
    assert refused.json()["field"] == field
    assert not Redemption.objects.exists()
    assert answer(till.post("/merchant/redemptions", json.dumps(body)))[0] == 201


def test_a_body_says_that_it_is_json(bakery: Cashier) -> None:
    response = Till(bakery.user).client.post("/merchant/checkouts", '{"code": "71", "way": "code", "key": "k"}', content_type="text/plain")
    assert answer(response) == (400, "body_not_valid")


@pytest.mark.parametrize(("points", "code"), [(0, "invalid_points"), (-1, "invalid_points"), (10**15, "invalid_points")])
def test_points_that_are_none(points: int, code: str, bakery: Cashier, rich: Resident) -> None:
    checkout = scanned(rich, bakery, at=now())
    body = {"checkout": str(checkout.pk), "points": points, "key": "k"}
    assert answer(Till(bakery.user).post("/merchant/redemptions", body)) == (400, code)


@pytest.mark.parametrize("checkout", ["x", "0", "0b0c0d0e-0000-4000-8000-000000000000"])
def test_a_checkout_that_is_none(checkout: str, bakery: Cashier) -> None:
    assert answer(Till(bakery.user).post("/merchant/redemptions", {"checkout": checkout, "points": 1, "key": "k"})) == (
        404,
        "checkout_not_found",
    )


def test_a_scan_that_is_none(bakery: Cashier) -> None:
    assert answer(Till(bakery.user).post("/merchant/checkouts", {"code": "134567890123456789", "way": "code", "key": "k"})) == (
        400,
        "not_our_code",
    )


def test_amount_first_over_http(bakery: Cashier, rich: Resident) -> None:
    till, body = Till(bakery.user), {"code": phone_of(rich).code(now()), "way": "code", "points": 101, "key": "k"}
    response = till.post("/merchant/redemptions", body)
    assert answer(response) == (409, "insufficient_points")
    checkout = response.json()["checkout"]
    assert answer(till.post("/merchant/redemptions", {"checkout": checkout, "points": 100, "key": "less"}))[0] == 201
    assert spendable(rich.wallet_id, at=now()) == 0


def test_a_redemption_takes_three_queries(bakery: Cashier, rich: Resident) -> None:
    till = Till(bakery.user)
    checkouts = [scanned(rich, bakery, at=now()) for _ in range(2)]
    till.post("/merchant/redemptions", {"checkout": str(checkouts[0].pk), "points": 1, "key": new_key()})

    with CaptureQueriesContext(connection) as seen:
        status, _receipt = answer(till.post("/merchant/redemptions", {"checkout": str(checkouts[1].pk), "points": 1, "key": new_key()}))

    statements = [query["sql"] for query in seen if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert status == 201
    assert len(statements) == QUERIES_A_REDEMPTION, "\n".join(statements)


def test_a_phone_enrolls_and_its_code_is_taken(bakery: Cashier, rich: Resident) -> None:
    status, body = answer(Till(rich.user).post("/resident/devices"))
    assert (status, set(body)) == (201, {"resident", "handle", "version", "key", "server_time"})
    assert (len(body["handle"]), len(body["key"])) == (9, 64)
    code = make_code(key=bytes.fromhex(body["key"]), handle=int(body["handle"]), at=now())
    assert answer(Till(bakery.user).post("/merchant/checkouts", {"code": code, "way": "code", "key": "k"}))[0] == 201
    assert DeviceCredential.objects.get().resident == rich
    assert body["key"] not in str(list(DeviceCredential.objects.values()))


def test_residents_see_their_own_points(rich: Resident, tom: Resident, east: Bank) -> None:
    status, body = answer(Till(rich.user).get("/resident/points"))
    (lot,) = body["lots"]
    assert (status, body["spendable"], lot["bank"], lot["points"], lot["available_on"]) == (200, 100, "East Bank", 100, None)
    assert answer(Till(tom.user).get("/resident/points")) == (200, {"spendable": 0, "lots": []})
    assert answer(Till(tom.user).get("/resident/history")) == (200, {"transfers": []})


def test_answers_are_not_kept_by_anyone(bakery: Cashier, rich: Resident) -> None:
    for response in (Till(bakery.user).get("/merchant/today"), Till(rich.user).get("/resident/points"), Till(None).get("/merchant/today")):
        assert "no-store" in response.headers["Cache-Control"]


def test_checkouts_of_http_belong_to_the_cashier(bakery: Cashier, rich: Resident) -> None:
    Till(bakery.user).post("/merchant/checkouts", {"code": phone_of(rich).code(now()), "way": "code", "key": "k"})
    assert Checkout.objects.get().cashier == bakery


def test_an_expired_session_is_no_session(bakery: Cashier) -> None:
    till = Till(bakery.user)
    Session.objects.update(expire_date=now())
    assert answer(till.get("/merchant/today")) == (401, "sign_in_required")
