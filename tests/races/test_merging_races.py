"""Two wallets become one while others earn into them, spend from them, or merge too: nothing lost, nothing doubled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from branches.models import Bank
from community.wiring import HANDLERS
from core.outbox.services import deliver_due
from earning.choices import EventStatus
from earning.models import Award, DayUse, Event
from earning.services import record_events
from merchants.models import Cashier
from points.audit.checks import LEDGER_CHECKS, check_files, run_checks
from points.models import Wallet
from points.queries import spendable
from redemptions.models import Redemption
from redemptions.services import redeem_code, undo
from residents.models import BankLink, Resident
from residents.services import claim_link
from tests.earning.world import bill, bill_rule
from tests.redemptions.world import outcome, phone_of
from tests.threads import at_once
from tests.world import give_points, letter_code, make_bank, make_resident, moment

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)

AT = moment("2026-03-05", "12:00")
ROUNDS = 3


def unclaimed(bank: Bank, customer: str, *, points: int) -> tuple[Resident, str]:
    """A bank's customer with points, and the claim code."""
    resident = make_resident(links={bank: customer})
    give_points(resident=resident, bank=bank, points=points, at=AT)
    return resident, letter_code(link=resident.links.get(), at=AT)


def claiming(resident: Resident, bank: Bank, customer: str, code: str) -> Callable[[], str]:
    def claim() -> str:
        assert resident.user
        user = resident.user
        return outcome(lambda: claim_link(user=user, bank=bank.code, customer=customer, code=code, at=AT))

    return claim


def run(task: Callable[[], str]) -> str:
    return task()


def books_are_whole() -> bool:
    return run_checks(check_files([LEDGER_CHECKS])) == []


def held(resident: Resident) -> int:
    return spendable(resident.wallet_id, at=AT)


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_what_is_earned_while_wallets_merge_is_the_survivors(east: Bank, west: Bank, tom: Resident, turn: int) -> None:
    bill_rule(east)
    li, code = unclaimed(east, "1004", points=100)

    def earn(number: int) -> Callable[[], str]:
        events = [bill(1000, paid=AT - timedelta(days=number), customer="1004") for _event in range(10)]
        return lambda: outcome(lambda: record_events(bank=east, events=events, at=AT, origin="test"))

    told = at_once(run, [*(earn(number) for number in range(4)), claiming(tom, east, "1004", code), *(earn(number) for number in range(4))])

    assert told == ["done"] * 9
    assert (held(tom), held(li)) == (100 + 80, 0)
    assert (Event.objects.filter(status=EventStatus.POSTED).count(), Award.objects.filter(refusal="", points=1).count()) == (80, 80)
    deliver_due(HANDLERS, at=AT)
    assert {(use.wallet_id, use.points) for use in DayUse.objects.all()} == {(tom.wallet_id, 20)}
    assert books_are_whole()


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_what_is_spent_while_wallets_merge_is_spent_once(east: Bank, west: Bank, tom: Resident, bakery: Cashier, turn: int) -> None:
    li, code = unclaimed(east, "1004", points=100)
    give_points(resident=tom, bank=west, points=50, at=AT)
    phones = [phone_of(li, at=AT), phone_of(tom, at=AT)]

    def spend(number: int) -> Callable[[], str]:
        shown = phones[number % 2].code(AT - timedelta(seconds=15 * (number // 2)))
        return lambda: outcome(lambda: redeem_code(cashier=bakery, code=shown, points=30, key=f"spend-{number}", at=AT))

    told = at_once(run, [spend(0), spend(1), claiming(tom, east, "1004", code)])

    assert told[2] == "done"
    assert set(told) <= {"done", "wallet_closed"}
    taken = sum(Redemption.objects.values_list("points", flat=True))
    assert taken == 30 * (told.count("done") - 1)
    assert (held(tom), held(li)) == (150 - taken, 0)
    assert books_are_whole()


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_what_comes_back_while_wallets_merge_comes_to_the_survivor(east: Bank, tom: Resident, bakery: Cashier, turn: int) -> None:
    li, code = unclaimed(east, "1004", points=100)
    taken = redeem_code(cashier=bakery, code=phone_of(li, at=AT).code(AT), points=40, key="spent", at=AT)

    def take_back() -> str:
        return outcome(lambda: undo(cashier=bakery, receipt=taken.receipt, reason="slip", key="undo", at=AT))

    told = at_once(run, [take_back, claiming(tom, east, "1004", code)])

    assert told == ["done", "done"]
    assert (held(tom), held(li)) == (100, 0)
    assert books_are_whole()


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_two_banks_claimed_at_once_are_both_merged(east: Bank, west: Bank, tom: Resident, turn: int) -> None:
    third = make_bank(code="TB", name="Third Bank", alliance=east.alliance)
    give_points(resident=tom, bank=west, points=50, at=AT)
    li, of_li = unclaimed(east, "1004", points=100)
    wu, of_wu = unclaimed(third, "3004", points=7)

    told = at_once(run, [claiming(tom, east, "1004", of_li), claiming(tom, third, "3004", of_wu), claiming(tom, east, "1004", of_li)])

    assert told == ["done"] * 3
    assert (held(tom), held(li), held(wu)) == (157, 0, 0)
    assert set(Wallet.objects.filter(closed_at__isnull=False).values_list("id", "successor_id")) == {
        (li.wallet_id, tom.wallet_id),
        (wu.wallet_id, tom.wallet_id),
    }
    assert books_are_whole()


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_two_people_with_one_code_do_not_share_the_points(east: Bank, west: Bank, tom: Resident, turn: int) -> None:
    other = make_resident(links={west: "2009"}, name="Other", phone="+8613800002009")
    li, code = unclaimed(east, "1004", points=100)

    told = at_once(run, [claiming(tom, east, "1004", code), claiming(other, east, "1004", code)])

    assert sorted(told) == ["claim_refused", "done"]
    winner, loser = (tom, other) if told[0] == "done" else (other, tom)
    assert (held(winner), held(loser), held(li)) == (100, 0, 0)
    assert BankLink.objects.get(bank=east).resident == winner
    assert books_are_whole()
