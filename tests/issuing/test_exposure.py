"""Under a bank's exposure cap: what fits is posted, what doesn't waits, and nothing else of it is touched."""

from __future__ import annotations

from datetime import timedelta

import pytest

from branches.models import Bank
from core.clock import now
from core.errors import Refused
from decisions.models import Approval
from decisions.services import approve, carry_out
from earning.choices import EventStatus
from earning.models import DayUse, Event
from earning.services import post_paused, record_events
from earning.services.waiting import sweep_paused
from identity.models import User
from issuing.models import IssuanceSlice
from issuing.services.exposure import CAP, ask_cap, exposure_cap_of
from merchants.models import Cashier
from points.log.sealing import seal_all
from points.posting import Redeem, post_one
from points.queries import outstanding, spendable
from residents.choices import Correction
from residents.models import Resident
from residents.services.adjusting import ADJUSTMENT, ask_adjustment
from tests.earning.world import bill, bill_rule, everything, send
from tests.issuing.world import cap_set
from tests.world import give_points, moment

pytestmark = pytest.mark.django_db

AT = moment("2026-03-05", "12:00")


@pytest.fixture
def two(east_manager: User, operator: User) -> dict[str, User]:
    """Who asks for a cap, and who decides."""
    return {"maker": east_manager, "checker": operator}


def statuses() -> list[str]:
    return list(Event.objects.order_by("event_id").values_list("status", flat=True))


def test_each_event_fits_as_a_whole_or_waits_as_a_whole(east: Bank, mei: Resident, zhang: Resident, two: dict[str, User]) -> None:
    bill_rule(east)
    cap_set(east, 100, **two)
    wanted = (("1001", 60), ("1003", 50), ("1001", 40), ("1003", 1))
    bills = [bill(points * 1000, paid=AT, customer=customer, event_id=f"b{n}") for n, (customer, points) in enumerate(wanted)]

    record_events(bank=east, events=bills, at=AT, origin="test")

    posted, paused = EventStatus.POSTED, EventStatus.ISSUANCE_PAUSED
    assert statuses() == [posted, paused, posted, paused]
    assert outstanding(east.issuer_id) == 100
    assert (spendable(mei.wallet_id, at=AT), spendable(zhang.wallet_id, at=AT)) == (100, 0)


def test_what_waits_takes_nothing_of_the_day(east: Bank, mei: Resident, two: dict[str, User]) -> None:
    bill_rule(east)
    send(east, bill(100_000, paid=AT), at=AT)
    cap_set(east, 250, **two)

    send(east, bill(200_000, paid=AT), at=AT)
    assert DayUse.objects.get().points == 100
    assert send(east, bill(150_000, paid=AT), at=AT).points == 150
    assert DayUse.objects.get().points == 250
    cap_set(east, 10_000, **two)
    post_paused(bank_id=east.pk, at=AT)

    assert DayUse.objects.get().points == 300
    assert spendable(mei.wallet_id, at=AT) == 300
    assert statuses() == [EventStatus.POSTED] * 3


def test_an_event_whose_day_is_used_up_earns_nothing_rather_than_wait(east: Bank, mei: Resident, two: dict[str, User]) -> None:
    bill_rule(east)
    for _turn in range(2):
        send(east, bill(150_000, paid=AT), at=AT)
    cap_set(east, 300, **two)

    assert send(east, bill(150_000, paid=AT), at=AT).status == EventStatus.NOTHING_EARNED


def test_points_spent_make_room_once_they_are_sealed(east: Bank, mei: Resident, bakery: Cashier, two: dict[str, User]) -> None:
    bill_rule(east)
    give_points(resident=mei, bank=east, points=100)
    cap_set(east, 100, **two)
    send(east, bill(10_000, paid=AT, event_id="waits"), at=AT)
    spent = Redeem(wallet=mei.wallet_id, merchant=bakery.outlet.merchant.party_id, points=30, key="r", effective_at=AT)
    assert post_one(spent, at=AT).posted

    assert sweep_paused(at=AT) == 0
    assert outstanding(east.issuer_id) == 100
    seal_all()
    assert outstanding(east.issuer_id) == 70
    assert sweep_paused(at=AT) == 1

    assert statuses() == [EventStatus.POSTED]
    assert outstanding(east.issuer_id) == 80


def test_without_a_cap_nothing_is_set_aside(east: Bank, west: Bank, mei: Resident, two: dict[str, User]) -> None:
    bill_rule(east)
    cap_set(west, 0, **two)

    assert send(east, bill(10_000, paid=AT), at=AT).points == 10
    assert not IssuanceSlice.objects.filter(bank=east).exists()


def test_a_lower_cap_holds_at_once(east: Bank, mei: Resident, two: dict[str, User]) -> None:
    bill_rule(east)
    cap_set(east, 1_000, **two)
    send(east, bill(10_000, paid=AT), at=AT)
    assert sum(IssuanceSlice.objects.values_list("points", flat=True)) > 0

    cap_set(east, 15, **two)

    assert send(east, bill(10_000, paid=AT), at=AT).status == EventStatus.ISSUANCE_PAUSED
    assert send(east, bill(5_000, paid=AT), at=AT).points == 5
    assert outstanding(east.issuer_id) == 15


def test_only_the_operator_decides_a_cap(east: Bank, east_manager: User, operator: User, west_manager: User) -> None:
    approval = ask_cap(maker=operator, bank=east, cap=5, reason="Risk", at=now())
    for checker in (east_manager, west_manager, operator):
        with pytest.raises(Exception, match=r".") as refusal:
            approve(approval=approval, checker=checker, at=now())
        assert type(refusal.value).__name__ in {"ApprovalNotYours", "ApprovalOfOneself"}

    carry_out(approval_id=approval.pk, decision=CAP, at=now())
    east.refresh_from_db()
    assert exposure_cap_of(bank=east) is None


def test_an_adjustment_finds_no_room_either(east: Bank, mei: Resident, east_clerk: User, two: dict[str, User]) -> None:
    give_points(resident=mei, bank=east, points=60, at=now())
    cap_set(east, 100, **two)
    before = everything()

    def adjusted(points: int) -> Approval:
        asked = ask_adjustment(clerk=east_clerk, link=mei.links.get(), way=Correction.GIVE, points=points, reason="x", at=now())
        approve(approval=asked, checker=two["maker"], at=now())
        outcomes.append(carry_out(approval_id=asked.pk, decision=ADJUSTMENT, at=now()))
        asked.refresh_from_db()
        return asked

    outcomes: list[object] = []
    assert adjusted(41).refusal == "exposure_cap_reached"
    assert isinstance(outcomes[0], Refused)
    assert everything() == before
    assert adjusted(40).refusal == ""
    assert outstanding(east.issuer_id) == 100


def test_paused_events_come_in_batches_until_all_found_room(east: Bank, two: dict[str, User], mei: Resident) -> None:
    bill_rule(east)
    cap_set(east, 0, **two)
    days = [AT - timedelta(days=day) for day in range(60)]
    bills = [bill(1000, paid=day, event_id=f"{day.date()}-{turn}") for turn in range(10) for day in days]
    for start in (0, 300):
        record_events(bank=east, events=bills[start : start + 300], at=AT, origin="test")
    assert statuses() == [EventStatus.ISSUANCE_PAUSED] * 600

    cap_set(east, 600, **two)

    assert post_paused(bank_id=east.pk, at=AT) == 500
    assert post_paused(bank_id=east.pk, at=AT) == 100
    assert post_paused(bank_id=east.pk, at=AT) == 0
    assert outstanding(east.issuer_id) == 600
