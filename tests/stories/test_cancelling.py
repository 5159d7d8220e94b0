"""Stories of a bank that cancels what it told: S23, S24 and S37 by its own request."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.test import Client as Browser

from branches.models import Bank
from core.clock import day_starts
from earning.cancellations import CancellationIn
from earning.services import Cancelled, cancel_event
from merchants.models import Cashier
from openapi.scopes import SCOPES
from points.expiry import expire_due
from points.models import Account, Posting
from points.posting import Redeem, post_one
from points.queries import lots, spendable
from residents.models import Resident
from tests.earning.world import bill, bill_rule, cloud_event, send, transfer_rule
from tests.openapi.world import Partner, make_partner, one_outcome
from tests.world import moment

pytestmark = pytest.mark.django_db

PAID = moment("2026-03-05", "10:00")
SPENT = moment("2026-03-10", "12:00")
CANCELLED = moment("2026-03-20", "09:00")
NEXT_BILL = moment("2026-03-21", "10:00")
MARCH = date(2027, 3, 31)


def cancel(bank: Bank, event: str, *, at: datetime = CANCELLED, amount: int | None = None, key: str = "c1") -> Cancelled:
    told = CancellationIn(cancellation_id=key, event_id=event, cancelled_at=at, amount_minor=amount)
    return cancel_event(bank=bank, cancellation=told, at=at, origin="test")


def spend(resident: Resident, till: Cashier, points: int) -> None:
    merchant = till.outlet.merchant.party_id
    command = Redeem(wallet=resident.wallet_id, merchant=merchant, points=points, key="spend", effective_at=SPENT)
    assert post_one(command, at=SPENT).posted


def arrears(resident: Resident) -> int:
    return sum(Account.objects.filter(party_id=resident.wallet_id, kind="arrears").values_list("balance", flat=True))


def postings(transfer: UUID | str) -> list[tuple[str, str, int]]:
    return list(Posting.objects.filter(transfer_id=transfer).order_by("number").values_list("source_kind", "target_kind", "points"))


@pytest.fixture
def r1(east: Bank) -> None:
    bill_rule(east)


def test_s23_clawback_unspent_by_the_bank(r1: None, east: Bank, mei: Resident) -> None:
    send(east, bill(24520, paid=PAID, event_id="s01"), at=PAID)
    assert [(lot.points, lot.expires_on) for lot in lots(mei.wallet_id)] == [(24, MARCH)]

    done = cancel(east, "s01")

    (taking,) = done.takings
    assert (done.cancellation.points, taking.points, done.again) == (24, 24, False)
    assert postings(taking.transfer_id) == [("lot", "issuance", 24)]
    assert (lots(mei.wallet_id), arrears(mei)) == ([], 0)


def test_s24_clawback_spent_by_the_bank(r1: None, east: Bank, mei: Resident, bakery: Cashier) -> None:
    send(east, bill(24520, paid=PAID, event_id="s01"), at=PAID)
    spend(mei, bakery, 24)

    cancel(east, "s01")
    assert (arrears(mei), spendable(mei.wallet_id, at=CANCELLED)) == (24, 0)

    next_bill = send(east, bill(60000, paid=NEXT_BILL), at=NEXT_BILL)
    assert next_bill.points == 60
    assert postings(next_bill.transfers[0]) == [("issuance", "arrears", 24), ("issuance", "lot", 36)]
    assert (arrears(mei), spendable(mei.wallet_id, at=NEXT_BILL)) == (0, 36)


def over_http(east: Bank, at: datetime) -> Partner:
    with time_machine.travel(at, tick=False):
        return make_partner(bank=east, scopes=SCOPES, browser=Browser())


def event(event_id: str, fen: int, at: datetime) -> dict[str, Any]:
    return cloud_event(id=event_id, time=at.isoformat(), data={"amount_minor": fen})


def test_s23_over_http(r1: None, east: Bank, mei: Resident) -> None:
    with time_machine.travel(PAID, tick=False):
        given = one_outcome(over_http(east, PAID).send(event("s01", 24520, PAID)))
    with time_machine.travel(CANCELLED, tick=False):
        partner = over_http(east, CANCELLED)
        answer = partner.cancel({"id": "c1", "event": "s01", "time": CANCELLED.isoformat()})
        again = partner.cancel({"id": "c1", "event": "s01", "time": CANCELLED.isoformat()})
        stands = partner.get("s01").json()

    said = answer.json()
    assert (answer.status_code, said["outcome"], said["points"], said["event"]) == (200, "cancelled", 24, "s01")
    assert postings(said["transfers"][0]) == [("lot", "issuance", 24)]
    assert again.json() == {**said, "outcome": "duplicate"}
    assert (stands["status"], stands["points"], stands["taken_back"]) == ("cancelled", given["points"], 24)
    assert (lots(mei.wallet_id), arrears(mei)) == ([], 0)


def test_s24_over_http(r1: None, east: Bank, mei: Resident, bakery: Cashier) -> None:
    with time_machine.travel(PAID, tick=False):
        over_http(east, PAID).send(event("s01", 24520, PAID))
    spend(mei, bakery, 24)
    with time_machine.travel(CANCELLED, tick=False):
        over_http(east, CANCELLED).cancel({"id": "c1", "event": "s01", "time": CANCELLED.isoformat()})
    assert (arrears(mei), spendable(mei.wallet_id, at=CANCELLED)) == (24, 0)

    with time_machine.travel(NEXT_BILL, tick=False):
        said = one_outcome(over_http(east, NEXT_BILL).send(event("s24", 60000, NEXT_BILL)))

    assert (said["outcome"], said["points"]) == ("posted", 60)
    assert (arrears(mei), spendable(mei.wallet_id, at=NEXT_BILL)) == (0, 36)


def test_s37_clawback_of_expired_points_by_the_bank(west: Bank, tom: Resident) -> None:
    transfer_rule(west)
    sent = moment("2026-03-06", "10:00")
    earned = send(west, bill(1000000, paid=sent, customer="2001", event_id="s37")._replace(type="transfer.sent"), at=sent)
    assert earned.points == 150
    expire_due(at=day_starts(date(2026, 10, 1)) + timedelta(hours=1))
    assert lots(tom.wallet_id) == []

    done = cancel(west, "s37", at=moment("2026-10-02"))

    (taking,) = done.takings
    assert postings(taking.transfer_id) == [("breakage", "issuance", 150)]
    assert arrears(tom) == 0
