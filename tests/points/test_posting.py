"""Earning, redeeming and giving back, one command at a time and in batches."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from core.clock import day_starts
from points.choices import OutcomeCode
from points.errors import IdempotencyKeyReused, InsufficientPoints, MoreThanIsLeft
from points.parties import close_merchant, freeze_wallet, unfreeze_wallet
from points.posting import Earn, Redeem, post, post_one
from points.queries import lots, spendable
from tests.ledger_world import IN_A_YEAR, NOON, SOON, LedgerWorld, facts

WEEK_LATER = date(2026, 3, 27)


def test_an_earn_lands_in_a_lot(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet()

    result = ledger.earn(wallet, 24)

    assert result.posted
    assert [(lot.points, lot.expires_on) for lot in lots(wallet)] == [(24, IN_A_YEAR)]


def test_earns_with_the_same_terms_and_dates_share_a_lot(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(24)
    ledger.earn(wallet, 6)
    ledger.earn(wallet, 5, expires_on=SOON)

    assert [(lot.points, lot.expires_on) for lot in lots(wallet)] == [(5, SOON), (30, IN_A_YEAR)]


def test_the_soonest_expiry_is_spent_first(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100)
    ledger.earn(wallet, 50, expires_on=SOON)

    assert ledger.redeem(wallet, 70).posted

    assert [(lot.points, lot.expires_on) for lot in lots(wallet)] == [(80, IN_A_YEAR)]


def test_spending_all_leaves_nothing(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100)

    assert ledger.redeem(wallet, 100).posted

    assert spendable(wallet, at=NOON) == 0
    assert lots(wallet) == []


def test_spending_more_than_is_held_changes_nothing(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100)
    before = facts()

    result = ledger.redeem(wallet, 101)

    assert result.outcome is OutcomeCode.INSUFFICIENT_POINTS
    assert result.available == 100
    assert isinstance(result.error, InsufficientPoints)
    assert result.error.details == {"required": 101, "available": 100}
    assert facts() == before


def test_points_are_spendable_from_their_day_to_their_last_day(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(150, available_on=WEEK_LATER, expires_on=SOON)
    tick = timedelta(microseconds=1)
    first, after = day_starts(WEEK_LATER), day_starts(SOON + timedelta(days=1))

    assert [spendable(wallet, at=at) for at in (first - tick, first, after - tick, after)] == [0, 150, 150, 0]
    assert ledger.redeem(wallet, 1, at=first - tick).outcome is OutcomeCode.INSUFFICIENT_POINTS
    assert ledger.redeem(wallet, 1, at=first).posted
    assert ledger.redeem(wallet, 1, at=after - tick).posted
    assert ledger.redeem(wallet, 1, at=after).outcome is OutcomeCode.INSUFFICIENT_POINTS


def test_a_frozen_wallet_earns_but_does_not_spend(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100)
    freeze_wallet(wallet, at=NOON)
    before = facts()

    assert ledger.redeem(wallet, 10).outcome is OutcomeCode.WALLET_FROZEN
    assert facts() == before
    assert ledger.earn(wallet, 5).posted

    unfreeze_wallet(wallet)
    assert ledger.redeem(wallet, 105).posted


def test_a_closed_merchant_is_owed_nothing_more(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100)
    spent = ledger.redeem(wallet, 10)
    close_merchant(ledger.merchant, at=NOON)

    assert ledger.redeem(wallet, 10).outcome is OutcomeCode.UNKNOWN_MERCHANT
    assert spent.transfer_id is not None
    assert ledger.reverse(wallet, spent.transfer_id).posted
    assert spendable(wallet, at=NOON) == 100


def test_unknown_parties_are_told_apart(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100)
    nobody = ledger.redeeming(uuid4(), 1)
    nowhere = Redeem(wallet=wallet, merchant=uuid4(), points=1, key="nowhere", effective_at=NOON)
    no_terms = Earn(wallet=wallet, issuer=uuid4(), terms=ledger.terms, points=1, key="x", expires_on=SOON, effective_at=NOON)

    outcomes = [result.outcome for result in post([nobody, nowhere, no_terms], at=NOON)]

    assert outcomes == [OutcomeCode.UNKNOWN_WALLET, OutcomeCode.UNKNOWN_MERCHANT, OutcomeCode.UNKNOWN_TERMS]
    assert spendable(wallet, at=NOON) == 100


def test_a_redemption_goes_back_to_its_very_lots(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100)
    ledger.earn(wallet, 50, expires_on=SOON)
    spent = ledger.redeem(wallet, 70)
    assert spent.transfer_id is not None

    assert ledger.reverse(wallet, spent.transfer_id).posted

    assert [(lot.points, lot.expires_on) for lot in lots(wallet)] == [(50, SOON), (100, IN_A_YEAR)]
    assert ledger.reverse(wallet, spent.transfer_id).outcome is OutcomeCode.ALREADY_REVERSED


def test_parts_go_back_latest_expiry_first_and_never_more_than_is_left(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100)
    ledger.earn(wallet, 150, expires_on=SOON)
    spent = ledger.redeem(wallet, 180)
    assert spent.transfer_id is not None

    assert ledger.reverse(wallet, spent.transfer_id, 50).posted
    assert [(lot.points, lot.expires_on) for lot in lots(wallet)] == [(20, SOON), (100, IN_A_YEAR)]

    too_much = ledger.reverse(wallet, spent.transfer_id, 140)
    assert isinstance(too_much.error, MoreThanIsLeft)
    assert too_much.available == 130

    assert ledger.reverse(wallet, spent.transfer_id, 130).posted
    assert [(lot.points, lot.expires_on) for lot in lots(wallet)] == [(150, SOON), (100, IN_A_YEAR)]


def test_points_given_back_after_their_expiry_get_the_grace_of_their_terms(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(40, expires_on=SOON)
    spent = ledger.redeem(wallet, 40)
    later = datetime(2026, 10, 5, 4, 0, tzinfo=NOON.tzinfo)
    assert spent.transfer_id is not None

    assert ledger.reverse(wallet, spent.transfer_id, at=later).posted

    assert [(lot.points, lot.expires_on) for lot in lots(wallet)] == [(40, date(2026, 11, 4))]
    assert spendable(wallet, at=later) == 40


def test_only_a_redemption_can_be_given_back(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet()
    earned = ledger.earn(wallet, 24)
    assert earned.transfer_id is not None

    assert ledger.reverse(wallet, earned.transfer_id).outcome is OutcomeCode.NOT_REVERSIBLE
    assert ledger.reverse(wallet, uuid4()).outcome is OutcomeCode.UNKNOWN_TRANSFER
    assert spendable(wallet, at=NOON) == 24


def test_another_wallets_redemption_is_unknown(ledger: LedgerWorld) -> None:
    mine, other = ledger.wallet(100), ledger.wallet(100)
    spent = ledger.redeem(mine, 10)
    assert spent.transfer_id is not None

    assert ledger.reverse(other, spent.transfer_id).outcome is OutcomeCode.UNKNOWN_TRANSFER
    assert (spendable(mine, at=NOON), spendable(other, at=NOON)) == (90, 100)


def test_the_same_key_gives_the_first_answer_again(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(100)
    first = ledger.redeem(wallet, 60, key="k")
    refused = ledger.redeem(wallet, 60, key="r")
    before = facts()

    again = ledger.redeem(wallet, 60, key="k")
    refused_again = ledger.redeem(wallet, 60, key="r")

    assert (again.posted, again.again, again.transfer_id) == (True, True, first.transfer_id)
    assert (refused_again.outcome, refused_again.available) == (refused.outcome, 40)
    assert refused_again.again
    assert facts() == before


def test_a_kept_refusal_answers_for_ever(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet(10)
    assert ledger.redeem(wallet, 60, key="k").refused
    ledger.earn(wallet, 100)

    assert ledger.redeem(wallet, 60, key="k").outcome is OutcomeCode.INSUFFICIENT_POINTS
    assert ledger.redeem(wallet, 60, key="new").posted


@pytest.mark.parametrize("points", [59, 61])
def test_a_key_reused_for_something_else_is_refused(ledger: LedgerWorld, points: int) -> None:
    wallet = ledger.wallet(100)
    ledger.redeem(wallet, 60, key="k")
    before = facts()

    result = ledger.redeem(wallet, points, key="k")

    assert isinstance(result.error, IdempotencyKeyReused)
    assert result.transfer_id is None
    assert facts() == before


def test_a_mixed_batch_is_decided_in_its_order(ledger: LedgerWorld) -> None:
    wallet, other = ledger.wallet(), ledger.wallet(5)

    results = post(
        [
            ledger.redeeming(wallet, 10),
            ledger.earning(wallet, 10),
            ledger.redeeming(other, 5),
            ledger.earning(wallet, 5, key="twice"),
            ledger.redeeming(wallet, 12),
            ledger.earning(wallet, 5, key="twice"),
            ledger.redeeming(wallet, 4),
        ],
        at=NOON,
    )

    assert [(r.outcome.value, r.available, r.again) for r in results] == [
        ("insufficient_points", 0, False),
        ("posted", None, False),
        ("posted", None, False),
        ("posted", None, False),
        ("posted", None, False),
        ("posted", None, True),
        ("insufficient_points", 3, False),
    ]
    assert results[3].transfer_id == results[5].transfer_id
    assert (spendable(wallet, at=NOON), spendable(other, at=NOON)) == (3, 0)


def test_a_batch_is_one_statement(ledger: LedgerWorld, django_assert_num_queries: pytest.FixtureRequest) -> None:
    wallets = [ledger.wallet() for _ in range(20)]
    commands = [ledger.earning(wallets[n % 20], 10) for n in range(500)]

    with django_assert_num_queries(1):  # type: ignore[operator]
        results = post(commands, at=NOON)

    assert all(result.posted for result in results)
    assert {spendable(wallet, at=NOON) for wallet in wallets} == {250}


@pytest.mark.parametrize("points", [0, -1])
def test_a_command_without_points_is_our_own_mistake(ledger: LedgerWorld, points: int) -> None:
    wallet = ledger.wallet(100)
    before = facts()

    with pytest.raises(DatabaseError, match="zero or negative"), transaction.atomic():
        ledger.redeem(wallet, points)

    assert facts() == before


def test_facts_are_small(ledger: LedgerWorld) -> None:
    wallet = ledger.wallet()
    big = Earn(
        wallet=wallet,
        issuer=ledger.issuer,
        terms=ledger.terms,
        points=1,
        key="big",
        expires_on=SOON,
        effective_at=NOON,
        facts={"note": "x" * 1100},
    )

    with pytest.raises(DatabaseError, match="points_transfer_facts_small"), transaction.atomic():
        post_one(big, at=NOON)

    assert spendable(wallet, at=NOON) == 0
