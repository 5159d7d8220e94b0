"""The world of the access table: everyone in it, and a row behind every page."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from django.apps import apps
from django.test import Client

from branches.models import Bank
from earning.models import Award, Event, EventConflict, Rule, RuleVersion
from imports.choices import ImportKind
from imports.models import FileImport
from imports.services import register_import
from openapi.scopes import SCOPES
from openapi.services import make_client
from points.queries import history
from redemptions.receipts import receipt_number
from redemptions.services import redeem
from settlements.models import IssuerStatement, MerchantLine, MerchantStatement, NetPayment
from settlements.services import close_day
from tests.decisions.world import adjustment_asked
from tests.earning.world import bill, bill_rule, send
from tests.openapi.world import make_partner
from tests.redemptions.world import S10_AT, give_zhang_his_points, s10, scanned
from tests.web.access_table import ADMIN_PAGES
from tests.world import BEGINNING, give_points, moment, somebody

WHO: Final = {
    "resident": "mei",
    "other_resident": "tom",
    "cashier": "bakery",
    "other_cashier": "grocer",
    "clerk": "east_clerk",
    "clerk_of_another_branch": "east_other_clerk",
    "clerk_of_another_bank": "west_clerk",
    "manager": "east_manager",
    "auditor": "auditor",
    "operator": "operator",
}


@dataclass
class AccessWorld:
    """Signed-in clients by role, and primary keys by the names the table uses."""

    clients: dict[str, Client]
    rows: dict[str, object] = field(default_factory=dict)


def make_world(request: pytest.FixtureRequest, role: str) -> AccessWorld:
    """Make all rows, and sign the role in."""
    cast: Callable[[str], Any] = request.getfixturevalue
    rows = _rows(cast)
    client = Client(raise_request_exception=False)
    if role in WHO:
        person = cast(WHO[role])
        client.force_login(getattr(person, "user", None) or person, backend="django.contrib.auth.backends.ModelBackend")
    if role == "partner":
        token = make_partner(bank=cast("east"), scopes=SCOPES, browser=client).token
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return AccessWorld({role: client}, rows)


def _rows(cast: Callable[[str], Any]) -> dict[str, object]:
    east: Bank = cast("east")
    mei, bakery, zhang = cast("mei"), cast("bakery"), cast("zhang")
    give_zhang_his_points(zhang, east=east, west=cast("west"))
    redemption = s10(zhang, bakery)
    give_points(resident=mei, bank=east, points=400)
    at_grocer = scanned(mei, cast("grocer"), at=S10_AT)
    redeem(cashier=cast("grocer"), checkout_id=at_grocer.pk, points=400, key="at-grocer", at=S10_AT)
    close_day(day=S10_AT.date(), at=moment("2026-03-21", "00:30"))
    kept = _file_import(east)
    bill_rule(east)
    for amount in (24520, 24530):  # the second content of one event id is a conflict
        send(east, bill(amount, paid=BEGINNING, event_id="b1"), at=BEGINNING)
    system = make_client(actor=somebody(), at=BEGINNING, bank=east, name="East core", scopes=SCOPES).client
    asked = adjustment_asked(cast("east_clerk"), bank=east, branch=cast("east_branch"))
    own = {
        "branches.alliance": east.alliance_id,
        "branches.bank": east.pk,
        "branches.branch": cast("east_branch").pk,
        "branches.neighborhood": cast("east_branch").neighborhoods.get().pk,
        "branches.staffrole": cast("east_clerk").roles.get().pk,
        "decisions.approval": asked.pk,
        "imports.fileimport": kept.pk,
        "identity.user": cast("east_clerk").pk,
        "merchants.merchant": bakery.outlet.merchant_id,
        "merchants.outlet": bakery.outlet_id,
        "merchants.cashier": bakery.pk,
        "residents.resident": mei.pk,
        "residents.banklink": mei.links.get().pk,
        "earning.rule": Rule.objects.get().pk,
        "earning.ruleversion": RuleVersion.objects.get().pk,
        "earning.event": Event.objects.get().pk,
        "earning.award": Award.objects.get().pk,
        "earning.eventconflict": EventConflict.objects.get().pk,
        "openapi.client": system.pk,
        "redemptions.redemption": redemption.pk,
        "redemptions.checkout": bakery.checkouts.get().pk,
        "redemptions.devicecredential": mei.devices.get().pk,
        "settlements.businessday": S10_AT.date(),
        "settlements.merchantstatement": MerchantStatement.objects.get(merchant=bakery.outlet.merchant).pk,
        "settlements.merchantline": MerchantLine.objects.get(statement__merchant=bakery.outlet.merchant).pk,
        "settlements.issuerstatement": IssuerStatement.objects.get(bank=east).pk,
        "settlements.netpayment": NetPayment.objects.get().pk,
        "points.transfer": f"{mei.wallet_id}~{history(mei.wallet_id)[0].id}",
        "receipt": receipt_number(redemption.pk),
        "transfer": history(mei.wallet_id)[0].id,
    }
    for label in ADMIN_PAGES:
        if label not in own and (row := apps.get_model(label)._default_manager.order_by("pk").first()) is not None:
            own[label] = row.pk
    return own


def _file_import(bank: Bank) -> FileImport:
    return register_import(
        actor=somebody(), bank=bank, kind=ImportKind.RESIDENTS, file=io.BytesIO(b"customer\n1\n"), name="people.csv", at=BEGINNING
    )
