"""What a refund refuses, that it is answered once, and what an undo does beside it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from branches.models import Bank
from core.errors import DomainError
from core.limits import POINTS_PER_REDEMPTION
from core.outbox.models import OutboxEvent
from merchants.models import Cashier
from points.errors import AlreadyReversed, IdempotencyKeyReused
from points.queries import spendable
from redemptions.errors import InvalidKey, InvalidPoints, InvalidReason, NotTaken
from redemptions.models import Redemption, Refund, Undo
from redemptions.queries import GivenBack, Taken, givings_of, outcome_of, receipt_numbers, receipts_of_resident, taken_on
from redemptions.services import redeem, redeem_code, refund, undo
from residents.models import Resident
from tests.ledger_world import facts
from tests.redemptions.world import S10_AT, phone_of, scanned
from tests.world import give_points, make_cashier, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def taken(mei: Resident, east: Bank, bakery: Cashier) -> Redemption:
    """Of Mei's 100 points 60 were taken at Bakery."""
    give_points(resident=mei, bank=east, points=100)
    return redeem(cashier=bakery, checkout_id=scanned(mei, bakery, at=S10_AT).pk, points=60, key="k", at=S10_AT)


@pytest.mark.parametrize(
    ("points", "reason", "key", "error"),
    [
        (0, "Why", "k1", InvalidPoints),
        (-1, "Why", "k1", InvalidPoints),
        (POINTS_PER_REDEMPTION + 1, "Why", "k1", InvalidPoints),
        (1, " ", "k1", InvalidReason),
        (1, "x" * 201, "k1", InvalidReason),
        (1, "Why", "a b", InvalidKey),
    ],
)
def test_a_refund_that_can_not_be_meant_so(
    bakery: Cashier, taken: Redemption, points: int, reason: str, key: str, error: type[DomainError]
) -> None:
    before = facts()

    with pytest.raises(error):
        refund(cashier=bakery, receipt=taken.receipt, points=points, reason=reason, key=key, at=S10_AT)

    assert facts() == before
    assert not Refund.objects.exists()


def test_a_key_gives_back_once_whoever_of_the_outlet_sends_it(bakery: Cashier, mei: Resident, taken: Redemption) -> None:
    colleague = make_cashier(merchant=bakery.outlet.merchant, phone="+8613900000777")
    later = S10_AT + timedelta(days=1)
    first = refund(cashier=bakery, receipt=taken.receipt, points=10, reason="Why", key="r", at=S10_AT)

    assert refund(cashier=colleague, receipt=taken.receipt, points=10, reason="Why", key="r", at=later) == first
    for points, reason in ((11, "Why"), (10, "Another")):
        with pytest.raises(DomainError) as refusal:
            refund(cashier=bakery, receipt=taken.receipt, points=points, reason=reason, key="r", at=later)
        assert refusal.value.code == "idempotency_key_reused"
    assert Refund.objects.count() == 1
    assert spendable(mei.wallet_id, at=S10_AT) == 50


def test_a_refused_refund_leaves_nothing_and_its_key_answers_the_same(bakery: Cashier, taken: Redemption) -> None:
    for _again in range(2):
        with pytest.raises(DomainError) as refusal:
            refund(cashier=bakery, receipt=taken.receipt, points=61, reason="Why", key="r", at=S10_AT)
        assert (refusal.value.code, refusal.value.details) == ("more_than_is_left", {"available": 60})
    with override("en"):
        assert str(refusal.value) == "That is more than can still be given back: 60 points are left of it."
    assert not Refund.objects.exists()
    assert Redemption.objects.get().given_back == 0


def test_an_undo_after_a_refund_gives_back_what_is_left(bakery: Cashier, mei: Resident, taken: Redemption) -> None:
    refund(cashier=bakery, receipt=taken.receipt, points=20, reason="A roll", key="r", at=S10_AT)

    undone = undo(cashier=bakery, receipt=taken.receipt, reason="Everything", key="u", at=S10_AT + timedelta(minutes=5))

    assert spendable(mei.wallet_id, at=S10_AT) == 100
    assert undone.redemption.given_back == 60
    assert givings_of(Redemption.objects.get()) == [
        GivenBack(points=20, reason="A roll", at=S10_AT),
        GivenBack(points=40, reason="Everything", at=S10_AT + timedelta(minutes=5)),
    ]


def test_after_an_undo_or_the_last_refund_nothing_is_left_for_either(bakery: Cashier, mei: Resident, taken: Redemption) -> None:
    refund(cashier=bakery, receipt=taken.receipt, points=60, reason="All", key="r", at=S10_AT)

    with pytest.raises(AlreadyReversed):
        undo(cashier=bakery, receipt=taken.receipt, reason="Again", key="u", at=S10_AT)
    with pytest.raises(AlreadyReversed):
        refund(cashier=bakery, receipt=taken.receipt, points=1, reason="Again", key="r2", at=S10_AT)

    assert spendable(mei.wallet_id, at=S10_AT) == 100
    assert (Refund.objects.count(), Undo.objects.count()) == (1, 0)


def test_a_day_counts_what_stands(bakery: Cashier, mei: Resident, taken: Redemption) -> None:
    day = S10_AT.date()
    other = redeem(cashier=bakery, checkout_id=scanned(mei, bakery, at=S10_AT).pk, points=40, key="k2", at=S10_AT)
    assert taken_on(cashier=bakery, day=day) == Taken(receipts=2, points=100)

    refund(cashier=bakery, receipt=taken.receipt, points=20, reason="Why", key="r", at=moment("2026-04-01"))
    undo(cashier=bakery, receipt=other.receipt, reason="Why", key="u", at=S10_AT)

    assert taken_on(cashier=bakery, day=day) == Taken(receipts=1, points=40)


def test_what_was_given_back_names_its_receipt(bakery: Cashier, mei: Resident, tom: Resident, taken: Redemption) -> None:
    given = refund(cashier=bakery, receipt=taken.receipt, points=20, reason="Why", key="r", at=S10_AT)

    assert receipt_numbers(transfer_ids=[given.transfer_id]) == {given.transfer_id: taken.receipt}
    found = receipts_of_resident(resident=mei, transfer_ids=[given.transfer_id])[given.transfer_id]
    assert (found.number, found.points, found.given_back, found.left) == (taken.receipt, 60, 20, 40)
    assert receipts_of_resident(resident=tom, transfer_ids=[given.transfer_id]) == {}


def test_a_refund_is_told_once(bakery: Cashier, taken: Redemption) -> None:
    for _again in range(2):
        refund(cashier=bakery, receipt=taken.receipt, points=20, reason="Why", key="r", at=S10_AT)

    told = OutboxEvent.objects.filter(topic="redemptions.refunded").values_list("payload", flat=True)
    assert list(told) == [{"redemption": taken.number, "points": 20}]


def test_the_database_gives_back_no_more_than_was_taken(taken: Redemption) -> None:
    for wrong in (-1, 61):
        with pytest.raises(IntegrityError, match="redemptions_redemption_given_back_within"), transaction.atomic():
            Redemption.objects.update(given_back=wrong)


def test_a_key_of_an_outlet_is_used_for_one_thing_whatever_it_is(bakery: Cashier, mei: Resident, taken: Redemption) -> None:
    number = taken.receipt

    def to_take(key: str) -> object:
        return redeem(cashier=bakery, checkout_id=scanned(mei, bakery, at=S10_AT).pk, points=5, key=key, at=S10_AT)

    def to_take_a_code(key: str) -> object:
        return redeem_code(cashier=bakery, code=phone_of(mei, at=S10_AT).code(S10_AT), points=5, key=key, at=S10_AT)

    def to_refund(key: str) -> object:
        return refund(cashier=bakery, receipt=number, points=1, reason="Sour", key=key, at=S10_AT)

    def to_undo(key: str) -> object:
        return undo(cashier=bakery, receipt=number, reason="Wrong", key=key, at=S10_AT)

    uses = {"take": to_take, "code": to_take_a_code, "refund": to_refund, "undo": to_undo}
    for key, use in uses.items():
        use(key)
    before = facts()
    for key in uses:
        for name, use in uses.items():
            if name != key:
                with pytest.raises(IdempotencyKeyReused):
                    use(key)
    assert facts() == before
    assert (to_refund("refund"), to_undo("undo")) == (Refund.objects.get(), Undo.objects.get())  # the first answer again
    for key in ("refund", "undo"):
        with pytest.raises(NotTaken):
            outcome_of(cashier=bakery, key=key)
