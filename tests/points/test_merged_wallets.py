"""What still happens to a wallet after it was merged: what comes back, and what is taken back, goes on to its successor."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import pytest

from points.audit.checks import LEDGER_CHECKS, check_files, run_checks
from points.choices import OutcomeCode
from points.expiry import expire_due
from points.log.sealing import seal_all
from points.models import Account, Posting, Transfer
from points.queries import lots
from tests.hands import Clawback, claw_back
from tests.ledger_world import IN_A_YEAR, NOON, SOON, LedgerWorld, facts
from tests.threads import at_once

OCTOBER = datetime(2026, 10, 2, 4, 0, tzinfo=NOON.tzinfo)


def holdings(wallet: UUID) -> list[tuple[int, date]]:
    return [(lot.points, lot.expires_on) for lot in lots(wallet)]


def owed(wallet: UUID) -> int:
    return sum(Account.objects.filter(party_id=wallet, kind="arrears").values_list("balance", flat=True))


def passed_on(wallet: UUID) -> list[tuple[str, str, int]]:
    last = Transfer.objects.filter(party_id=wallet, reason="merge").order_by("-id")[0]
    rows = Posting.objects.filter(party_id=wallet, transfer_id=last.id).order_by("number")
    return [(row.source_kind, row.target_kind, row.points) for row in rows]


def books_are_whole() -> bool:
    seal_all()
    return run_checks(check_files([LEDGER_CHECKS])) == []


def test_an_earn_taken_back_after_a_merge_leaves_the_same_lot_of_the_successor(ledger: LedgerWorld) -> None:
    old, new = ledger.wallet(), ledger.wallet(5)
    earned = ledger.earn(old, 24).transfer_id
    ledger.merge(old, new)
    assert holdings(new) == [(29, IN_A_YEAR)]

    assert ledger.claw_back(old, earned).posted

    assert (holdings(old), holdings(new)) == ([], [(5, IN_A_YEAR)])
    assert (owed(old), owed(new)) == (0, 0)
    assert passed_on(new) == [("lot", "transit", 24)]
    assert books_are_whole()


def test_what_was_spent_of_it_is_owed_by_the_successor(ledger: LedgerWorld) -> None:
    old, new = ledger.wallet(), ledger.wallet(100, expires_on=SOON)
    earned = ledger.earn(old, 24).transfer_id
    ledger.merge(old, new)
    ledger.redeem(new, 110)
    assert holdings(new) == [(14, IN_A_YEAR)]

    assert ledger.claw_back(old, earned).posted

    assert (holdings(new), owed(new), owed(old)) == ([], 10, 0)
    assert passed_on(new) == [("lot", "transit", 14), ("arrears", "transit", 10)]
    assert books_are_whole()


def test_other_lots_of_the_successor_are_left_alone(ledger: LedgerWorld) -> None:
    old, new = ledger.wallet(), ledger.wallet(100, expires_on=SOON)
    earned = ledger.earn(old, 24).transfer_id
    ledger.redeem(old, 24)
    ledger.merge(old, new)

    assert ledger.claw_back(old, earned).posted

    assert (holdings(new), owed(new)) == ([(100, SOON)], 24)
    assert books_are_whole()


@pytest.mark.parametrize("swept", ["before the merge", "after it"])
def test_what_expired_of_it_comes_from_breakage_and_leaves_no_debt(ledger: LedgerWorld, swept: str) -> None:
    old, new = ledger.wallet(), ledger.wallet()
    earned = ledger.earn(old, 24, expires_on=SOON).transfer_id
    if swept == "before the merge":
        assert expire_due(at=OCTOBER) == 1
    ledger.merge(old, new, at=OCTOBER)
    assert expire_due(at=OCTOBER) == (swept == "after it")

    assert ledger.claw_back(old, earned, at=OCTOBER).posted

    assert (holdings(new), owed(new), owed(old)) == ([], 0, 0)
    assert books_are_whole()


def test_what_expired_in_one_lot_is_taken_back_once_in_all_that_were_merged(ledger: LedgerWorld) -> None:
    old, new = ledger.wallet(), ledger.wallet()
    one = ledger.earn(old, 24, expires_on=SOON).transfer_id
    other = ledger.earn(new, 24, expires_on=SOON).transfer_id
    ledger.redeem(new, 10)
    ledger.merge(old, new)
    assert expire_due(at=OCTOBER) == 1
    assert one is not None
    assert other is not None

    both = [
        Clawback(wallet=old, follows=one, key="one", effective_at=OCTOBER),
        Clawback(wallet=new, follows=other, key="other", effective_at=OCTOBER),
    ]
    assert [result.posted for result in claw_back(both, at=OCTOBER)] == [True, True]

    assert owed(new) == 10
    assert books_are_whole()


def test_it_is_taken_back_in_parts_never_more_than_is_left_and_once_a_key(ledger: LedgerWorld) -> None:
    old, new = ledger.wallet(), ledger.wallet()
    earned = ledger.earn(old, 24).transfer_id
    ledger.merge(old, new)
    assert earned is not None

    first = Clawback(wallet=old, follows=earned, points=10, key="first", effective_at=NOON)
    assert claw_back([first], at=NOON)[0].posted
    assert holdings(new) == [(14, IN_A_YEAR)]
    before = facts()
    assert claw_back([first], at=NOON)[0].again
    too_much = ledger.claw_back(old, earned, 15)
    assert (too_much.outcome, too_much.available) == (OutcomeCode.MORE_THAN_IS_LEFT, 14)
    assert facts() == before

    assert ledger.claw_back(old, earned).posted
    assert holdings(new) == []
    assert ledger.claw_back(old, earned).outcome is OutcomeCode.ALREADY_REVERSED
    assert books_are_whole()


def test_it_goes_on_through_every_merge_that_followed(ledger: LedgerWorld) -> None:
    first, second, third = ledger.wallet(), ledger.wallet(), ledger.wallet()
    earned = ledger.earn(first, 24).transfer_id
    ledger.merge(first, second)
    ledger.merge(second, third)
    ledger.redeem(third, 4)

    assert ledger.claw_back(first, earned).posted

    assert (holdings(third), owed(third)) == ([], 4)
    assert (holdings(second), owed(second)) == ([], 0)
    assert books_are_whole()


def test_a_wallet_closed_without_a_successor_gives_nothing_back(ledger: LedgerWorld) -> None:
    old, new = ledger.wallet(10), ledger.wallet()
    ledger.merge(old, new)

    assert ledger.earn(old, 1).outcome is OutcomeCode.WALLET_CLOSED
    assert ledger.redeem(old, 1).outcome is OutcomeCode.WALLET_CLOSED
    assert holdings(new) == [(10, IN_A_YEAR)]


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_nothing_is_left_behind_when_the_successor_is_merged_at_the_same_moment() -> None:
    ledger = LedgerWorld().open()
    for _round in range(5):
        first, second, third = ledger.wallet(), ledger.wallet(), ledger.wallet()
        earned = ledger.earn(first, 24).transfer_id
        spent = ledger.redeem(first, 20).transfer_id
        ledger.merge(first, second)
        assert spent is not None

        at_once(
            lambda what, first=first, second=second, third=third, spent=spent, earned=earned: {  # type: ignore[misc]
                "merge": lambda: ledger.merge(second, third),
                "give back": lambda: ledger.reverse(first, spent, key=f"back {spent}"),
                "take back": lambda: ledger.claw_back(first, earned, 12),
            }[what](),
            ["merge", "give back", "take back"],
        )

        assert (holdings(first), holdings(second), holdings(third)) == ([], [], [(12, IN_A_YEAR)])
        assert (owed(first), owed(second), owed(third)) == (0, 0, 0)
    assert books_are_whole()
