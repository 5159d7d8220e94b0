"""The ledger's part of S17 and S19: points held while a question is open, and a wallet that spends no more."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from branches.models import Bank
from merchants.models import Cashier
from points.choices import OutcomeCode
from points.errors import WalletFrozen
from points.expiry import release_overdue
from points.models import OpenHold, Posting
from points.parties import freeze_wallet as freeze_in_the_ledger
from points.posting import Capture, Gift, Hold, Redeem, Result, Reverse, give, post_one
from points.queries import is_frozen, lots, spendable
from residents.models import Resident
from residents.services import freeze_wallet, unfreeze_wallet
from tests.ledger_world import facts
from tests.world import give_points, moment, somebody

pytestmark = pytest.mark.django_db

ASKED = moment("2026-03-20")
DUE = ASKED + timedelta(seconds=120)
TICK = timedelta(microseconds=1)
SEPTEMBER, MARCH = date(2026, 9, 30), date(2027, 3, 31)


@pytest.fixture
def rich(zhang: Resident, east: Bank, west: Bank) -> Resident:
    """Zhang with WB 700 and EB 800."""
    give_points(resident=zhang, bank=west, points=700, at=moment("2026-03-05"))
    give_points(resident=zhang, bank=east, points=800, at=moment("2026-03-05"))
    return zhang


def holdings(resident: Resident) -> list[tuple[int, date]]:
    return [(lot.points, lot.expires_on) for lot in lots(resident.wallet_id)]


def hold(resident: Resident, till: Cashier, points: int) -> Result:
    merchant = till.outlet.merchant.party_id
    command = Hold(wallet=resident.wallet_id, merchant=merchant, points=points, key="hold", due_at=DUE, effective_at=ASKED)
    return post_one(command, at=ASKED)


def held(resident: Resident, till: Cashier, points: int) -> UUID:
    result = hold(resident, till, points)
    assert result.transfer_id is not None
    return result.transfer_id


def postings(transfer: UUID | None) -> list[tuple[str, str, int]]:
    assert transfer is not None
    return [(row.source_kind, row.target_kind, row.points) for row in Posting.objects.filter(transfer_id=transfer).order_by("number")]


@pytest.mark.parametrize("seconds", [0, 1, 119, 120])
def test_s17_confirmed_in_time_it_is_captured(rich: Resident, bakery: Cashier, seconds: int) -> None:
    question = held(rich, bakery, 1200)
    assert (holdings(rich), spendable(rich.wallet_id, at=ASKED)) == ([(300, MARCH)], 300)

    at = ASKED + timedelta(seconds=seconds)
    captured = post_one(Capture(wallet=rich.wallet_id, follows=question, key="yes", effective_at=at), at=at)

    assert postings(captured.transfer_id) == [("hold", "payable", 700), ("hold", "payable", 500)]
    assert holdings(rich) == [(300, MARCH)]
    assert release_overdue(at=DUE + TICK) == 0


def test_s17_not_confirmed_all_of_it_goes_back_to_the_same_lots(rich: Resident, bakery: Cashier) -> None:
    question = held(rich, bakery, 1200)

    late = post_one(Capture(wallet=rich.wallet_id, follows=question, key="too late", effective_at=DUE), at=DUE + TICK)
    assert late.outcome is OutcomeCode.HOLD_OVERDUE
    assert holdings(rich) == [(300, MARCH)]

    assert release_overdue(at=DUE + TICK) == 1
    assert holdings(rich) == [(700, SEPTEMBER), (800, MARCH)]
    assert not OpenHold.objects.exists()


@pytest.mark.parametrize("verb", ["redeem", "hold", "gift"])
def test_s19_a_frozen_wallet_spends_nothing(rich: Resident, mei: Resident, bakery: Cashier, verb: str) -> None:
    freeze_wallet(actor=somebody(), resident=rich, at=ASKED)
    before = facts()

    merchant = bakery.outlet.merchant.party_id
    match verb:
        case "redeem":
            result = post_one(Redeem(wallet=rich.wallet_id, merchant=merchant, points=1, key="spend", effective_at=ASKED), at=ASKED)
        case "hold":
            result = hold(rich, bakery, 1)
        case _:
            result = give(Gift(wallet=rich.wallet_id, to=mei.wallet_id, points=1, key="gift", effective_at=ASKED), at=ASKED)

    assert isinstance(result.error, WalletFrozen)
    assert result.error.code == "wallet_frozen"
    assert facts() == before


def test_s19_its_earning_and_what_comes_back_go_on(rich: Resident, east: Bank, bakery: Cashier) -> None:
    merchant = bakery.outlet.merchant.party_id
    spent = post_one(Redeem(wallet=rich.wallet_id, merchant=merchant, points=180, key="S10", effective_at=ASKED), at=ASKED)
    question = held(rich, bakery, 20)
    assert spent.transfer_id is not None
    freeze_wallet(actor=somebody(), resident=rich, at=ASKED)

    give_points(resident=rich, bank=east, points=24, at=ASKED)
    assert post_one(Reverse(wallet=rich.wallet_id, follows=spent.transfer_id, key="undo", effective_at=ASKED), at=ASKED).posted
    assert post_one(Capture(wallet=rich.wallet_id, follows=question, key="yes", effective_at=ASKED), at=ASKED).posted

    assert holdings(rich) == [(680, SEPTEMBER), (824, MARCH)]


def test_s19_a_freeze_ends_when_it_is_lifted(rich: Resident, bakery: Cashier) -> None:
    freeze_wallet(actor=somebody(), resident=rich, at=ASKED)
    freeze_in_the_ledger(rich.wallet_id, at=DUE)
    assert is_frozen(rich.wallet_id)

    unfreeze_wallet(resident=rich)

    assert not is_frozen(rich.wallet_id)
    assert hold(rich, bakery, 1500).posted
