"""Cancelling whole and in parts: what is taken back, what is refused, and what a cancelled event never does again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from branches.models import Bank
from core.errors import DomainError
from earning.cancellations import (
    AlreadyCancelled,
    CancellationConflict,
    CancellationIn,
    EventNotFound,
    EventUndecided,
    MoreThanAmount,
    read_cancellation,
)
from earning.choices import EventAnswer, EventStatus
from earning.models import Cancellation, DayUse, Event, TakenBack
from earning.queries import taken_back
from earning.services import Cancelled, cancel_event, post_waiting
from points.queries import spendable
from residents.models import Resident
from residents.queries import customer_hash
from tests.earning.world import bill, bill_rule, everything, send, signin_rule
from tests.threads import at_once
from tests.world import make_resident, moment

pytestmark = pytest.mark.django_db

PAID = moment("2026-03-05", "10:00")
AT = moment("2026-03-20", "09:00")


@pytest.fixture(autouse=True)
def _r1(east: Bank) -> None:
    bill_rule(east)


def cancel(bank: Bank, event: str, amount: int | None = None, *, key: str = "c1", cancelled: datetime = AT) -> Cancelled:
    told = CancellationIn(cancellation_id=key, event_id=event, cancelled_at=cancelled, amount_minor=amount)
    return cancel_event(bank=bank, cancellation=told, at=AT, origin="test")


def paid(bank: Bank, fen: int, *, event_id: str = "b", hour: int = 10, customer: str = "1001") -> int:
    at = PAID.replace(hour=hour)
    return send(bank, bill(fen, paid=at, event_id=event_id, customer=customer), at=at).points


def test_parts_leave_what_the_rest_of_the_amount_deserves(east: Bank, mei: Resident) -> None:
    assert paid(east, 24520) == 24

    assert cancel(east, "b", 500, key="c1").cancellation.points == 0  # 240.20 yuan still give 24
    assert cancel(east, "b", 10000, key="c2").cancellation.points == 10  # 140.20 yuan give 14
    assert spendable(mei.wallet_id, at=AT) == 14
    assert Event.objects.get().status == EventStatus.POSTED

    last = cancel(east, "b", 14020, key="c3")  # all that is left of the amount
    assert last.cancellation.points == 14
    assert (spendable(mei.wallet_id, at=AT), Event.objects.get().status) == (0, EventStatus.CANCELLED)
    assert taken_back(Event.objects.get().pk) == 24


def test_a_part_above_the_cap_takes_nothing(east: Bank, mei: Resident) -> None:
    assert paid(east, 500000) == 200

    assert cancel(east, "b", 200000).takings == []  # 3,000.00 yuan still give 200

    assert spendable(mei.wallet_id, at=AT) == 200


def test_points_taken_back_are_free_again_under_the_days_cap(east: Bank, mei: Resident) -> None:
    assert [paid(east, 500000, event_id=f"b{n}", hour=10 + n) for n in range(2)] == [200, 100]
    cancel(east, "b0")

    assert DayUse.objects.get().points == 100
    assert paid(east, 500000, event_id="late", hour=13) == 200


def test_a_part_keeps_the_days_bound_it_had(east: Bank, mei: Resident) -> None:
    assert [paid(east, 500000, event_id=f"b{n}", hour=10 + n) for n in range(2)] == [200, 100]

    assert cancel(east, "b1", 380000).cancellation.points == 0  # 1,200.00 yuan count 120, and 100 were left of the day
    assert cancel(east, "b1", 30000, key="c2").cancellation.points == 10  # 900.00 yuan count 90

    assert spendable(mei.wallet_id, at=AT) == 290


def test_fixed_points_go_with_the_whole_event_only(east: Bank, mei: Resident) -> None:
    signin_rule(east)
    at = PAID
    assert send(east, bill(100, paid=at, event_id="s")._replace(type="app.signin"), at=at).points == 5

    assert cancel(east, "s", 40).takings == []
    assert cancel(east, "s", key="c2").cancellation.points == 5


def test_the_same_cancellation_again_answers_the_same(east: Bank, mei: Resident) -> None:
    paid(east, 24520)
    first = cancel(east, "b")
    before = everything()

    again = cancel(east, "b")

    assert (again.again, again.cancellation, list(again.takings)) == (True, first.cancellation, list(first.takings))
    assert everything() == before
    assert (Cancellation.objects.count(), TakenBack.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("event", "amount", "cancelled"), [("b2", None, AT), ("b", 100, AT), ("b", None, AT - timedelta(seconds=1)), ("nothing", None, AT)]
)
def test_the_same_id_for_something_else_is_a_conflict(
    east: Bank, mei: Resident, event: str, amount: int | None, cancelled: datetime
) -> None:
    paid(east, 24520)
    paid(east, 1000, event_id="b2")
    cancel(east, "b")
    before = everything()

    with pytest.raises(CancellationConflict):
        cancel(east, event, amount, cancelled=cancelled)

    assert everything() == before
    assert Cancellation.objects.count() == 1


def test_what_can_not_be_cancelled_moves_nothing(east: Bank, west: Bank, mei: Resident) -> None:
    paid(east, 24520)
    before = everything()

    with pytest.raises(EventNotFound):
        cancel(east, "unknown")
    with pytest.raises(EventNotFound):
        cancel(west, "b")  # East Bank's
    with pytest.raises(MoreThanAmount) as refusal:
        cancel(east, "b", 24521)
    assert refusal.value.details == {"left": 24520}

    assert everything() == before
    assert not Cancellation.objects.exists()


def test_a_cancelled_event_is_not_cancelled_twice(east: Bank, mei: Resident) -> None:
    paid(east, 24520)
    cancel(east, "b")

    for amount in (None, 100):
        with pytest.raises(AlreadyCancelled):
            cancel(east, "b", amount, key="c2")

    assert Cancellation.objects.count() == 1


def test_an_event_cancelled_while_it_waits_never_gives_anything(east: Bank) -> None:
    for event_id in ("kept", "gone"):
        paid(east, 24520, event_id=event_id, customer="1999")
    with pytest.raises(EventUndecided):
        cancel(east, "gone", 100)

    assert cancel(east, "gone").cancellation.points == 0
    known = make_resident(links={east: "1999"})
    found = customer_hash(bank_code=east.code, customer="1999").hex()
    post_waiting(bank_id=east.pk, customer_hashes=[found], at=AT)

    statuses = dict(Event.objects.values_list("event_id", "status"))
    assert statuses == {"kept": EventStatus.POSTED, "gone": EventStatus.CANCELLED}
    assert spendable(known.wallet_id, at=AT) == 24


def test_a_cancelled_event_sent_again_is_a_duplicate(east: Bank, mei: Resident) -> None:
    paid(east, 24520)
    cancel(east, "b")

    again = send(east, bill(24520, paid=PAID, event_id="b"), at=AT)

    assert (again.answer, again.status) == (EventAnswer.DUPLICATE, EventStatus.CANCELLED)
    assert spendable(mei.wallet_id, at=AT) == 0


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_cancellations_at_once_take_back_once(east: Bank, mei: Resident) -> None:
    paid(east, 24520)

    def answer(number: int) -> str:
        try:
            return "again" if cancel(east, "b", key=f"c{number % 2}").again else "cancelled"
        except DomainError as refusal:
            return refusal.code

    answers = at_once(answer, range(8))

    assert sorted(answers) == ["again"] * 3 + ["already_cancelled"] * 4 + ["cancelled"]
    assert (TakenBack.objects.count(), spendable(mei.wallet_id, at=AT)) == (1, 0)


GOOD = {"id": "c1", "event": "b", "time": "2026-03-20T09:00:00+08:00"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id": None}, "field_missing"),
        ({"event": None}, "field_missing"),
        ({"time": None}, "field_missing"),
        ({"id": ""}, "field_invalid"),
        ({"event": "x" * 101}, "field_invalid"),
        ({"event": 7}, "field_invalid"),
        ({"time": "2026-03-20"}, "time_invalid"),
        ({"time": "2026-03-20T09:06:00+08:00"}, "time_in_future"),
        ({"amount_minor": 0}, "amount_not_positive"),
        ({"amount_minor": True}, "field_invalid"),
        ({"amount_minor": 1.5}, "amount_not_whole"),
        ({"reason": "why"}, "field_unknown"),
    ],
)
def test_a_cancellation_that_can_not_be_read_says_what_is_wrong(changes: dict[str, Any], code: str) -> None:
    assert read_cancellation(GOOD, at=AT) == CancellationIn("c1", "b", AT, None)
    with pytest.raises(DomainError) as refusal:
        read_cancellation({**GOOD, **changes}, at=AT)
    assert refusal.value.code == code
    with pytest.raises(DomainError):
        read_cancellation([GOOD], at=AT)
