"""Phones that show codes, and tills: over HTTP and straight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any, TypeVar

from django.test import Client

from branches.models import Bank
from core.errors import DomainError
from core.limits import COOL_DOWN
from identity.models import User
from merchants.models import Cashier
from redemptions.models import Checkout, Redemption
from redemptions.rotating_code import check_digit, make_code
from redemptions.services import enroll_device, open_checkout, redeem
from redemptions.services.devices import Enrollment
from residents.models import Resident
from tests.threads import patiently
from tests.world import BEGINNING, give_points, moment

S10_AT = moment("2026-03-20", "12:00:00")
_keys = count(1)

A = TypeVar("A")
T = TypeVar("T")


@dataclass(frozen=True)
class Phone:
    """A phone that holds the key of its device."""

    enrolled: Enrollment

    def code(self, at: datetime) -> str:
        """The digits on its screen at that moment."""
        return make_code(key=self.enrolled.key, handle=self.enrolled.device.handle, at=at)

    def guess(self, at: datetime, *, off_by: int = 1) -> str:
        """Digits of this phone with a wrong MAC and a right check digit."""
        shown = self.code(at)
        body = shown[:16] + f"{(int(shown[16:26]) + off_by) % 10**10:010d}"
        return body + check_digit(body)


def phone_of(resident: Resident, *, at: datetime = BEGINNING) -> Phone:
    """One more phone of a resident, which is past its first day."""
    return Phone(enroll_device(resident=resident, at=at - COOL_DOWN))


def new_key() -> str:
    """A key no request used yet."""
    return f"key-{next(_keys)}"


def scanned(resident: Resident, cashier: Cashier, *, at: datetime) -> Checkout:
    """A checkout on a code that a new phone of the resident shows."""
    return open_checkout(cashier=cashier, code=phone_of(resident, at=at).code(at), key=new_key(), at=at)


def give_zhang_his_points(zhang: Resident, *, east: Bank, west: Bank) -> None:
    """WB 150 that expire 2026-09-30, EB 100 that expire 2027-03-31."""
    give_points(resident=zhang, bank=west, points=150, expires_on=date(2026, 9, 30))
    give_points(resident=zhang, bank=east, points=100, expires_on=date(2027, 3, 31))


def s10(zhang: Resident, bakery: Cashier, *, key: str = "s10", at: datetime = S10_AT) -> Redemption:
    """Zhang spends 180 at Bakery."""
    checkout = scanned(zhang, bakery, at=at)
    return redeem(cashier=bakery, checkout_id=checkout.pk, points=180, key=key, at=at)


class Till:
    """A signed-in browser of a cashier or a resident that speaks JSON."""

    def __init__(self, user: User | None, *, raise_request_exception: bool = True) -> None:
        self.client = Client(raise_request_exception=raise_request_exception)
        if user is not None:
            self.client.force_login(user)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """Send JSON."""
        return self.client.post(path, {} if body is None else body, content_type="application/json", headers=headers)

    def get(self, path: str, **headers: str) -> Any:
        """Ask."""
        return self.client.get(path, headers=headers)


def answer(response: Any) -> tuple[int, Any]:
    """Status and body; of a problem its code only, and that it is one."""
    body = response.json()
    if response.status_code >= 400:
        assert response.headers["Content-Type"] == "application/problem+json"
        return response.status_code, body["code"]
    return response.status_code, body


def outcome(task: Callable[[], object]) -> str:
    """`done`, or the code of the refusal."""
    try:
        patiently(task)
    except DomainError as refusal:
        return refusal.code
    return "done"
