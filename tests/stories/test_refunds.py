"""Stories of points given back at the till, in parts and on later days: S21, S22, S31, S34, S35 and S38 by the cashier's own request."""

from __future__ import annotations

from datetime import date, datetime

import pytest
import time_machine

from branches.models import Bank
from merchants.models import Cashier
from merchants.services import dismiss_cashier
from points.errors import MoreThanIsLeft
from points.models import Account, Posting, Transfer
from points.posting import Earn, post_one
from points.queries import lots, terms_on
from redemptions.errors import NoTill, ReceiptNotFound
from redemptions.models import Redemption, Refund
from redemptions.services import redeem, refund
from residents.models import Resident
from settlements.models import IssuerStatement, MerchantLine, MerchantStatement
from settlements.services import close_day
from tests.hands import Clawback, claw_back
from tests.redemptions.world import S10_AT, Till, answer, give_zhang_his_points, s10, scanned
from tests.world import give_points, moment, somebody

pytestmark = pytest.mark.django_db

WB_EXPIRES = date(2026, 9, 30)
EB_EXPIRES = date(2027, 3, 31)
NEXT_DAY = moment("2026-03-21", "15:00")


@pytest.fixture
def spent(zhang: Resident, bakery: Cashier, east: Bank, west: Bank) -> Redemption:
    """S10: of WB 150 and EB 100 Zhang spent 180 at Bakery; EB 70 are left."""
    give_zhang_his_points(zhang, east=east, west=west)
    return s10(zhang, bakery)


def held(resident: Resident) -> list[tuple[int, date]]:
    return [(lot.points, lot.expires_on) for lot in lots(resident.wallet_id)]


def give_back(cashier: Cashier, spent: Redemption, points: int, *, key: str, at: datetime = NEXT_DAY) -> Refund:
    return refund(cashier=cashier, receipt=spent.receipt, points=points, reason="Goods came back", key=key, at=at)


def test_s21_in_parts_at_the_till(zhang: Resident, bakery: Cashier, spent: Redemption) -> None:
    first = give_back(bakery, spent, 50, key="first")
    assert (first.points, first.left) == (50, 130)
    assert held(zhang) == [(20, WB_EXPIRES), (100, EB_EXPIRES)]

    with pytest.raises(MoreThanIsLeft) as refusal:
        give_back(bakery, spent, 140, key="second")
    assert refusal.value.details == {"available": 130}
    assert held(zhang) == [(20, WB_EXPIRES), (100, EB_EXPIRES)]
    assert Redemption.objects.get().given_back == 50

    last = give_back(bakery, spent, 130, key="third", at=moment("2026-04-02"))
    assert (last.points, last.left) == (130, 0)
    assert held(zhang) == [(150, WB_EXPIRES), (100, EB_EXPIRES)]
    assert Redemption.objects.get().given_back == 180


def test_s21_over_http(zhang: Resident, bakery: Cashier, spent: Redemption) -> None:
    till, number = Till(bakery.user), spent.receipt
    path = f"/merchant/redemptions/{number}/refunds"

    with time_machine.travel(NEXT_DAY, tick=False):
        first = answer(till.post(path, {"points": 50, "left": 180, "reason": "Goods came back", "key": "first"}))
        again = answer(till.post(path, {"points": 50, "left": 180, "reason": "Goods came back", "key": "first"}))
        too_much = till.post(path, {"points": 140, "left": 130, "reason": "More came back", "key": "second"})
        other = answer(till.post(path, {"points": 51, "left": 130, "reason": "Goods came back", "key": "first"}))
        last = answer(till.post(path, {"points": 130, "left": 130, "reason": "The rest", "key": "third"}))
        after = answer(till.post(path, {"points": 1, "left": 0, "reason": "And one more", "key": "fourth"}))
        status, receipt = answer(till.get(f"/merchant/receipts/{number}"))

    given = {"receipt": number, "name": "Z**", "points": 50, "left": 130, "given_back_at": "2026-03-21T07:00:00+00:00"}
    assert first == (201, given)
    assert again == first
    assert (too_much.status_code, too_much.json()["code"], too_much.json()["available"]) == (409, "more_than_is_left", 130)
    assert other == (409, "idempotency_key_reused")
    assert (last[0], last[1]["points"], last[1]["left"]) == (201, 130, 0)
    assert after == (409, "already_reversed")
    assert (status, receipt["points"], receipt["given_back"], receipt["undone_at"]) == (200, 180, 180, None)
    assert held(zhang) == [(150, WB_EXPIRES), (100, EB_EXPIRES)]
    assert Refund.objects.count() == 2


def test_s22_after_expiry_at_the_till(zhang: Resident, bakery: Cashier, spent: Redemption) -> None:
    give_back(bakery, spent, 40, key="late", at=moment("2026-10-05"))

    assert held(zhang) == [(10, date(2026, 11, 4)), (100, EB_EXPIRES)]


def test_s31_the_next_days_refund_by_the_cashier(bakery: Cashier, east: Bank, west: Bank, spent: Redemption) -> None:
    close_day(day=date(2026, 3, 20), at=moment("2026-03-21", "00:30"))
    given = give_back(bakery, spent, 50, key="first")

    close_day(day=date(2026, 3, 21), at=moment("2026-03-22", "00:30"))

    statement = MerchantStatement.objects.get(day=date(2026, 3, 21))
    assert (statement.points, statement.amount_minor, statement.payable_minor, statement.carried_out_minor) == (-50, -50, 0, -50)
    line = MerchantLine.objects.get(statement=statement)
    assert (line.transfer_id, line.redemption, line.points) == (given.transfer_id, spent, -50)
    assert {part.issuer.code: part.points for part in line.parts.all()} == {"WB": -20, "EB": -30}
    owed = dict(IssuerStatement.objects.filter(day=date(2026, 3, 21)).values_list("bank__code", "amount_minor"))
    assert owed == {"WB": -20, "EB": -30}


def test_s34_another_till_gives_nothing_back(zhang: Resident, bakery: Cashier, grocer: Cashier, spent: Redemption) -> None:
    before = (Transfer.objects.count(), Posting.objects.count())

    with pytest.raises(ReceiptNotFound):
        give_back(grocer, spent, 50, key="mine")
    elsewhere = Till(grocer.user).post(
        f"/merchant/redemptions/{spent.receipt}/refunds", {"points": 50, "left": 180, "reason": "Mine", "key": "mine"}
    )

    assert answer(elsewhere) == (404, "receipt_not_found")
    assert (Transfer.objects.count(), Posting.objects.count()) == before
    assert held(zhang) == [(70, EB_EXPIRES)]
    assert not Refund.objects.exists()


def test_s35_the_dismissed_cashier_gives_nothing_back(zhang: Resident, bakery: Cashier, spent: Redemption) -> None:
    dismiss_cashier(actor=somebody(), cashier=bakery, at=S10_AT)

    with pytest.raises(NoTill):
        give_back(bakery, spent, 50, key="after")

    assert held(zhang) == [(70, EB_EXPIRES)]
    assert not Refund.objects.exists()


def test_s38_a_refund_at_the_till_cannot_dodge_a_debt(mei: Resident, east: Bank, bakery: Cashier) -> None:
    give_points(resident=mei, bank=east, points=50)
    terms = terms_on(east.issuer_id, date(2026, 3, 5))
    bill = Earn(
        wallet=mei.wallet_id,
        issuer=east.issuer_id,
        terms=terms.id,
        points=24,
        key="bill",
        expires_on=EB_EXPIRES,
        effective_at=moment("2026-03-05"),
    )
    earned = post_one(bill, at=moment("2026-03-05")).transfer_id
    assert earned
    spent = redeem(cashier=bakery, checkout_id=scanned(mei, bakery, at=S10_AT).pk, points=74, key="all", at=S10_AT)
    claw_back([Clawback(wallet=mei.wallet_id, follows=earned, key="cancel", effective_at=S10_AT)], at=S10_AT)
    debt = Account.objects.get(party_id=mei.wallet_id, kind="arrears")
    assert debt.balance == 24

    given = give_back(bakery, spent, 50, key="refund")

    debt.refresh_from_db()
    assert debt.balance == 0
    assert held(mei) == [(26, EB_EXPIRES)]
    rows = Posting.objects.filter(transfer_id=given.transfer_id).order_by("number").values_list("source_kind", "target_kind", "points")
    assert list(rows) == [("payable", "arrears", 24), ("payable", "lot", 26)]
