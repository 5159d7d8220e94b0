"""Stories S10 to S16, S20, S34 and S35: points spent at a till, in exact numbers, by the services and over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import time_machine

from branches.models import Bank
from community.wiring import HANDLERS
from core.outbox.services import deliver_due
from merchants.models import Cashier
from merchants.services import dismiss_cashier
from points.choices import Reason
from points.errors import IdempotencyKeyReused, InsufficientPoints
from points.queries import history, lots, spendable
from redemptions.errors import CheckoutExpired, CheckoutNotFound, CodeAlreadyUsed, CodeExpired, NoTill, ReceiptNotFound
from redemptions.models import Checkout, Redemption, RefusedRedemption, Undo
from redemptions.queries import Part, parts_of
from redemptions.services import open_checkout, redeem, undo
from residents.models import Resident
from tests.ledger_world import facts
from tests.redemptions.world import S10_AT, Till, answer, give_zhang_his_points, outcome, phone_of, s10, scanned
from tests.threads import at_once
from tests.world import give_points, somebody

pytestmark = pytest.mark.django_db

COMMITTED = pytest.mark.django_db(databases=["default", "owner"], transaction=True)
WB_EXPIRES = date(2026, 9, 30)
EB_EXPIRES = date(2027, 3, 31)


@pytest.fixture
def zhang_rich(zhang: Resident, east: Bank, west: Bank) -> Resident:
    """Zhang with WB 150 and EB 100."""
    give_zhang_his_points(zhang, east=east, west=west)
    return zhang


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    """The clock of the HTTP stories, standing at S10's moment until it is moved."""
    with time_machine.travel(S10_AT, tick=False) as traveller:
        yield traveller


def held(resident: Resident) -> list[tuple[int, date]]:
    """The lots in the order of spending."""
    return [(lot.points, lot.expires_on) for lot in lots(resident.wallet_id)]


def checkout_at(till: Till, resident: Resident, at: datetime, key: str = "scan") -> str:
    """The id of a checkout the till opened over HTTP."""
    status, body = answer(till.post("/merchant/checkouts", {"code": phone_of(resident, at=at).code(at), "way": "code", "key": key}))
    assert status == 201
    return str(body["checkout"])


def taken(till: Till, resident: Resident, points: int, *, key: str = "s10") -> tuple[int, object]:
    """A redemption over HTTP of a code scanned just before."""
    body = {"checkout": checkout_at(till, resident, S10_AT, key=f"scan-{key}"), "points": points, "key": key}
    return answer(till.post("/merchant/redemptions", body))


def test_s10_two_issuers(zhang_rich: Resident, bakery: Cashier, west: Bank, east: Bank) -> None:
    redemption = s10(zhang_rich, bakery)

    assert parts_of(redemption) == [Part(bank="West Bank", points=150), Part(bank="East Bank", points=30)]
    assert held(zhang_rich) == [(70, EB_EXPIRES)]
    assert Redemption.objects.count() == 1


def test_s10_over_http(zhang_rich: Resident, bakery: Cashier, traveller: time_machine.Traveller) -> None:
    till = Till(bakery.user)
    scan = {"code": phone_of(zhang_rich, at=S10_AT).code(S10_AT), "way": "code", "key": "scan"}
    status, checkout = answer(till.post("/merchant/checkouts", scan))
    expires = "2026-03-20T12:02:00+08:00"
    assert status == 201
    assert (checkout["name"], checkout["spendable"], datetime.fromisoformat(checkout["expires_at"])) == (
        "Z**",
        250,
        datetime.fromisoformat(expires),
    )

    status, receipt = answer(till.post("/merchant/redemptions", {"checkout": checkout["checkout"], "points": 180, "key": "s10"}))

    assert status == 201
    number = Redemption.objects.get().receipt
    assert {name: value for name, value in receipt.items() if name != "taken_at"} == {
        "receipt": number,
        "outlet": "Bakery",
        "merchant": "Bakery",
        "name": "Z**",
        "points": 180,
        "given_back": 0,
        "undone_at": None,
    }
    status, whole = answer(till.get(f"/merchant/receipts/{number}"))
    assert (status, whole["parts"]) == (200, [{"bank": "West Bank", "points": 150}, {"bank": "East Bank", "points": 30}])
    assert answer(till.get("/merchant/today")) == (200, {"day": "2026-03-20", "receipts": [receipt], "older_than": None})
    assert held(zhang_rich) == [(70, EB_EXPIRES)]


def test_s11_not_enough(zhang_rich: Resident, bakery: Cashier) -> None:
    s10(zhang_rich, bakery)
    checkout = scanned(zhang_rich, bakery, at=S10_AT)
    before = facts()

    with pytest.raises(InsufficientPoints) as refusal:
        redeem(cashier=bakery, checkout_id=checkout.pk, points=71, key="s11", at=S10_AT)

    assert refusal.value.details == {"required": 71, "available": 70, "checkout": str(checkout.pk)}
    assert facts() == before
    assert Redemption.objects.count() == 1


def test_s11_over_http(zhang_rich: Resident, bakery: Cashier, traveller: time_machine.Traveller) -> None:
    till = Till(bakery.user)
    assert taken(till, zhang_rich, 180)[0] == 201
    checkout = checkout_at(till, zhang_rich, S10_AT)
    before = facts()

    response = till.post("/merchant/redemptions", {"checkout": checkout, "points": 71, "key": "s11"})

    assert answer(response) == (409, "insufficient_points")
    problem = response.json()
    assert (problem["required"], problem["available"]) == (71, 70)
    assert facts() == before
    assert answer(till.post("/merchant/redemptions", {"checkout": checkout, "points": 70, "key": "s11-less"}))[0] == 201


def test_s12_the_same_key(zhang_rich: Resident, bakery: Cashier) -> None:
    checkout = scanned(zhang_rich, bakery, at=S10_AT)
    first = redeem(cashier=bakery, checkout_id=checkout.pk, points=180, key="s10", at=S10_AT)
    before = facts()

    assert redeem(cashier=bakery, checkout_id=checkout.pk, points=180, key="s10", at=S10_AT + timedelta(minutes=5)) == first
    with pytest.raises(IdempotencyKeyReused):
        redeem(cashier=bakery, checkout_id=checkout.pk, points=181, key="s10", at=S10_AT)

    assert facts() == before


def test_s12_over_http(zhang_rich: Resident, bakery: Cashier, traveller: time_machine.Traveller) -> None:
    till = Till(bakery.user)
    body = {"checkout": checkout_at(till, zhang_rich, S10_AT), "points": 180, "key": "s10"}
    first = answer(till.post("/merchant/redemptions", body))
    before = facts()

    traveller.shift(600)
    assert answer(till.post("/merchant/redemptions", body)) == first
    assert answer(till.post("/merchant/redemptions", {**body, "points": 181})) == (409, "idempotency_key_reused")

    assert first[0] == 201
    assert facts() == before


@COMMITTED
def test_s13_twenty_tills(mei: Resident, east: Bank, bakery: Cashier) -> None:
    give_points(resident=mei, bank=east, points=100)
    phones = [phone_of(mei) for _ in range(5)]
    moments = [S10_AT + timedelta(seconds=15 * turn) for turn in range(4)]
    checkouts = [
        open_checkout(cashier=bakery, code=phone.code(at), key=f"scan-{place}-{at:%M%S}", at=at)
        for at in moments
        for place, phone in enumerate(phones)
    ]
    at = moments[-1]

    def till(n: int) -> str:
        return outcome(lambda: redeem(cashier=bakery, checkout_id=checkouts[n].pk, points=10, key=f"till-{n}", at=at))

    answers = at_once(till, range(20))

    assert sorted(answers) == ["done"] * 10 + ["insufficient_points"] * 10
    assert spendable(mei.wallet_id, at=at) == 0
    assert Redemption.objects.count() == RefusedRedemption.objects.count() == 10


def test_s14_one_code_two_tills(mei: Resident, east: Bank, bakery: Cashier, grocer: Cashier) -> None:
    give_points(resident=mei, bank=east, points=100)
    code = phone_of(mei).code(S10_AT)
    first = open_checkout(cashier=bakery, code=code, key="scan-1", at=S10_AT)

    with pytest.raises(CodeAlreadyUsed):
        open_checkout(cashier=grocer, code=code, key="scan-2", at=S10_AT)

    assert list(Checkout.objects.all()) == [first]
    assert spendable(mei.wallet_id, at=S10_AT) == 100


def test_s14_over_http(mei: Resident, bakery: Cashier, grocer: Cashier, traveller: time_machine.Traveller) -> None:
    body = {"code": phone_of(mei).code(S10_AT), "way": "code", "key": "scan"}
    assert answer(Till(bakery.user).post("/merchant/checkouts", body))[0] == 201
    assert answer(Till(grocer.user).post("/merchant/checkouts", body)) == (409, "code_already_used")
    assert Checkout.objects.count() == 1


@COMMITTED
def test_s14_at_the_same_moment(mei: Resident, bakery: Cashier, grocer: Cashier) -> None:
    code = phone_of(mei).code(S10_AT)

    def scan(cashier: Cashier) -> str:
        return outcome(lambda: open_checkout(cashier=cashier, code=code, key="scan", at=S10_AT))

    answers = at_once(scan, [bakery, grocer])

    assert sorted(answers) == ["code_already_used", "done"]
    assert Checkout.objects.count() == 1


def test_s15_the_codes_minute(mei: Resident, bakery: Cashier) -> None:
    early, late = phone_of(mei).code(S10_AT), phone_of(mei).code(S10_AT)
    checkout = open_checkout(cashier=bakery, code=early, key="at-59", at=S10_AT + timedelta(seconds=59))

    with pytest.raises(CodeExpired):
        open_checkout(cashier=bakery, code=late, key="at-61", at=S10_AT + timedelta(seconds=61))

    assert list(Checkout.objects.all()) == [checkout]
    assert checkout.expires_at == S10_AT + timedelta(seconds=59 + 120)


def test_s15_a_checkout_lasts_two_minutes(mei: Resident, east: Bank, bakery: Cashier) -> None:
    give_points(resident=mei, bank=east, points=100)
    in_time, too_late = scanned(mei, bakery, at=S10_AT), scanned(mei, bakery, at=S10_AT)

    redeem(cashier=bakery, checkout_id=in_time.pk, points=10, key="at-119", at=S10_AT + timedelta(seconds=119))
    with pytest.raises(CheckoutExpired):
        redeem(cashier=bakery, checkout_id=too_late.pk, points=10, key="at-120", at=S10_AT + timedelta(seconds=120))

    assert spendable(mei.wallet_id, at=S10_AT) == 90


def test_s15_over_http(mei: Resident, east: Bank, bakery: Cashier, traveller: time_machine.Traveller) -> None:
    give_points(resident=mei, bank=east, points=100)
    till = Till(bakery.user)
    early, late = phone_of(mei).code(S10_AT), phone_of(mei).code(S10_AT)

    traveller.shift(59)
    status, checkout = answer(till.post("/merchant/checkouts", {"code": early, "way": "code", "key": "at-59"}))
    assert status == 201
    traveller.shift(2)
    assert answer(till.post("/merchant/checkouts", {"code": late, "way": "code", "key": "at-61"})) == (409, "code_expired")
    traveller.shift(118)
    body = {"checkout": checkout["checkout"], "points": 10, "key": "at-120"}
    assert answer(till.post("/merchant/redemptions", body)) == (409, "checkout_expired")
    assert answer(till.get("/merchant/redemptions/by-key/at-120")) == (409, "checkout_expired")


def test_s16_the_answer_is_lost(
    zhang_rich: Resident, bakery: Cashier, traveller: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    till = Till(bakery.user, raise_request_exception=False)
    body = {"checkout": checkout_at(till, zhang_rich, S10_AT), "points": 180, "key": "s10"}

    with monkeypatch.context() as cut:
        cut.setattr("web.merchant.views.receipt_of", lambda _redemption: 1 / 0)  # committed, then nothing is heard
        assert till.post("/merchant/redemptions", body).status_code == 500

    status, receipt = answer(till.get("/merchant/redemptions/by-key/s10"))
    assert (status, receipt["points"], receipt["receipt"]) == (200, 180, Redemption.objects.get().receipt)
    assert answer(till.post("/merchant/redemptions", body)) == (201, receipt)
    assert held(zhang_rich) == [(70, EB_EXPIRES)]


def test_s16_it_never_arrived(zhang_rich: Resident, bakery: Cashier, traveller: time_machine.Traveller) -> None:
    till = Till(bakery.user)
    body = {"checkout": checkout_at(till, zhang_rich, S10_AT), "points": 180, "key": "s10"}

    assert answer(till.get("/merchant/redemptions/by-key/s10")) == (404, "not_taken")
    assert spendable(zhang_rich.wallet_id, at=S10_AT) == 250

    assert answer(till.post("/merchant/redemptions", body))[0] == 201


def test_s20_undo(zhang_rich: Resident, bakery: Cashier) -> None:
    redemption = s10(zhang_rich, bakery)

    done = undo(cashier=bakery, receipt=redemption.receipt, reason="Wrong amount", key="s20", at=S10_AT + timedelta(hours=1))

    assert held(zhang_rich) == [(150, WB_EXPIRES), (100, EB_EXPIRES)]
    told = [(item.id, item.reason, item.points, item.follows) for item in history(zhang_rich.wallet_id, limit=2)]
    assert told == [
        (done.transfer_id, Reason.REVERSE, 180, redemption.transfer_id),
        (redemption.transfer_id, Reason.REDEEM, 180, None),
    ]


def test_s20_over_http(zhang_rich: Resident, bakery: Cashier, traveller: time_machine.Traveller) -> None:
    till = Till(bakery.user)
    assert taken(till, zhang_rich, 180)[0] == 201
    number = Redemption.objects.get().receipt
    traveller.shift(3600)

    undone = answer(till.post(f"/merchant/redemptions/{number}/undo", {"left": 180, "key": "s20", "reason": "Wrong amount"}))

    assert (undone[0], undone[1]["receipt"]) == (201, number)
    assert undone[1]["undone_at"] is not None
    assert answer(till.post(f"/merchant/redemptions/{number}/undo", {"left": 180, "key": "s20", "reason": "Wrong amount"})) == undone
    assert held(zhang_rich) == [(150, WB_EXPIRES), (100, EB_EXPIRES)]
    assert answer(till.get("/merchant/today"))[1]["receipts"] == [undone[1]]
    assert zhang_rich.user is not None
    told = answer(Till(zhang_rich.user).get("/resident/history"))[1]["transfers"]
    both = [(item["reason"], item["points"], item["merchant"]) for item in told if item["receipt"] == number]
    assert both == [("reverse", 180, "Bakery"), ("redeem", -180, "Bakery")]


def test_s34_another_tills_receipt(zhang_rich: Resident, bakery: Cashier, grocer: Cashier) -> None:
    redemption = s10(zhang_rich, bakery)
    before = facts()

    with pytest.raises(ReceiptNotFound):
        undo(cashier=grocer, receipt=redemption.receipt, reason="Mine", key="s34", at=S10_AT)

    assert facts() == before
    assert not Undo.objects.exists()


def test_s34_over_http(zhang_rich: Resident, bakery: Cashier, grocer: Cashier, traveller: time_machine.Traveller) -> None:
    number = s10(zhang_rich, bakery).receipt
    nobodys = "00000000"
    till, before = Till(grocer.user), facts()

    answers = [till.post(f"/merchant/redemptions/{name}/undo", {"left": 180, "key": "s34", "reason": "Mine"}) for name in (number, nobodys)]

    assert answer(answers[0]) == (404, "receipt_not_found")
    assert answers[0].content == answers[1].content
    assert answer(till.get(f"/merchant/receipts/{number}")) == (404, "receipt_not_found")
    assert facts() == before


def test_s35_the_dismissed_cashier(zhang_rich: Resident, bakery: Cashier) -> None:
    kept = s10(zhang_rich, bakery)
    checkout = scanned(zhang_rich, bakery, at=S10_AT)
    dismiss_cashier(actor=somebody(), cashier=bakery, at=S10_AT)

    with pytest.raises(CheckoutNotFound):  # at once, before any news is delivered
        redeem(cashier=bakery, checkout_id=checkout.pk, points=10, key="after", at=S10_AT)
    with pytest.raises(NoTill):
        scanned(zhang_rich, bakery, at=S10_AT)
    with pytest.raises(NoTill):
        undo(cashier=bakery, receipt=kept.receipt, reason="Mine", key="after", at=S10_AT)

    deliver_due(HANDLERS, at=S10_AT)
    checkout.refresh_from_db()
    assert checkout.closed_at is not None
    assert list(Redemption.objects.all()) == [kept]
    assert spendable(zhang_rich.wallet_id, at=S10_AT) == 70


def test_s35_over_http(zhang_rich: Resident, bakery: Cashier, traveller: time_machine.Traveller) -> None:
    till = Till(bakery.user)
    body = {"checkout": checkout_at(till, zhang_rich, S10_AT), "points": 180, "key": "s10"}
    dismiss_cashier(actor=somebody(), cashier=bakery, at=S10_AT)

    assert answer(till.post("/merchant/redemptions", body)) == (401, "sign_in_required")
    assert answer(Till(bakery.user).post("/merchant/redemptions", body))[0] in {401, 403}
    assert spendable(zhang_rich.wallet_id, at=S10_AT) == 250
