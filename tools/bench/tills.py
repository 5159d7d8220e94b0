"""Cashiers who are signed in, and residents with points and phones, for measurements and drills."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.test import Client

from branches.models import Bank, Neighborhood
from core.clock import alliance_day, now
from core.limits import CHECKOUT_SECONDS, COMMANDS_PER_POST
from identity.services import system_actor
from merchants.models import Cashier
from merchants.services import appoint_cashier, enroll_merchant, open_outlet
from points.parties import open_wallets
from points.posting import Earn, post
from points.queries import terms_on
from redemptions.models import Checkout, DeviceCredential
from residents.models import Resident
from tools.bench.browser import Browser

SIGN_IN_PATH: Final = "/sign-in/"
REDEEM_PATH: Final = "/merchant/redemptions"
NUMBERS: Final = count(1)  # of phones, so that no two cashiers share one


def open_tills(bank: Bank, *, count: int) -> list[Cashier]:
    """So many merchants of the bank, each with one outlet and one cashier."""
    at = now()
    neighborhood = Neighborhood.objects.get(branch__bank=bank)
    tills = []
    for number in range(count):
        merchant = enroll_merchant(actor=system_actor(), name=f"{bank.code} shop {number}", acquirer=bank, at=at)
        outlet = open_outlet(actor=system_actor(), merchant=merchant, neighborhood=neighborhood, name="1", at=at)
        tills.append(
            appoint_cashier(actor=system_actor(), outlet=outlet, phone=f"+86139{next(NUMBERS):08d}", name=f"Cashier {number}", at=at)
        )
    return tills


def let_in(bank: Bank, *, count: int, points: int) -> list[Resident]:
    """So many residents, each with so many points of the bank."""
    at = now()
    residents = Resident.objects.bulk_create(Resident(name=f"Resident {number}", joined_at=at) for number in range(count))
    open_wallets([resident.wallet_id for resident in residents], at=at)
    terms = terms_on(bank.issuer_id, alliance_day(at))
    for start in range(0, count, COMMANDS_PER_POST):
        earns = [
            Earn(
                wallet=resident.wallet_id,
                issuer=bank.issuer_id,
                terms=terms.id,
                points=points,
                key="first",
                expires_on=terms.expires_on(alliance_day(at)),
                effective_at=at,
            )
            for resident in residents[start : start + COMMANDS_PER_POST]
        ]
        assert all(result.posted for result in post(earns, at=now())), "a fresh ledger refuses nothing"
    return residents


def headers_of(cashier: Cashier, *, port: int) -> dict[str, str]:
    """What a signed-in cashier's script sends with each request: the session, and the CSRF token that a first page brings."""
    client = Client()
    client.force_login(cashier.user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    browser = Browser(port)
    browser.get(SIGN_IN_PATH)
    browser.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    browser.close()
    return {**browser.json_headers(), **browser.cookie_header()}


def open_checkouts(cashier: Cashier, devices: Sequence[DeviceCredential]) -> list[Checkout]:
    """Checkouts that stand ready, as scanning a code of each device would write them; they live for two minutes."""
    at = now()
    return Checkout.objects.bulk_create(
        Checkout(
            cashier=cashier,
            outlet_id=cashier.outlet_id,
            resident=device.resident,
            wallet_id=device.resident.wallet_id,
            device=device,
            key=str(uuid4()),
            request_hash=uuid4().bytes * 2,
            opened_at=at,
            expires_at=at + timedelta(seconds=CHECKOUT_SECONDS),
        )
        for device in devices
    )
